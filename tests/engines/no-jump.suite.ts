/** The bar: the line being read moves 0 px, in every engine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, type Engine } from './engines.ts';
import { createRandomStory, picture, readingText } from './random-story.ts';
import { createDesk, movesSeen, openStory, startReading } from './reader.ts';

const patches = Number(process.env['PATCHES'] ?? 100);

describe.each(engines)('in $name', ({ launch }) => {
  let engine: Engine;
  beforeAll(async () => { engine = await launch({ width: 900, height: 700, scale: Number(process.env['SCALE'] ?? 1) }); });
  afterAll(() => engine?.close());

  it(`the line being read moves 0 px over ${patches} random patches above, around and below it`, async () => {
    const story = createRandomStory(Number(process.env['SEED'] ?? 7));
    const desk = await createDesk(story.text(), { 'wide.svg': picture, 'tall.svg': picture });
    try {
      await openStory(engine, desk.address + desk.path);
      await startReading(engine, readingText, 40);
      for (let n = 0; n < patches; n += 1) {
        await desk.publish(story.edit(), engine);
        expect(await movesSeen(engine), `after patch ${n + 1}`).toEqual({ worst: expect.closeTo(0, 1), moves: [] });
      }
      expect(await engine.errors()).toEqual([]);
    } finally {
      await desk.close();
    }
  });
});

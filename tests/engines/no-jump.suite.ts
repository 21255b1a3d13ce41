/** The bar: the line being read moves 0 px, in every engine. All of them read the same story at the same time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, launchAll, type Engine } from './engines.ts';
import { createRandomStory, picture, readingText } from './random-story.ts';
import { createDesk, movesSeen, openStory, painted, startReading } from './reader.ts';

const patches = Number(process.env['PATCHES'] ?? 100);
const seed = Number(process.env['SEED'] ?? 7);
const scale = Number(process.env['SCALE'] ?? 1);

describe(`over ${patches} random patches above, around and below it the line being read moves 0 px`, () => {
  let readers: Engine[] = [];
  let desk: Awaited<ReturnType<typeof createDesk>>;

  beforeAll(async () => {
    const story = createRandomStory(seed);
    [readers, desk] = await Promise.all([launchAll({ width: 900, height: 700, scale }), createDesk(story.text(), { 'picture.svg': picture })]);
    await Promise.all(readers.map((reader) => openStory(reader, desk.address + desk.path)));
    await Promise.all(readers.map((reader) => startReading(reader, readingText, 40)));
    for (let n = 0; n < patches; n += 1) {
      await desk.publish(story.edit(), ...readers);
      await Promise.all(readers.map(painted));
    }
  });
  afterAll(async () => {
    await Promise.all([...readers.map((reader) => reader.close()), desk?.close()]);
  });

  it.each(engines.map(({ name }) => name))('in %s', async (name) => {
    const reader = readers.find((each) => each.name === name);
    if (!reader) throw new Error(`${name} has not started`);
    const { frames, scrolled, moves } = await movesSeen(reader);
    expect(moves).toEqual([]);
    expect(frames).toBeGreaterThan(2 * patches);
    expect(scrolled).toBeGreaterThan(patches / 4);
    expect(await reader.errors()).toEqual([]);
  });
});

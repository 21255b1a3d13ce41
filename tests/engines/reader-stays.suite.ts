/** What a reader holds on to stays, in every engine: what is selected, what has the focus, what is open, what plays; and a scroll that is under way arrives. */
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { untilShown } from './engine.ts';
import { engines, type Engine } from './engines.ts';
import { createDesk, openStory } from './reader.ts';

const filler = (name: string, length: number): string => Array.from({ length }, (_, n) => `${name}, paragraph ${n}: ${'the wind has turned to the north and the trains stand still. '.repeat(4)}`).join('\n\n');

const kept = `## Kept

Some 118 people spent the night in trains, says [the railway](https://example.org/).

<details><summary>Figures</summary><p>118 in all.</p></details>`;

const film = `## Film

<video src="film.webm" width="320" height="180" preload="none"></video>`;

const [lead, one, two, three, four] = ['Lead', 'One', 'Two', 'Three', 'Four'].map((name, index) => (index === 0 ? filler(name, 3) : `## ${name}\n\n${filler(name, 4)}`));
const write = (...sections: (string | undefined)[]): string => `---\nheadline: Storm closes the northern line\n---\n\n${sections.join('\n\n')}\n`;

const first = write(lead, one, two, kept, film, three, four);

/** One after the other: each leaves the text, the link, the figures and the film as they are. */
const edits: Record<string, string> = {
  'is edited above': write(lead, `${one}\n\nAnd a new paragraph.`, two, kept, film, three, four),
  'is edited in its own section': write(lead, one, two, `${kept}\n\nBuses run.`, film, three, four),
  'loses a section above': write(lead, two, kept, film, three, four),
  'moves it up': write(lead, kept, two, film, three, four),
  'moves it down, past the film': write(lead, two, film, kept, three, four),
  'moves it to the end': write(lead, two, film, three, four, kept),
  'moves all around it': write(lead, four, kept, three, film, two),
};

describe.each(engines)('in $name', ({ launch }) => {
  let reader: Engine;
  let desk: Awaited<ReturnType<typeof createDesk>>;
  beforeAll(async () => { reader = await launch({ width: 900, height: 700 }); });
  afterAll(() => reader?.close());
  beforeEach(async () => {
    desk = await createDesk(first);
    await openStory(reader, desk.address + desk.path);
  });
  afterEach(async () => {
    await reader.goto('about:blank');
    await desk.close();
  });

  it('selection, focus, open details and a playing film survive whatever does not touch them', async () => {
    await reader.click('summary');
    await reader.run(hold);
    const before = await reader.run(seen);
    expect(before).toMatchObject({ selection: 'spent the night', focused: 'the railway', open: true, paused: false, lost: [] });
    for (const [name, text] of Object.entries(edits)) {
      await desk.publish(text, reader);
      expect(await reader.run(seen), `when the story ${name}`).toEqual({ ...before, top: expect.closeTo(before.top, 1) });
    }
    expect(await reader.errors()).toEqual([]);
  });

  it('changed words are marked, and stay marked when their section moves', async () => {
    const edited = kept.replace('118 people', '120 people');
    await desk.publish(write(lead, one, two, edited, film, three, four), reader);
    expect(await reader.run(markedWords)).toEqual(['120']);
    await desk.publish(write(lead, edited, one, two, film, three, four), reader);
    expect(await reader.run(markedWords)).toEqual(['120']);
    expect(await reader.run(() => document.querySelector('#s-kept')?.previousElementSibling?.id)).toBe('s-lead');
    await untilShown(reader, '#announcer:not(:empty)');
    expect(await reader.errors()).toEqual([]);
  });

  it('a scroll that is under way arrives where it would have, and the text with it', async () => {
    const scroll = async (change: () => Promise<void>): Promise<number> => {
      await reader.run(standAt, '#s-two');
      await reader.press('PageDown');
      await reader.run(untilMoving);
      await change();
      return reader.run(untilStill, '#s-two');
    };
    const usual = await scroll(async () => {});
    expect(usual).toBeLessThan(-300);
    expect(await scroll(() => desk.publish(write(`${lead}\n\n${filler('More', 3)}`, one, two, kept, film, three, four), reader))).toBeCloseTo(usual, 0);
  });
});

const hold = async (): Promise<void> => {
  const text = document.querySelector('#s-kept .blocks > p')?.firstChild;
  const link = document.querySelector<HTMLElement>('#s-kept .blocks a');
  const film = document.querySelector('video');
  if (!text || !link || !film) throw new Error('the page is not the one that was meant');
  const from = text.nodeValue?.indexOf('spent') ?? 0;
  const lost: string[] = [];
  link.focus();
  getSelection()?.setBaseAndExtent(text, from, text, from + 'spent the night'.length);
  const canvas = document.createElement('canvas');
  const drawing = canvas.getContext('2d');
  setInterval(() => drawing?.fillRect(Math.random() * 100, 0, 10, 10), 50);
  film.muted = true;
  film.srcObject = canvas.captureStream();
  await film.play();
  scrollBy({ top: link.getBoundingClientRect().top - 200, behavior: 'instant' });
  for (let n = 0; n < 3; n += 1) await new Promise(requestAnimationFrame);
  document.addEventListener('focusout', () => lost.push('focus'));
  film.addEventListener('pause', () => lost.push('film'));
  Object.assign(globalThis, { kept: { link, film, lost } });
};

const seen = async () => {
  for (let n = 0; n < 4; n += 1) await new Promise(requestAnimationFrame);
  const { link, film, lost } = (globalThis as unknown as { kept: { link: Element; film: HTMLVideoElement; lost: string[] } }).kept;
  return {
    selection: String(getSelection()),
    focused: document.activeElement === link ? link.textContent : 'something else',
    open: document.querySelector('details')?.open,
    paused: film.paused || !film.isConnected,
    lost,
    top: link.getBoundingClientRect().top,
  };
};

const markedWords = (): string[] => [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map(String));

const standAt = async (selector: string): Promise<void> => {
  const top = document.querySelector(selector)?.getBoundingClientRect().top ?? 0;
  scrollBy({ top: top - 100, behavior: 'instant' });
  for (let n = 0; n < 15; n += 1) await new Promise(requestAnimationFrame);
  Object.assign(globalThis, { stoodAt: scrollY });
};

const untilMoving = async (): Promise<void> => {
  while (scrollY === (globalThis as unknown as { stoodAt: number }).stoodAt) await new Promise(requestAnimationFrame);
};

/** Where an element is on the screen when the page has stood still for a while. */
const untilStill = async (selector: string): Promise<number> => {
  for (let still = 0, last = scrollY; still < 20; still = scrollY === last ? still + 1 : 0) {
    last = scrollY;
    await new Promise(requestAnimationFrame);
  }
  return document.querySelector(selector)?.getBoundingClientRect().top ?? NaN;
};

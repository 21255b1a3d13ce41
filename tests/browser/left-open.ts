/** A page that is left open while its story is revised again and again and the line breaks: in the end it is the page that somebody opens now. */
import type { Browser, Page } from 'playwright-core';
import { allTexts, identityDataIsThere } from '../bench/identity-cases.ts';
import { markClasses } from '../../client/morph.ts';
import { createRandom } from '../newsroom.ts';
import { createFolders, startServer } from '../server-process.ts';
import { createRandomStory } from '../engines/random-story.ts';
import { createProxy } from './proxy.ts';

/** At least `count` texts of one story, each unlike the one before: of a real one where there is one, else random. */
export const historyOf = (count: number): { name: string; texts: string[] } => {
  const real = identityDataIsThere ? allTexts().map(({ name, texts }) => ({ name, texts: thereAndBack(texts, count) })).find(({ texts }) => texts.length >= count) : undefined;
  if (real) return real;
  const story = createRandomStory(5);
  return { name: 'a random story, for no real one is here', texts: [story.text(), ...Array.from({ length: count }, story.edit)] };
};

/** A history as long as it takes: at its end it is walked back, with leaps. */
const thereAndBack = (texts: string[], count: number): string[] => {
  const random = createRandom(11);
  const walk: string[] = [];
  for (let at = 0, step = 1; texts.length > 50 && walk.length < count;) {
    const text = texts[at] ?? '';
    if (text !== walk.at(-1)) walk.push(text);
    if (at + step >= texts.length || at + step < 0) step = -step;
    at = Math.max(0, Math.min(texts.length - 1, at + step * (random.below(20) === 0 ? 7 : 1)));
  }
  return walk;
};

export type LeftOpen = { revisions: number; drops: number; left: string; fresh: string; detachedBefore: number; detachedAfter: number; mismatches: string | undefined };

/** Publishes the texts one after the other; at every `drops`-th part of them the line breaks while the next is published. */
export const leaveOpen = async (browser: Browser, texts: string[], drops: number): Promise<LeftOpen> => {
  const folders = await createFolders();
  await folders.save('storm.md', texts[0] ?? '');
  const server = await startServer(folders);
  const proxy = await createProxy(server.address);
  const page = await browser.newPage({ viewport: { width: 900, height: 700 } });
  try {
    await open(page, proxy.address);
    const revise = async (text: string): Promise<void> => {
      await publish(server.address, folders.save, text);
      await untilCurrent(page, server.address);
    };
    /** The last patch may leave its nodes until the next: it is the same one both times. */
    const countAfterSamePatch = async (): Promise<number> => {
      for (const text of [texts[1], texts[0], texts[1], texts[0]]) await revise(text ?? '');
      return countDetached(page);
    };
    const before = await countAfterSamePatch();
    const every = Math.floor((texts.length - 1) / drops);
    let dropped = 0;
    for (const [index, text] of texts.slice(1).entries()) {
      if ((index + 1) % every > 0 || dropped === drops) await revise(text);
      else {
        proxy.cut();
        dropped += 1;
        await publish(server.address, folders.save, text);
        proxy.mend();
        await untilCurrent(page, server.address);
      }
    }
    const after = await countAfterSamePatch();
    const mismatches = await page.evaluate(() => document.documentElement.dataset['mismatches']);
    const left = await storyOn(page);
    const revisions = Number(await page.getAttribute('main', 'data-revision'));
    await page.goto('about:blank');
    await open(page, server.address);
    return { revisions, drops: dropped, left, fresh: await storyOn(page), detachedBefore: before, detachedAfter: after, mismatches };
  } finally {
    await page.close();
    await proxy.close();
    await server.stop();
    await folders.remove();
  }
};

const open = async (page: Page, address: string): Promise<void> => {
  await page.goto(`${address}/stories/storm`);
  await page.waitForSelector('html[data-live="live"]');
};

type Saved = { position: string };
const stateAt = async (address: string): Promise<Saved> => (await (await fetch(`${address}/api/stories/storm`)).json()) as Saved;

/** Saves a text and waits until it is published; one that says the same as the last is not. */
const publish = async (address: string, save: (file: string, text: string) => Promise<void>, text: string): Promise<void> => {
  const { position } = await stateAt(address);
  await save('storm.md', text);
  for (const end = Date.now() + 3_000; Date.now() < end && (await stateAt(address)).position === position;) await new Promise((resolve) => setTimeout(resolve, 20));
};

const untilCurrent = async (page: Page, address: string): Promise<void> => {
  const { position } = await stateAt(address);
  await page.waitForSelector(`main[data-position="${position}"]`, { timeout: 20_000 });
};

/** Nodes that are kept although they stand in no document. */
const countDetached = async (page: Page): Promise<number> => {
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('HeapProfiler.collectGarbage');
  const { nodes } = await protocol.send('Memory.getDOMCounters');
  const attached = await page.evaluate(() => {
    const walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
    let count = 1;
    while (walker.nextNode()) count += 1;
    return count;
  });
  await protocol.detach();
  return nodes - attached;
};

/** The article without what a reader's stay adds to it: marks and their labels, removed words, where the reader is, the room that holds the text still, white space between elements. */
const storyOn = (page: Page): Promise<string> => page.evaluate((marks) => {
  const copy = document.querySelector('article')?.cloneNode(true) as Element;
  copy.removeAttribute('style');
  for (const ours of copy.querySelectorAll('.change-label, .removed-words')) ours.remove();
  for (const element of copy.querySelectorAll('*')) {
    element.classList.remove(...marks);
    element.removeAttribute('aria-current');
    element.removeAttribute('tabindex');
    if (element.className === '') element.removeAttribute('class');
  }
  return copy.outerHTML.replace(/>\s+</g, '><');
}, [...markClasses]);

/** How much of the screen jumps, as browsers count it (Cumulative Layout Shift), when a page that is being read is patched. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Content, Section } from '../../server/core/story.ts';
import { launchChromium } from '../browser/chromium.ts';
import { createSite, follow } from '../browser/site.ts';
import { at, content, firstState, longContent, section } from '../browser/stories.ts';

let browser: Browser;
let site: Awaited<ReturnType<typeof createSite>>;
let page: Page;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), createSite()]);
  page = await browser.newPage({ viewport: { width: 390, height: 844 } });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** Opens the story, scrolls a section to the top of the screen and patches the page; returns all that has shifted by the time that it stands still. */
const shiftOf = async (next: Content, reading: string): Promise<number> => {
  const state = firstState(longContent());
  site.forget();
  site.put(state);
  const opened = site.nextSocket();
  await page.goto(`${site.address}/stories/${state.story}`);
  const socket = await opened;
  socket.send({ type: 'live', story: state.story, position: state.position });
  await page.waitForSelector('html[data-live="live"]');
  await page.evaluate(async (id) => {
    scrollBy({ top: (document.querySelector(`#s-${id}`)?.getBoundingClientRect().top ?? 0) - 20, behavior: 'instant' });
    for (let frame = 0; frame < 5; frame += 1) await new Promise(requestAnimationFrame);
    const seen = { shift: 0 };
    type Shift = PerformanceEntry & { value: number };
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) seen.shift += (entry as Shift).value; }).observe({ type: 'layout-shift' });
    Object.assign(globalThis, { seen });
  }, reading);
  const { state: after, frame } = follow(state, next, { at: at(1) });
  socket.send(frame);
  await page.waitForSelector(`main[data-position="${after.position}"]`);
  return page.evaluate(async () => {
    do for (let frame = 0; frame < 5; frame += 1) await new Promise(requestAnimationFrame);
    while (document.getAnimations().length > 0);
    return (globalThis as unknown as { seen: { shift: number } }).seen.shift;
  });
};

const { sections } = longContent();
const rewritten = (id: string, paragraphs: number): Section => section(id, Array<string>(paragraphs).fill(`<p>${'Something new is known about the night. '.repeat(5)}</p>`), { revised: at(1) });
const insertedAfter = (id: string): Content => content(sections.flatMap((each) => (each.id === id ? [each, rewritten('new', 3)] : [each])));

describe('what is patched outside of the screen shifts nothing', () => {
  it.each<[string, Content]>([
    ['a section above is rewritten', longContent({ 'part-2': rewritten('part-2', 9) })],
    ['a section above is gone', longContent({ 'part-1': null })],
    ['a section is inserted above', insertedAfter('part-1')],
    ['a section below is rewritten', longContent({ 'part-10': rewritten('part-10', 1) })],
    ['the headline grows', content(sections, { headline: 'Storm '.repeat(30) })],
  ])('%s', async (_, next) => {
    expect(await shiftOf(next, 'part-6')).toBe(0);
  });
});

describe('what is patched on the screen shifts less than 0.1', () => {
  it.each<[string, Content]>([
    ['a section that is read grows', longContent({ 'part-6': rewritten('part-6', 9) })],
    ['a section that is read shrinks', longContent({ 'part-6': rewritten('part-6', 1) })],
    ['a section is inserted after the one that is read', insertedAfter('part-6')],
    ['the next section is gone', longContent({ 'part-7': null })],
    ['the section that is read grows above the line', longContent({ 'part-6': section('part-6', ['<p>New.</p>', ...(sections[6]?.blocks ?? [])], { revised: at(1) }) })],
    ['the next section moves away', content([...sections.slice(0, 7), ...sections.slice(8), ...sections.slice(7, 8)])],
  ])('%s', async (_, next) => {
    expect(await shiftOf(next, 'part-6')).toBeLessThan(0.1);
  });

  it.each<[string, Content]>([
    ['at the very top the opening grows', longContent({ lead: rewritten('lead', 6) })],
    ['at the very top the headline grows', content(sections, { headline: 'Storm '.repeat(30) })],
  ])('%s', async (_, next) => {
    expect(await shiftOf(next, 'lead')).toBeLessThan(0.1);
  });
});

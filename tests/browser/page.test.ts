/** The page as a reader sees it: what stands where, and what does not move. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Section } from '../../server/core/story.ts';
import { launchChromium } from './chromium.ts';
import { checkFrames } from './frames.ts';
import { createSite, follow } from './site.ts';
import { at, content, firstState, longContent, section } from './stories.ts';

let browser: Browser;
let site: Awaited<ReturnType<typeof createSite>>;
let page: Page;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), createSite()]);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await site?.close();
});
beforeEach(async () => {
  page = await browser.newPage();
  checkFrames(page);
});
afterEach(() => page.close());

const open = async (sections: Section[], { width = 1280, hash = '' } = {}): Promise<void> => {
  site.forget();
  site.put(firstState(content(sections)));
  await page.setViewportSize({ width, height: 800 });
  await page.goto(`${site.address}/stories/storm${hash}`);
};
const boxOf = async (selector: string) => {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`${selector} is not to be seen`);
  return box;
};
const { sections } = longContent();
const renamed = sections.map((each) => (each.id === 'part-7' ? { ...each, was: ['older', 'old'] } : each));

describe('the contents', () => {
  test('stand in the margin of a wide screen, in view, and move nothing', async () => {
    await open(sections);
    const [contents, story] = [await boxOf('#contents'), await boxOf('#s-lead')];
    expect(contents.x).toBeGreaterThanOrEqual(0);
    expect(contents.x + contents.width).toBeLessThan(story.x);
    expect(await page.locator('#contents a').first().isVisible()).toBe(true);
    await page.locator('#s-part-9').scrollIntoViewIfNeeded();
    expect((await boxOf('#contents')).y).toBeGreaterThanOrEqual(0);
    await open(sections.slice(0, 4));
    expect(await page.locator('#contents').isVisible()).toBe(false);
    expect((await boxOf('#s-lead')).x).toBe(story.x);
  });

  test('appear when a live story has grown long, and the line being read stays', async () => {
    const before = firstState(content(sections.slice(0, 4)));
    site.forget();
    site.put(before);
    const opened = site.nextSocket();
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(`${site.address}/stories/storm`);
    const socket = await opened;
    socket.send({ type: 'live', story: 'storm', position: before.position });
    await page.waitForSelector('html[data-live="live"]');
    await page.evaluate(() => scrollTo(0, 700));
    const read = await boxOf('#s-part-2');
    const { state, frame } = follow(before, content(sections.slice(0, 6)), { at: at(5) });
    socket.send(frame);
    await page.waitForSelector(`main[data-position="${state.position}"]`);
    expect(await page.locator('#contents a').evaluateAll((links) => links.map((link) => link.getAttribute('data-id')))).toEqual(['part-1', 'part-2', 'part-3', 'part-4', 'part-5']);
    expect((await boxOf('#contents')).height).toBeGreaterThan(40);
    expect((await boxOf('#s-part-2')).y).toBe(read.y);
  });

  test('are one line to unfold on a phone, and lead where they say', async () => {
    await open(sections, { width: 390 });
    expect((await boxOf('#contents')).height).toBeLessThan(60);
    await page.click('#contents summary');
    await page.click('#contents a[data-id="part-8"]');
    await expect.poll(async () => (await boxOf('#s-part-8')).y, { timeout: 10_000 }).toBeLessThan(200);
  });
});

test.each(['part-7', 'old', 'older'])('a link to #s-%s arrives at the section that has absorbed it', async (id) => {
  await open(renamed, { hash: `#s-${id}` });
  await expect.poll(async () => Math.abs((await boxOf('#s-part-7')).y), { timeout: 10_000 }).toBeLessThan(200);
});

test('a picture that has not come yet keeps its place', async () => {
  const figure = (size: string) => [section('lead', [`<figure><img src="/never.png" alt=""${size}></figure>`, '<p>Text.</p>'])];
  await page.route('**/never.png', () => undefined);
  site.forget();
  site.put(firstState(content(figure(' width="1200" height="600"'))));
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto(`${site.address}/stories/storm`, { waitUntil: 'domcontentloaded' });
  const { width, height } = await boxOf('figure img');
  expect(width).toBeGreaterThan(300);
  expect(height / width).toBeCloseTo(0.5, 2);
});

test.each([320, 390, 1280])('nothing scrolls sideways at %i px', async (width) => {
  const wide = section('wide', [`<p>${'Donaudampfschifffahrtsgesellschaft'.repeat(5)}</p>`, '<pre><code>const long = "'.concat('x'.repeat(300), '";</code></pre>'), `<table><tr>${'<td>a cell of some words</td>'.repeat(9)}</tr></table>`]);
  await open([...sections, wide], { width });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
});

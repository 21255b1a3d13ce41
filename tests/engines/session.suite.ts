/** A session as people have it: a reader with the page open, an editor who saves, a connection that breaks. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { replaceInEditor } from '../editor.ts';
import { createFolders, startServer, type Folders, type ServerProcess } from '../server-process.ts';
import { launchChromium } from '../browser/chromium.ts';
import { checkFrames } from '../browser/frames.ts';
import { createProxy } from '../browser/proxy.ts';

const story = `---
headline: The ferry and the pier
---
The bridge is closed, and **nobody** knows for how long.

## On board

There were 118 people on board; nine were treated.

The coffee went overboard.

## Traffic

Buses replace the ferry until midnight.
`;

let browser: Browser;
let folders: Folders;
let server: ServerProcess;
let proxy: Awaited<ReturnType<typeof createProxy>>;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
}, 240_000);
afterAll(() => browser.close());

beforeEach(async () => {
  folders = await createFolders();
  await folders.save('ferry.md', story);
  server = await startServer(folders);
  proxy = await createProxy(server.address);
  page = await browser.newPage();
  checkFrames(page);
  page.setDefaultTimeout(12_000);
  await page.goto(`${proxy.address}/stories/ferry`);
  await live();
});
afterEach(async () => {
  await page.close();
  await proxy.close();
  await server.stop();
  await folders.remove();
});

const live = () => page.waitForSelector('html[data-live="live"]');
const revision = (n: number) => page.waitForSelector(`main[data-revision="${n}"]`);
const edit = (from: string, to: string) => replaceInEditor(join(folders.stories, 'ferry.md'), from, to);
const markedWords = () => page.evaluate(() => [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map(String)));

test('a save in a real editor changes the open page in place, and marks the words', async () => {
  await page.evaluate(() => document.querySelector('#s-on-board .blocks p:last-child')?.setAttribute('data-kept', ''));
  edit('nine', 'eleven');
  await revision(2);
  expect(await page.textContent('#s-on-board .blocks')).toContain('eleven were treated');
  expect(await markedWords()).toEqual(['eleven']);
  expect(await page.locator('[data-kept]').count()).toBe(1);
  expect(await page.locator('#s-on-board .revised time').isVisible()).toBe(true);
  expect(await page.locator('#s-traffic .revised').isVisible()).toBe(false);
  await expect.poll(() => page.textContent('#announcer')).toContain('On board');

  await page.reload();
  await live();
  expect(await page.textContent('#s-on-board .blocks')).toContain('eleven were treated');
  expect(await page.getAttribute('main', 'data-revision')).toBe('2');
});

test('a connection that was cut is resumed, and what was missed arrives as one diff', async () => {
  proxy.cut();
  await page.waitForSelector('html[data-live="offline"]');
  edit('nine', 'eleven');
  await server.printed(/revision 2 /);
  edit('midnight', 'further notice');
  await server.printed(/revision 3 /);
  const patches = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let count = 0;
        document.addEventListener('stop-press:patched', () => (count += 1));
        new MutationObserver(() => document.documentElement.dataset['live'] === 'live' && resolve(count)).observe(document.documentElement, { attributes: true });
      }),
  );
  proxy.mend();
  await revision(3);
  await live();
  expect(await patches).toBe(1);
  expect((await markedWords()).toSorted()).toEqual(['eleven', 'further notice']);
});

test('a page from a stale cache goes on from its own position', async () => {
  const stale = await (await fetch(`${proxy.address}/stories/ferry`)).text();
  edit('nine', 'eleven');
  await revision(2);
  proxy.serveStale('/stories/ferry', stale);
  await page.reload();
  expect(stale).toContain('data-revision="1"');
  await revision(2);
  expect(await page.textContent('#s-on-board .blocks')).toContain('eleven');
  expect(await markedWords()).toEqual(['eleven']);
});

test('a withdrawn story leaves the screen, and comes back when it is put back', async () => {
  edit('headline:', 'status: draft\\rheadline:');
  await page.waitForSelector('#notice:not([hidden])');
  expect(await page.locator('body').innerText()).not.toContain('nobody');
  edit('status: draft', 'status: developing');
  await revision(2);
  expect(await page.locator('#s-lead').innerText()).toContain('nobody');
});

test('a paused page counts what comes, stays as it is, and is let go on by one folded diff', async () => {
  await page.keyboard.press('u');
  await page.waitForSelector('#changes-paused:not([hidden])');
  edit('nine', 'eleven');
  await server.printed(/revision 2 /);
  await page.waitForSelector('#changes-paused:text("1 change waiting")');
  edit('midnight', 'further notice');
  await server.printed(/revision 3 /);
  await page.waitForSelector('#changes-paused:text("2 changes waiting")');
  expect([await page.getAttribute('main', 'data-revision'), await page.title()]).toEqual(['1', '(2) The ferry and the pier – Stop Press']);
  const patches = page.evaluate(() => new Promise<string>((resolve) => document.addEventListener('stop-press:patched', () => resolve(document.querySelector('main')?.dataset['revision'] ?? ''))));
  await page.keyboard.press('u');
  expect(await patches).toBe('3');
  expect((await markedWords()).toSorted()).toEqual(['eleven', 'further notice']);
  expect(await page.textContent('#changes [data-do=list]')).toBe('2 changes');
});

test('a reader who comes back is told what has changed, in words and in place', async () => {
  await page.goto('about:blank');
  edit('nine', 'eleven');
  await server.printed(/revision 2 /);
  edit('headline:', 'corrections: [{text: Eleven were treated., section: on-board}]\\rheadline:');
  await server.printed(/revision 3 /);
  await page.goto(`${proxy.address}/stories/ferry`);
  await page.waitForSelector('#changes-news:not([hidden])');
  expect(await page.locator('#changes-news p').allTextContents()).toEqual([expect.stringMatching(/^Since you read this at .+: 1 correction and 1 section edited\.$/), 'Correction to what you read: Eleven were treated.']);
  expect(await markedWords()).toContain('eleven');
  await page.keyboard.press('r');
  expect((await page.textContent('del'))?.trim()).toBe('nine');
  await page.reload();
  await live();
  expect(await page.locator('#changes-news p').count()).toBe(0);
});

test('the list of stories is live: a new story stands first, a changed headline changes', async () => {
  await page.goto(`${proxy.address}/`);
  await live();
  await folders.save('gale.md', '# A gale is coming\n\nFrom the west.\n');
  await page.waitForSelector('#story-list > li:first-child[data-story="gale"]');
  edit('The ferry and the pier', 'The ferry, the pier and the coffee');
  await page.waitForSelector('#story-list > li:first-child[data-story="ferry"]');
  expect(await page.locator('#story-list > li').first().innerText()).toContain('The ferry, the pier and the coffee');
});

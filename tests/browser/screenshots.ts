/** `npm run screenshots [state...]`: every state of the pages on phone and desktop, light and dark, into `screenshots/`. All of them, or those whose names are given. */
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { replaceInEditor } from '../editor.ts';
import { createFolders, startServer } from '../server-process.ts';
import { launchChromium } from './chromium.ts';
import { createProxy } from './proxy.ts';

const samples = fileURLToPath(new URL('../../stories', import.meta.url));
const album = fileURLToPath(new URL('../../screenshots', import.meta.url));

const sizes = [{ width: 390, height: 844, hasTouch: true, isMobile: true }, { width: 1280, height: 900, hasTouch: false, isMobile: false }];
const schemes = ['light', 'dark'] as const;

/** A site with the sample stories, one look at it, and what an editor does to it. */
type Studio = {
  context: BrowserContext;
  page: Page;
  /** Opens a page; a live one is waited for. */
  open(path: string): Promise<void>;
  edit(from: string, to: string): Promise<void>;
  cut(): void;
};

/** Each begins where the one before has left the stories. `whole`: the page in all its length. */
type State = { name: string; whole?: true; show(studio: Studio): Promise<void> };

const bridge = '/stories/harbour-bridge';
const settled = (page: Page) => page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState === 'finished'));
const press = async (page: Page, key: string): Promise<void> => {
  await page.keyboard.press(key);
  await settled(page);
};

const states: State[] = [
  { name: 'list', whole: true, show: ({ open }) => open('/') },
  { name: 'story', whole: true, show: ({ open }) => open(bridge) },
  { name: 'story-top', show: ({ open }) => open(bridge) },
  { name: 'contents', show: async ({ open, page }) => {
    await open(bridge);
    const summary = page.locator('#contents summary');
    if (await summary.isVisible()) await summary.click();
    else await page.locator('#s-traffic').scrollIntoViewIfNeeded();
  } },
  { name: 'permalink', show: ({ open }) => open(`${bridge}#s-traffic`) },
  { name: 'right-to-left', whole: true, show: ({ open }) => open('/stories/mountain-road') },
  { name: 'plain-text', whole: true, show: ({ open }) => open('/stories/library-roof') },
  { name: 'changed', whole: true, show: async ({ open, edit }) => {
    await open(bridge);
    await edit('before 16:00', 'before 18:00');
    await edit('nine were treated for cuts and bruises', 'eleven were treated, one of them in hospital');
  } },
  { name: 'changed-next', show: async ({ open, edit, page }) => {
    await open(bridge);
    await edit('about four knots', 'about five knots');
    await edit('## The ferry', '## The ferry and its rudder');
    await press(page, 'n');
  } },
  { name: 'keys', show: ({ page }) => press(page, '?') },
  { name: 'since', show: async ({ context, open, edit, page }) => {
    await open(bridge);
    await page.goto('about:blank');
    const elsewhere = await context.browser()?.newPage();
    await elsewhere?.goto('about:blank');
    await edit('one lane will open for buses', 'one lane will open for buses, bicycles');
    await open(bridge);
    await elsewhere?.close();
  } },
  { name: 'correction', whole: true, show: async ({ open, edit }) => {
    await open(bridge);
    await edit('    section: what-we-know', '    section: what-we-know\\r  - The bridge was opened in 1931, not in 1913.');
  } },
  { name: 'revisions', whole: true, show: ({ open }) => open(`${bridge}/revisions`) },
  { name: 'past', whole: true, show: ({ open }) => open(`${bridge}/revisions/1`) },
  { name: 'compare', whole: true, show: ({ open }) => open(`${bridge}/compare/1..4`) },
  { name: 'final', show: async ({ open, edit }) => {
    await open(bridge);
    await edit('status: developing', 'status: final');
  } },
  { name: 'error', whole: true, show: ({ open }) => open('/stories/nothing') },
  { name: 'print', whole: true, show: async ({ open, page }) => {
    await open(bridge);
    await page.emulateMedia({ media: 'print' });
  } },
  { name: 'offline', show: async ({ open, cut, page }) => {
    await page.emulateMedia({ media: 'screen' });
    await open(bridge);
    cut();
    await page.waitForSelector('#connection:not([hidden])');
  } },
  { name: 'withdrawn', show: async ({ open, edit, page }) => {
    await open(bridge);
    await edit('status: final', 'status: withdrawn');
    await page.waitForSelector('#notice:not([hidden])');
  } },
];

const createStudio = async (browser: Browser, size: (typeof sizes)[number], colorScheme: (typeof schemes)[number]) => {
  const folders = await createFolders();
  await cp(samples, folders.stories, { recursive: true });
  const server = await startServer(folders);
  const proxy = await createProxy(server.address);
  const { width, height, ...device } = size;
  const context = await browser.newContext({ viewport: { width, height }, ...device, colorScheme, timezoneId: 'Europe/London', locale: 'en-GB' });
  const page = await context.newPage();
  const studio: Studio = {
    context,
    page,
    open: async (path) => {
      proxy.mend();
      await page.goto(proxy.address + path);
      if ((await page.locator('#texts').count()) > 0) await page.waitForSelector('html[data-live="live"]');
    },
    edit: async (from, to) => {
      const shown = page.url() === 'about:blank' ? undefined : await page.getAttribute('main', 'data-revision');
      const told = server.output().length;
      replaceInEditor(join(folders.stories, 'harbour-bridge.md'), from, to);
      const news = (): string => server.output().slice(told);
      while (!/harbour-bridge/.test(news())) await new Promise((resolve) => setTimeout(resolve, 50));
      if (shown !== undefined && /revision/.test(news())) await page.waitForSelector(`main:not([data-revision="${shown}"])`);
    },
    cut: proxy.cut,
  };
  const close = async (): Promise<void> => {
    await context.close();
    await proxy.close();
    await server.stop();
    await folders.remove();
  };
  return { studio, close };
};

const wanted = new Set(process.argv.slice(2));
await rm(album, { recursive: true, force: true });
await mkdir(album);
const browser = await launchChromium();
try {
  for (const size of sizes) {
    for (const scheme of schemes) {
      const { studio, close } = await createStudio(browser, size, scheme);
      for (const { name, whole, show } of states) {
        await show(studio);
        await settled(studio.page);
        if (wanted.size > 0 && !wanted.has(name)) continue;
        await studio.page.screenshot({ path: join(album, `${name}-${size.width}-${scheme}.png`), fullPage: whole === true });
      }
      await close();
    }
  }
  console.log(album);
} finally {
  await browser.close();
}

/** A page that is open, or was kept by a cache, while the server's log is lost and restored from a backup. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { backupLog, restoreLog } from '../../server/revision-log/backup.ts';
import { createFolders, startServer, type Folders, type ServerProcess } from '../server-process.ts';
import { launchChromium } from './chromium.ts';
import { checkFrames } from './frames.ts';
import { createProxy } from './proxy.ts';

const ferry = (people: string, buses: string) => `---
headline: The ferry and the pier
---
The bridge is closed, and nobody knows for how long.

## On board

There were ${people} people on board; nine were treated.

## Traffic

Buses replace the ferry until ${buses}.
`;

let browser: Browser;
let folders: Folders;
let server: ServerProcess;
let file: string;
beforeAll(async () => {
  browser = await launchChromium();
}, 240_000);
afterAll(() => browser.close());
beforeEach(async () => {
  folders = await createFolders();
  file = join(folders.root, 'backup.db');
  await folders.save('ferry.md', ferry('118', 'midnight'));
  server = await startServer(folders);
});
afterEach(async () => {
  await server.stop();
  await folders.remove();
});

const save = async (revision: number, ...words: [people: string, buses: string]) => {
  await folders.save('ferry.md', ferry(...words));
  await server.printed(new RegExp(`ferry {2}revision ${revision} `));
};

/** The log is gone, and with it all that came after the backup. */
const loseAndRestore = async () => {
  await server.stop();
  renameSync(folders.data, `${folders.data}.lost`);
  restoreLog({ folder: folders.data, file });
  server = await startServer(folders, { port: Number(new URL(server.address).port) });
};

/** The story's page, and what its sockets have told it. */
const openPage = async (from: { address: string } = server) => {
  const page = await browser.newPage();
  checkFrames(page);
  page.setDefaultTimeout(20_000);
  const told: string[] = [];
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => {
    const { type, folded, reset }: { type: string; folded?: number; reset?: boolean } = JSON.parse(String(payload));
    if (type !== 'hello' && type !== 'heartbeat' && type !== 'bye') told.push([type, ...(folded === 0 ? ['0'] : []), ...(reset ? ['reset'] : [])].join(' '));
  }));
  await page.goto(`${from.address}/stories/ferry`);
  await live(page);
  return { page, told };
};

const live = (page: Page) => page.waitForSelector('html[data-live="live"]');
const offline = (page: Page) => page.waitForSelector('html[data-live="offline"]');
const revision = (page: Page, n: number) => page.waitForSelector(`main[data-revision="${n}"]`);
const marked = (page: Page) => page.evaluate(() => [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map(String)));

test('an open page goes on where the backup ends, with its marks, and follows', { timeout: 90_000 }, async () => {
  const { page, told } = await openPage();
  await save(2, '180', 'midnight');
  await revision(page, 2);
  backupLog({ folder: folders.data, file });
  await Promise.all([offline(page), loseAndRestore()]);
  await live(page);
  expect(told).toEqual(['live', 'diff', 'diff 0', 'live']);
  expect(await marked(page)).toEqual(['180']);
  await save(3, '180', 'noon');
  await revision(page, 3);
  expect(told.slice(4)).toEqual(['diff']);
  expect(await marked(page)).toEqual(['180', 'noon']);
  expect(await page.getAttribute('html', 'data-mismatches')).toBe(null);
  await page.close();
});

test('a page that shows what was lost begins anew; one that a cache has kept from before is brought up to date', { timeout: 90_000 }, async () => {
  const html = await (await fetch(`${server.address}/stories/ferry`)).text();
  backupLog({ folder: folders.data, file });
  await save(2, '180', 'midnight');
  const { page, told } = await openPage();
  await folders.save('ferry.md', ferry('118', 'midnight'));
  await Promise.all([offline(page), loseAndRestore()]);
  await revision(page, 1);
  expect(told.slice(-2)).toEqual(['snapshot reset', 'live']);
  expect(await page.textContent('#s-on-board')).toContain('118 people');
  await page.close();

  await save(2, '118', 'noon');
  const cache = await createProxy(server.address);
  cache.serveStale('/stories/ferry', html);
  const old = await openPage(cache);
  await revision(old.page, 2);
  expect(old.told).toEqual(['diff', 'live']);
  expect(await old.page.textContent('#s-traffic')).toContain('noon');
  expect(await old.page.getAttribute('html', 'data-mismatches')).toBe(null);
  await old.page.close();
  await cache.close();
});

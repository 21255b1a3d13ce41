/** The library in a page of another origin, in Chromium. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { follow, Following, Update } from '../../client/follow.ts';
import { bundleLibrary } from '../library-bundle.ts';
import { contentOf, createNewsroom } from '../newsroom.ts';
import { startWholeServer, type WholeServer } from '../whole-server.ts';
import { launchChromium } from './chromium.ts';
import { createProxy } from './proxy.ts';

declare global {
  var library: { follow: typeof follow };
  var followings: Following[];
  var told: Update[];
}

let browser: Browser;
let server: WholeServer;
let proxy: Awaited<ReturnType<typeof createProxy>>;
let site: ReturnType<typeof createServer>;
let page: Page;
const slugs = ['storm', 'vote', 'uk/fire', 'what?'];

beforeAll(async () => {
  const library = await bundleLibrary();
  site = createServer((request, response) => {
    if (request.url === '/library.js') response.setHeader('Content-Type', 'text/javascript').end(library);
    else response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>A page</title><script type="module">globalThis.library = await import("/library.js"); document.title = "ready";</script>');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  server = await startWholeServer({ origins: [origin], closeGraceMs: 100 });
  proxy = await createProxy(server.address);
  browser = await launchChromium();
  page = await browser.newPage();
  await page.goto(origin);
  await page.waitForFunction(() => document.title === 'ready');
}, 240_000);

afterAll(async () => {
  await browser.close();
  await proxy.close();
  await server.close();
  site.closeAllConnections();
  await new Promise((resolve) => site.close(resolve));
});

test('many stories on one socket, through a cut, and on from a position', async () => {
  const newsroom = createNewsroom(server.log);
  for (const slug of slugs) await newsroom.publish(slug, contentOf(slug, ['One.']));
  const texts = () => page.evaluate(() => followings.map(({ state }) => state?.sections[0]?.blocks[0]));
  const live = () => page.waitForFunction(() => followings.every(({ status }) => status === 'live'));

  await page.evaluate(({ address, slugs }) => {
    globalThis.told = [];
    globalThis.followings = [...slugs, 'storm'].map((slug) => library.follow(`${address}/stories/${slug.split('/').map(encodeURIComponent).join('/')}`, { onUpdate: (update) => told.push(update) }));
  }, { address: proxy.address, slugs });
  await live();
  expect(server.readers.count()).toBe(1);

  proxy.cut();
  await page.waitForFunction(() => followings.every(({ status }) => status === 'offline'));
  for (const slug of slugs) await newsroom.publish(slug, contentOf(slug, ['Two.']));
  proxy.mend();
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await live();
  expect(await texts()).toEqual(Array(5).fill('<p>Two.</p>'));
  expect(await page.evaluate(() => told.map(({ type }) => type).filter((type) => type === 'diff' || type === 'snapshot').toSorted())).toEqual([...Array(5).fill('diff'), ...Array(5).fill('snapshot')]);

  await newsroom.publish('storm', contentOf('storm', ['Three.']));
  await page.waitForFunction(() => followings[0]?.state?.revision === 3);
  const since = await page.evaluate(async () => {
    const since = followings[0]?.position ?? '';
    for (const each of followings) each.close();
    await Promise.all(followings.map(({ closed }) => closed));
    return since;
  });
  await expect.poll(() => server.readers.count()).toBe(0);

  await newsroom.publish('storm', contentOf('storm', ['Four.']));
  const first = await page.evaluate(async ({ address, since }) => {
    for await (const update of library.follow(`${address}/stories/storm`, { since })) return update;
    return undefined;
  }, { address: proxy.address, since });
  expect(first).toMatchObject({ type: 'diff', before: { revision: 3 }, state: { revision: 4 } });
});

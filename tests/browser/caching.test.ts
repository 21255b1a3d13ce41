import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { contentOf, metaOf, publish, sampleSections, startSite } from '../http-fixture.ts';
import { launchChromium } from './chromium.ts';

let browser: Browser;
beforeAll(async () => { browser = await launchChromium(); }, 60_000);
afterAll(() => browser.close());

test('a browser keeps what it was given, and asks each time whether it still holds', async () => {
  const site = await startSite();
  const asked: (string | undefined)[] = [];
  const onRequest = (message: unknown): void => {
    const { request } = message as { request: IncomingMessage };
    if (request.url === '/api/stories/storm') asked.push(request.headers['if-none-match']);
  };
  channel('http.server.request.start').subscribe(onRequest);
  const save = (headline: string) => publish(site.log, 'storm', contentOf(metaOf({ headline }), sampleSections()));
  await save('One');
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${site.port}/robots.txt`);
  const read = () => page.evaluate(async () => ((await (await fetch('/api/stories/storm')).json()) as { meta: { headline: string } }).meta.headline);
  const seen = [await read(), await read()];
  await save('Two');
  seen.push(await read(), await read());
  expect(seen).toEqual(['One', 'One', 'Two', 'Two']);
  const [first, second, third, fourth] = asked;
  expect([asked.length, first, second === third, fourth === third]).toEqual([4, undefined, true, false]);
  channel('http.server.request.start').unsubscribe(onRequest);
  await page.close();
  await site.close();
});

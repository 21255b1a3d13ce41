/** A story alone, in a frame of a page elsewhere; and what the server says to browsers of what pages elsewhere load. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from './browser/chromium.ts';
import { startElsewhere, startNewsroom, type Newsroom } from './browser/embedding.ts';
import { contentOf, metaOf, sampleSections, startSite } from './http-fixture.ts';

describe('in a browser', () => {
  let browser: Browser;
  let elsewhere: Awaited<ReturnType<typeof startElsewhere>>;
  let newsroom: Newsroom;
  let page: Page;

  beforeAll(async () => {
    [browser, elsewhere] = await Promise.all([launchChromium(), startElsewhere()]);
    newsroom = await startNewsroom({ frameAncestors: [elsewhere.address] });
    await newsroom.publish('storm', contentOf(metaOf(), sampleSections()));
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await newsroom?.close();
    await elsewhere?.close();
  });
  beforeEach(async () => { page = await browser.newPage({ viewport: { width: 390, height: 700 } }); });
  afterEach(() => page.close());

  const frame = (path: string) => `<iframe src="${newsroom.address}${path}" title="A story" width="390"></iframe>`;
  const listener = `<script>heights = []; addEventListener('message', ({ data }) => { if (data.type === 'stop-press:height') heights.push(data.height); });</script>`;

  test('a story is live, says how high it is, and lets its links open beside the page', async () => {
    elsewhere.show(frame('/stories/storm/embed'), { head: listener });
    await page.goto(elsewhere.address);
    const story = page.frameLocator('iframe');
    await story.locator('html[data-live=live]').waitFor();
    expect(await story.locator('.masthead, .skip').count()).toBe(0);
    const height = () => page.evaluate<number>('heights.at(-1)');
    const first = await height();
    expect(first).toBeGreaterThan(300);
    const longer = sampleSections().map((section) => ({ ...section, blocks: [...section.blocks, `<p>${'And more. '.repeat(60)}</p>`] }));
    await newsroom.publish('storm', contentOf(metaOf(), longer), { minute: 1 });
    await story.locator('main[data-revision="2"]').waitFor();
    await expect.poll(height, { timeout: 10_000 }).toBeGreaterThan(first + 300);
    const popup = page.waitForEvent('popup');
    await story.locator('#s-trains .blocks a').click();
    expect((await popup).url()).toBe(`${newsroom.address}/stories/buses`);
    expect(await story.locator('.after a').getAttribute('href')).toBe('/stories/storm');
  });

  test('other pages of the server are not framed, nor is a story by a page that is not named', async () => {
    const stranger = await startElsewhere();
    for (const [site, path] of [[elsewhere, '/stories/storm'], [stranger, '/stories/storm/embed']] as const) {
      const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
      site.show(frame(path));
      await page.goto(site.address);
      await refused;
      expect(await page.frameLocator('iframe').locator('main').count()).toBe(0);
    }
    await stranger.close();
  });
});

describe('the headers', () => {
  const embed = '/stories/storm/embed';
  const policyOf = (headers: { [name: string]: unknown }) => /frame-ancestors [^;]+/.exec(String(headers['content-security-policy']))?.[0];

  test('name who may frame a story alone, and nobody for anything else', async () => {
    const site = await startSite({ options: { frameAncestors: ['https://a.example', 'https://*.b.example'] } });
    await site.log.append({ story: 'storm', at: metaOf().published, change: 'update', content: contentOf(metaOf(), sampleSections()), ops: [], splits: {}, origin: { source: '', fileHash: '' } });
    for (const [path, status] of [[embed, 200], ['/stories/none/embed', 404]] as const) {
      const { status: answered, headers } = await site.get(path);
      expect([answered, policyOf(headers), headers['x-frame-options'], headers['cross-origin-resource-policy']]).toEqual([status, 'frame-ancestors https://a.example https://*.b.example', undefined, 'cross-origin']);
    }
    for (const path of ['/', '/stories/storm', '/stories/storm/revisions', '/embed']) {
      const { headers } = await site.get(path);
      expect([policyOf(headers), headers['x-frame-options'], headers['cross-origin-resource-policy']]).toEqual(["frame-ancestors 'none'", 'DENY', 'same-origin']);
    }
    await site.close();
  });

  test('without a word nobody may frame anything; a story alone is no page for search engines', async () => {
    const site = await startSite();
    await site.log.append({ story: 'storm', at: metaOf().published, change: 'update', content: contentOf(metaOf(), sampleSections()), ops: [], splits: {}, origin: { source: '', fileHash: '' } });
    const { headers, body } = await site.get(embed, { Host: 'news.example' });
    expect([policyOf(headers), headers['x-frame-options']]).toEqual(["frame-ancestors 'none'", 'DENY']);
    expect(body).toContain('<meta name="robots" content="noindex">');
    expect(body).toContain('<link rel="canonical" href="http://news.example/stories/storm">');
    expect(body).toContain('>news.example</a>');
    expect((await site.get(embed, {}, 'POST')).status).toBe(405);
    await site.close();
  });
});

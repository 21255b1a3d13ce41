import * as fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderAtom } from '../../server/feeds/atom.ts';
import type { Entry } from '../../server/feeds/entry.ts';
import { contentOf, metaOf, publish, sectionOf, startSite } from '../http-fixture.ts';
import { launchChromium } from './chromium.ts';

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchChromium();
  page = await browser.newPage();
}, 240_000);
afterAll(() => browser.close());

/** What Chromium's XML parser reads: the texts of the first entry, or that it could not. */
const readAll = (documents: string[]) =>
  page.evaluate((each) => each.map((xml) => {
    const parsed = new DOMParser().parseFromString(xml, 'application/xml');
    const read = (name: string) => parsed.querySelector(`entry > ${name}`)?.textContent;
    return { broken: parsed.querySelector('parsererror') !== null, title: read('title'), html: read('content'), author: read('author'), label: parsed.querySelector('category')?.getAttribute('label') };
  }), documents);

const entryWith = (text: string): Entry => ({
  id: 'urn:uuid:8fb01af1-2bf1-5e6e-b79c-6af66138fa31', url: 'http://a/', story: 'http://a/', title: text, summary: text, html: text, lang: 'en', at: '2026-11-22T14:00:00.000Z', authors: [text], change: 'update', label: text,
});
const feedWith = (text: string): string =>
  renderAtom({ id: 'urn:x', title: text, description: text, lang: 'en', home: 'http://a/', updated: '2026-11-22T14:00:00.000Z', publisher: text, entries: [entryWith(text)], tombstones: [{ id: text, at: '2026-11-22T14:00:00.000Z' }] }, { self: 'http://a/feed.atom' });

test('law: an Atom feed is well-formed whatever stands in a story, and says the same', async () => {
  const hostile = fc.constantFrom(']]>', '<![CDATA[', '&amp;amp;lt;', '&#x0;', '<script>', '"\'', '\ud83d', '\ude82', '🚂', '\u202e', '\u0000', '\u000b', '\u001f', '\u0085', '\u2028', '\ufffe', '\uffff', '<!--', '-->', '<?xml?>', ' ', '\t', '\n');
  const texts = fc.sample(fc.array(fc.oneof(hostile, fc.string({ unit: 'binary' })), { maxLength: 12 }).map((parts) => parts.join('').replaceAll('\r', '')), 300);
  const read = await readAll(texts.map(feedWith));
  for (const [index, text] of texts.entries()) {
    // oxlint-disable-next-line no-control-regex -- what XML cannot hold
    const legal = text.toWellFormed().replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd');
    expect(read[index], JSON.stringify(text)).toEqual({ broken: false, title: legal, html: legal, author: legal, label: legal.replace(/[\t\n]/g, ' ') });
  }
});

test('the data block of a story breaks no policy, and runs nothing', async () => {
  const site = await startSite();
  try {
    await publish(site.log, 'storm', contentOf(metaOf({ headline: '</script><script>window.ran = true</script><!--' }), [sectionOf('lead', ['<p>Closed &lt;/script>.</p>'])]));
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(`http://127.0.0.1:${site.port}/stories/storm`);
    const data = await page.evaluate(() => ({ ran: 'ran' in window, blocks: Array.from(document.querySelectorAll('script[type="application/ld+json"]'), ({ textContent }) => textContent) }));
    expect(data.ran).toBe(false);
    expect(data.blocks.map((text) => Object.keys(JSON.parse(text) as object))).toEqual([['@context', '@graph']]);
    expect(complaints.filter((text) => /Content.Security.Policy/i.test(text))).toEqual([]);
  } finally {
    await site.close();
  }
});

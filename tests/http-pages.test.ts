import { parse, type DefaultTreeAdapterTypes } from 'parse5';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shortly } from '../server/http/answers.ts';
import { languages } from '../server/core/languages.ts';
import { style, styleHash } from '../server/pages/style.ts';
import { at, contentOf, metaOf, publish, sampleSections, sectionOf, startSite } from './http-fixture.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

let site: Awaited<ReturnType<typeof startSite>>;
beforeEach(async () => {
  site = await startSite();
  const [lead, know, trains] = sampleSections();
  if (!lead || !know || !trains) throw new Error('the sample has three sections');
  const rescue = sectionOf('rescue', ['<p>Two vehicles are on their way.</p>'], { added: at(9), revised: at(9) });
  await publish(site.log, 'storm', contentOf(metaOf(), [lead, know, trains]));
  await publish(site.log, 'storm', contentOf(metaOf({ updated: at(5) }), [lead, { ...know, revised: at(5), blocks: ['<p>119 passengers were on the <b>train</b>.</p>', '<p>Nobody was hurt.</p>'] }, trains]), { minute: 5, note: 'Figures <from> the railway' });
  await publish(site.log, 'storm', contentOf(metaOf({ headline: 'Storm opens the line', updated: at(9), status: 'final' }), [lead, trains, rescue]), { minute: 9, change: 'correction' });
  await publish(site.log, 'väder/åska', contentOf(metaOf({ lang: 'fa', dir: 'rtl', headline: 'توفان' }), sampleSections()), { minute: 1 });
});
afterEach(() => site.close());

const elementsIn = (nodes: Node[]): Element[] => nodes.flatMap((node) => ('tagName' in node ? [node, ...elementsIn(node.childNodes)] : []));
const textOf = (node: Node): string => ('value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(textOf).join('') : '');
const attributesOf = ({ attrs }: Element): Record<string, string> => Object.fromEntries(attrs.map(({ name, value }) => [name, value]));

const page = async (path: string) => {
  const { status, headers, body } = await site.get(path);
  const all = elementsIn(parse(body).childNodes);
  const find = (tag: string, wanted: Record<string, string> = {}) => all.filter((element) => element.tagName === tag && Object.entries(wanted).every(([name, value]) => attributesOf(element)[name] === value));
  const first = (tag: string, wanted?: Record<string, string>) => find(tag, wanted).map(attributesOf)[0] ?? {};
  return { status, headers, body, all, find, first };
};

const everyPage = ['/', '/stories/storm', `/stories/${encodeURIComponent('väder')}/${encodeURIComponent('åska')}`, '/stories/storm/revisions', '/stories/storm/revisions/1', '/stories/storm/revisions/3', '/stories/storm/compare/1..3', '/stories/nothing'];

describe('every page', () => {
  test.each(everyPage)('%s has nothing that its policy forbids, one main, one h1, and a title of its own', async (path) => {
    const { headers, all, find, first } = await page(path);
    expect(headers['content-security-policy']).toBe(
      `default-src 'none';script-src 'self';style-src '${styleHash}';img-src 'self' https: http:;media-src 'self' https: http:;connect-src 'self';manifest-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none'`,
    );
    expect(find('style').map(textOf)).toEqual([style]);
    expect(all.flatMap((element) => element.attrs).filter(({ name }) => name === 'style' || name.startsWith('on'))).toEqual([]);
    expect(find('script').filter((script) => !['application/json', 'application/ld+json'].includes(attributesOf(script)['type'] ?? '')).every((script) => attributesOf(script)['src']?.startsWith('/client/') && script.childNodes.length === 0)).toBe(true);
    expect([find('main').length, find('h1').length]).toEqual([1, 1]);
    expect(find('title').map(textOf)[0]).toContain('Stop Press');
    expect(first('html')['lang']).toBeTruthy();
    const ids = all.map((element) => attributesOf(element)['id']).filter((id) => id !== undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('law: every link of the site leads somewhere, straight', async () => {
    const seen = new Set(['/']);
    for (const path of seen) {
      const { status, find } = await page(path);
      expect(status, path).toBe(200);
      for (const link of [...find('a'), ...find('link')]) {
        const { href = '' } = attributesOf(link);
        if (href.startsWith('/') && !href.startsWith('/stories/buses')) seen.add(href);
      }
    }
    expect(seen.size).toBeGreaterThan(12);
  });

  test('behind TLS it says so, elsewhere it does not', async () => {
    await site.close();
    site = await startSite({ options: { trustProxy: true } });
    const secure = await site.get('/', { 'x-forwarded-proto': 'https' });
    expect(secure.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(secure.headers['content-security-policy']).toContain('upgrade-insecure-requests');
    expect(secure.body).toContain(`href="https://127.0.0.1:${site.port}/"`);
    const plain = await site.get('/');
    expect(plain.headers).not.toHaveProperty('strict-transport-security');
    expect(plain.headers).not.toHaveProperty('x-powered-by');
    expect(plain.headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
  });

  test('a forged host is not repeated', async () => {
    expect((await site.get('/stories/storm', { host: 'evil"><script>' })).body).not.toContain('evil');
  });
});

describe('a story', () => {
  test('carries what its script goes on from', async () => {
    const { first, find, headers } = await page('/stories/storm');
    expect(first('html')).toEqual({ lang: 'en', dir: 'ltr' });
    expect(first('main')).toEqual({ id: 'story', 'data-story': 'storm', 'data-position': '7f3a9c21_3', 'data-revision': '3' });
    expect(headers['stop-press-position']).toBe('7f3a9c21_3');
    expect(find('section').map((section) => attributesOf(section)['id'])).toEqual(['s-lead', 's-trains', 's-rescue']);
    expect(first('div', { id: 'announcer' })).toMatchObject({ role: 'status', 'aria-live': 'polite' });
    expect(first('p', { id: 'connection' })).toHaveProperty('hidden');
    expect(first('p', { id: 'notice' })).toHaveProperty('hidden');
    expect(JSON.parse(find('script', { id: 'texts' }).map(textOf)[0] ?? '')).toMatchObject({ lang: 'en', locale: 'en-GB' });
    expect(first('script', { type: 'module' })).toEqual({ type: 'module', src: '/client/story-abc.js' });
  });

  test('tells search engines what it is', async () => {
    const { first, find } = await page('/stories/storm');
    expect(find('title').map(textOf)).toEqual(['Storm opens the line – Stop Press']);
    expect(first('meta', { name: 'description' })['content']).toBe('The storm has closed the line between Kiruna and Narvik.');
    expect(first('link', { rel: 'canonical' })['href']).toBe(`http://127.0.0.1:${site.port}/stories/storm`);
    expect(find('meta', { name: 'robots' })).toEqual([]);
  });

  test('costs a 304 until something changes', async () => {
    for (const path of ['/stories/storm', '/']) {
      const { headers } = await site.get(path);
      expect(headers['cache-control']).toBe(shortly);
      expect((await site.get(path, { 'if-none-match': headers.etag ?? '' })).status).toBe(304);
    }
    const { etag } = (await site.get('/stories/storm')).headers;
    await publish(site.log, 'storm', contentOf(metaOf(), sampleSections()), { minute: 11 });
    expect((await site.get('/stories/storm', { 'if-none-match': etag ?? '' })).status).toBe(200);
  });

  test('speaks its own language where the pages can, and says where it cannot', async () => {
    for (const { lang, pages } of languages) {
      await publish(site.log, `in-${lang}`, contentOf(metaOf({ lang }), sampleSections()));
      expect((await site.get(`/stories/in-${lang}`)).body).toContain(pages.history);
    }
    const { first, find } = await page('/stories/v%C3%A4der/%C3%A5ska');
    expect(first('html')).toEqual({ lang: 'fa', dir: 'rtl' });
    expect(first('p', { class: 'times' })['lang']).toBe('en');
    expect(find('a', { class: 'skip' }).map((skip) => attributesOf(skip)['lang'])).toEqual(['en']);
  });
});

describe('the list', () => {
  test('has every story, latest first, each in its own direction', async () => {
    const { find, first } = await page('/');
    expect(first('main')).toEqual({ id: 'stories', 'data-position': '7f3a9c21_4' });
    expect(find('li').map((item) => attributesOf(item)['data-story'])).toEqual(['storm', 'väder/åska']);
    expect(find('article').map(attributesOf)).toEqual([{ lang: 'en', dir: 'ltr' }, { lang: 'fa', dir: 'rtl' }]);
    expect(first('p', { class: 'empty' })).toHaveProperty('hidden');
  });

  test('says so while it is empty, in the language of the site', async () => {
    await site.close();
    site = await startSite({ options: { lang: 'sv' } });
    const { first, find, body } = await page('/');
    expect(first('html')['lang']).toBe('sv');
    expect(find('ol')[0]?.childNodes).toEqual([]);
    expect(first('p', { class: 'empty' })).not.toHaveProperty('hidden');
    expect(body).toContain('Inga artiklar ännu');
  });
});

describe('history', () => {
  test('says in words what changed when', async () => {
    const { find, first } = await page('/stories/storm/revisions');
    const entries = find('li').filter((item) => 'value' in attributesOf(item));
    expect(find('h2').map((day) => textOf(day))).toEqual([expect.stringMatching(/^Sunday,? 22 November 2026$/)]);
    expect(entries.map((item) => textOf(item))).toEqual([
      expect.stringMatching(/14:09 UTC Correction Revision 3 as it stands now.*New headline: Storm opens the line.*Final version.*New: About rescue.*Removed: About what-we-know/),
      expect.stringMatching(/14:05 UTC Revision 2.*Figures <from> the railway.*Edited: About what-we-know/),
      expect.stringMatching(/14:00 UTC Revision 1.*First published/),
    ]);
    expect(first('meta', { name: 'robots' })['content']).toBe('noindex');
  });

  test('a revision is the page as it was, and says so', async () => {
    const { body, first, find } = await page('/stories/storm/revisions/1');
    expect(body).toContain('You are reading an earlier version: revision 1, as published on <time datetime="2026-11-22T14:00:00.000Z">');
    expect(find('h1').map(textOf)).toEqual(['Storm closes the northern line']);
    expect(first('meta', { name: 'robots' })['content']).toBe('noindex');
    expect(first('link', { rel: 'canonical' })['href']).toBe(`http://127.0.0.1:${site.port}/stories/storm`);
    expect(find('script').map(attributesOf)).toEqual([{ type: 'module', src: '/client/walk-abc.js' }]);
    expect(find('main', { id: 'story' })).toEqual([]);
  });

  test('a comparison holds both texts: without what is inserted the old one, without what is deleted the new one', async () => {
    const { find } = await page('/stories/storm/compare/1..2');
    const without = (node: Node, tag: string): string => ('tagName' in node && node.tagName === tag ? '' : 'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map((child) => without(child, tag)).join('') : '');
    const [section] = find('section', { id: 's-what-we-know' });
    const [blocks] = section ? elementsIn(section.childNodes).filter((element) => attributesOf(element)['class'] === 'blocks') : [];
    if (!blocks) throw new Error('the comparison shows no blocks');
    expect(without(blocks, 'ins')).toBe('118 passengers were on the train.Nobody was hurt.');
    expect(without(blocks, 'del')).toBe('119 passengers were on the train.Nobody was hurt.');
  });

  test('a comparison names new and removed sections, and changes of the headline', async () => {
    const { find } = await page('/stories/storm/compare/1..3');
    expect(find('section').map((section) => textOf(section))).toEqual([expect.stringMatching(/^Removed sectionAbout what-we-know/), 'New sectionAbout rescueTwo vehicles are on their way.']);
    expect(find('h1').flatMap(({ childNodes }) => elementsIn(childNodes)).map((change) => [change.tagName, textOf(change)])).toEqual(expect.arrayContaining([['del', expect.stringContaining('closes')], ['ins', expect.stringContaining('opens')]]));
  });

  test.each([
    ['/stories/storm/revisions/7f3a9c21_2', '/stories/storm/revisions/2'],
    ['/stories/storm/revisions/02', '/stories/storm/revisions/2'],
    ['/stories/storm/compare/3..1', '/stories/storm/compare/1..3'],
    ['/stories/storm/compare/7f3a9c21_1..03', '/stories/storm/compare/1..3'],
    ['/stories/storm/compare/2..2', '/stories/storm/revisions/2'],
    ['/stories/storm/compare?from=3&to=1', '/stories/storm/compare/3..1'],
    ['/stories/storm/revisions?n=2', '/stories/storm/revisions/2'],
    ['/stories/storm/revisions?n=%2F..', '/stories/storm/revisions/%2F..'],
    ['/stories/storm/', '/stories/storm'],
    ['/stories/storm/revisions/?before=2', '/stories/storm/revisions?before=2'],
    ['/stories', '/'],
    ['/stories/v%C3%A4der%2F%C3%A5ska', '/stories/v%C3%A4der/%C3%A5ska'],
    ['/stories/va%CC%88der/a%CC%8Aska/revisions?before=2', '/stories/v%C3%A4der/%C3%A5ska/revisions?before=2'],
  ])('%s is sent on to %s', async (path, canonical) => {
    const { status, headers } = await site.get(path);
    expect([status, headers.location]).toEqual([308, canonical]);
  });
});

describe('what is not there', () => {
  test.each([
    ['/stories/nothing', 404, 'There is nothing at this address'],
    ['/nothing', 404, 'There is nothing at this address'],
    ['/stories/storm/revisions/9', 404, 'There is nothing at this address'],
    ['/stories/storm/compare/1..9', 404, 'There is nothing at this address'],
    ['/stories/storm/compare/1', 404, 'There is nothing at this address'],
    ['/stories/%', 400, 'This address is garbled'],
    ['/%ff', 400, 'This address is garbled'],
  ])('%s: a page that says %d', async (path, expected, title) => {
    const { status, headers, find } = await page(path);
    expect([status, headers['content-type'], find('h1').map(textOf)]).toEqual([expected, 'text/html; charset=utf-8', [title]]);
  });

  test('a withdrawn story is gone in its own language, at every address', async () => {
    await publish(site.log, 'storm', contentOf(metaOf({ lang: 'sv' }), sampleSections()), { minute: 11 });
    await site.log.withdraw('storm', at(12));
    for (const path of ['', '/revisions', '/revisions/1', '/compare/1..2']) {
      const { status, find, first } = await page(`/stories/storm${path}`);
      expect([status, first('html')['lang'], find('h1').map(textOf)]).toEqual([410, 'sv', ['Artikeln har dragits tillbaka']]);
    }
  });

  test('a redacted revision is gone, and its history names it without a link', async () => {
    await site.log.redact('storm', 2);
    const gone = await page('/stories/storm/revisions/2');
    expect([gone.status, gone.find('h1').map(textOf)]).toEqual([410, ['This version has been removed']]);
    const { body } = await page('/stories/storm/revisions');
    expect(body).not.toContain('href="/stories/storm/revisions/2"');
    expect(body).not.toContain('Figures');
  });

  test('a moved story is found at its new address', async () => {
    await site.log.move('storm', 'väder/storm', at(12));
    const { status, headers } = await site.get('/stories/storm/revisions/1');
    expect([status, headers.location]).toEqual([308, '/stories/v%C3%A4der/storm/revisions/1']);
    expect((await site.get(headers.location ?? '')).status).toBe(200);
  });

  test('other methods are refused', async () => {
    for (const path of ['/', '/stories/storm', '/stories/storm/revisions/1', '/robots.txt', '/sitemap.xml', '/feed.atom', '/stories/storm/feed.json', '/healthz', '/stories', '/stories/photo.jpg', '/client/story-abc.js']) {
      const [post, options] = [await site.get(path, {}, 'POST'), await site.get(path, {}, 'OPTIONS')];
      expect([post.status, post.headers.allow], path).toEqual([405, 'GET, HEAD, OPTIONS']);
      expect([options.status, options.headers.allow, options.body], path).toEqual([204, 'GET, HEAD, OPTIONS', '']);
    }
  });
});

import * as fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFragment, type DefaultTreeAdapterTypes } from 'parse5';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shortly } from '../server/http/answers.ts';
import { textOf } from '../server/core/text.ts';
import { firstPicture, withWholeAddresses } from '../server/feeds/content.ts';
import { entryId } from '../server/feeds/ids.ts';
import { partsOf, renderSitemap, renderSitemapIndex } from '../server/feeds/sitemap.ts';
import { createSqliteLog } from '../server/revision-log/sqlite.ts';
import { at, contentOf, metaOf, publish, sampleSections, sectionOf, startSite } from './http-fixture.ts';

type Site = Awaited<ReturnType<typeof startSite>>;
type Item = { id: string; url: string; title: string; summary: string; content_html: string; date_published: string; tags: string[]; language: string; authors?: { name: string }[] };
type JsonFeed = { title: string; language: string; home_page_url: string; feed_url: string; next_url?: string; hubs?: object[]; items: Item[] };

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.close());

const json = async (path: string, host?: string): Promise<JsonFeed> => JSON.parse((await site.get(path, host === undefined ? {} : { host })).body) as JsonFeed;
const ids = ({ items }: JsonFeed): string[] => items.map(({ id }) => id);
const found = (text: string, pattern: RegExp): string[] => Array.from(text.matchAll(pattern), ([, value = '']) => value);
const entryIds = (atom: string): string[] => found(atom, /<entry[^>]*><id>([^<]*)<\/id>/g);
const tombstones = (atom: string): string[] => found(atom, /<at:deleted-entry ref="([^"]*)"/g);

const saying = (text: string, given: Parameters<typeof metaOf>[0] = {}) => contentOf(metaOf(given), [sectionOf('lead', [`<p>${text}</p>`]), sectionOf('know', ['<p>118 aboard.</p>'])]);

describe('a feed', () => {
  test('law: whoever polls often enough is told of each revision that is not minor, once, whatever moves and goes; both formats say the same', async () => {
    const stories = ['storm', 'uk/vote', 'roof'];
    const step = fc.record({ story: fc.constantFrom(...stories), kind: fc.constantFrom('update', 'update', 'minor', 'correction', 'withdraw', 'move'), poll: fc.boolean() });
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      await site.close();
      site = await startSite();
      const [told, held, names] = [new Map<string, string>(), new Map<string, string[]>(), new Map(stories.map((story) => [story, story]))];
      let minute = 0;
      const poll = async () => {
        const feed = await json('/feed.json');
        const atom = (await site.get('/feed.atom')).body;
        expect(new Set(ids(feed)).size).toBe(feed.items.length);
        expect(entryIds(atom)).toEqual(ids(feed));
        expect(feed.items.map(({ date_published }) => date_published)).toEqual(feed.items.map(({ date_published }) => date_published).toSorted().toReversed());
        for (const { id, title } of feed.items) expect(told.get(id) ?? title).toBe(title);
        for (const { id, title } of feed.items) told.set(id, title);
        const [standing, withdrawn] = [[...names], [...names]].map((list, index) => list.filter(([, slug]) => (site.log.find(slug)?.kind === 'withdrawn') === (index === 1)).flatMap(([name]) => held.get(name) ?? []));
        expect(feed.items.map(({ date_published }) => date_published).toSorted()).toEqual(standing?.toSorted());
        expect(tombstones(atom)).toHaveLength(withdrawn?.length ?? 0);
        for (const id of tombstones(atom)) expect(ids(feed)).not.toContain(id);
      };
      for (const { story, kind, poll: now } of steps) {
        minute += 1;
        const slug = names.get(story) ?? story;
        const standing = site.log.find(slug);
        if (kind === 'withdraw') await site.log.withdraw(slug, at(minute));
        else if (kind === 'move') {
          if (standing?.kind === 'published' && (await site.log.move(slug, `${story}-${minute}`, at(minute)))) names.set(story, `${story}-${minute}`);
        } else {
          const change = standing?.kind === 'published' ? kind : 'update';
          const updated = change === 'minor' && standing?.kind === 'published' ? standing.state.meta.updated : at(minute);
          await publish(site.log, slug, saying(`Minute ${minute}.`, { updated }), { minute, change });
          if (change !== 'minor') held.set(story, [...(held.get(story) ?? []), at(minute)]);
        }
        if (now) await poll();
      }
      await poll();
    }), { numRuns: 25 });
  });

  test('law: its pages lead to every entry once', async () => {
    for (let minute = 0; minute < 130; minute += 1) await publish(site.log, 'storm', saying(`Minute ${minute}.`, { updated: at(minute) }), { minute, change: minute % 5 === 4 ? 'minor' : 'update' });
    const seen: string[] = [];
    let next: string | undefined = '/stories/storm/feed.json';
    while (next !== undefined) {
      const feed: JsonFeed = await json(next);
      seen.push(...ids(feed));
      expect(feed.feed_url.endsWith(next)).toBe(true);
      next = feed.next_url?.replace(/^https?:\/\/[^/]*/, '');
    }
    expect([seen.length, new Set(seen).size]).toEqual([104, 104]);
    expect((await site.get('/stories/storm/feed.atom')).body).toMatch(/<link rel="next" type="application\/atom\+xml" href="http:\/\/[^"]*\/stories\/storm\/feed.atom\?before=\d+"\/>/);
  });

  test('names its entries the same under another host, at another address and after a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stop-press-feeds-'));
    const options = { folder, onListenerError: () => undefined };
    await site.close();
    site = await startSite({ log: createSqliteLog(options) });
    await publish(site.log, 'storm', saying('One.'));
    await publish(site.log, 'storm', saying('Two.', { updated: at(1) }), { minute: 1 });
    const [one, two] = [await json('/stories/storm/feed.json'), await json('/feed.json', 'news.example')];
    expect(one.items).toHaveLength(2);
    expect(ids(two)).toEqual(ids(one));
    expect(two.items[1]?.url).toBe('http://news.example/stories/storm');
    const [, atomId] = /<id>([^<]*)/.exec((await site.get('/stories/storm/feed.atom')).body) ?? [];
    await site.close();
    site = await startSite({ log: createSqliteLog(options) });
    await site.log.move('storm', 'weather/storm', at(3));
    expect(ids(await json('/stories/weather/storm/feed.json'))).toEqual(ids(one));
    expect((await site.get('/stories/weather/storm/feed.atom')).body).toContain(`<id>${atomId}</id><title>Storm`);
    expect((await site.get('/stories/storm/feed.atom')).headers.location).toBe('/stories/weather/storm/feed.atom');
    await rm(folder, { recursive: true });
  });

  test('names an entry by its place in the log and its time, whatever the epoch', () => {
    expect(entryId('7f3a9c21_42', at(1))).toBe('urn:uuid:77207cb2-d567-547c-a7cc-5f37882cd40c');
    expect(entryId('00000000_42', at(1))).toBe(entryId('7f3a9c21_42', at(1)));
    expect(new Set([entryId('7f3a9c21_42', at(1)), entryId('7f3a9c21_42', at(2)), entryId('7f3a9c21_43', at(1))]).size).toBe(3);
  });

  test('says what a revision changed: in words, with the sections that did, and where to see it', async () => {
    await publish(site.log, 'storm', saying('The line is <a href="/stories/map.png">closed</a>.'));
    const changed = contentOf(metaOf({ updated: at(5), corrections: [{ at: at(5), text: 'Not 180 & more.', section: 'know' }] }), [saying('The line is <a href="/stories/map.png">closed</a>.').sections[0] ?? sectionOf('lead', []), sectionOf('know', ['<p>119 <b>aboard</b>.</p>'])]);
    await publish(site.log, 'storm', changed, { minute: 5, change: 'correction', note: 'From the railway' });
    const [second, first] = (await json('/stories/storm/feed.json', 'news.example')).items;
    expect(first).toMatchObject({ title: 'Storm closes the northern line', summary: 'The line is closed.', url: 'http://news.example/stories/storm', tags: ['update'], authors: [{ name: 'Ada Berg' }] });
    expect(first?.content_html).toContain('<a href="http://news.example/stories/map.png">closed</a>');
    expect(second).toMatchObject({
      title: 'Correction: Storm closes the northern line – Not 180 & more.',
      summary: 'Correction: Not 180 & more. · From the railway · Edited: About know',
      url: 'http://news.example/stories/storm/compare/1..2',
      tags: ['correction'],
      date_published: at(5),
    });
    expect(second?.content_html).toContain('<h2>About know</h2>\n<p>119 <b>aboard</b>.</p>');
    expect(second?.content_html).not.toContain('closed');
    const atom = (await site.get('/stories/storm/feed.atom')).body;
    expect(atom).toContain('<category term="correction" label="Correction"/>');
    expect(atom).toContain('&lt;p&gt;119 &lt;b&gt;aboard&lt;/b&gt;.&lt;/p&gt;');
    expect((await site.get('/stories/storm/compare/1..2')).status).toBe(200);
  });

  test('speaks the language and the direction of its story', async () => {
    await publish(site.log, 'storm', saying('أغلقت', { lang: 'ar', dir: 'rtl', headline: 'العاصفة' }));
    const feed = await json('/stories/storm/feed.json');
    expect([feed.language, feed.items[0]?.language]).toEqual(['ar', 'ar']);
    expect(feed.items[0]?.content_html).toMatch(/^<div lang="ar" dir="rtl">/);
    expect((await site.get('/feed.atom')).body).toContain('<entry xml:lang="ar">');
  });

  test('of a withdrawn story is tombstones and nothing else; put back, it is a feed again', async () => {
    await publish(site.log, 'storm', saying('Secret.'));
    const before = ids(await json('/stories/storm/feed.json'));
    await site.log.withdraw('storm', at(7));
    for (const path of ['/feed', '/stories/storm/feed']) {
      const [atom, feed] = [(await site.get(`${path}.atom`)).body, await json(`${path}.json`)];
      expect(atom).toContain(`<at:deleted-entry ref="${before[0]}" when="${at(7)}"/>`);
      expect([feed.items, atom.includes('Secret'), atom.includes('Storm')]).toEqual([[], false, false]);
    }
    await publish(site.log, 'storm', saying('Open.', { updated: at(9) }), { minute: 9 });
    const [back, first] = (await json('/feed.json')).items;
    expect([first?.id, back?.title]).toEqual([before[0], 'Storm closes the northern line – Edited: Opening']);
    expect(back?.content_html).toMatch(/Open\.[^]*118 aboard/);
    expect(tombstones((await site.get('/feed.atom')).body)).toEqual([]);
  });

  test('forgets what is redacted, at once, also in pages that search engines keep', async () => {
    await publish(site.log, 'storm', saying('One.'));
    await publish(site.log, 'storm', saying('The name is Bond.', { updated: at(1) }), { minute: 1, note: 'Bond it is' });
    await publish(site.log, 'storm', saying('Three.', { updated: at(2) }), { minute: 2 });
    const paths = ['/feed.atom', '/feed.json', '/stories/storm/feed.atom', '/stories/storm'];
    const tags = await Promise.all(paths.map(async (path) => (await site.get(path)).headers.etag ?? ''));
    for (const path of paths) expect((await site.get(path)).body, path).toContain('Bond');
    const [, id = ''] = ids(await json('/feed.json'));
    await site.log.redact('storm', 2);
    for (const [index, path] of paths.entries()) {
      const { status, body } = await site.get(path, { 'if-none-match': tags[index] ?? '' });
      expect([status, body.includes('Bond')], path).toEqual([200, false]);
    }
    const atom = (await site.get('/feed.atom')).body;
    expect([tombstones(atom), entryIds(atom).length]).toEqual([[id], 2]);
  });

  test('costs a 304 until something changes, and says where it stands', async () => {
    await publish(site.log, 'storm', saying('One.'));
    for (const path of ['/feed.atom', '/feed.json', '/stories/storm/feed.atom', '/stories/storm/feed.json', '/api/stories/storm/ninjs', '/sitemap.xml']) {
      const { headers } = await site.get(path);
      expect([headers['cache-control'], headers['stop-press-position']], path).toEqual([shortly, '7f3a9c21_1']);
      expect((await site.get(path, { 'if-none-match': headers.etag ?? '' })).status, path).toBe(304);
    }
    const { etag } = (await site.get('/feed.atom')).headers;
    await publish(site.log, 'roof', saying('Two.'), { minute: 1 });
    expect((await site.get('/feed.atom', { 'if-none-match': etag ?? '' })).status).toBe(200);
    expect((await site.get('/feed.atom', { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBe('gzip');
  });

  test('names its hub where there is one', async () => {
    await site.close();
    site = await startSite({ options: { hub: 'https://hub.example/', origins: ['*'] } });
    await publish(site.log, 'storm', saying('One.'));
    const { headers, body } = await site.get('/feed.atom', { host: 'news.example' });
    expect(headers['link']).toBe('<http://news.example/feed.atom>; rel="self", <https://hub.example/>; rel="hub"');
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(body).toContain('<link rel="hub" href="https://hub.example/"/>');
    expect((await json('/feed.json')).hubs).toEqual([{ type: 'WebSub', url: 'https://hub.example/' }]);
  });

  test('of nothing is a feed too; of a story that is not there it is none', async () => {
    expect((await json('/feed.json')).items).toEqual([]);
    expect((await site.get('/feed.atom')).body).toContain('<updated>1970-01-01T00:00:00.000Z</updated>');
    expect((await site.get('/stories/storm/feed.atom')).status).toBe(404);
    expect((await site.get('/feed.atom', { host: 'evil"><script>' })).status).toBe(400);
    expect((await site.get('/stories/storm/feed.atom?before=x')).status).toBe(404);
  });
});

describe('addresses in a feed', () => {
  type Node = DefaultTreeAdapterTypes.ChildNode;
  const attributes = (html: string): [string, string][] => {
    const read = (node: Node): [string, string][] => ('attrs' in node ? [...node.attrs.map(({ name, value }): [string, string] => [name, value]), ...node.childNodes.flatMap(read)] : []);
    return parseFragment(html).childNodes.flatMap(read);
  };
  const address = fc.constantFrom('/stories/a', '//other.example/b', 'https://other.example/c?d=/e&amp;f', 'mailto:a@b.example', '/s?x=" href="/y'.replaceAll('"', '&quot;'));
  const words = fc.constantFrom('a', ' href="/no" ', ' src="/no"', '&lt;a href="/no">', '$1', '🚂');
  const part = fc.oneof(
    fc.tuple(address, words).map(([href, text]) => `<a title=" href='/no' >" href="${href}">${text}</a>`),
    fc.tuple(address, address).map(([src, cite]) => `<blockquote cite="${cite}"><p><img src="${src}" alt=" src=/no >"></p></blockquote>`),
    words.map((text) => `<p>${text}</p>`),
  );

  test('law: every one is whole, and nothing else has changed', () => {
    fc.assert(fc.property(fc.array(part, { maxLength: 6 }).map((parts) => parts.join('')), (html) => {
      const whole = withWholeAddresses(html, 'https://news.example');
      expect(textOf(whole)).toBe(textOf(html));
      const expected = attributes(html).map(([name, value]) => [name, ['href', 'src', 'cite'].includes(name) ? new URL(value, 'https://news.example/stories/x').href : value]);
      expect(attributes(whole).map(([name, value]) => [name, ['href', 'src', 'cite'].includes(name) ? new URL(value).href : value])).toEqual(expected);
    }));
  });

  test('the first picture is found, with its address as it is', () => {
    expect(firstPicture([sectionOf('lead', ['<p>No <b>picture</b></p>', '<figure><img alt=" src=&quot;/no&quot; >" src="/stories/a.jpg?b=1&amp;c=2"></figure>', '<img src="/later.jpg">'])], 'https://news.example')).toBe('https://news.example/stories/a.jpg?b=1&c=2');
    expect(firstPicture(sampleSections(), 'https://news.example')).toBeUndefined();
  });
});

describe('for search engines', () => {
  type Graph = { '@graph': [Record<string, unknown>, Record<string, unknown> & { liveBlogUpdate: Record<string, string>[] }] };
  const dataOf = async (path: string): Promise<Graph> => {
    const [data = ''] = found((await site.get(path, { host: 'news.example' })).body, /<script type="application\/ld\+json">([^<]*)<\/script>/g);
    return JSON.parse(data) as Graph;
  };

  test('a story is a news article with its corrections, and live coverage with its updates', async () => {
    const picture = sectionOf('lead', ['<figure><img src="/stories/a.jpg" alt=""></figure>', '<p>Closed </script><!-- <b>line</b>.</p>']);
    await publish(site.log, 'storm', contentOf(metaOf(), [picture]));
    await publish(site.log, 'storm', contentOf(metaOf({ updated: at(3) }), [picture, sectionOf('know', ['<p>118.</p>'])]), { minute: 3 });
    await publish(site.log, 'storm', contentOf(metaOf({ updated: at(3), headline: 'Storm  closes the line' }), [picture, sectionOf('know', ['<p>118.</p>'])]), { minute: 4, change: 'minor' });
    const corrected = metaOf({ updated: at(5), status: 'final', corrections: [{ at: at(5), text: 'Not 180 </script>.', section: 'know' }] });
    await publish(site.log, 'storm', contentOf(corrected, [picture, sectionOf('know', ['<p>119.</p>'])]), { minute: 5, change: 'correction' });
    const { '@graph': [article, live] } = await dataOf('/stories/storm');
    const page = 'http://news.example/stories/storm';
    const common = { headline: 'Storm closes the northern line', datePublished: at(0), dateModified: at(5), inLanguage: 'en', url: page, image: 'http://news.example/stories/a.jpg', author: [{ '@type': 'Person', name: 'Ada Berg' }] };
    expect(article).toMatchObject({ '@type': 'NewsArticle', ...common, isAccessibleForFree: true, correction: [{ '@type': 'CorrectionComment', text: 'Not 180 </script>.', datePublished: at(5), url: `${page}#s-know` }] });
    expect(live).toMatchObject({ '@type': 'LiveBlogPosting', ...common, coverageStartTime: at(0), coverageEndTime: at(5) });
    expect(live.liveBlogUpdate.map(({ headline, datePublished, url }) => [headline, datePublished, url])).toEqual([
      ['Correction: Not 180 </script>.', at(5), `${page}#s-know`],
      ['New section: About know', at(3), `${page}#s-know`],
      ['Storm closes the northern line', at(0), page],
    ]);
  });

  test('live coverage has a bounded number of updates, and no end while it goes on', async () => {
    for (let minute = 0; minute < 40; minute += 1) await publish(site.log, 'storm', saying(`Minute ${minute}.`, { updated: at(minute), authors: [] }), { minute });
    const { '@graph': [, live] } = await dataOf('/stories/storm');
    expect([live.liveBlogUpdate.length, live.liveBlogUpdate[0]?.['datePublished']]).toEqual([20, at(39)]);
    expect(live).not.toHaveProperty('coverageEndTime');
    expect(live).toMatchObject({ author: { '@type': 'Organization' } });
  });

  test('robots.txt names the sitemap, and the sitemap every published story', async () => {
    await publish(site.log, 'storm', saying('One.', { updated: at(4) }));
    await publish(site.log, 'väder/å&a', saying('One.'));
    await publish(site.log, 'gone', saying('One.'));
    await site.log.withdraw('gone', at(5));
    expect((await site.get('/robots.txt', { host: 'news.example' })).body).toContain('\nSitemap: http://news.example/sitemap.xml\n');
    const { headers, body } = await site.get('/sitemap.xml', { host: 'news.example' });
    expect(headers['content-type']).toBe('application/xml; charset=utf-8');
    expect(found(body, /<loc>([^<]*)</g)).toEqual(['http://news.example/', 'http://news.example/stories/storm', 'http://news.example/stories/v%C3%A4der/%C3%A5%26a']);
    expect(found(body, /<lastmod>([^<]*)</g)).toEqual([at(4), at(4), at(0)]);
    expect((await site.get('/sitemap-1.xml')).status).toBe(200);
    for (const part of ['0', '2', 'x', '01']) expect((await site.get(`/sitemap-${part}.xml`)).status, part).toBe(404);
  });

  test('law: the parts of a sitemap hold every page once, none more than its share', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.string(), { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (paths, limit) => {
      const parts = partsOf(paths.map((path) => ({ path, updated: at(1) })), limit);
      expect(parts.every(({ length }) => length > 0 && length <= limit)).toBe(true);
      expect(parts.flat().map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
      expect(found(renderSitemapIndex(parts, 'http://a'), /<loc>([^<]*)</g)).toEqual(parts.map((_, index) => `http://a/sitemap-${index + 1}.xml`));
    }));
    expect(renderSitemap([{ path: '/' }], 'http://a')).toContain('<url><loc>http://a/</loc></url>');
  });

  test('pages name their feeds', async () => {
    await publish(site.log, 'uk/vote', saying('One.'));
    for (const [page, feed] of [['/', '/feed'], ['/stories/uk/vote', '/stories/uk/vote/feed']] as const) {
      const { body } = await site.get(page);
      expect(body).toContain(`<link rel="alternate" type="application/atom+xml" href="${feed}.atom"`);
      expect(body).toContain(`<link rel="alternate" type="application/feed+json" href="${feed}.json"`);
    }
  });
});

describe('ninjs', () => {
  test('has the whole story', async () => {
    const corrections = [{ at: at(2), text: 'Not 180.' }];
    await publish(site.log, 'storm', contentOf(metaOf({ updated: at(2), corrections }), sampleSections()));
    const { headers, body } = await site.get('/api/stories/storm/ninjs', { host: 'news.example' });
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    const story = JSON.parse(body) as { bodies: { role: string; value: string; wordCount?: number }[] };
    expect(story).toMatchObject({ uri: 'http://news.example/stories/storm', version: '1', firstCreated: at(0), versionCreated: at(2), pubStatus: 'usable', edNote: `${at(2)} Not 180.`, by: 'Ada Berg' });
    expect(story.bodies[0]?.value).toContain('<a href="http://news.example/stories/buses">the station</a>');
    expect(story.bodies[1]).toMatchObject({ role: 'plain', wordCount: 30 });
    await site.log.withdraw('storm', at(3));
    expect((await site.get('/api/stories/storm/ninjs')).status).toBe(410);
  });
});

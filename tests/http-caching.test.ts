import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shortly } from '../server/http/answers.ts';
import { encodings } from '../server/http/prepared.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { at, contentOf, metaOf, publish, sampleSections, sectionOf, startSite, type Answer } from './http-fixture.ts';

let site: Awaited<ReturnType<typeof startSite>>;
const p = (sequence: number) => `7f3a9c21_${sequence}`;
const long = Array.from({ length: 40 }, (_, n) => `<p>${n} The storm has closed the line between Kiruna and Narvik.</p>`);

beforeAll(async () => {
  site = await startSite();
  await publish(site.log, 'storm', contentOf(metaOf(), sampleSections()));
  await publish(site.log, 'storm', contentOf(metaOf({ updated: at(5) }), [sectionOf('lead', long)]), { minute: 5 });
  await publish(site.log, 'gone', contentOf(metaOf(), sampleSections()), { minute: 6 });
  await site.log.withdraw('gone', at(7));
  await publish(site.log, 'old', contentOf(metaOf(), sampleSections()), { minute: 8 });
  await site.log.move('old', 'new', at(9));
  await writeFile(join(site.folder, 'map.svg'), `<svg xmlns="http://www.w3.org/2000/svg"><!--${'x'.repeat(3_000)}--></svg>`);
  await mkdir(join(site.folder, 'client'));
  await writeFile(join(site.folder, 'client/story-abc.js'), 'export {};');
});
afterAll(() => site.close());

const decoded = ({ headers, bytes }: Answer): string => {
  const encoding = headers['content-encoding'];
  return (encoding === 'br' ? brotliDecompressSync(bytes) : encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
};

const changing = [
  '/', '/stories/storm', '/stories/storm?fbclid=1', '/stories/storm/revisions', '/stories/storm/revisions/1', '/stories/storm/compare/1..2', '/stories/map.svg',
  '/api/stories', '/api/stories/storm', '/api/stories/storm/revisions', '/api/stories/storm/ninjs',
  '/feed.atom', '/feed.json', '/stories/storm/feed.atom', '/stories/storm/feed.json', '/stories/gone/feed.atom', '/sitemap.xml',
];
const lasting = [`/api/stories/storm/revisions/${p(1)}`, `/api/stories/storm/diffs/${p(1)}..${p(2)}`];
const files = ['/client/story-abc.js', '/favicon.svg', '/robots.txt'];

describe.each([...changing, ...lasting, ...files])('%s', (path) => {
  test('has a tag, and whoever has it gets 304 in every encoding', async () => {
    for (const encoding of ['br', 'gzip', 'identity']) {
      const full = await site.get(path, { 'accept-encoding': encoding });
      expect([full.status, full.headers.vary]).toEqual([200, 'Accept-Encoding']);
      const { etag = '' } = full.headers;
      expect(etag).toMatch(/^(?:W\/)?"[^"]+"$/);
      const again = await site.get(path, { 'accept-encoding': encoding, 'if-none-match': etag });
      expect([again.status, again.body]).toEqual([304, '']);
      for (const name of ['cache-control', 'etag', 'vary', 'stop-press-position']) expect(again.headers[name], name).toBe(full.headers[name]);
      expect((await site.get(path, { 'if-none-match': '"other"' })).status).toBe(200);
    }
  });

  test('is the same in every encoding, also for HEAD', async () => {
    const plain = await site.get(path);
    for (const [wanted, given] of [['br', 'br'], ['gzip', 'gzip'], ['gzip, deflate, br, zstd', 'br'], ['gzip;q=1, br;q=0', 'gzip'], ['identity', undefined], ['', undefined]] as const) {
      const answer = await site.get(path, { 'accept-encoding': wanted });
      expect(answer.headers['content-encoding'], wanted).toBe(plain.bytes.length < 1_024 ? undefined : given);
      expect(decoded(answer)).toBe(plain.body);
      const head = await site.get(path, { 'accept-encoding': wanted }, 'HEAD');
      expect([head.body, head.headers.etag]).toEqual(['', answer.headers.etag]);
      if (answer.headers['content-length'] !== undefined) expect(head.headers['content-length']).toBe(answer.headers['content-length']);
    }
  });
});

test.each(changing)('%s is kept by shared caches for a second, and asked for again by browsers', async (path) => {
  expect((await site.get(path)).headers['cache-control']).toBe('public, max-age=0, must-revalidate, s-maxage=1, stale-while-revalidate=5, stale-if-error=3600');
});

test.each([['/stories/nothing', 404], ['/api/stories/nothing', 404], ['/stories/gone', 410], ['/api/stories/gone', 410], ['/stories/old', 308], ['/api/stories/storm/revisions/1', 308]])(
  '%s, %d, is kept no longer than what may stand there next',
  async (path, status) => {
    const answer = await site.get(path);
    expect([answer.status, answer.headers['cache-control']]).toEqual([status, shortly]);
  },
);

test.each(['/api/stories/storm/problems', '/api/stories/nothing/problems', '/healthz', '/readyz', '/metrics', '/stories/%E0'])('%s is not kept by anybody', async (path) => {
  const { headers } = await site.get(path);
  expect(headers['cache-control']).toBe('no-store');
});

test('a problem of a story that has moved is not kept either', async () => {
  const { status, headers } = await site.get('/api/stories/old/problems');
  expect([status, headers['cache-control']]).toEqual([308, 'no-store']);
});

test('while the log stands nothing is looked up twice, for any kind of asker', async () => {
  const log = createMemoryLog({ epoch: '7f3a9c21' });
  let lookups = 0;
  const own = await startSite({ log: { ...log, find: (story) => ((lookups += 1), log.find(story)) } });
  for (const headline of ['One', 'Two']) {
    lookups = 0;
    await publish(log, 'storm', contentOf(metaOf({ headline }), sampleSections()));
    const first = new Map<string, Answer>();
    for (const encoding of encodings) first.set(encoding, await own.get('/stories/storm', { 'accept-encoding': encoding }));
    for (const [encoding, { headers, bytes, body }] of first) {
      if (encoding === 'identity') expect(body).toContain(headline);
      const again = await own.get('/stories/storm', { 'accept-encoding': encoding });
      expect([again.status, again.headers, again.bytes]).toEqual([200, { ...headers, date: again.headers.date }, bytes]);
      const { etag = '' } = headers;
      const known = await own.get('/stories/storm', { 'accept-encoding': encoding, 'if-none-match': etag });
      expect([known.status, known.headers.etag, known.headers.vary, known.headers['content-length'], known.body]).toEqual([304, etag, 'Accept-Encoding', undefined, '']);
      const insisting = await own.get('/stories/storm', { 'accept-encoding': encoding, 'if-none-match': etag, 'cache-control': 'no-cache' });
      expect([insisting.status, insisting.bytes]).toEqual([200, bytes]);
      expect((await own.get('/stories/storm', { 'accept-encoding': encoding }, 'HEAD')).headers['content-length']).toBe(headers['content-length']);
    }
    expect(lookups).toBe(encodings.length);
  }
  await own.close();
});

test('an answer is made again when a revision comes, when one is redacted, and for another host', async () => {
  const own = await startSite();
  const pageOf = async (host: string) => (await own.get('/stories/storm', { host })).body;
  await publish(own.log, 'storm', contentOf(metaOf(), sampleSections()));
  expect(await pageOf('one.example')).toContain('http://one.example/stories/storm');
  expect(await pageOf('two.example')).toContain('http://two.example/stories/storm');
  await publish(own.log, 'storm', contentOf(metaOf({ headline: 'All clear' }), sampleSections()), { minute: 5, note: 'a secret' });
  expect(await pageOf('one.example')).toContain('All clear');
  const history = async () => (await own.get('/stories/storm/revisions')).body;
  expect(await history()).toContain('a secret');
  await publish(own.log, 'storm', contentOf(metaOf({ headline: 'All clear now' }), sampleSections()), { minute: 6 });
  expect(await history()).toContain('a secret');
  await own.log.redact('storm', 2);
  expect(await history()).not.toContain('a secret');
  await own.close();
});

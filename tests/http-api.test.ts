import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shortly } from '../server/http/answers.ts';
import { apply } from '../server/core/diff.ts';
import type { Diff } from '../server/core/protocol.ts';
import type { State } from '../server/core/story.ts';
import { at, contentOf, metaOf, publish, sampleSections, sectionOf, startSite, type Answer } from './http-fixture.ts';

const editor = { severity: 'error' as const, file: 'storm.md', line: 4, column: 1, message: 'two sections have the id "a"' };
const start = (given: Parameters<typeof startSite>[0] = {}) => startSite({ problemsOf: (story) => (story === 'storm' || story === 'new' ? [editor] : []), ...given });

let site: Awaited<ReturnType<typeof startSite>>;
beforeEach(async () => {
  site = await start();
  await threeRevisions();
});
afterEach(() => site.close());

/** Revisions 1 and 2 of `storm` at 1 and 3, `uk/vote` at 2, revision 3 at 4. */
const threeRevisions = async (): Promise<void> => {
  const [lead, know, trains] = sampleSections();
  if (!lead || !know || !trains) throw new Error('the sample has three sections');
  const edited = { ...know, revised: at(5), blocks: ['<p>180 passengers were on the train.</p>'] };
  await publish(site.log, 'storm', contentOf(metaOf(), [lead, know, trains]));
  await publish(site.log, 'uk/vote', contentOf(metaOf({ headline: 'Vote' }), [sectionOf('lead', ['<p>Polls are open.</p>'])]));
  await publish(site.log, 'storm', contentOf(metaOf({ updated: at(5) }), [lead, edited, trains]), { minute: 5, note: 'Figures' });
  await publish(site.log, 'storm', contentOf(metaOf({ updated: at(9), corrections: [{ at: at(9), text: '118, not 180' }] }), [lead, trains, know]), { minute: 9, change: 'correction' });
};

const p = (sequence: number): string => `7f3a9c21_${sequence}`;
const json = (answer: Answer): unknown => JSON.parse(answer.body);
const getJson = async (path: string): Promise<unknown> => json(await site.get(path));
const stateAt = async (path: string): Promise<State> => JSON.parse((await site.get(path)).body);

describe('what is published', () => {
  test('/api/stories lists every story, latest update first', async () => {
    expect(await getJson('/api/stories')).toEqual({
      position: p(4),
      stories: [
        { slug: 'storm', position: p(4), revision: 3, meta: expect.objectContaining({ headline: 'Storm closes the northern line' }) },
        { slug: 'uk/vote', position: p(2), revision: 1, meta: expect.objectContaining({ headline: 'Vote' }) },
      ],
    });
  });

  test('/api/stories/<slug> is the state, whatever the slug looks like', async () => {
    await publish(site.log, 'väder/åska 100 %', contentOf(metaOf(), sampleSections()));
    expect(await getJson('/api/stories/storm')).toEqual({ story: 'storm', position: p(4), revision: 3, hash: expect.stringMatching(/^[\da-f]{8}$/), meta: expect.anything(), sections: expect.any(Array) });
    expect(await getJson('/api/stories/uk/vote')).toMatchObject({ story: 'uk/vote' });
    expect(await getJson(`/api/stories/${encodeURIComponent('väder')}/${encodeURIComponent('åska 100 %')}`)).toMatchObject({ story: 'väder/åska 100 %' });
  });

  test('revisions come newest first, with counts and notes', async () => {
    expect(await getJson('/api/stories/storm/revisions')).toEqual({
      revisions: [
        { revision: 3, position: p(4), at: at(9), change: 'correction', edited: 1, added: 0, removed: 0, moved: 1 },
        { revision: 2, position: p(3), at: at(5), change: 'update', note: 'Figures', edited: 1, added: 0, removed: 0, moved: 0 },
        { revision: 1, position: p(1), at: at(0), change: 'update', edited: 0, added: expect.any(Number), removed: 0, moved: 0 },
      ],
    });
  });

  test('a long history comes in pages that join without gap or repeat', async () => {
    const sections = sampleSections();
    for (let number = 4; number <= 205; number += 1) await publish(site.log, 'storm', contentOf(metaOf({ headline: `Storm ${number}` }), sections), { minute: number });
    const numbers: number[] = [];
    let pages = 0;
    for (let next: string | undefined = '/api/stories/storm/revisions'; next !== undefined; pages += 1) {
      const page: { revisions: { revision: number }[]; next?: string } = JSON.parse((await site.get(next)).body);
      numbers.push(...page.revisions.map(({ revision }) => revision));
      next = page.next;
    }
    expect(pages).toBe(3);
    expect(numbers).toEqual(Array.from({ length: 205 }, (_, index) => 205 - index));
    expect((await site.get('/api/stories/storm/revisions?before=x')).status).toBe(400);
  });
});

describe('canonical addresses', () => {
  test.each(['', '/revisions', '/revisions?before=2', '/problems'])('of a story%s: its slashes are slashes, and its letters composed', async (rest) => {
    await publish(site.log, 'väder/åska', contentOf(metaOf(), sampleSections()));
    for (const [written, slug] of [['uk%2Fvote', 'uk/vote'], [encodeURIComponent('väder/åska'), 'väder/åska'], ['väder/åska'.normalize('NFD').split('/').map(encodeURIComponent).join('/'), 'väder/åska']] as const) {
      const { status, headers } = await site.get(`/api/stories/${written}${rest}`);
      expect([status, headers.location]).toEqual([308, `/api/stories/${encodeURI(slug)}${rest}`]);
      expect((await site.get(headers.location ?? '')).status).toBe(200);
    }
  });

  test('of a story stay as a proxy may write them: with more letters escaped, or fewer', async () => {
    await publish(site.log, 'q+a', contentOf(metaOf(), sampleSections()));
    for (const path of ['/api/stories/q+a', '/api/stories/q%2Ba', '/api/stories/%73torm']) expect((await site.get(path)).status, path).toBe(200);
  });

  test.each([['2', p(3)], ['0003', p(4)], [p(2), p(1)]])('revision %s is sent on to %s', async (which, canonical) => {
    const answer = await site.get(`/api/stories/storm/revisions/${which}`);
    expect([answer.status, answer.headers.location]).toEqual([308, `/api/stories/storm/revisions/${canonical}`]);
    expect(await getJson(`/api/stories/storm/revisions/${canonical}`)).toMatchObject({ story: 'storm', position: canonical });
  });

  test.each([['1..3', `${p(1)}..${p(4)}`], [`${p(2)}..${p(4)}`, `${p(1)}..${p(4)}`], [`${p(1)}..2`, `${p(1)}..${p(3)}`], ['2..2', `${p(3)}..${p(3)}`]])('the diff %s is sent on to %s', async (range, canonical) => {
    const answer = await site.get(`/api/stories/storm/diffs/${range}`);
    expect([answer.status, answer.headers.location]).toEqual([308, `/api/stories/storm/diffs/${canonical}`]);
    expect((await site.get(`/api/stories/storm/diffs/${canonical}`)).status).toBe(200);
  });

  test('law: a diff leads from the one revision to the other', async () => {
    for (const [from, to, folded] of [[1, 3, 1], [3, 4, 1], [1, 4, 2]] as const) {
      const diff: Diff = JSON.parse((await site.get(`/api/stories/storm/diffs/${p(from)}..${p(to)}`)).body);
      const [before, after] = [await stateAt(`/api/stories/storm/revisions/${p(from)}`), await stateAt(`/api/stories/storm/revisions/${p(to)}`)];
      expect(Object.keys(diff).filter((key) => key !== 'note')).toEqual(['type', 'story', 'from', 'to', 'revision', 'at', 'change', 'folded', 'hash', 'ops']);
      expect(diff).toMatchObject({ type: 'diff', story: 'storm', from: p(from), to: p(to), folded, hash: after.hash });
      expect(apply(before, diff.ops, diff.at)).toEqual({ hash: after.hash, meta: after.meta, sections: after.sections });
    }
  });

  test('between two places with one state there is nothing to do', async () => {
    expect(await getJson(`/api/stories/storm/diffs/${p(3)}..${p(3)}`)).toMatchObject({ type: 'diff', from: p(3), to: p(3), revision: 2, folded: 0, ops: [] });
  });

  test('revisions and diffs may be kept for good, the rest has to be asked for again', async () => {
    const kept = async (path: string) => (await site.get(path)).headers['cache-control'];
    expect(await kept(`/api/stories/storm/revisions/${p(1)}`)).toBe('public, max-age=86400, immutable');
    expect(await kept(`/api/stories/storm/diffs/${p(1)}..${p(4)}`)).toBe('public, max-age=86400, immutable');
    for (const path of ['/api/stories', '/api/stories/storm', '/api/stories/storm/revisions', '/api/stories/storm/revisions/1']) expect(await kept(path), path).toBe(shortly);
  });
});

describe('failures', () => {
  test.each([
    ['/api/stories/nothing', 404],
    ['/api/stories/storm/', 308],
    ['/api/stories/storm/revisions/9', 404],
    ['/api/stories/storm/revisions/0', 404],
    ['/api/stories/storm/revisions/latest', 404],
    [`/api/stories/storm/revisions/deadbeef_1`, 404],
    [`/api/stories/uk/vote/revisions/${p(1)}`, 404],
    ['/api/stories/storm/diffs/3..1', 400],
    [`/api/stories/storm/diffs/${p(4)}..${p(1)}`, 400],
    [`/api/stories/storm/diffs/deadbeef_1..${p(4)}`, 404],
    [`/api/stories/storm/diffs/${p(1)}..${p(99)}`, 404],
    ['/api/stories/storm/diffs/1..2..3', 404],
    ['/api/stories/storm/diffs/1', 404],
    ['/api/stories/%E0%A4%A', 400],
    ['/api/nothing', 404],
    ['/API/stories', 404],
  ])('%s: %d', async (path, status) => {
    const answer = await site.get(path);
    expect(answer.status).toBe(status);
    if (status >= 400 && path.startsWith('/api')) {
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(json(answer)).toMatchObject({ type: 'about:blank', title: expect.any(String), status, detail: expect.any(String) });
      expect(answer.headers['cache-control']).toBe(status === 400 ? 'no-store' : shortly);
    }
  });

  test.each(['/api/stories', '/api/stories/storm', '/api/stories/storm/revisions', '/api/stories/storm/revisions/1', '/api/stories/storm/diffs/1..2', '/api/stories/storm/problems'])('%s can only be read', async (path) => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await site.get(path, {}, method);
      expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    }
    const options = await site.get(path, {}, 'OPTIONS');
    expect([options.status, options.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });

  test('a withdrawn story is gone at every address under it, and comes back', async () => {
    const paths = ['', '/revisions', `/revisions/${p(1)}`, '/revisions/1', `/diffs/${p(1)}..${p(4)}`];
    await site.log.withdraw('storm', at(10));
    for (const path of paths) expect((await site.get(`/api/stories/storm${path}`)).status, path).toBe(410);
    expect(await getJson('/api/stories')).toMatchObject({ position: p(5), stories: [{ slug: 'uk/vote' }] });
    await publish(site.log, 'storm', contentOf(metaOf(), sampleSections()), { minute: 12 });
    expect(await getJson('/api/stories/storm')).toMatchObject({ revision: 4, position: p(6) });
  });

  test('a moved story is sent on from every address under it', async () => {
    await site.log.move('storm', 'uk/storm 1', at(10));
    for (const path of ['', '/revisions?before=3', `/revisions/${p(1)}`, `/diffs/${p(1)}..${p(4)}`]) {
      const answer = await site.get(`/api/stories/storm${path}`);
      expect([answer.status, answer.headers.location]).toEqual([308, `/api/stories/uk/storm%201${path}`]);
      expect((await site.get(answer.headers.location ?? '')).status).toBe(200);
    }
  });

  test('a redacted revision is gone; diffs across it still lead on', async () => {
    await site.log.redact('storm', 2);
    expect((await site.get(`/api/stories/storm/revisions/${p(3)}`)).status).toBe(410);
    expect((await site.get('/api/stories/storm/revisions/2')).status).toBe(410);
    expect((await site.get(`/api/stories/storm/diffs/${p(1)}..${p(3)}`)).status).toBe(410);
    expect((await site.get(`/api/stories/storm/diffs/${p(1)}..${p(4)}`)).status).toBe(200);
  });

  test('what nobody foresaw is a 500 that tells the operator, not the reader', async () => {
    const told: unknown[] = [];
    const failing = await start({ problemsOf: () => { throw new Error('secret'); }, onError: (error) => told.push(error) });
    const answer = await failing.get('/api/stories/storm/problems');
    await failing.close();
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('secret');
    expect(told).toEqual([expect.objectContaining({ message: 'secret' })]);
  });
});

describe('asking again', () => {
  test.each(['/api/stories', '/api/stories/storm', '/api/stories/storm/revisions'])('%s costs a 304 until something changes', async (path) => {
    const first = await site.get(path);
    const again = { 'if-none-match': first.headers.etag ?? '' };
    expect(first.headers.etag).toMatch(/^W\/"7f3a9c21_4-/);
    expect(first.headers['stop-press-position']).toBe(p(4));
    const second = await site.get(path, again);
    expect([second.status, second.body, second.headers.vary, second.headers['stop-press-position']]).toEqual([304, '', 'Accept-Encoding', p(4)]);
    expect((await site.get(path, { ...again, 'accept-encoding': 'gzip' })).status).toBe(304);
    await publish(site.log, 'storm', contentOf(metaOf({ headline: 'New' }), sampleSections()), { minute: 20 });
    expect((await site.get(path, again)).status).toBe(200);
  });

  test('another build, or another language, has other tags', async () => {
    const others = await Promise.all([startSite(), startSite({ build: 'other' }), startSite({ options: { lang: 'sv' } })]);
    const tags = await Promise.all(others.map(async (other) => (await other.get('/api/stories')).headers.etag));
    await Promise.all(others.map((other) => other.close()));
    expect(new Set(tags).size).toBe(3);
  });

  test('a redaction changes the list of revisions', async () => {
    const { etag } = (await site.get('/api/stories/storm/revisions')).headers;
    await site.log.redact('storm', 2);
    const again = await site.get('/api/stories/storm/revisions', { 'if-none-match': etag ?? '' });
    expect(again.status).toBe(200);
    expect(again.body).not.toContain('Figures');
  });

  test('HEAD says what GET says, without the body', async () => {
    const [head, get] = [await site.get('/api/stories/storm', {}, 'HEAD'), await site.get('/api/stories/storm')];
    expect(head.body).toBe('');
    expect({ ...head.headers, date: '' }).toEqual({ ...get.headers, date: '' });
  });
});

describe('other origins', () => {
  const origin = 'https://embed.example';
  const allowed = async (origins: string[], path = '/api/stories', method = 'GET') => {
    await site.close();
    site = await start({ options: { origins } });
    await threeRevisions();
    const { headers } = await site.get(path, { origin }, method);
    return headers;
  };

  test('may not read along unless they are named', async () => {
    expect(await allowed([])).not.toHaveProperty('access-control-allow-origin');
    expect(await allowed(['https://other.example'])).not.toHaveProperty('access-control-allow-origin');
  });

  test('that are named may, and caches tell them apart', async () => {
    expect(await allowed(['https://other.example', origin])).toMatchObject({ 'access-control-allow-origin': origin, vary: expect.stringContaining('Origin') });
  });

  test('may all with *, and see where the log stands', async () => {
    expect(await allowed(['*'])).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-expose-headers': expect.stringContaining('ETag, Stop-Press-Position') });
    expect(await allowed(['*'], '/api/stories/storm', 'OPTIONS')).toMatchObject({ 'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': expect.stringContaining('If-None-Match') });
  });

  test('never read what is for editors', async () => {
    expect(await allowed(['*'], '/api/stories/storm/problems')).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('problems', () => {
  const path = '/api/stories/storm/problems';
  const restart = async (options: NonNullable<Parameters<typeof startSite>[0]>['options']) => {
    await site.close();
    site = await start({ options: options ?? {} });
  };

  test('are told to this machine, uncached, also of a story that has never been published', async () => {
    const answer = await site.get(path);
    expect(json(answer)).toEqual({ problems: [editor] });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(await getJson('/api/stories/new/problems')).toEqual({ problems: [editor] });
    expect(await getJson('/api/stories/uk/vote/problems')).toEqual({ problems: [] });
    expect((await site.get('/api/stories/nothing/problems')).status).toBe(404);
  });

  test('of a moved story are found at its new address, those of a file that has taken the old name at the old one', async () => {
    await publish(site.log, 'old', contentOf(metaOf(), sampleSections()));
    await site.log.move('old', 'uk/new', at(10));
    const { status, headers } = await site.get('/api/stories/old/problems');
    expect([status, headers.location]).toEqual([308, '/api/stories/uk/new/problems']);
    expect((await site.get('/api/stories/old/problems', { host: 'evil.example' })).status).toBe(403);
    await site.log.move('storm', 'uk/storm', at(11));
    expect(await getJson(path)).toEqual({ problems: [editor] });
  });

  test.each([{ host: 'evil.example' }, { 'x-forwarded-for': '127.0.0.1' }, { forwarded: 'for=127.0.0.1' }])('are not told to %o, whom a proxy or a forged name let in', async (headers) => {
    expect((await site.get(path, headers)).status).toBe(403);
  });

  test('behind a trusted proxy are told to this machine only, whatever a client claims', async () => {
    await restart({ trustProxy: true });
    const status = async (headers: Record<string, string>) => (await site.get(path, headers)).status;
    expect(await status({ 'x-forwarded-for': '203.0.113.9' })).toBe(403);
    expect(await status({ 'x-forwarded-for': '127.0.0.1, 203.0.113.9' })).toBe(403);
    for (const unsaid of [{}, { forwarded: 'for=127.0.0.1' }, { 'x-forwarded-for': '' }, { 'x-forwarded-for': ' , ' }]) expect(await status(unsaid), JSON.stringify(unsaid)).toBe(403);
    expect(await status({ 'x-forwarded-for': '::1' })).toBe(200);
  });

  test('are told to whoever has the token, from anywhere', async () => {
    await restart({ trustProxy: true, editorToken: 'tell-me' });
    const status = async (authorization: string) => (await site.get(path, { 'x-forwarded-for': '203.0.113.9', authorization })).status;
    expect(await status('Bearer tell-me')).toBe(200);
    expect(await status('bearer tell-me')).toBe(200);
    expect(await status('Bearer tell-you')).toBe(403);
    expect(await status('tell-me')).toBe(403);
  });
});

test('/healthz answers at once, /readyz when stories are served', async () => {
  let ready = false;
  const young = await start({ ready: () => ready });
  const statuses = async () => [(await young.get('/healthz')).status, (await young.get('/readyz')).status];
  const before = await statuses();
  ready = true;
  const after = await statuses();
  await young.close();
  expect([before, after]).toEqual([[200, 503], [200, 200]]);
});

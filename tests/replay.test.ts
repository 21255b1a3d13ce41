import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import type { RevisionLog } from '../server/revision-log.ts';
import { at, contentOf, metaOf, publish, sampleSections, sectionOf, startSite, type Answer } from './http-fixture.ts';

const runs = Number(process.env['REPLAYS'] ?? 15);
const long = (words: string) => contentOf(metaOf({ headline: words }), [...sampleSections(), sectionOf('more', Array.from({ length: 40 }, (_, n) => `<p>${n} ${words}</p>`))]);
const options = { trustProxy: true, origins: ['https://reader.example', 'https://other.example'] };

/** Two servers of one log: one that gives answers again, and one for which the log never stands, so that it makes each anew. */
const startBoth = async () => {
  const log = createMemoryLog({ epoch: '7f3a9c21' });
  await publish(log, 'storm', long('The storm'));
  await publish(log, 'vote', long('The vote'));
  let version = 0;
  const again = await startSite({ log, options });
  const anew = await startSite({ log: { ...log, version: () => (version += 1) }, options });
  return { log, again, anew, close: () => Promise.all([again.close(), anew.close()]) };
};

const paths = ['/', '/stories/storm', '/stories/storm?fbclid=1', '/stories/vote', '/stories/nothing', '/stories/storm/embed', '/stories/storm/revisions', '/api/stories', '/api/stories/storm', '/api/stories/storm?x',
  '/api/stories/storm/diffs/7f3a9c21_1..', '/api/stories/storm/diffs/7f3a9c21_1..7f3a9c21_3', '/api/stories/storm/revisions/7f3a9c21_1', '/stories/storm.md', '/feed.atom', '/sitemap.xml', '/favicon.svg', '/healthz'];
const tags = ['its own', 'its own, in a list', 'its own, made strong', '*', '"other"', '', 'x, y', 'W/"7f3a9c21_1"'];

const headers = {
  'host': ['news.example', 'other.example:3000', 'no host!'],
  'accept-encoding': ['br', 'gzip', 'gzip, deflate, br, zstd', 'gzip;q=1, br;q=0', 'identity', 'deflate', '', '*', 'nonsense;;', undefined],
  'origin': ['https://reader.example', 'https://other.example', 'https://nobody.example', 'null', undefined],
  'x-forwarded-proto': ['https', 'http', 'https, http', 'nonsense', undefined],
  'x-forwarded-for': ['10.0.0.1', undefined],
  'cache-control': ['no-cache', 'max-age=0', 'max-age=0, no-cache', undefined],
  'if-modified-since': ['Sun, 22 Nov 2026 00:00:00 GMT', undefined],
  'user-agent': ['one', 'two', undefined],
} as const;
type Headers = Partial<Record<string, string | undefined>>;

/** A request is the one before with one thing changed, so that whatever an answer depends on is told apart from what it was before. */
type Step = { path: string } | { method: string } | { tag: string | undefined } | { headers: Headers } | 'revise' | 'withdraw';
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...paths).map((path) => ({ path })) },
  { weight: 1, arbitrary: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS').map((method) => ({ method })) },
  { weight: 3, arbitrary: fc.constantFrom(...tags, undefined).map((tag) => ({ tag })) },
  { weight: 10, arbitrary: fc.oneof(...Object.entries(headers).map(([name, values]) => fc.constantFrom<string | undefined>(...values).map((value) => ({ headers: { [name]: value } })))) },
  { weight: 1, arbitrary: fc.constantFrom<Step>('revise', 'revise', 'withdraw') },
);
const steps = fc.array(anyStep, { minLength: 5, maxLength: 60 });

const tagOf = (wanted: string, own: string): string =>
  ({ 'its own': own, 'its own, in a list': `"x" , ${own},W/"y"`, 'its own, made strong': own.replace('W/', '') })[wanted] ?? wanted;

const shown = ({ status, headers: { date: _date, ...headers }, bytes }: Answer) => ({ status, headers, bytes: bytes.toString('base64') });

const happen = async (log: RevisionLog, what: 'revise' | 'withdraw', number: number): Promise<void> => {
  if (what === 'withdraw') await log.withdraw('vote', at(number));
  else await publish(log, 'storm', long(`The storm, ${number}`), { minute: number });
};

test('law: an answer that is given again is the one that would be made', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('/stories/storm', '/api/stories/storm'), steps, async (start, all) => {
      const { log, again, anew, close } = await startBoth();
      let ask: { path: string; method: string; tag?: string | undefined; headers: Headers } = { path: start, method: 'GET', headers: { host: 'news.example' } };
      for (const [number, step] of all.entries()) {
        if (typeof step === 'string') await happen(log, step, number);
        else ask = { ...ask, ...step, headers: { ...ask.headers, ...('headers' in step && step.headers) } };
        const { path, method, tag } = ask;
        const sent = Object.fromEntries(Object.entries(ask.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
        const own = tag?.startsWith('its') ? ((await anew.get(path, sent)).headers.etag ?? '') : '';
        const given = { ...sent, ...(tag !== undefined && { 'if-none-match': tagOf(tag, own) }) };
        const made = shown(await anew.get(path, given, method));
        for (const time of [1, 2]) expect(shown(await again.get(path, given, method)), `time ${time}`).toEqual(made);
      }
      await close();
    }),
    { numRuns: runs },
  );
});

const sequenceOf = ({ headers }: Answer): number => Number(String(headers['stop-press-position']).split('_')[1]);

test('law: nobody is told less than stood when they asked, however asks and revisions come together', async () => {
  const crowds = fc.array(fc.record({ askers: fc.integer({ min: 1, max: 12 }), path: fc.constantFrom('/stories/storm', '/api/stories/storm', '/stories/vote', '/'), encoding: fc.constantFrom('br', 'gzip'), revise: fc.boolean() }), { minLength: 4, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(crowds, async (all) => {
      const { log, again, close } = await startBoth();
      const ask = async (path: string, encoding: string): Promise<void> => {
        const standing = () => Number((log.find(path.split('/').at(-1) ?? '')?.position ?? log.head()).split('_')[1]);
        const least = standing();
        const answer = await again.get(path, { 'accept-encoding': encoding });
        expect(answer.status).toBe(200);
        expect(sequenceOf(answer)).toBeGreaterThanOrEqual(least);
        expect(sequenceOf(answer)).toBeLessThanOrEqual(standing());
      };
      const asks: Promise<void>[] = [];
      for (const [number, { askers, path, encoding, revise }] of all.entries()) {
        asks.push(...Array.from({ length: askers }, () => ask(path, encoding)));
        if (revise) await happen(log, 'revise', number);
      }
      await Promise.all(asks);
      await close();
    }),
    { numRuns: runs },
  );
});

/** A site that counts how often a story was looked up, which making an answer takes once. */
const startCounting = async () => {
  const log = createMemoryLog({ epoch: '7f3a9c21' });
  await publish(log, 'storm', long('The storm'));
  const made: string[] = [];
  const site = await startSite({ log: { ...log, find: (story) => (made.push(story), log.find(story)) } });
  const crowd = (path: string, headers: Record<string, string> = { 'accept-encoding': 'br' }) => Promise.all(Array.from({ length: 50 }, () => site.get(path, headers)));
  return { log, site, made, crowd };
};

test('after a revision an answer that was asked for is made once for a crowd', async () => {
  const { log, site, made, crowd } = await startCounting();
  await site.get('/stories/storm', { 'accept-encoding': 'br' });
  for (const number of [1, 2, 3]) {
    made.length = 0;
    await publish(log, 'storm', long(`The storm, ${number}`), { minute: number });
    const answers = await crowd('/stories/storm');
    expect(new Set(answers.map((answer) => JSON.stringify(shown(answer)))).size).toBe(1);
    expect([sequenceOf(answers[0] as Answer), made]).toEqual([number + 1, ['storm']]);
  }
  await site.close();
});

test('it is made once for a crowd that has it already', async () => {
  const { log, site, made, crowd } = await startCounting();
  const { headers: { etag = '' } } = await site.get('/stories/storm');
  await publish(log, 'vote', long('The vote'));
  made.length = 0;
  const answers = [await site.get('/stories/storm', { 'accept-encoding': 'gzip', 'if-none-match': etag }), ...(await crowd('/stories/storm', { 'accept-encoding': 'gzip', 'if-none-match': etag }))];
  expect(new Set(answers.map((answer) => JSON.stringify(shown(answer)))).size).toBe(1);
  expect([answers[0]?.status, made.length]).toEqual([304, 3]); // what was asked for before, ahead; the first 304; what the crowd's rest on
  await site.close();
});

test('it is made ahead, with the diff that leads to it; what nobody asks for any more is not', async () => {
  const { log, site, made, crowd } = await startCounting();
  await publish(log, 'storm', long('The storm, 1'), { minute: 1 });
  await site.get('/stories/storm');
  await site.get('/api/stories/storm/diffs/7f3a9c21_1..');
  made.length = 0;
  await publish(log, 'storm', long('The storm, 2'), { minute: 2 });
  await expect.poll(() => made.length).toBe(3); // the page, the same diff and the next one
  await crowd('/api/stories/storm/diffs/7f3a9c21_2..', {});
  expect(made.length).toBe(3);
  await publish(log, 'storm', long('The storm, 3'), { minute: 3 });
  await expect.poll(() => made.length).toBe(5); // the diff that was asked for and the next one, not the page
  made.length = 0;
  await publish(log, 'storm', long('The storm, 4'), { minute: 4 });
  await site.get('/healthz');
  expect(made).toEqual([]);
  await site.close();
});

test('pages of the past, however many were asked for once, do not keep those of today from being made ahead', async () => {
  const { log, site, made } = await startCounting();
  await publish(log, 'storm', long('The storm, 1'), { minute: 1 });
  for (let past = 0; past < 40; past += 1) for (let asks = 0; asks < 4; asks += 1) await site.get(`/stories/storm/revisions/1?${past}`);
  for (const number of [2, 3, 4, 5]) {
    await publish(log, 'storm', long(`The storm, ${number}`), { minute: number });
    for (let asks = 0; asks < 2; asks += 1) await site.get('/stories/storm');
  }
  made.length = 0;
  await publish(log, 'storm', long('The storm, 6'), { minute: 6 });
  await expect.poll(() => made).toEqual(['storm']);
  await site.close();
});

test('a story that is withdrawn meanwhile is gone for everybody who waits', async () => {
  const { log, site, crowd } = await startCounting();
  await site.get('/stories/storm', { 'accept-encoding': 'br' });
  await log.withdraw('storm', at(1));
  expect((await crowd('/stories/storm')).map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 410));
  await site.close();
});

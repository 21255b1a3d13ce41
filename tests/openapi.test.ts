/** The server, driven from its own OpenAPI document: it answers nothing that the document does not say. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WebhookStatus } from '../server/webhooks.ts';
import { at, contentOf, metaOf, publish, sampleSections, startSite, type Answer } from './http-fixture.ts';
import { createOpenApiClient, type Document, type Parameter } from './openapi-client.ts';

const p = (sequence: number): string => `7f3a9c21_${sequence}`;

let site: Awaited<ReturnType<typeof startSite>>;
let client: ReturnType<typeof createOpenApiClient>;
const unforeseen: unknown[] = [];

const webhook: WebhookStatus = {
  name: 'archive', url: 'https://archive.example/hook', stories: ['*'], state: 'retrying', position: p(3), behind: 5, attempts: 2, nextAttempt: at(12), lastError: 'answered 500',
  parked: [{ position: p(2), story: 'uk/vote', attempts: 10, since: at(11), error: 'no answer' }],
};

/** `storm` with three revisions (1, 3, 4) of which the second is redacted, `uk/vote` (2), `gone` withdrawn (6), `old` moved to `new` (8). */
const publishAll = async (): Promise<void> => {
  const { log } = site;
  const sections = sampleSections();
  await publish(log, 'storm', contentOf(metaOf(), sections));
  await publish(log, 'uk/vote', contentOf(metaOf({ headline: 'Vote' }), sections));
  await publish(log, 'storm', contentOf(metaOf({ updated: at(5) }), sections.slice(0, 2)), { minute: 5, note: 'Figures' });
  await publish(log, 'storm', contentOf(metaOf({ updated: at(9), corrections: [{ at: at(9), text: '118, not 180' }] }), sections), { minute: 9, change: 'correction' });
  await publish(log, 'gone', contentOf(metaOf(), sections));
  await log.withdraw('gone', at(10));
  await publish(log, 'old', contentOf(metaOf(), sections));
  await log.move('old', 'new', at(11));
  await log.redact('storm', 2);
};

beforeAll(async () => {
  site = await startSite({
    problemsOf: (story) => (story === 'storm' ? [{ severity: 'error', file: 'storm.md', line: 4, column: 1, message: 'no' }] : []),
    webhooks: () => [webhook],
    onError: (error) => unforeseen.push(error),
  });
  await mkdir(join(site.folder, 'client'));
  await Promise.all([writeFile(join(site.folder, 'storm.png'), 'a picture'), writeFile(join(site.folder, 'client', 'story-abc.js'), '//'), writeFile(join(site.folder, 'client', 'embed.js'), '//')]);
  await publishAll();
  client = createOpenApiClient(JSON.parse((await site.get('/api/openapi.json')).body) as Document);
});
afterAll(() => site.close());

/** What each parameter may be: right, and wrong in every way that the server tells apart. */
const values: Record<string, readonly string[]> = {
  story: ['storm', 'uk/vote', 'gone', 'old', 'uk%2Fvote', 'nothing', 'storm.png', 'storm/', '%E0%A4%A'],
  revision: [p(4), '1', p(3), '2', p(2), '99', 'x', p(999), 'deadbeef_1'],
  from: [p(1), '1', p(3), p(4), '9', 'x', 'deadbeef_1'],
  to: [p(4), '3', p(3), p(1), '9', ''],
  number: ['1', '3', '2', p(1), '99', 'x'],
  range: ['1..3', '3..1', '2..3', '1..1', '1', '1..9', 'x..y'],
  part: ['1', '2', 'x'],
  file: ['story-abc.js', 'nothing.js', '..%2Fstorm.png', '%E0%A4%A'],
  before: ['2', '1', '0', 'x'],
  after: [p(1), 'x'],
  format: ['ops', 'compact', 'json-patch', 'xml'],
  wait: ['0', '-1'],
  n: ['2', 'x'],
  Range: ['bytes=0-3', 'bytes=999-', 'lines=1'],
  'If-None-Match': ['*', '"other"', 'the same'],
  'Last-Event-ID': [p(1)],
  'If-Match': ['"other"'],
};

type Wanted = { address: string; headers: Record<string, string> };
type Choice = (parameter: Parameter) => string | undefined;

const wantedOf = (path: string, choose: Choice): Wanted => {
  const chosen = client.parametersOf(path).flatMap((parameter) => {
    const value = choose(parameter);
    return value === undefined ? [] : [{ ...parameter, value }];
  });
  const filled = chosen.reduce((address, { name, in: place, value }) => (place === 'path' ? address.replace(`{${name}}`, () => value) : address), path);
  const query = chosen.filter(({ in: place }) => place === 'query').map(({ name, value }) => `${name}=${value}`);
  const headers = Object.fromEntries(chosen.filter(({ in: place }) => place === 'header').map(({ name, value }) => [name, value]));
  return { address: filled + (query.length > 0 ? `?${query.join('&')}` : ''), headers };
};

const ask = async ({ address, headers }: Wanted, method: string): Promise<Answer> => {
  const tag = headers['If-None-Match'] === 'the same' ? (await site.get(address)).headers.etag : undefined;
  return site.get(address, { ...headers, ...(tag !== undefined && { 'If-None-Match': tag }) }, method);
};

const reached = new Set<string>();

/** Judges an answer by the path that its address belongs to, which a value with a slash or a dot may have changed. */
const faultsIn = (wanted: Wanted, method: string, answer: Answer): string[] => {
  const path = client.find(wanted.address);
  const ends = wanted.address.split('?')[0]?.endsWith('/') ? [308, 400, 404] : [400, 404];
  const fault = path === undefined ? (ends.includes(answer.status) ? undefined : `is there: ${answer.status}`) : client.faultIn(path, method, answer);
  reached.add(`${path} ${answer.status}`);
  return fault === undefined ? [] : [`${method} ${wanted.address} ${JSON.stringify(wanted.headers)} (${path}) ${fault}`];
};

const right: Choice = ({ name, in: place }) => (place === 'path' ? values[name]?.[0] : undefined);

/** Every value of each parameter, the others being right; and each pair of values in the path. */
const choices = (path: string): { single: Choice[]; pairs: Choice[] } => {
  const parameters = client.parametersOf(path);
  const inPath = parameters.filter(({ in: place }) => place === 'path');
  const pairs = (values[inPath[0]?.name ?? ''] ?? []).flatMap((one) =>
    (values[inPath[1]?.name ?? ''] ?? []).map((other): Choice => (parameter) => (parameter === inPath[0] ? one : parameter === inPath[1] ? other : right(parameter))));
  const ofFile = parameters.filter(({ in: place }) => place === 'header').flatMap(({ name }) => (values[name] ?? []).map((value): Choice => (parameter) => (parameter.name === name ? value : parameter.name === 'story' ? 'storm.png' : right(parameter))));
  const single = parameters.flatMap((each) => (values[each.name] ?? []).map((value): Choice => (parameter) => (parameter === each ? value : right(parameter))));
  return { single: [right, ...ofFile, ...single], pairs };
};

test('every address answers as the document says, be it asked well or badly', async () => {
  const faults: string[] = [];
  for (const path of Object.keys(client.paths)) {
    const { single, pairs } = choices(path);
    const alone = single.map((choose) => wantedOf(path, choose));
    const forged = { ...wantedOf(path, right), headers: { Host: 'no host' } };
    for (const wanted of [...alone, ...pairs.map((choose) => wantedOf(path, choose)), forged]) faults.push(...faultsIn(wanted, 'GET', await ask(wanted, 'GET')));
    for (const wanted of alone) for (const method of ['HEAD', 'OPTIONS']) faults.push(...faultsIn(wanted, method, await ask(wanted, method)));
  }
  expect(faults).toEqual([]);
  expect(unforeseen).toEqual([]);
});

test('the document promises no answer that never comes', () => {
  const rare = ['429', '431', '500', '503', 'default'];
  const promised = Object.entries(client.paths).flatMap(([path, item]) => {
    const { get } = item;
    return get && !Array.isArray(get) ? Object.keys(get.responses).filter((status) => !rare.includes(status)).map((status) => `${path} ${status}`) : [];
  });
  expect(promised.filter((each) => !reached.has(each))).toEqual([]);
});

test('headers that are too large are answered as the document says', async () => {
  expect(client.faultIn('/api/stories', 'GET', await site.get('/api/stories', { 'X-Large': 'x'.repeat(20_000) }))).toBeUndefined();
  expect(client.faultIn('/', 'GET', { ...(await site.get('/')), status: 431 })).toBeDefined();
});

test('any other method is answered 405, with those that are allowed', async () => {
  for (const path of Object.keys(client.paths)) {
    const { address } = wantedOf(path, right);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE']) {
      const { status, headers } = await site.get(address, {}, method);
      expect([method, address, status, headers.allow]).toEqual([method, address, 405, 'GET, HEAD, OPTIONS']);
    }
  }
});

test('law: whatever is asked, the answer is documented, and nothing fails that nobody foresaw', async () => {
  const hostile = fc.oneof(
    fc.constantFrom('..', '.', '%00', '%2e%2e%2f', '//', '%252e', '%0d%0aX:%20y', '*', 'constructor', '__proto__', '%F0%9F%9A%82', 'e%CC%81', '.md', '1e3', '-1', '007', '9'.repeat(400), `${p(1)}..`, '..'),
    fc.string({ unit: 'binary', maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
  );
  const asked = fc.record({ path: fc.constantFrom(...Object.keys(client.paths)), wild: fc.array(hostile, { minLength: 8, maxLength: 8 }), tame: fc.array(fc.nat(30), { minLength: 8, maxLength: 8 }), method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'POST') });
  await fc.assert(
    fc.asyncProperty(asked, async ({ path, wild, tame, method }) => {
      let next = 0;
      const wanted = wantedOf(path, ({ name, in: place }) => {
        const index = next++ % 8;
        const known = values[name] ?? [];
        const [roll = 0, odd = ''] = [tame[index], wild[index]];
        if (place !== 'path' && roll % 3 === 0) return undefined;
        return roll % 4 === 0 && place !== 'header' ? odd : (known[roll % known.length] ?? odd);
      });
      const answer = await ask(wanted, method);
      if (method === 'POST') expect([400, 404, 405, 308]).toContain(answer.status);
      else expect(faultsIn(wanted, method, answer)).toEqual([]);
    }),
    { numRuns: Number(process.env['OPENAPI_RUNS'] ?? 300) },
  );
  expect(unforeseen).toEqual([]);
});

test('an address that the document does not have is not there', async () => {
  for (const address of ['/nothing', '/api', '/api/', '/api/nothing', '/API/stories', '/stories/storm/nothing', '/api/stories/storm/nothing', '/live', '/control', '/.env', '/client', '/feed', '/sitemap.xml/1']) {
    expect(faultsIn({ address, headers: {} }, 'GET', await site.get(address))).toEqual([]);
  }
});

/** Webhooks over real HTTP, to receivers that check every signature. */
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formats } from '../server/core/protocol.ts';
import type { RevisionLog } from '../server/revision-log.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import type { Hook } from '../server/webhooks/config.ts';
import { createDispatch, type Dispatch } from '../server/webhooks/dispatch.ts';
import { createPost, signedHeaders } from '../server/webhooks/post.ts';
import { createHookStore } from '../server/webhooks/store.ts';
import { startSite } from './http-fixture.ts';
import { contentOf, createNewsroom } from './newsroom.ts';
import { emptyBody, isSigned, secretA, secretB, startReceiver, type Reaction, type Receiver } from './webhook-receiver.ts';
import { hookOf } from './webhook-queue.ts';

let folder: string;
let log: RevisionLog;
let newsroom: ReturnType<typeof createNewsroom>;
let lines: string[];
const closing: (() => Promise<void>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stop-press-hooks-'));
  log = createMemoryLog({ epoch: '7f3a9c21' });
  newsroom = createNewsroom(log);
  lines = [];
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await rm(folder, { recursive: true });
});

const receive = async (react?: Reaction, secret = secretA): Promise<Receiver> => {
  const receiver = await startReceiver(react, secret);
  closing.push(receiver.close);
  return receiver;
};
const dispatch = (...hooks: Hook[]): Dispatch => {
  const tell = (line: string) => void lines.push(line);
  const made = createDispatch({ hooks, log, folder, publicUrl: 'https://news.example', terminal: { say: tell, complain: tell }, onError: (error) => tell(String(error)) });
  closing.push(made.close);
  return made;
};
const publish = (n: number, story = 'storm') => newsroom.publish(story, contentOf(`Storm ${n}`, [`text ${n}`]));
const positions = ({ heard }: Receiver) => heard.map(({ event }) => event.data.position);

test('each revision is posted once, in order, signed as Standard Webhooks says', async () => {
  const receiver = await receive();
  dispatch(hookOf({ url: receiver.url }));
  await publish(1);
  const { diff } = await publish(2);
  await receiver.until(() => receiver.heard.length === 2);
  await newsroom.withdraw('storm');
  await receiver.until(() => receiver.heard.length === 3);
  expect(receiver.heard.map(({ id, status, event: { type } }) => [id, status, type])).toEqual([
    ['archive_7f3a9c21_1', 204, 'story.revised'],
    ['archive_7f3a9c21_2', 204, 'story.revised'],
    ['archive_7f3a9c21_3', 204, 'story.withdrawn'],
  ]);
  for (const { body, headers } of receiver.heard) {
    expect(headers['content-type']).toBe('application/json');
    expect(new Webhook(secretA).verify(body, headers as Record<string, string>)).toEqual(JSON.parse(body));
    expect(() => new Webhook(secretB).verify(body, headers as Record<string, string>)).toThrow();
  }
  expect(receiver.heard[1]?.body).toContain(`"message":${JSON.stringify(diff)}`);
});

test('while a secret is changed both sign', async () => {
  const [old, next] = [await receive(undefined, secretA), await receive(undefined, secretB)];
  dispatch(hookOf({ url: old.url, secrets: [secretA, secretB] }), hookOf({ name: 'other', url: next.url, secrets: [secretA, secretB] }));
  await publish(1);
  await Promise.all([old, next].map((receiver) => receiver.until(() => receiver.taken().length === 1)));
  expect(old.heard[0]?.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
});

test('the signature is that of the specification', () => {
  const attempt = { id: 'archive_7f3a9c21_1', body: '{"text":"järnväg 暴风 🚂"}' };
  const headers = signedHeaders([secretA], attempt, Date.UTC(2026, 10, 22, 14, 5));
  expect(headers['webhook-timestamp']).toBe('1795356300');
  expect(isSigned(headers, attempt.body, secretA)).toBe(true);
  expect(isSigned(headers, attempt.body, secretB)).toBe(false);
  expect(isSigned({ ...headers, 'webhook-id': 'other' }, attempt.body, secretA)).toBe(false);
});

test.each(formats)('a hook may ask for the format %s', async (format) => {
  const receiver = await receive();
  dispatch(hookOf({ url: receiver.url, format }));
  await publish(1);
  await publish(2);
  await receiver.until(() => receiver.heard.length === 2);
  expect(Object.keys(receiver.heard[1]?.event.data.message ?? {}).at(-1)).toBe({ ops: 'ops', compact: 'compact', 'json-patch': 'patch' }[format]);
});

test('one receiver that does not answer delays no other', async () => {
  const [stuck, well] = [await receive(() => undefined), await receive()];
  const made = dispatch(hookOf({ url: stuck.url }), hookOf({ name: 'well', url: well.url }));
  for (const n of [1, 2, 3]) await publish(n);
  await well.until(() => well.heard.length === 3);
  await stuck.until(() => stuck.heard.length === 1);
  expect(made.list()).toMatchObject([{ name: 'archive', state: 'delivering', behind: 3 }, { name: 'well' }]);
  await stuck.close();
});

describe('one attempt', () => {
  const attempt = { id: 'x', body: emptyBody };
  const post = (url: string, timeoutMs = 5_000) => createPost({ now: Date.now, timeoutMs })({ url, secrets: [secretA] }, attempt, new AbortController().signal);

  test.each([
    [200, { kind: 'taken', status: 200 }],
    [202, { kind: 'taken', status: 202 }],
    [302, { kind: 'failed', reason: 'answered 302 Found: redirects are not followed, put the new address in the file' }],
    [404, { kind: 'failed', reason: 'answered 404 Not Found' }],
    [410, { kind: 'gone' }],
    [503, { kind: 'failed', reason: 'answered 503 Service Unavailable' }],
  ])('answered %i', async (status, outcome) => {
    const receiver = await receive((_n, response) => {
      response.setHeader('location', '/elsewhere');
      return status;
    });
    expect(await post(receiver.url)).toEqual(outcome);
    expect(receiver.heard).toHaveLength(1);
  });

  test('Retry-After is read', async () => {
    const receiver = await receive((_n, response) => {
      response.setHeader('retry-after', '120');
      return 429;
    });
    expect(await post(receiver.url)).toMatchObject({ kind: 'failed', retryAfterMs: 120_000 });
  });

  test('silence is a failure, and so is nobody there', async () => {
    const receiver = await receive(() => undefined);
    expect(await post(receiver.url, 100)).toEqual({ kind: 'failed', reason: 'no answer within 0.1 s' });
    await closing.pop()?.();
    expect(await post(receiver.url)).toEqual({ kind: 'failed', reason: expect.stringContaining('ECONNREFUSED') });
  });

  test('an answer without end is read only so far, and counts by its status', async () => {
    const server = createServer((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(64 * 1024))) continue;
      };
      response.on('drain', more);
      response.writeHead(200);
      more();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    expect(await post(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`)).toEqual({ kind: 'taken', status: 200 });
    server.closeAllConnections();
    server.close();
  });

  test('connections are used again', async () => {
    const ports = new Set<number | undefined>();
    const receiver = await receive((_n, response) => {
      ports.add(response.socket?.remotePort);
      return 204;
    });
    for (let n = 0; n < 8; n += 1) await post(receiver.url);
    expect(ports.size).toBeLessThan(4);
  });
});

describe('a change of the file', () => {
  test('a hook that stays is not disturbed, one that changes goes on where it was, a new one begins now, one that is gone ends', async () => {
    const [one, two, three] = [await receive(), await receive(() => 500), await receive()];
    const stays = hookOf({ name: 'one', url: one.url });
    const made = dispatch(stays, hookOf({ name: 'two', url: two.url }));
    await publish(1);
    await Promise.all([one, two].map((receiver) => receiver.until(() => receiver.heard.length === 1)));
    await made.change([hookOf({ name: 'new', url: three.url, from: 'now' }), hookOf({ name: 'two', url: three.url, minor: false }), stays]);
    expect(made.list().map(({ name }) => name)).toEqual(['new', 'two', 'one']);
    await publish(2);
    await Promise.all([one.until(() => one.heard.length === 2), three.until(() => three.heard.length === 3)]);
    expect(positions(one)).toEqual(['7f3a9c21_1', '7f3a9c21_2']);
    expect(three.heard.map(({ id }) => id).toSorted()).toEqual(['new_7f3a9c21_2', 'two_7f3a9c21_1', 'two_7f3a9c21_2']);
    await made.change([]);
    await publish(3);
    expect(made.list()).toEqual([]);
    // It comes back: nothing was lost meanwhile.
    await made.change([stays]);
    await one.until(() => one.heard.length === 3);
    expect(positions(one)).toEqual(['7f3a9c21_1', '7f3a9c21_2', '7f3a9c21_3']);
  });

  test('what is under way is answered before the hook begins anew', async () => {
    let answer: (() => void) | undefined;
    const receiver = await receive((n, response) => {
      if (n > 0) return 204;
      answer = () => response.writeHead(204).end();
      return undefined;
    });
    const hook = hookOf({ url: receiver.url });
    const made = dispatch(hook);
    await publish(1);
    await publish(2);
    await receiver.until(() => answer !== undefined);
    const changed = made.change([{ ...hook, minor: false }]);
    answer?.();
    await changed;
    await receiver.until(() => receiver.heard.length === 2);
    expect(positions(receiver)).toEqual(['7f3a9c21_1', '7f3a9c21_2']);
  });
});

test('what was taken is not told again after a restart, what was not is', async () => {
  const receiver = await receive((n) => (n === 1 ? 500 : 204));
  const first = dispatch(hookOf({ url: receiver.url }));
  await publish(1);
  await publish(2);
  await receiver.until(() => receiver.heard.length === 2);
  await first.close();
  await first.close();
  await publish(3);
  dispatch(hookOf({ url: receiver.url }));
  await receiver.until(() => receiver.heard.length === 4);
  expect(receiver.heard.map(({ id }) => id)).toEqual(['archive_7f3a9c21_1', 'archive_7f3a9c21_2', 'archive_7f3a9c21_2', 'archive_7f3a9c21_3']);
});

describe('what editors are told', () => {
  test('how each hook stands; never a secret', async () => {
    const receiver = await receive(() => 503);
    const made = dispatch(hookOf({ url: `${receiver.url}?token=hidden` }));
    const site = await startSite({ log, webhooks: made.list, options: { editorToken: 'letmein' } });
    closing.push(site.close);
    await publish(1);
    await receiver.until(() => receiver.heard.length === 1);
    await expect.poll(() => lines.length).toBe(1);

    const { status, headers, body } = await site.get('/api/webhooks', { Host: `127.0.0.1:${site.port}` });
    expect([status, headers['cache-control'], headers['access-control-allow-origin']]).toEqual([200, 'no-store', undefined]);
    const [hook] = (JSON.parse(body) as { webhooks: unknown[] }).webhooks;
    expect(hook).toMatchObject({
      name: 'archive', url: `${receiver.url}?...`, stories: ['*'], state: 'retrying', position: '7f3a9c21_0', behind: 1, attempts: 1, lastError: 'answered 503 Service Unavailable', parked: [],
    });
    const { message } = await made.fulfil({ command: 'webhooks', action: 'list', json: false });
    expect(message).toMatch(/^archive {2}retrying at .*, 1 entry to go, told up to 7f3a9c21_0\n.*\n {2}answered 503 Service Unavailable \(attempt 1\)$/);
    for (const text of [body, message, ...lines]) for (const secret of ['hidden', secretA, secretA.slice(6)]) expect(text).not.toContain(secret);
  });

  test('nobody else: not from elsewhere, not through a proxy, not without the token', async () => {
    const site = await startSite({ log, options: { editorToken: 'letmein', trustProxy: true } });
    closing.push(site.close);
    const ask = (headers: Record<string, string>) => site.get('/api/webhooks', headers).then(({ status }) => status);
    expect(await ask({ 'X-Forwarded-For': '203.0.113.9' })).toBe(403);
    expect(await ask({ 'X-Forwarded-For': '203.0.113.9', Authorization: 'Bearer wrong' })).toBe(403);
    expect(await ask({ 'X-Forwarded-For': '203.0.113.9', Authorization: 'Bearer letmein' })).toBe(200);
    expect((await site.get('/api/webhooks', { Authorization: 'Bearer letmein' }, 'POST')).status).toBe(405);
    expect((await site.get('/api/webhooks', { Authorization: 'Bearer letmein' })).body).toBe('{"webhooks":[]}');
  });

  test('a test event goes beside the queue', async () => {
    const receiver = await receive();
    const made = dispatch(hookOf({ url: receiver.url }));
    expect(await made.fulfil({ command: 'webhooks', action: 'test', name: 'archive' })).toEqual({ done: true, message: 'archive answered 204: it takes what it is sent' });
    expect(receiver.heard).toMatchObject([{ id: expect.stringMatching(/^archive_test_/), status: 204, event: { type: 'webhook.test', data: { webhook: 'archive', page: 'https://news.example/' } } }]);
    receiver.react(() => 404);
    expect(await made.fulfil({ command: 'webhooks', action: 'test', name: 'archive' })).toEqual({ done: false, message: 'archive does not take it: answered 404 Not Found' });
    expect(await made.fulfil({ command: 'webhooks', action: 'test', name: 'x' })).toEqual({ done: false, message: 'there is no webhook x: known are archive' });
    expect(await made.fulfil({ command: 'webhooks', action: 'retry', name: 'archive', which: '7f3a9c21_9' })).toMatchObject({ done: false });
  });
});

test("a file of queues that is none, or another program's, is told and left alone", async () => {
  const { writeFile, readFile } = await import('node:fs/promises');
  const { DatabaseSync } = await import('node:sqlite');
  const file = join(folder, 'webhooks.db');
  await writeFile(file, 'not a database at all, but some text');
  expect(() => createHookStore(file)).toThrow(/webhooks\.db cannot be used \(.*\): move it away/);
  expect(await readFile(file, 'utf8')).toBe('not a database at all, but some text');
  const other = join(folder, 'other.db');
  const database = new DatabaseSync(other);
  database.exec('CREATE TABLE things (id)');
  database.close();
  const bytes = await readFile(other);
  expect(() => createHookStore(other)).toThrow("it is another program's database");
  expect(await readFile(other)).toEqual(bytes);
});

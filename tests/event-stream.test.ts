import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { streamEvents } from '../server/event-stream.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { createReaders, type ReadersOptions } from '../server/readers.ts';
import { openEvents, type EventClient } from './event-client.ts';
import { startSite } from './http-fixture.ts';
import { contentOf, createNewsroom } from './newsroom.ts';
import { isBefore } from './follower.ts';

type Site = Awaited<ReturnType<typeof startSite>>;

const epoch = '7f3a9c21';
const at = (sequence: number): string => `${epoch}_${sequence}`;

let site: Site | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});

const start = async (options: Partial<ReadersOptions> = {}, origins: string[] = []) => {
  const log = createMemoryLog({ epoch });
  const errors: unknown[] = [];
  const readers = createReaders({ log, onError: (error) => errors.push(error), ...options });
  site = await startSite({ log, readers, options: { origins } });
  const { port, get } = site;
  const open = (path: string, headers?: Record<string, string>) => openEvents(port, path, headers);
  return { log, readers, port, get, open, errors, newsroom: createNewsroom(log) };
};

const types = ({ events }: EventClient): string[] => events.map(({ message }) => message.type);
const briefs = ({ events }: EventClient): string[] => events.map(({ id, message }) => `${message.type} ${id ?? '-'}`);
const text = (...words: string[]) => contentOf('Storm', ['Lead.', ...words], Array.from({ length: 30 }, () => 'The railway says nothing new.'));

describe('events of a story', () => {
  test('retry, hello, the state, live, then every revision, each with the position to resume from', async () => {
    const { newsroom, open, readers } = await start();
    await newsroom.publish('storm', text());
    const client = await open('/api/stories/storm/events');
    expect(client.status).toBe(200);
    expect(client.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    await client.next('live');
    const { diff } = await newsroom.publish('storm', text('More.'));
    expect((await client.next('diff')).message).toEqual(diff);
    expect(briefs(client)).toEqual(['hello -', `snapshot ${at(1)}`, `live ${at(1)}`, `diff ${at(2)}`]);
    expect(client.retries).toHaveLength(1);
    const [min, max] = readers.limits.restartWindowMs;
    for (const ms of client.retries) expect(ms >= min && ms <= max).toBe(true);
    expect(client.events.every(({ event }) => event === undefined)).toBe(true);
  });

  test('resumes from after, and from the last id rather, in any format', async () => {
    const { newsroom, open } = await start();
    for (const word of ['One.', 'Two.', 'Three.']) await newsroom.publish('storm', text(word));
    const after = await open(`/api/stories/storm/events?after=${at(1)}&format=json-patch`);
    expect((await after.next('diff')).message).toMatchObject({ from: at(1), to: at(3), folded: 2, patch: expect.any(Array) as unknown });
    const last = await open(`/api/stories/storm/events?after=${at(1)}`, { 'Last-Event-ID': at(2) });
    expect((await last.next('diff')).message).toMatchObject({ from: at(2), to: at(3) });
    const unknown = await open('/api/stories/storm/events', { 'Last-Event-ID': 'ffffffff_2' });
    expect((await unknown.next('snapshot')).message).toMatchObject({ reset: true });
    const current = await open(`/api/stories/storm/events?after=${at(3)}`);
    await current.next('live');
    expect(types(current)).toEqual(['hello', 'live']);
  });

  test('heartbeats come while nothing else does, and move no position', async () => {
    const { newsroom, open } = await start({ heartbeatMs: 20 });
    await newsroom.publish('storm', text());
    const client = await open('/api/stories/storm/events');
    expect((await client.next('heartbeat')).id).toBeUndefined();
    await client.next('heartbeat', client.events.length);
  });

  test('a story that is withdrawn says so; the stream stays, and goes on when it is put back', async () => {
    const { newsroom, open, get } = await start();
    await newsroom.publish('storm', text());
    await newsroom.withdraw('storm');
    const client = await open('/api/stories/storm/events');
    expect(await client.next('ended')).toMatchObject({ message: { reason: 'withdrawn' } });
    await newsroom.publish('storm', text('Again.'));
    await client.next('snapshot');
    await newsroom.withdraw('storm');
    expect(await client.next('ended', 3)).toMatchObject({ id: at(4), message: { reason: 'withdrawn' } });
    expect((await get('/api/stories/storm')).status).toBe(410);
  });

  test('a story that moves ends the stream; its old address leads to the new one, whatever was asked for', async () => {
    const { newsroom, open, readers } = await start();
    await newsroom.publish('uk/storm é', text());
    const client = await open(`/api/stories/uk/${encodeURIComponent('storm e\u0301')}/events`);
    expect(client.status).toBe(308);
    expect(client.headers.location).toBe(`/api/stories/uk/${encodeURIComponent('storm é')}/events`);
    const moved = await open(String(client.headers.location));
    await moved.next('live');
    await newsroom.move('uk/storm é', 'uk/storm');
    expect(await moved.next('ended')).toMatchObject({ id: at(2), message: { reason: 'moved', to: 'uk/storm' } });
    await moved.closed;
    expect(moved.retries).toHaveLength(1);
    const old = await open(`/api/stories/uk/${encodeURIComponent('storm é')}/events?format=compact&after=${at(1)}`);
    expect([old.status, old.headers.location]).toEqual([308, `/api/stories/uk/storm/events?format=compact&after=${at(1)}`]);
    expect(readers.count()).toBe(0);
  });
});

describe('events of every story', () => {
  test('are numbered from live on, heartbeats too', async () => {
    const { newsroom, open } = await start({ heartbeatMs: 20 });
    for (const slug of ['storm', 'uk/vote']) await newsroom.publish(slug, text());
    const client = await open('/api/events');
    await client.next('live');
    expect(briefs(client)).toEqual(['hello -', 'snapshot -', 'snapshot -', `live ${at(2)}`]);
    await newsroom.publish('storm', text('More.'));
    expect((await client.next('diff')).id).toBe(at(3));
    expect((await client.next('heartbeat', client.events.length)).id).toBe(at(3));
    const resumed = await open('/api/events', { 'Last-Event-ID': at(2) });
    await resumed.next('live');
    expect(briefs(resumed)).toEqual(['hello -', 'diff -', `live ${at(3)}`]);
  });
});

describe('what is refused', () => {
  test('a story nobody knows, a format nobody speaks, other methods', async () => {
    const { newsroom, get } = await start();
    await newsroom.publish('storm', text());
    for (const [path, status] of [['/api/stories/rain/events', 404], ['/api/stories/storm/events?format=xml', 400], ['/api/events?format=xml', 400]] as const) {
      const { status: answered, headers } = await get(path);
      expect([answered, headers['content-type']]).toEqual([status, 'application/problem+json; charset=utf-8']);
    }
    expect((await get('/api/events', {}, 'POST')).status).toBe(405);
    const head = await get('/api/stories/storm/events', {}, 'HEAD');
    expect([head.status, head.headers['content-type']]).toEqual([200, 'text/event-stream']);
  });

  test('too many connections of one address; there is room again when one has gone', async () => {
    const { open, get, readers } = await start({ maxPerAddress: 1 });
    const first = await open('/api/events');
    const { status, headers } = await get('/api/events');
    expect([status, Number(headers['retry-after']) > 0]).toEqual([429, true]);
    first.cut();
    await expect.poll(() => readers.count()).toBe(0);
    expect((await open('/api/events')).status).toBe(200);
  });

  test('when the server is about to stop everybody is told when to come back, and nobody is taken in', async () => {
    const { open, get, readers } = await start();
    const clients = await Promise.all(Array.from({ length: 20 }, () => open('/api/events')));
    await Promise.all(clients.map((client) => client.next('live')));
    readers.close();
    await Promise.all(clients.map(({ closed }) => closed));
    for (const client of clients) {
      expect(client.events.at(-1)?.message).toEqual({ type: 'bye', code: 4300, retryAfterMs: [500, 5_000] });
      expect(client.retries).toHaveLength(2);
    }
    expect(new Set(clients.map(({ retries }) => retries.at(-1))).size).toBeGreaterThan(10);
    const { status, headers } = await get('/api/events');
    expect([status, Number(headers['retry-after']) > 0]).toEqual([503, true]);
  });
});

describe('on the way', () => {
  test('nothing is compressed, or waits for more: an event arrives when it is sent', async () => {
    const { newsroom, open } = await start();
    await newsroom.publish('storm', text());
    const client = await open('/api/stories/storm/events', { 'Accept-Encoding': 'gzip, br' });
    await client.next('live');
    expect(client.headers['content-encoding']).toBeUndefined();
  });

  test('pages of other origins may read along as far as they may read the rest', async () => {
    const { open } = await start({}, ['https://example.org']);
    const allowed = await open('/api/events', { Origin: 'https://example.org' });
    expect(allowed.headers).toMatchObject({ 'access-control-allow-origin': 'https://example.org', vary: 'Origin' });
    expect((await open('/api/events', { Origin: 'https://example.com' })).headers['access-control-allow-origin']).toBeUndefined();
  });

  test('no timeout of the HTTP server cuts it', async () => {
    const log = createMemoryLog({ epoch });
    const readers = createReaders({ log, heartbeatMs: 10 });
    const server = createServer({ requestTimeout: 50, headersTimeout: 40, keepAliveTimeout: 20, connectionsCheckingInterval: 10 }, (_request, response) => streamEvents(readers, response, { story: '*', format: 'ops' }));
    server.setTimeout(30);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const client = await openEvents(address !== null && typeof address === 'object' ? address.port : 0, '/');
    const first = Date.now();
    await client.until(() => Date.now() - first > 200);
    expect(types(client).filter((type) => type === 'heartbeat').length).toBeGreaterThan(2);
    client.cut();
    await new Promise((resolve) => server.close(resolve));
    await expect.poll(() => readers.count()).toBe(0);
  });

  test('200 connections that are cut, at whatever moment, leave nothing behind', async () => {
    const { newsroom, open, readers, errors, log } = await start();
    const subscriptions = new Set<() => void>();
    const subscribe = log.subscribe;
    log.subscribe = (...args) => {
      const end = subscribe(...args);
      subscriptions.add(end);
      return () => {
        subscriptions.delete(end);
        end();
      };
    };
    await newsroom.publish('storm', text());
    for (let round = 0; round < 10; round += 1) {
      const clients = await Promise.all(Array.from({ length: 20 }, (_, n) => open(n % 2 === 0 ? '/api/events' : '/api/stories/storm/events')));
      if (round % 2 === 0) await Promise.all(clients.map((client) => client.next('live')));
      const publishing = newsroom.publish('storm', text(String(round)));
      for (const client of clients) client.cut();
      await publishing;
    }
    await expect.poll(() => [readers.count(), readers.following('storm'), subscriptions.size]).toEqual([0, 0, 0]);
    expect(errors).toEqual([]);
  });
});

/** An answer over a connection that takes bytes only when it is told to. */
const createStuckAnswer = () => {
  const taken: (() => void)[] = [];
  const socket = new Socket();
  let bytes = 0;
  socket._write = (chunk: Buffer, _encoding, done) => {
    bytes += chunk.length;
    taken.push(done);
  };
  socket._writev = (chunks: { chunk: Buffer }[], done) => {
    for (const { chunk } of chunks) bytes += chunk.length;
    taken.push(done);
  };
  const response = new ServerResponse(new IncomingMessage(socket));
  response.assignSocket(socket);
  return {
    response,
    /** Those that have been handed over, taken or not. */
    held: () => bytes + response.writableLength,
    take: () => {
      while (taken.length > 0) taken.shift()?.();
    },
  };
};

describe('a reader that stops reading', () => {
  const long = (n: number) => contentOf(`Storm ${n}`, [`${n} `.repeat(4_000)], ['Steady.'.repeat(20_000)]);

  test('costs no more than the window, and gets what it missed as one diff', async () => {
    const log = createMemoryLog({ epoch });
    const newsroom = createNewsroom(log);
    const readers = createReaders({ log });
    const { position } = await newsroom.publish('storm', long(0));
    const { response, held, take } = createStuckAnswer();
    const sent: { from: string; to: string; folded: number }[] = [];
    const write = response.write.bind(response) as (chunk: unknown, done?: () => void) => boolean;
    response.write = ((chunk: unknown, done?: () => void) => {
      const diff = /^id: .*\ndata: (\{"type":"diff".*)\n\n$/s.exec(String(chunk))?.[1];
      if (diff !== undefined) sent.push(JSON.parse(diff) as (typeof sent)[number]);
      return write(chunk, done);
    }) as typeof response.write;
    streamEvents(readers, response, { story: 'storm', after: position, format: 'ops' });
    for (let n = 1; n <= 60; n += 1) await newsroom.publish('storm', long(n));
    expect(held()).toBeLessThanOrEqual(64 * 1024 + 2_000);
    const before = sent.length;
    while (sent.at(-1)?.to !== log.head()) {
      take();
      await new Promise(setImmediate);
    }
    expect(sent.length).toBe(before + 1);
    expect(sent.map(({ from }) => from)).toEqual([position, ...sent.slice(0, -1).map(({ to }) => to)]);
    expect(sent.reduce((sum, { folded }) => sum + folded, 0)).toBe(60);
    response.destroy();
    await expect.poll(() => readers.count()).toBe(0);
  });

  test('and never begins again is let go', async () => {
    const log = createMemoryLog({ epoch });
    const newsroom = createNewsroom(log);
    const readers = createReaders({ log, limits: { pongTimeoutMs: 40 } });
    const { position } = await newsroom.publish('storm', long(0));
    const { response } = createStuckAnswer();
    streamEvents(readers, response, { story: 'storm', after: position, format: 'ops' });
    for (let n = 1; n <= 20; n += 1) await newsroom.publish('storm', long(n));
    await once(response, 'close');
    expect(readers.count()).toBe(0);
  });

  test('over a real connection: it holds nobody up, and ends where the others are', async () => {
    const { newsroom, open, log } = await start();
    const huge = (n: number) => contentOf(`Storm ${n}`, [`${n} `.repeat(100_000)]);
    await newsroom.publish('storm', huge(0));
    const [slow, fast] = await Promise.all([open('/api/stories/storm/events'), open('/api/stories/storm/events')]);
    await Promise.all([slow.next('live'), fast.next('live')]);
    slow.pause();
    for (let n = 1; n <= 40; n += 1) {
      const before = fast.events.length;
      await newsroom.publish('storm', huge(n));
      await fast.until(() => fast.events.length > before);
    }
    slow.resume();
    await slow.until(() => slow.events.at(-1)?.id === log.head());
    const ids = slow.events.flatMap(({ id }) => id ?? []);
    expect(ids.every((id, index) => index < 2 || isBefore(ids[index - 1] ?? '', id))).toBe(true);
    expect(slow.events.length).toBeLessThan(fast.events.length);
  });
});

/** What a server counts, as Prometheus reads it: a real server, real saves, real readers. */
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createDeliveries } from '../server/metrics/deliveries.ts';
import { createMetrics, mergeMetrics } from '../server/metrics/prometheus.ts';
import { routeOf } from '../server/metrics/requests.ts';
import { startCounted, type CountedServer } from './counted-server.ts';
import { parseExposition, valueOf } from './exposition.ts';
import { startSite } from './http-fixture.ts';
import { connectClient } from './socket-client.ts';
import { startReceiver } from './webhook-receiver.ts';

const slow = { timeout: 20_000 };
const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

const start = async (options?: Parameters<typeof startCounted>[0]): Promise<CountedServer> => {
  const server = await startCounted(options);
  ending.push(server.close);
  return server;
};

/** Resolves when the server has taken it in, and told it everything. */
const follow = async (server: CountedServer, query = '?story=storm') => {
  const client = connectClient(server.socket + query);
  ending.push(() => client.ws.terminate());
  await client.next('live');
  return client;
};

describe('a save', slow, () => {
  test('is counted once, however many it is sent to', async () => {
    const server = await start();
    const readers = await Promise.all(['?story=storm', '?story=storm', '?story=*'].map((query) => follow(server, query)));
    const events = await fetch(`${server.address}/api/events`);
    ending.push(() => events.body?.cancel());
    await server.counted('stop_press_readers', {}, 4);
    const before = await server.scrape();
    expect(valueOf(before, 'stop_press_durable_to_last_write_seconds_count'), 'what was published before there was a reader').toBe(0);

    await server.save('storm.md', 'The storm has closed the line to Narvik.');
    await Promise.all(readers.map((reader) => reader.next('diff')));
    const after = await server.counted('stop_press_durable_to_last_write_seconds_count', {}, 1);

    expect(valueOf(after, 'stop_press_save_to_durable_seconds_count')).toBe(1);
    expect(valueOf(after, 'stop_press_save_to_durable_seconds_sum')).toBeGreaterThan(0);
    expect(valueOf(after, 'stop_press_durable_to_last_write_seconds_sum')).toBeGreaterThan(0);
    expect(valueOf(after, 'stop_press_revisions_total', { grade: 'first' })).toBe(1);
    expect(valueOf(after, 'stop_press_revisions_total', { grade: 'update' })).toBe(1);
    expect(valueOf(after, 'stop_press_saves_total', { outcome: 'published' })).toBe(2);
    expect(valueOf(after, 'stop_press_log_head_sequence')).toBe(2);
    expect(valueOf(after, 'stop_press_log_size_bytes')).toBeGreaterThan(4_096);
    expect(valueOf(after, 'stop_press_sent_frames_total') - valueOf(before, 'stop_press_sent_frames_total')).toBe(4);
    expect(valueOf(after, 'stop_press_folded_diffs_total')).toBe(0);
    expect(server.complaints).toEqual([]);
  });

  test('that cannot be published is a broken story, until it can', async () => {
    const server = await start();
    await server.save('storm.md', '<!-- never ends');
    const broken = await server.counted('stop_press_stories_broken', {}, 1);
    expect(valueOf(broken, 'stop_press_saves_total', { outcome: 'refused' })).toBe(1);
    await server.save('storm.md', 'The storm has closed the line to Narvik.');
    await server.counted('stop_press_stories_broken', {}, 0);
  });
});

describe('connections', slow, () => {
  test('are counted as they come, by transport and by how they are told', async () => {
    const server = await start();
    await follow(server);
    await follow(server);
    await server.counted('stop_press_readers', { transport: 'websocket', place: 'audience' }, 2);
    const events = await fetch(`${server.address}/api/events`);
    const there = await server.counted('stop_press_readers', { transport: 'event-stream', place: 'alone' }, 1);
    expect(valueOf(there, 'stop_press_audiences')).toBe(1);
    expect(valueOf(there, 'stop_press_connections_accepted_total', { transport: 'websocket' })).toBe(2);
    expect(valueOf(there, 'stop_press_connections_accepted_total', { transport: 'event-stream' })).toBe(1);
    await events.body?.cancel();
    await server.counted('stop_press_connections_closed_total', { transport: 'event-stream', code: 'none' }, 1);
    await server.counted('stop_press_readers', {}, 2);
  });

  test('are counted as they go, with the code of who went first; a code that a client makes up is no label', async () => {
    const server = await start();
    const [leaving, inventing, babbling] = [await follow(server), await follow(server), await follow(server)];
    leaving.ws.close(1000);
    inventing.ws.close(4999);
    babbling.ws.send('{');
    expect(await Promise.all([leaving.closed, inventing.closed, babbling.closed])).toEqual([1000, 4999, 4000]);
    await server.counted('stop_press_connections_closed_total', {}, 3);
    for (const code of ['1000', 'other', '4000']) await server.counted('stop_press_connections_closed_total', { transport: 'websocket', code }, 1);
  });

  test('that are turned away are counted by the reason', async () => {
    const server = await start({ values: { 'max-sockets-per-address': '1' } });
    const path = new WebSocket(server.socket.replace('/live', '/nowhere'));
    await once(path, 'unexpected-response');
    path.on('error', () => undefined).terminate();
    const origin = connectClient(server.socket, { origin: 'https://elsewhere.example' });
    expect(await origin.closed).toBe(4003);
    await follow(server);
    expect(await connectClient(server.socket).closed).toBe(4101);
    expect((await fetch(`${server.address}/api/events`)).status).toBe(429);
    await server.counted('stop_press_connections_refused_total', { reason: 'path' }, 1);
    await server.counted('stop_press_connections_refused_total', { reason: 'origin' }, 1);
    await server.counted('stop_press_connections_refused_total', { reason: 'address' }, 2);
    await server.counted('stop_press_connections_accepted_total', {}, 1);
  });
});

test('a reader who takes nothing is behind, and has caught up when it has read one diff over all that it missed', slow, async () => {
  const server = await start();
  const text = (n: number): string => Array.from({ length: 16 }, (_, index) => `Paragraph ${index} at ${n}: ${`${n} trains `.repeat(90)}`).join('\n\n');
  await server.save('storm.md', text(0));
  await server.counted('stop_press_revisions_total', { grade: 'update' }, 1);
  const [quick, stuck] = [await follow(server), await follow(server)];
  await server.counted('stop_press_readers', { place: 'audience' }, 2);
  stuck.ws.pause();
  for (let n = 1; n <= 6; n += 1) {
    const heard = quick.messages.length;
    await server.save('storm.md', text(n));
    await quick.next('diff', heard);
  }
  const behind = await server.counted('stop_press_readers_behind', {}, 1);
  expect(valueOf(behind, 'stop_press_reader_lag_seconds_count')).toBe(0);
  stuck.ws.resume();
  const caughtUp = await server.counted('stop_press_readers_behind', {}, 0);
  expect(valueOf(caughtUp, 'stop_press_reader_lag_seconds_count')).toBe(1);
  expect(valueOf(caughtUp, 'stop_press_reader_lag_seconds_sum')).toBeGreaterThan(0);
  const folded = stuck.messages.flatMap((message) => (message.type === 'diff' && message.folded !== undefined && message.folded > 1 ? [message.folded] : []));
  expect(valueOf(caughtUp, 'stop_press_folded_diffs_total')).toBe(folded.length);
  expect(valueOf(caughtUp, 'stop_press_folded_revisions_total')).toBe(folded.reduce((sum, count) => sum + count, 0));
});

test('a webhook that does not get through is failing, with what waits for it', slow, async () => {
  const receiver = await startReceiver(() => 503);
  ending.push(receiver.close);
  const server = await start({ hook: receiver.url });
  const failing = await server.counted('stop_press_webhook_failing', { hook: 'archive' }, 1);
  expect(valueOf(failing, 'stop_press_webhook_waiting_entries', { hook: 'archive' })).toBe(1);
  expect(valueOf(failing, 'stop_press_webhook_parked_deliveries', { hook: 'archive' })).toBe(0);
});

test('requests are counted by what they ask for and how they were answered', slow, async () => {
  const server = await start();
  for (const path of ['/stories/storm', '/stories/storm', '/stories/nothing', '/api/stories']) await (await fetch(server.address + path)).text();
  await server.counted('stop_press_http_requests_total', { route: 'page', status: '200' }, 2);
  await server.counted('stop_press_http_requests_total', { route: 'page', status: '404' }, 1);
  await server.counted('stop_press_http_requests_total', { route: 'api', status: '200' }, 1);
});

test.each([
  ['/', 'page'], ['/?utm=1', 'page'], ['/stories/uk/vote', 'page'], ['/stories/storm/revisions/3?n=1', 'page'], ['/stories/api/events', 'page'], ['/stories', 'page'],
  ['/stories/storm/feed.atom', 'feed'], ['/feed.json', 'feed'], ['/sitemap-2.xml', 'feed'], ['/robots.txt', 'feed'], ['/api/stories/storm/ninjs', 'feed'],
  ['/api/events', 'events'], ['/api/stories/uk/vote/events?after=7', 'events'], ['/api/stories/storm', 'api'], ['/api/stories?events', 'api'],
  ['/stories/uk/map.PNG?v=2', 'file'], ['/stories/storm?map.png', 'page'], ['/client/story-abc.js', 'file'], ['/embed.js', 'file'], ['/favicon.svg', 'file'],
  ['/healthz', 'operator'], ['/metrics', 'operator'], ['/wp-login.php', 'other'], ['', 'other'], ['/storiesabout', 'other'],
] as const)('%s is a %s', (url, route) => expect(routeOf(url)).toBe(route));

describe('/metrics', () => {
  test('is for this machine, and for whoever has the editor token; nobody keeps it', async () => {
    const site = await startSite({ metrics: async () => 'a 1\n', options: { editorToken: 'tell-me', trustProxy: true } });
    ending.push(site.close);
    const ask = (headers: Record<string, string>, method?: string) => site.get('/metrics', headers, method);
    const elsewhere = { 'x-forwarded-for': '203.0.113.9' };
    expect((await ask(elsewhere)).status).toBe(403);
    expect((await ask({ ...elsewhere, authorization: 'Bearer tell-you' })).status).toBe(403);
    const given = await ask({ ...elsewhere, authorization: 'Bearer tell-me' });
    expect([given.status, given.body, given.headers['content-type'], given.headers['cache-control']]).toEqual([200, 'a 1\n', 'text/plain; version=0.0.4; charset=utf-8', 'no-store']);
    expect((await ask({ 'x-forwarded-for': '127.0.0.1' })).status).toBe(200);
    const head = await ask({ 'x-forwarded-for': '127.0.0.1' }, 'HEAD');
    expect([head.status, head.body]).toEqual([200, '']);
    const post = await ask({ 'x-forwarded-for': '127.0.0.1' }, 'POST');
    expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });
});

test('the figures of several processes are told as those of one', async () => {
  const processes = [createMetrics({ version: '1' }), createMetrics({ version: '1' })];
  for (const metrics of processes) {
    metrics.closed('websocket', 1000);
    metrics.caughtUp(300);
    metrics.watch({ readers: { count: () => 5, alone: () => 2, streams: () => 1, audiences: () => 1 }, ready: () => metrics === processes[0] });
  }
  const merged = parseExposition(await mergeMetrics(await Promise.all(processes.map((metrics) => metrics.json()))));
  expect(valueOf(merged, 'stop_press_connections_closed_total', { code: '1000' })).toBe(2);
  expect(valueOf(merged, 'stop_press_reader_lag_seconds_bucket', { le: '0.25' })).toBe(0);
  expect(valueOf(merged, 'stop_press_reader_lag_seconds_bucket', { le: '0.5' })).toBe(2);
  expect(valueOf(merged, 'stop_press_readers')).toBe(10);
  expect(valueOf(merged, 'stop_press_readers', { place: 'audience' })).toBe(6);
  expect(valueOf(merged, 'stop_press_ready')).toBe(0);
  expect(valueOf(merged, 'stop_press_build_info')).toBe(1);
});

describe('from durable to the last write', () => {
  const clocked = () => {
    let time = 1_000;
    const observed: number[] = [];
    return { observed, pass: (ms: number) => (time += ms), deliveries: createDeliveries((seconds) => observed.push(Math.round(seconds * 1_000)), () => time) };
  };

  test('the last of several writes counts, and those of an earlier entry do not reach a later one', () => {
    const { observed, pass, deliveries } = clocked();
    deliveries.durable(1);
    pass(3);
    deliveries.told(1);
    pass(7);
    deliveries.told(1);
    deliveries.durable(2);
    pass(5);
    deliveries.told(2);
    pass(10_000);
    deliveries.settle();
    expect(observed).toEqual([10, 5]);
  });

  test('entries that are written together each count from when they were durable', () => {
    const { observed, pass, deliveries } = clocked();
    for (const sequence of [1, 2, 3]) {
      deliveries.durable(sequence);
      pass(2);
    }
    deliveries.told(1);
    pass(10_000);
    deliveries.durable(4);
    expect(observed).toEqual([6, 4, 2]);
  });

  test('what nobody was sent is not counted', () => {
    const { observed, pass, deliveries } = clocked();
    deliveries.durable(1);
    pass(10_000);
    deliveries.settle();
    expect(observed).toEqual([]);
  });
});

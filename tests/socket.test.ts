import { once } from 'node:events';
import { request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { contentOf, createNewsroom } from './newsroom.ts';
import { connectClient, serveSocket, type Served, type ServeOptions } from './socket-client.ts';

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  expect(served?.errors ?? []).toEqual([]);
  served = undefined;
});

const serve = async (options: ServeOptions = {}) => {
  served = await serveSocket(options);
  return { ...served, newsroom: createNewsroom(served.log) };
};

/** The HTTP status that an upgrade request is answered with. */
const statusOf = async (port: number, path: string, headers: Record<string, string> = {}): Promise<number | undefined> => {
  const asked = request({ port, host: '127.0.0.1', path, headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers } });
  asked.end();
  const status = await Promise.race([
    once(asked, 'response').then(([response]) => response.statusCode),
    once(asked, 'upgrade').then(([response]) => response.statusCode),
  ]);
  asked.destroy();
  return status;
};

test('the subprotocol: none asked for, ours, ours among others; only unknown ones are refused', async () => {
  const { url, port } = await serve();
  const none = connectClient(url);
  await none.next('hello');
  expect(none.ws.protocol).toBe('');
  const ours = connectClient(url, { protocols: ['stop-press.v9', 'stop-press.v1'] });
  await ours.next('hello');
  expect(ours.ws.protocol).toBe('stop-press.v1');
  expect(await statusOf(port, '/live', { 'Sec-WebSocket-Protocol': 'stop-press.v9' })).toBe(400);
  expect(await statusOf(port, '/live', { 'Sec-WebSocket-Protocol': 'stop-press.v9, stop-press.v1' })).toBe(101);
  expect(await statusOf(port, '/other')).toBe(404);
});

test('no compression, whatever the client offers', async () => {
  const { url } = await serve();
  const client = connectClient(url, { perMessageDeflate: true });
  await client.next('hello');
  expect(client.ws.extensions).toBe('');
});

test('the address subscribes at once', async () => {
  const { url, newsroom } = await serve();
  await newsroom.publish('uk/storm é', contentOf('Storm', ['Lead.']));
  const path = `${url}?story=${encodeURIComponent('uk/storm é')}`;
  const first = connectClient(path);
  expect((await first.next('snapshot')).reset).toBe(false);
  const { position } = await first.next('live');
  const second = connectClient(`${path}&after=${position}`);
  await second.next('live');
  expect(second.messages.map(({ type }) => type)).toEqual(['hello', 'live']);
  const third = connectClient(`${path}&format=xml`);
  expect(await third.next('error')).toMatchObject({ code: 'unsupported-format' });
});

test('origins: this host and those named may read along, others are closed with 4003', async () => {
  const { url, port } = await serve({ origins: ['https://example.org'] });
  for (const origin of [undefined, `http://127.0.0.1:${port}`, 'https://example.org', 'https://EXAMPLE.org:443']) {
    await connectClient(url, origin === undefined ? {} : { origin }).next('hello');
  }
  for (const origin of ['https://example.com', 'http://example.org', 'http://127.0.0.1:1', 'null', 'nonsense']) {
    const client = connectClient(url, { origin });
    expect(await client.closed).toBe(4003);
    expect(client.messages).toEqual([]);
  }
});

test('origins: * lets all read along; behind a trusted proxy its own host counts', async () => {
  const all = await serve({ origins: ['*'] });
  await connectClient(all.url, { origin: 'https://example.com' }).next('hello');
  await all.close();
  const proxied = await serve({ trustProxy: true });
  await connectClient(proxied.url, { origin: 'https://news.example', headers: { 'X-Forwarded-Host': 'news.example' } }).next('hello');
});

test('too many sockets of one address: bye and 4101; there is room again when one has gone', async () => {
  const { url, readers } = await serve({ maxPerAddress: 2 });
  const [first, second] = [connectClient(url), connectClient(url)];
  await Promise.all([first.next('hello'), second.next('hello')]);
  const third = connectClient(url);
  expect(await third.closed).toBe(4101);
  expect(third.messages.map(({ type }) => type)).toEqual(['hello', 'bye']);
  first.ws.close();
  await expect.poll(() => readers.count()).toBe(1);
  await connectClient(url).next('hello');
});

test('addresses are those that a trusted proxy names, and only then', async () => {
  const { url } = await serve({ maxPerAddress: 1, trustProxy: true });
  const from = (address: string) => connectClient(url, { headers: { 'X-Forwarded-For': address } });
  await from('192.0.2.1').next('hello');
  await from('192.0.2.1, 192.0.2.2').next('hello');
  expect(await from('192.0.2.9, 192.0.2.1').closed).toBe(4101);
});

test.each([
  ['more than 4 KiB', 'x'.repeat(4_097), 1009],
  ['binary', Buffer.from('{}'), 1003],
  ['no JSON', 'hello', 4000],
])('a message that is %s closes that socket and no other', async (_what, message, code) => {
  const { url, newsroom } = await serve();
  await newsroom.publish('storm', contentOf('Storm', ['Lead.']));
  const good = connectClient(`${url}?story=storm`);
  await good.next('live');
  const bad = connectClient(url);
  await bad.next('hello');
  bad.ws.send(message);
  expect(await bad.closed).toBe(code);
  await newsroom.publish('storm', contentOf('Storm', ['Another lead.']));
  await good.next('diff');
});

test.each([
  ['more than 4 KiB', 'x'.repeat(4_097)],
  ['binary', Buffer.from('{}')],
])('nobody is written to after a close: not after a message that is %s, though its sender leaves it unanswered', async (_what, message) => {
  const { url, readers, newsroom } = await serve({ closeGraceMs: 50 });
  await newsroom.publish('storm', contentOf('Storm', ['Lead.']));
  const client = connectClient(`${url}?story=storm`);
  await client.next('live');
  client.ws.pause();
  client.ws.send(message);
  await expect.poll(() => readers.count(), { timeout: 5_000 }).toBe(0);
});

const handshake = 'GET /live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

test('what is no WebSocket at all harms nobody', async () => {
  const { url, port } = await serve();
  const tcp = connectTcp(port, '127.0.0.1');
  tcp.write(handshake);
  await once(tcp, 'data');
  tcp.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
  tcp.on('error', () => undefined);
  await once(tcp, 'close');
  await connectClient(url).next('hello');
});

test('too many messages: an error, bye and 4100', async () => {
  const { url } = await serve();
  const client = connectClient(url);
  await client.next('hello');
  for (let n = 0; n < 60; n += 1) client.say({ type: 'unsubscribe', story: 'storm' });
  expect(await client.closed).toBe(4100);
  expect(client.messages.map(({ type }) => type)).toEqual(['hello', 'error', 'bye']);
});

test('heartbeats come while nothing else does', async () => {
  const { url, log } = await serve({ heartbeatMs: 20 });
  const client = connectClient(url);
  const first = await client.next('heartbeat');
  expect(first.position).toBe(log.head());
  await client.next('heartbeat', client.messages.length);
});

test('a client that answers no ping is closed with 4308', async () => {
  const { url } = await serve({ heartbeatMs: 10, limits: { pongTimeoutMs: 40 } });
  const client = connectClient(url, { autoPong: false });
  expect(await client.closed).toBe(4308);
  expect(client.messages.at(-1)).toMatchObject({ type: 'bye', code: 4308 });
});

test('pongs that nobody asked for do not open the window', async () => {
  const { url, newsroom } = await serve();
  const text = (n: number) => contentOf('Storm', [`${n} `.repeat(9_000)]);
  await newsroom.publish('storm', text(0));
  const [forger, fast] = [connectClient(`${url}?story=storm`, { autoPong: false }), connectClient(`${url}?story=storm`)];
  await Promise.all([forger.next('live'), fast.next('live')]);
  for (let n = 1; n <= 30; n += 1) {
    const before = fast.messages.length;
    await newsroom.publish('storm', text(n));
    await fast.next('diff', before);
    for (let payload = 1; payload <= 60; payload += 1) forger.ws.pong(String(payload));
  }
  const bytes = forger.messages.reduce((sum, message) => sum + JSON.stringify(message).length, 0);
  expect(bytes).toBeLessThanOrEqual(64 * 1024);
});

test('a slug may be written in any normal form', async () => {
  const { url, newsroom } = await serve();
  await newsroom.publish('\u00e9t\u00e9', contentOf('Summer', ['Lead.']));
  const client = connectClient(`${url}?story=${encodeURIComponent('e\u0301te\u0301')}`);
  expect(await client.next('snapshot')).toMatchObject({ story: '\u00e9t\u00e9' });
});

test('a reader that stops reading costs no more than the window, holds nobody up, and gets the rest as one diff', async () => {
  const { url, newsroom, log } = await serve();
  const text = (n: number) => contentOf(`Storm ${n}`, [`${n} `.repeat(4_000)], ['Steady.'.repeat(20_000)]);
  const { position } = await newsroom.publish('storm', text(0));
  const [slow, fast] = [connectClient(`${url}?story=storm&after=${position}`), connectClient(`${url}?story=storm&after=${position}`)];
  await Promise.all([slow.next('live'), fast.next('live')]);
  slow.ws.pause();
  for (let n = 1; n <= 60; n += 1) {
    const before = fast.messages.length;
    await newsroom.publish('storm', text(n));
    await fast.next('diff', before);
  }
  slow.ws.resume();
  await expect.poll(() => slow.messages.at(-1)).toMatchObject({ type: 'diff', to: log.head() });
  const diffs = slow.messages.flatMap((message) => (message.type === 'diff' ? [message] : []));
  expect(diffs.map(({ from }) => from)).toEqual([position, ...diffs.slice(0, -1).map(({ to }) => to)]);
  const passed = diffs.slice(0, -1).reduce((bytes, diff) => bytes + JSON.stringify(diff).length, 0);
  expect(passed).toBeLessThanOrEqual(64 * 1024);
  expect(diffs.at(-1)?.folded).toBe(61 - diffs.length);
});

test('readers are counted by story, those of every story with each', async () => {
  const { url, newsroom, readers } = await serve();
  for (const story of ['storm', 'vote']) await newsroom.publish(story, contentOf(story, ['Lead.']));
  const both = connectClient(`${url}?story=storm`);
  const clients = [both, connectClient(`${url}?story=vote`), connectClient(`${url}?story=*`), connectClient(url)];
  await Promise.all([both.next('live'), ...clients.slice(1, 3).map((client) => client.next('live')), clients[3]?.next('hello')]);
  both.say({ type: 'subscribe', story: '*' });
  await both.next('live', both.messages.length);
  expect([readers.following('storm'), readers.following('vote'), readers.count()]).toEqual([2, 3, 4]);
});

test('close: everybody is told when to come back, even one that does not listen; newcomers are turned away', async () => {
  const { url, readers, closeSockets, port } = await serve({ closeGraceMs: 50 });
  const [polite, deaf] = [connectClient(url), connectClient(url)];
  await Promise.all([polite.next('hello'), deaf.next('hello')]);
  deaf.ws.pause();
  const closing = closeSockets();
  expect(await statusOf(port, '/live')).toBe(503);
  expect(await polite.closed).toBe(4300);
  expect(polite.messages.at(-1)).toEqual({ type: 'bye', code: 4300, retryAfterMs: [500, 5_000] });
  await closing;
  await closeSockets();
  expect(readers.count()).toBe(0);
});

test('close: a client that has answered is not waited for, though it never ends its side of the connection', async () => {
  const { port, closeSockets } = await serve({ closeGraceMs: 60_000 });
  const tcp = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true });
  const received: Buffer[] = [];
  tcp.on('data', (bytes: Buffer) => received.push(bytes));
  tcp.write(handshake);
  await once(tcp, 'data');
  const closing = closeSockets();
  await expect.poll(() => Buffer.concat(received).subarray(-4)).toEqual(Buffer.of(0x88, 2, 4300 >> 8, 4300 & 0xff));
  tcp.write(Buffer.of(0x88, 0x82, 0, 0, 0, 0, 4300 >> 8, 4300 & 0xff));
  await Promise.all([closing, once(tcp, 'end')]);
  tcp.destroy();
});

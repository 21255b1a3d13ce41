/** What many answer at once: on real sockets nothing is lost of what clients say, nor comes in another order, whoever reads it; and who has answered is known to have read. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { nativeFanIn } from '../server/fan-in.ts';
import { descriptorOf } from '../server/fan-out.ts';
import { loadNativeSocket } from '../server/native-socket.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { isPongTo } from '../server/websocket-frame.ts';
import { contentOf, createNewsroom } from './newsroom.ts';
import { createSharedWires, pongTo } from './shared-wire.ts';

let server: Server;
let port = 0;
const native = await loadNativeSocket();

beforeAll(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = portOf(server.address());
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const portOf = (address: AddressInfo | string | null): number => (typeof address === 'object' && address ? address.port : 0);

const openPair = async () => {
  const accepted = once(server, 'connection');
  const client = connect({ port, host: '127.0.0.1', noDelay: true });
  const connected = once(client, 'connect'); // what it writes from then on leaves at once
  const [socket]: Socket[] = await accepted;
  await connected;
  if (!socket) throw new Error('no connection');
  for (const end of [client, socket]) end.on('error', () => undefined);
  return { socket, client, descriptor: descriptorOf(socket) };
};

const written = (client: Socket, text: string) => new Promise<void>((resolve) => void client.write(text, () => resolve()));

test('law: every byte that a client sends is taken once: where it was all that was expected, there, else by its stream, in order', async ({ skip }) => {
  const fanIn = native ? nativeFanIn(native.receive) : skip('there is no native recv here');
  const step = fc.oneof(
    fc.record({ kind: fc.constant('say' as const), text: fc.stringMatching(/^[a-z]{1,40}$/) }),
    fc.record({ kind: fc.constant('say' as const), text: fc.constantFrom('YES', 'YES', 'YES!', 'x'.repeat(1_024), 'y'.repeat(5_000)) }),
    fc.record({ kind: fc.constantFrom('ask', 'ask', 'rest', 'pause', 'resume') }),
  );
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
    const { socket, client, descriptor } = await openPair();
    let read = '';
    const heard: string[] = [];
    socket.on('data', (bytes: Buffer) => (read += String(bytes)));
    let [said, answers] = ['', 0];
    for (const one of steps) {
      if (one.kind === 'say') {
        client.write(one.text); // the kernel has it at once, the event loop when there is a rest
        said += one.text;
      }
      if (one.kind === 'rest') await new Promise(setImmediate);
      if (one.kind === 'pause') socket.pause();
      if (one.kind === 'resume') socket.resume();
      if (one.kind !== 'ask') continue;
      const before = read;
      if (fanIn(socket, descriptor, (bytes) => String(bytes) === 'YES' && heard.push(before) > 0)) answers += 1;
    }
    socket.resume();
    client.end();
    await once(socket, 'end');
    // What was taken goes back to where it was said: after all that had been read by then.
    let [whole, at] = ['', 0];
    for (const before of heard) {
      whole += `${read.slice(at, before.length)}YES`;
      at = before.length;
    }
    expect(heard.length).toBe(answers);
    expect(whole + read.slice(at)).toBe(said);
    socket.destroy();
    client.destroy();
  }), { numRuns: 100 });
});

test('what is expected is taken before the event loop goes on, and its stream never sees it', async ({ skip }) => {
  const fanIn = native ? nativeFanIn(native.receive) : skip('there is no native recv here');
  const { socket, client, descriptor } = await openPair();
  let read = '';
  socket.on('data', (bytes: Buffer) => (read += String(bytes)));
  client.write('YES');
  const isTaken = () => fanIn(socket, descriptor, (bytes) => String(bytes) === 'YES');
  for (const end = Date.now() + 5_000; !isTaken(); ) if (Date.now() > end) throw new Error('it never came');
  client.end('more');
  await once(socket, 'end');
  expect(read).toBe('more');
  socket.destroy();
});

test('nothing is taken from a socket that has closed, also where its descriptor is another’s by now', async ({ skip }) => {
  const fanIn = native ? nativeFanIn(native.receive) : skip('there is no native recv here');
  let reused = 0;
  for (let round = 0; round < 50; round += 1) {
    const old = await openPair();
    old.socket.on('data', () => undefined);
    await Promise.all([old.socket, old.client].map((end) => once(end.destroy(), 'close')));
    const next = await openPair();
    if (next.descriptor === old.descriptor) reused += 1;
    await written(next.client, 'YES');
    expect(fanIn(old.socket, old.descriptor, () => true)).toBe(false);
    const [bytes]: Buffer[] = await once(next.socket, 'data');
    expect(String(bytes)).toBe('YES');
    for (const end of [next.client, next.socket]) end.destroy();
  }
  expect(reused).toBeGreaterThan(0);
});

test('law: an answer is known by its very bytes, whatever its mask', () => {
  const text = fc.string({ maxLength: 40 });
  fc.assert(fc.property(text, fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (said, mask, where, change) => {
    const [payload, pong] = [Buffer.from(said), pongTo(said, Buffer.from(mask))];
    expect(isPongTo(payload, pong)).toBe(true);
    const other = Buffer.from(pong);
    const place = where % other.length;
    other[place] = (other[place] ?? 0) ^ change;
    if (place < 2 || place >= 6) expect(isPongTo(payload, other)).toBe(false);
    for (const wrong of [pong.subarray(0, -1), Buffer.concat([pong, pong])]) expect(isPongTo(payload, wrong)).toBe(false);
  }));
});


test('an answer is known as a client really gives it', async () => {
  const endpoint = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(endpoint, 'listening');
  const connected = once(endpoint, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${portOf(endpoint.address())}`);
  const [ws, request]: [WebSocket, IncomingMessage] = await connected as never;
  const known = new Promise((resolve) => void request.socket.prependListener('data', (bytes: Buffer) => resolve(isPongTo(Buffer.from('7.read'), bytes)))); // ws unmasks it in place
  ws.ping('7.read');
  expect(await known).toBe(true);
  client.terminate();
  endpoint.close();
});

test('who has answered by the time that all were written to has read it, and stays; who has not leaves when there is no more room', async () => {
  const log = createMemoryLog({ epoch: '7f3a9c21' });
  const newsroom = createNewsroom(log);
  await newsroom.publish('storm', contentOf('storm', ['Lead.'], ['Text.']));
  const wires = createSharedWires({ log, now: () => 0, limits: { windowBytes: 20_000 } });
  const lines = Array.from({ length: 4 }, () => wires.connect());
  for (const { session } of lines) session.receive(JSON.stringify({ type: 'subscribe', story: 'storm' }));
  wires.run();
  const prompt = lines.slice(0, 2);
  for (const { hurry } of prompt) hurry();
  expect(wires.readers.alone()).toBe(0);
  for (let revision = 0; revision < 20; revision += 1) {
    await newsroom.publish('storm', contentOf('storm', ['Lead.'], [`${revision} `.repeat(1_500)]));
    wires.run();
  }
  expect(lines.map(({ reader }) => reader.place.kind)).toEqual(['among', 'among', 'alone', 'alone']);
});

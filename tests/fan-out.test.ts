/** One buffer to many sockets, on real ones: whatever the kernel takes of it, each gets every byte, in order, and nobody gets what was meant for another. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { descriptorOf, nativeFanOut, plainFanOut, type FanOut } from '../server/fan-out.ts';
import { loadNativeSocket, type NativeCall } from '../server/native-socket.ts';
import { createRandom } from './newsroom.ts';

let server: Server;
let port = 0;
const native = (await loadNativeSocket())?.send;

beforeAll(async () => {
  server = createServer({ noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** The server's end of a new connection, and what its client has read so far. */
const openPair = async () => {
  const accepted = once(server, 'connection');
  const client = connect(port, '127.0.0.1');
  const parts: Buffer[] = [];
  client.on('data', (part: Buffer) => parts.push(part)).on('error', () => undefined);
  const [socket]: Socket[] = await accepted;
  if (!socket) throw new Error('no connection');
  socket.on('error', () => undefined);
  return { socket, client, descriptor: descriptorOf(socket), read: () => Buffer.concat(parts).toString('latin1') };
};

/** A kernel in a bad mood: it takes all, some or nothing. */
const moody = (send: NativeCall, random: ReturnType<typeof createRandom>): NativeCall => (descriptor, bytes, length) => {
  const mood = random.below(4);
  return mood === 0 ? -1 : send(descriptor, bytes, mood === 1 ? random.below(length) : length);
};

const ways: [string, (seed: number) => FanOut | undefined][] = [
  ['through the stream', () => plainFanOut],
  ['natively', () => native && nativeFanOut(native)],
  ['natively, with a kernel in a bad mood', (seed) => native && nativeFanOut(moody(native, createRandom(seed)))],
];

test.for(ways)('law: every byte once, in order, also between writes of others: %s', async ([, wayFor], { skip }) => {
  const step = fc.record({ kind: fc.constantFrom('fan-out', 'fan-out', 'write', 'hold', 'pause', 'resume', 'rest'), size: fc.integer({ min: 1, max: 300_000 }) });
  await fc.assert(fc.asyncProperty(fc.nat(), fc.array(step, { minLength: 1, maxLength: 25 }), async (seed, steps) => {
    const fanOut = wayFor(seed) ?? skip('there is no native send here');
    const { socket, client, descriptor, read } = await openPair();
    let wanted = '';
    for (const [index, { kind, size }] of steps.entries()) {
      const bytes = Buffer.alloc(size, String.fromCharCode(97 + (index % 26)));
      if (kind === 'pause') client.pause();
      if (kind === 'resume') client.resume();
      if (kind === 'hold') {
        socket.cork(); // the stream keeps what it is given, as it does when the kernel is full
        process.nextTick(() => socket.uncork());
      }
      if (kind === 'rest') await new Promise(setImmediate);
      if (kind !== 'write' && kind !== 'fan-out') continue;
      if (kind === 'write') socket.write(bytes);
      else fanOut(socket, descriptor, bytes);
      wanted += bytes.toString('latin1');
    }
    client.resume();
    socket.end();
    await once(client, 'close');
    expect(read() === wanted).toBe(true);
  }), { numRuns: 25 });
});

test('law: what is written to a socket that has closed reaches nobody, also where its descriptor is another’s by now', async ({ skip }) => {
  const fanOut = native ? nativeFanOut(native) : skip('there is no native send here');
  let reused = 0;
  for (let round = 0; round < 50; round += 1) {
    const old = await openPair();
    if (round % 2 === 0) old.socket.destroy();
    else {
      old.client.destroy();
      await once(old.socket, 'close');
    }
    fanOut(old.socket, old.descriptor, Buffer.from('stray'));
    await new Promise(setImmediate);
    const next = await openPair();
    if (next.descriptor === old.descriptor) reused += 1;
    fanOut(old.socket, old.descriptor, Buffer.from('stray'));
    fanOut(next.socket, next.descriptor, Buffer.from('mine'));
    next.socket.end();
    await once(next.client, 'close');
    expect(next.read()).toBe('mine');
    old.client.destroy();
  }
  expect(reused).toBeGreaterThan(0);
});

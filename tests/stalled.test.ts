/** Readers who stop reading, among others who go on: they cost no more than their window, and nobody else notices. On real sockets, written to in each way there is. */
import { afterEach, expect, test } from 'vitest';
import type { ServerMessage } from '../server/core/protocol.ts';
import { nativeFanIn } from '../server/fan-in.ts';
import { nativeFanOut } from '../server/fan-out.ts';
import { loadNativeSocket } from '../server/native-socket.ts';
import { contentOf, createNewsroom } from './newsroom.ts';
import { connectClient, serveSocket, type Client, type Served, type ServeOptions } from './socket-client.ts';

const [readersInAll, stalledReaders] = [50, 5];
/** Enough to fill the window several times. */
const revisions = Number(process.env['STALLED_REVISIONS'] ?? 120);
const windowBytes = 64 * 1024;

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  expect(served?.errors ?? []).toEqual([]);
  served = undefined;
});

const filler = 'Text that stays as it is. '.repeat(200);
const storm = (number: number) => contentOf(`Storm ${number}`, [`${number} `.repeat(800)], [filler]);

/** Readers of one story, all told as one. */
const gather = async (options: ServeOptions) => {
  served = await serveSocket(options);
  const { url, log, readers } = served;
  const newsroom = createNewsroom(log);
  const { position } = await newsroom.publish('storm', storm(0));
  const clients = Array.from({ length: readersInAll }, () => connectClient(`${url}?story=storm&after=${position}`));
  await Promise.all(clients.map((client) => client.next('live')));
  await expect.poll(() => readers.alone()).toBe(0);
  const [stalled, others] = [clients.slice(0, stalledReaders), clients.slice(stalledReaders)];
  const reviseUpTo = async (from: number, to: number) => {
    for (let number = from; number <= to; number += 1) {
      const seen = others.map(({ messages }) => messages.length);
      await newsroom.publish('storm', storm(number));
      await Promise.all(others.map((client, index) => client.next('diff', seen[index])));
    }
  };
  return { readers, log, stalled, others, position, reviseUpTo };
};

const diffsOf = ({ messages }: Client) => messages.flatMap((message) => (message.type === 'diff' ? [message] : []));
const bytesOf = (messages: ServerMessage[]): number => messages.reduce((sum, message) => sum + Buffer.byteLength(JSON.stringify(message)), 0);

const native = await loadNativeSocket();
const natively: ServeOptions = native ? { fanOut: nativeFanOut(native.send), fanIn: nativeFanIn(native.receive) } : {};

test.each([
  ['as fast as this machine can', natively],
  ['through their streams', {}],
])('they hold at most the window, others get every revision, and whoever reads again gets the rest as one diff (written to %s)', async (_how, way) => {
  const { readers, log, stalled, others, position, reviseUpTo } = await gather(way);
  for (const { ws } of stalled) ws.pause();
  await reviseUpTo(1, revisions);

  for (const client of others) expect(diffsOf(client).map(({ folded }) => folded)).toEqual(Array(revisions).fill(1));
  expect(readers.alone()).toBe(stalledReaders);

  for (const { ws } of stalled) ws.resume();
  for (const client of stalled) {
    await expect.poll(() => client.messages.at(-1), { timeout: 10_000 }).toMatchObject({ type: 'diff', to: log.head() });
    const diffs = diffsOf(client);
    expect(diffs.map(({ from }) => from)).toEqual([position, ...diffs.slice(0, -1).map(({ to }) => to)]);
    expect(bytesOf(diffs.slice(0, -1))).toBeLessThanOrEqual(windowBytes);
    expect(diffs.at(-1)?.folded).toBe(revisions + 1 - diffs.length);
  }
  await expect.poll(() => readers.alone()).toBe(0);
});

test('whoever reads nothing for too long is gone, and the others are not', async () => {
  const { readers, stalled, others, reviseUpTo } = await gather({ ...natively, limits: { pongTimeoutMs: 2_000 } });
  for (const { ws } of stalled) ws.pause();
  await reviseUpTo(1, 60);
  await expect.poll(() => readers.following('storm'), { timeout: 20_000 }).toBe(readersInAll - stalledReaders);
  for (const { ws } of stalled) ws.resume();
  expect(await Promise.all(stalled.map(({ closed }) => closed))).toEqual(Array(stalledReaders).fill(4308));
  await reviseUpTo(61, 62);
  expect(others.map(({ messages }) => messages.filter(({ type }) => type === 'diff').length)).toEqual(others.map(() => 62));
});

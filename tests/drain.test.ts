/** A server that stops sends its readers away over a time of the operator's choice, so that they do not all come to the next one in the same moment. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Frame } from '../server/frames.ts';
import { momentWithin } from '../server/session/farewell.ts';
import { createReaders } from '../server/readers.ts';
import { createDrain, dueOf } from '../server/readers/drain.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { trackSilent } from '../server/silent-connections.ts';
import { openEvents } from './event-client.ts';
import { createFakeClock } from './fake-clock.ts';
import { createRandom } from './newsroom.ts';
import { connectClient } from './socket-client.ts';
import { createFolders, startServer, type Folders, type ServerProcess } from './server-process.ts';

const createTicker = () => {
  const clock = createFakeClock();
  const every = (ms: number, work: () => void): (() => void) => {
    let cancel = (): void => {};
    const wait = (): void => { cancel = clock.after(ms, () => { wait(); work(); }); };
    wait();
    return () => cancel();
  };
  return { ...clock, every };
};

/** When each of `count` readers is told. */
const toldAt = (count: number, windowMs: number, hurryAt = Infinity): { moments: number[]; left: number } => {
  const clock = createTicker();
  const moments: number[] = [];
  const drain = createDrain({ partings: Array.from({ length: count }, () => () => void moments.push(clock.now())), windowMs, now: clock.now, every: clock.every });
  clock.advance(Math.min(hurryAt, windowMs + 1_000));
  if (hurryAt < Infinity) drain.hurry();
  return { moments, left: clock.waiting() };
};

const counts = fc.integer({ min: 0, max: 5_000 });
const windows = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 600_000 }));

describe('the schedule', () => {
  test('everybody is told once, nobody after the time is over, and no timer is left', () => {
    fc.assert(
      fc.property(counts, windows, (count, windowMs) => {
        const { moments, left } = toldAt(count, windowMs);
        expect(moments).toHaveLength(count);
        expect(moments.at(-1) ?? 0).toBeLessThan(windowMs + 100);
        expect(left).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test('in any moment as many have been told as that part of the time stands for', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 600_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, windowMs, part) => {
        expect(Math.abs(dueOf(count, part * windowMs, windowMs) - count * part)).toBeLessThan(1 + 1e-6);
      }),
    );
  });

  test('whoever hurries tells the rest at once', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 600_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, windowMs, part) => {
        const { moments, left } = toldAt(count, windowMs, part * windowMs);
        expect(moments).toHaveLength(count);
        expect(left).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test('in no second do more readers come back than 1.5 x readers / window, the longer of the two', () => {
    const seconds = fc.record({ drain: fc.integer({ min: 0, max: 60 }), restart: fc.integer({ min: 1, max: 60 }), perSecond: fc.integer({ min: 300, max: 600 }), seed: fc.nat() });
    fc.assert(
      fc.property(seconds, ({ drain, restart, perSecond, seed }) => {
        const random = createRandom(seed);
        const window = Math.max(drain, restart);
        const { moments } = toldAt(perSecond * window, drain * 1_000);
        // Each reader chooses by itself, as the protocol says.
        const back = moments.map((at) => at + momentWithin([500, restart * 1_000], random.next())).sort((a, b) => a - b);
        for (let first = 0, last = 0; last < back.length; last += 1) {
          while ((back[last] ?? 0) - (back[first] ?? 0) >= 1_000) first += 1;
          expect(last - first + 1).toBeLessThanOrEqual(1.5 * perSecond + 1);
        }
      }),
      { numRuns: 15 },
    );
  });
});

test('whoever waits for one answer is sent away in its turn, and whoever has had it is not', async () => {
  const clock = createTicker();
  const readers = createReaders({ log: createMemoryLog({ epoch: '7f3a9c21' }), clock: { ...clock, soon: setImmediate } });
  const told: number[] = [];
  const waits = Array.from({ length: 10 }, (_, n) => readers.wait(({ code }) => { if (code === 'stopping') told.push(n); }));
  const drained = readers.drain(10_000);
  expect([readers.closing.aborted, readers.refusal()?.code, told]).toEqual([true, 'stopping', []]);
  clock.advance(5_000);
  expect(told).toEqual([0, 1, 2, 3, 4]);
  waits[7]?.();
  clock.advance(6_000);
  expect(told).toEqual([0, 1, 2, 3, 4, 5, 6, 8, 9]);
  await drained;
});

test.each(['with', 'without'])('everybody is told in one write each, %s a session of its own, and the crowd with the same bytes', async (kind) => {
  const readers = createReaders({ log: createMemoryLog({ epoch: '7f3a9c21' }) });
  const said = Array.from({ length: 3 }, () => {
    const steps: unknown[] = [];
    const step = (name: string) => () => void steps.push(name);
    const wire = { send: ({ data }: Frame) => void steps.push(data), ping: step('ping'), close: step('close') };
    const socket = { cork: step('cork'), uncork: step('uncork') } as Partial<Socket> as Socket; // all that a reader is written by here
    readers.join(wire, socket, kind === 'with' ? { story: 'unknown' } : undefined);
    return steps;
  });
  for (const steps of said) steps.length = 0;
  await readers.drain(0);
  for (const steps of said) expect(steps).toEqual(['cork', expect.any(Buffer), 'close', 'uncork']);
  if (kind === 'without') expect(new Set(said.map(([, bytes]) => bytes)).size).toBe(1);
});

describe('a server that is told to stop', () => {
  let folders: Folders;
  let server: ServerProcess | undefined;
  beforeEach(async () => { folders = await createFolders(); });
  afterEach(async () => {
    await server?.stop('SIGKILL');
    server = undefined;
    await folders.remove();
  });

  const storm = (what: string): string => `---\nheadline: Storm\n---\nThe line is ${what}.\n`;
  const slow = { timeout: 60_000 };

  test('serves those whose turn has not come, and everybody a page; a second signal ends it', slow, async () => {
    await folders.save('storm.md', storm('closed'));
    server = await startServer(folders, { args: ['--drain', '600', '--restart-window', '9'] });
    const { address, child } = server;
    const port = Number(new URL(address).port);
    const clients = Array.from({ length: 6 }, () => connectClient(`${address.replace('http', 'ws')}/live?story=storm`));
    await Promise.all(clients.map((client) => client.next('live')));
    const events = await openEvents(port, '/api/stories/storm/events');
    await events.next('live');

    child.kill('SIGTERM');
    const status = async (path: string): Promise<number> => (await fetch(address + path)).status;
    await expect.poll(() => status('/readyz')).toBe(503);
    expect([await status('/healthz'), await status('/stories/storm'), await status('/api/events')]).toEqual([200, 200, 503]);
    await expect(connectClient(`${address.replace('http', 'ws')}/live`).opened).rejects.toThrow('503');

    await folders.save('storm.md', storm('open again'));
    await Promise.all(clients.map((client) => client.next('diff')));
    expect((await events.next('diff')).message).toMatchObject({ revision: 2 });
    expect(clients.every(({ ws }) => ws.readyState === ws.OPEN)).toBe(true);

    // A signal that follows at once is the same one, passed on by a launcher.
    const [ended] = await Promise.all([once(child, 'exit'), expect.poll(() => (child.kill('SIGTERM'), clients.every(({ ws }) => ws.readyState === ws.CLOSED)), { interval: 200, timeout: 20_000 }).toBe(true)]);
    expect(ended[0]).toBe(0);
    for (const client of clients) {
      expect(await client.closed).toBe(4300);
      expect(client.messages.at(-1)).toEqual({ type: 'bye', code: 4300, retryAfterMs: [500, 9_000] });
    }
    await events.closed;
    expect(events.events.at(-1)?.message).toMatchObject({ type: 'bye', code: 4300 });
    expect(events.retries.every((ms) => ms >= 500 && ms <= 9_000)).toBe(true);
  });

  test('sends them away one after the other, and ends when all have gone', slow, async () => {
    await folders.save('storm.md', storm('closed'));
    server = await startServer(folders, { args: ['--drain', '2'] });
    const clients = Array.from({ length: 40 }, () => connectClient(`${server?.address.replace('http', 'ws')}/live?story=storm`));
    await Promise.all(clients.map((client) => client.next('live')));
    const left: number[] = [];
    const gone = clients.map(async (client) => {
      await client.closed;
      left.push(clients.filter(({ ws }) => ws.readyState === ws.OPEN).length);
    });
    const ended = server.stop();
    await Promise.all(gone);
    expect(await ended).toBe(0);
    expect(new Set(left).size).toBeGreaterThan(5);
    for (const { messages } of clients) expect(messages.at(-1)).toMatchObject({ type: 'bye', code: 4300 });
  });

});

test('a connection on which nothing was asked does not keep a server from closing; one that was asked something is let be', async () => {
  const server = createServer((_request, response) => void response.write('and'));
  const cut = trackSilent(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const open = async (): Promise<Socket> => {
    const socket = connect(address !== null && typeof address === 'object' ? address.port : 0, '127.0.0.1');
    await Promise.all([once(socket, 'connect'), once(server, 'connection')]);
    return socket;
  };
  const [silent, asking] = [await open(), await open()];
  asking.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(asking, 'data');
  const closed = new Promise((resolve) => server.close(resolve));
  cut();
  await once(silent.resume(), 'close');
  expect(asking.readyState).toBe('open');
  asking.destroy();
  await closed;
});

/** When those who are told as one are written to: whoever comes alone at once, what comes together in one write, and never so often that nobody else gets a turn. */
import { expect, test, vi } from 'vitest';
import { everyStory } from '../server/core/protocol.ts';
import { noMetrics } from '../server/metrics.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { contentOf, createNewsroom } from './newsroom.ts';
import { createSharedWires, type SharedWireOptions } from './shared-wire.ts';

const slugs = ['storm', 'vote', 'fire'];

/** Readers of every story, all told as one. A write to one of them takes `writeMs`. */
const gather = async ({ coalesceMs = 0, writeMs = 0, padding = '', ...options }: { coalesceMs?: number; writeMs?: number; padding?: string } & Pick<SharedWireOptions, 'metrics' | 'limits'> = {}) => {
  const clock = { now: 0 };
  const coming = { more: false };
  let writes = 0;
  const onWrite = () => {
    writes += 1;
    clock.now += writeMs;
  };
  const log = createMemoryLog({ epoch: '7f3a9c21' });
  const newsroom = createNewsroom(log);
  for (const slug of slugs) await newsroom.publish(slug, contentOf(slug, ['Lead.'], ['Text.']));
  const wires = createSharedWires({ ...options, log, now: () => clock.now, coalesceMs: () => coalesceMs, isMoreComing: () => coming.more, onWrite });
  const connect = () => {
    const line = wires.connect();
    line.session.receive(JSON.stringify({ type: 'subscribe', story: everyStory }));
    return line;
  };
  const lines = [connect(), connect()];
  const passTo = (ms: number) => {
    clock.now = ms;
    wires.run();
  };
  passTo(0);
  const read = (line: (typeof lines)[number]): string[] => {
    const types: string[] = [];
    for (let parcel = line.deliver(); parcel; parcel = line.deliver()) if (parcel.kind === 'frame') types.push(parcel.message.type);
    return types;
  };
  lines.forEach(read);
  expect(wires.readers.alone()).toBe(0);
  return {
    connect, read, lines, passTo, wires, coming,
    revise: async (...stories: string[]) => {
      for (const slug of stories) await newsroom.publish(slug, contentOf(slug, ['Lead.'], [`Text at ${clock.now}.${padding}`]));
    },
    /** writes to each reader since this was asked last */
    writes: () => {
      const each = writes / lines.length;
      writes = 0;
      return each;
    },
  };
};

test('who comes alone is not held up, what comes together is one write', async () => {
  const { revise, passTo, writes, read, lines } = await gather();
  for (const at of [0, 1, 2]) {
    await revise(...slugs);
    passTo(at);
    expect(writes()).toBe(1);
  }
  expect(lines.map(read)).toEqual(lines.map(() => Array(9).fill('diff')));
});

test('while writes are stretched, what comes meanwhile waits and leaves together', async () => {
  const { revise, passTo, writes, read, lines } = await gather({ coalesceMs: 200 });
  passTo(1_000);
  await revise('storm');
  passTo(1_000);
  expect(writes()).toBe(1);
  for (const at of [1_010, 1_100, 1_199]) {
    await revise('vote', 'fire');
    passTo(at);
    expect(writes()).toBe(0);
  }
  passTo(1_210);
  expect(writes()).toBe(1);
  expect(lines.map(read)).toEqual(lines.map(() => Array(7).fill('diff')));
});

test('who comes while something waits is told as one with the others once it has left, and misses nothing', async () => {
  const { connect, read, revise, passTo, wires } = await gather({ coalesceMs: 200 });
  await revise('storm');
  passTo(0);
  await revise('vote');
  const late = connect();
  passTo(100);
  expect(wires.readers.alone()).toBe(1);
  passTo(200);
  passTo(200);
  expect(wires.readers.alone()).toBe(0);
  await revise('fire');
  passTo(500);
  expect(read(late)).toEqual(['hello', 'snapshot', 'snapshot', 'snapshot', 'live', 'diff']);
});

test('where a write takes long, what is known to be coming goes with the next, which waits for no longer than twice as long', async () => {
  const { revise, passTo, writes, coming } = await gather({ writeMs: 50 });
  coming.more = true;
  await revise('storm');
  passTo(0); // ends at 100: nothing is known of how long it takes
  expect(writes()).toBe(1);
  const burst = async (start: number, ms: number) => {
    for (let at = start; at < start + ms; at += 20) {
      passTo(at);
      await revise('storm');
      passTo(at);
    }
    return writes();
  };
  expect(await burst(1_000, 100)).toBe(0);
  coming.more = false;
  passTo(1_110);
  expect(writes()).toBe(1);
  coming.more = true;
  expect(await burst(2_000, 200)).toBe(0);
  passTo(2_200);
  expect(writes()).toBe(1);
});

test('whoever asks when all have been written to is told then, and at once where nothing waits', async () => {
  const { revise, passTo, writes, wires, lines } = await gather({ coalesceMs: 200 });
  await wires.readers.written();
  passTo(1_000);
  await revise('storm');
  passTo(1_000);
  writes();
  await revise('storm');
  const seen: number[] = [];
  void wires.readers.written().then(() => seen.push(writes()));
  passTo(1_199);
  await Promise.resolve();
  expect(seen).toEqual([]);
  passTo(1_200);
  await vi.waitUntil(() => seen.length > 0);
  expect(seen).toEqual([1]);

  await revise('storm');
  const gone = wires.readers.written();
  for (const { session } of lines) session.stop();
  await gone;
});

test('what does not fit into one write has left when it has been written, and not with what comes after it', async () => {
  const told: number[] = [];
  const { revise, passTo, wires } = await gather({ metrics: { ...noMetrics, told: (sequence) => told.push(sequence) }, limits: { windowBytes: 12_000 }, padding: 'x'.repeat(4_000) });
  told.length = 0;
  await revise('storm', 'vote');
  passTo(0);
  expect(told).toEqual([4, 5]);
  expect(wires.readers.alone()).toBe(0);
});

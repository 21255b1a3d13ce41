/** `npm run bench:readers`: what a reader who waits for news costs in memory, beside a bare ws server in the same run. */
import { setTimeout as pause } from 'node:timers/promises';
import { startChild, type Child } from './child.ts';
import { startLoad, type Target } from './load.ts';
import { affordable, cpuSeconds, descriptors, machineLine, settleIn, residentBytes } from './machine.ts';
import { readOptions } from './options.ts';
import { wsProgram } from './peers/ws.ts';
import { run, type Scope } from './scope.ts';
import { startStopPress, withHeap } from './server.ts';
import { median, printTable } from './table.ts';
import { inTurns } from './turns.ts';

type Candidate = { name: string; start: (scope: Scope) => Promise<Target & Child> };

/** Bytes, and us of CPU to let a reader in. */
type Cost = { name: string; readers: number; resident: number; heap: number; cpu: number };

const candidates: readonly Candidate[] = [
  {
    name: 'Stop Press',
    start: async (scope) => ({ ...(await startStopPress(scope, { node: withHeap })), path: '/live', greetings: [JSON.stringify({ type: 'subscribe', story: 'storm' })] }),
  },
  {
    name: 'ws',
    start: async (scope) => {
      const child = startChild(scope, [process.execPath, ...withHeap, wsProgram, 'string'], { role: 'server' });
      const [, port] = await child.said(/^listening (\d+)$/);
      return { ...child, port: Number(port), path: '/' };
    },
  },
];

/** Until the memory of a process stands still: within 1 % for as long. */
const settle = async (pid: number, seconds: number): Promise<number> => {
  for (let before = residentBytes(pid); ; ) {
    await pause(seconds * 1_000);
    const now = residentBytes(pid);
    if (Math.abs(now - before) <= before / 100) return now;
    before = now;
  }
};

/** Descriptors that come and go besides those of readers. */
const fewFiles = 10;

/** Memory that the process has from the system, with whatever it has not collected; then what is alive with the readers, and without them. */
const measure = async (scope: Scope, { name, start }: Candidate, readers: number, seconds: number): Promise<Cost> => {
  const server = await start(scope);
  const load = startLoad(scope, server);
  const [resident, cpu, files] = [await settle(server.pid, seconds), cpuSeconds(server.pid), descriptors(server.pid)];
  await load.open(readers);
  const full = await settle(server.pid, seconds);
  const spent = cpuSeconds(server.pid) - cpu;
  const heap = await server.heap();
  await load.leave();
  while (descriptors(server.pid) > files + fewFiles) await pause(100);
  const empty = await server.heap();
  await load.stop();
  await server.stop();
  return { name, readers, resident: (full - resident) / readers, heap: (heap - empty) / readers, cpu: (1e6 * spent) / readers };
};

await run(async (scope) => {
  const options = readOptions('npm run bench:readers -- [options]: memory of readers who wait', { readers: [5_000, 19_500], rounds: 3, seconds: 3 });
  settleIn();
  const counts = [...new Set(options.readers.map(affordable))];
  console.log(`${machineLine()}\nbytes a reader who waits, the median of ${options.rounds} rounds; readers of Stop Press follow a story of 10 kB, those of ws nothing\n`);
  const all = counts.flatMap((count) => candidates.map((candidate) => ({ count, candidate })));
  const costs = await inTurns(options.rounds, all, ({ count, candidate }) => measure(scope, candidate, count, options.seconds));
  const of = (wanted: string, readers: number, what: 'resident' | 'heap' | 'cpu') => median(costs.filter((cost) => cost.name === wanted && cost.readers === readers).map((cost) => cost[what]));
  printTable(counts.flatMap((count) => candidates.map(({ name }) => ({
    server: name,
    readers: count,
    resident: of(name, count, 'resident'),
    'x ws': of(name, count, 'resident') / of('ws', count, 'resident'),
    heap: of(name, count, 'heap'),
    'x ws ': of(name, count, 'heap') / of('ws', count, 'heap'),
    'us of CPU to let in': of(name, count, 'cpu'),
  }))));
  console.log('\nresident: what the process took from the system; heap: what is alive in it, by a full collection with the readers and one without; the kernel\'s own buffers are in neither');
});

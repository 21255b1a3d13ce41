/** `npm run bench:last-reader`: from the save of a story to the last of many readers, one revision a second, also while some readers do not read what they are sent. */
import { setTimeout as pause } from 'node:timers/promises';
import { printDoubts } from './doubts.ts';
import { fillerFor, startLoad, type Arrival } from './load.ts';
import { affordable, cpuSeconds, machineLine, settleIn, watchOthers } from './machine.ts';
import { readOptions } from './options.ts';
import { run, type Scope } from './scope.ts';
import { startStopPress } from './server.ts';
import { printTable, quantile } from './table.ts';

type Options = { args: string[]; readers: number; revisions: number; stalled: number; bytes: number; every: number };

/** `arrival` is there where the revision reached every reader as a message of its own. */
type Saved = { stamp: string; arrival: Arrival | undefined };

/** So many revisions, one each `every` ms, whether the last has arrived or not. */
const measure = async (scope: Scope, { readers, revisions, stalled, bytes, every, args }: Options) => {
  const server = await startStopPress(scope, { args });
  const load = startLoad(scope, { ...server, path: '/live', greetings: [JSON.stringify({ type: 'subscribe', story: 'storm' })] });
  const stalling = Math.round((readers * stalled) / 100);
  await load.open(readers - stalling);
  await load.stall(stalling);
  const filler = await fillerFor(load, (characters) => server.save('storm', characters), bytes);
  const save = async (): Promise<Saved> => {
    const stamp = server.save('storm', filler);
    return { stamp, arrival: await load.arrival(stamp, 30_000) };
  };
  for (let revision = 0; revision < 3; revision += 1) await save();
  load.reset();
  const [cpu, others] = [cpuSeconds(server.pid), watchOthers(() => [server.pid, load.pid])];
  const saves: Promise<Saved>[] = [];
  for (let revision = 0; revision < revisions; revision += 1) {
    await pause(every);
    saves.push(save());
  }
  const found = await Promise.all(saves);
  const spent = cpuSeconds(server.pid) - cpu;
  const [report, disturbance] = [await load.report(), others()];
  await load.stop();
  await server.stop();
  const first = found.flatMap(({ arrival }) => (arrival ? [arrival.first] : []));
  return { name: `${stalled} % stalled`, stalling, last: lastTimes(found), first, folded: found.filter(({ arrival }) => !arrival).length, cpu: (1_000 * spent) / revisions, report, disturbance };
};

/** ms to the last reader, for each. A revision that was told to somebody only together with a later one has reached all when that one has. */
const lastTimes = (saves: readonly Saved[]): number[] => {
  let later = { stamp: 0n, last: Infinity };
  return saves.toReversed().map(({ stamp, arrival }) => {
    const last = arrival?.last ?? later.last + Number(later.stamp - BigInt(stamp)) / 1e6;
    later = { stamp: BigInt(stamp), last };
    return last;
  }).reverse();
};

await run(async (scope) => {
  const options = readOptions('npm run bench:last-reader -- [options]: from a save to the last reader; stalled is in % of the readers, every in ms', { readers: 10_000, revisions: 300, stalled: [0, 1], bytes: 400, every: 1_000, args: [] as string[] });
  settleIn();
  const readers = affordable(options.readers);
  console.log(`${machineLine()}\n${readers.toLocaleString('en')} readers, ${options.revisions} revisions, one each ${options.every} ms: about ${Math.ceil((options.stalled.length * (options.revisions * options.every + 15_000)) / 60_000)} minutes\n`);
  const results = [];
  for (const stalled of options.stalled) results.push(await measure(scope, { ...options, readers, stalled }));
  printTable(results.map(({ stalling, last, first, folded, cpu, report }) => ({
    'who never read': stalling,
    'save to the first, ms: p50': quantile(first, 0.5),
    'to the last: p50': quantile(last, 0.5),
    p99: quantile(last, 0.99),
    max: Math.max(...last),
    'folded for some': folded,
    'all deliveries: p50': report.p50,
    'p99 ': report.p99,
    'CPU a revision, ms': cpu,
    closed: Object.entries(report.codes).map(([code, times]) => `${times} by ${code}`).join(', ') || String(report.closed),
  })));
  printDoubts(results);
});

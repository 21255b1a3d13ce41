/**
 * `npm run bench:churn`: readers come and go for half an hour while a story is revised each second. What the server holds should not grow:
 * ends with 1 where the heap after a full collection has moved by more than 5 %, or the resident memory by more than 15 %, since minute 5.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { printDisturbance } from './doubts.ts';
import { startLoad } from './load.ts';
import { affordable, cpuSeconds, machineLine, settleIn, residentBytes, watchOthers } from './machine.ts';
import { readOptions } from './options.ts';
import { run } from './scope.ts';
import { startStopPress, withHeap, type StopPress } from './server.ts';
import { printTable } from './table.ts';

const allowed = { heap: 5, resident: 15 };

type Sample = { minute: number; heap: number; resident: number };

const sample = async (server: StopPress, minute: number): Promise<Sample> => ({ resident: residentBytes(server.pid) / 1e6, heap: (await server.heap()) / 1e6, minute });

const change = (from: number, to: number): number => 100 * (to / from - 1);
const percent = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(1)} %`;

await run(async (scope) => {
  const options = readOptions('npm run bench:churn -- [options]: readers who come and go; churn is how many a second do', { minutes: 30, churn: 200, readers: 1_000, every: 1_000, args: [] as string[] });
  settleIn();
  const readers = affordable(options.readers);
  const first = Math.min(5, options.minutes / 2);
  console.log(`${machineLine()}\n${options.churn} readers a second leave and others come, ${readers.toLocaleString('en')} at a time, a revision each ${options.every} ms, for ${options.minutes} minutes\n`);
  const server = await startStopPress(scope, { node: withHeap, args: options.args });
  const load = startLoad(scope, { ...server, path: '/live?story=storm' });
  await load.open(readers);
  load.reset();
  load.churn(options.churn);
  const [cpu, others] = [cpuSeconds(server.pid), watchOthers(() => [server.pid, load.pid])];
  const moments = [...new Set([first, ...Array.from({ length: Math.floor(options.minutes / 5) }, (_, index) => 5 * (index + 1)), options.minutes])].filter((minute) => minute <= options.minutes).sort((a, b) => a - b);
  const samples: Sample[] = [];
  let revisions = 0;
  for (const from = performance.now(); samples.length < moments.length; ) {
    await pause(options.every);
    server.save('storm', revisions % 200);
    revisions += 1;
    const [minute = 0] = moments.slice(samples.length);
    if (performance.now() - from >= minute * 60_000) samples.push(await sample(server, minute));
  }
  const [report, disturbance] = [await load.report(), others()];
  const [start, end] = [samples[0], samples.at(-1)];
  const moved = { heap: change(start?.heap ?? 0, end?.heap ?? 0), resident: change(start?.resident ?? 0, end?.resident ?? 0) };
  printTable(samples.map(({ minute, heap, resident }) => ({ minute, 'heap, MB': heap, 'resident, MB': resident })));
  console.log(`\nfrom minute ${first} to ${options.minutes}: heap ${percent(moved.heap)} (at most ${allowed.heap} %), resident ${percent(moved.resident)} (at most ${allowed.resident} %)`);
  console.log(`${revisions} revisions; ${report.failed + report.refused} connections failed or were refused, ${report.closed} were closed by the server; CPU ${((100 * (cpuSeconds(server.pid) - cpu)) / (options.minutes * 60)).toFixed(0)} % of a core`);
  printDisturbance([{ disturbance }]);
  return moved.heap > allowed.heap || moved.resident > allowed.resident ? 1 : 0;
});

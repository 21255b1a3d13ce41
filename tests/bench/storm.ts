/** `npm run bench:storm`: the server is restarted while many read, and all come back, each when it was told to. */
import { printDisturbance } from './doubts.ts';
import { startLoad } from './load.ts';
import { affordable, cpuSeconds, machineLine, settleIn, watchOthers, type Disturbance } from './machine.ts';
import { readOptions } from './options.ts';
import { run, type Scope } from './scope.ts';
import { startStopPress } from './server.ts';
import { printTable, type Cell } from './table.ts';

const patienceMs = 600_000;

const restart = async (scope: Scope, readers: number, args: readonly string[]): Promise<{ row: Record<string, Cell>; disturbance: Disturbance }> => {
  const first = await startStopPress(scope, { args });
  const load = startLoad(scope, { ...first, path: '/live?story=storm&after=@POSITION@' });
  await load.open(readers);
  if (!(await load.arrival(first.save('storm', 0), 30_000))) throw new Error('the revision before the restart did not reach all');
  load.rejoin();
  load.reset();
  const others = watchOthers(() => [first.pid, load.pid]);
  const back = load.back(patienceMs).then((opened) => ({ ...opened, at: performance.now() }));
  const from = performance.now();
  await first.stop('SIGTERM');
  const stopped = performance.now();
  const second = await first.again();
  const [started, idle] = [performance.now(), cpuSeconds(second.pid)];
  const opened = await back;
  const cpu = cpuSeconds(second.pid) - idle;
  const arrival = await load.arrival(second.save('storm', 0), 30_000);
  const report = await load.report();
  await load.stop();
  await second.stop();
  const codes = Object.entries(report.codes).map(([code, times]) => `${times} by ${code}`).join(', ');
  return {
    row: {
      readers,
      'to stop, ms': stopped - from,
      'to start, ms': started - stopped,
      'all back after, s': (opened.at - from) / 1_000,
      'peak a second': opened.peak,
      'x readers / window': opened.window > 0 ? opened.peak / (readers / (opened.window / 1_000)) : undefined,
      attempts: opened.attempts,
      'refused (503)': opened.refused,
      'no connection': opened.failed,
      closed: codes,
      'CPU to let in, us a reader': (1e6 * cpu) / readers,
      'next revision to the last, ms': arrival?.last,
    },
    disturbance: others(),
  };
};

await run(async (scope) => {
  const options = readOptions('npm run bench:storm -- [options]: all readers at once after a restart', { readers: 10_000, rounds: 1, args: [] as string[] });
  settleIn();
  const readers = affordable(options.readers);
  console.log(`${machineLine()}\n${readers.toLocaleString('en')} readers; the server ends by SIGTERM, and is started again on the same port and log\n`);
  const results = [];
  for (let round = 0; round < options.rounds; round += 1) results.push(await restart(scope, readers, options.args));
  printTable(results.map(({ row }) => row));
  printDisturbance(results);
});

/** What may have spoilt a measurement. */
import type { Report } from './load.ts';
import type { Disturbance } from './machine.ts';

type Run = { name: string; report: Report; disturbance: Disturbance };

/** Above this share of their time the readers, not the server, may have been what took so long. */
const tooBusy = 0.95;

/** In cores. */
const noticed = 0.1;

/** A line for each doubt; none where there is none. */
export const printDoubts = (runs: readonly Run[]): void => {
  for (const name of new Set(runs.map((run) => run.name))) {
    const reports = runs.filter((run) => run.name === name).map(({ report }) => report);
    const busiest = Math.max(...reports.map(({ busy }) => busy));
    const [missed, closed] = [sum(reports.map(({ unfinished }) => unfinished)), sum(reports.map((report) => report.closed))];
    if (busiest > tooBusy) console.log(`${name}: the readers worked ${(100 * busiest).toFixed(0)} % of the time that messages took: they may have been the bottleneck, and times are theirs as much as the server's`);
    if (missed + closed > 0) console.log(`${name}: ${missed} messages did not reach every reader as a message of their own, ${closed} connections were closed`);
  }
  printDisturbance(runs);
};

/** Who else was at work on this machine. */
export const printDisturbance = (runs: readonly Pick<Run, 'disturbance'>[]): void => {
  const [others, steal] = [Math.max(...runs.map(({ disturbance }) => disturbance.others)), Math.max(...runs.map(({ disturbance }) => disturbance.steal))];
  if (others > noticed || steal > noticed) {
    console.log(`disturbed: other processes took up to ${others.toFixed(2)} cores, the host up to ${steal.toFixed(2)}. CPU a delivery moves less by it than times do: repeat it on a quiet machine.`);
  }
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

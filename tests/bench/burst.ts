/**
 * `npm run bench:burst`: several stories are saved together, for readers who follow all of them. Revisions that are pending together should cost little more than one.
 * Each burst is published when the last reader has the whole of the one before.
 */
import { printDoubts } from './doubts.ts';
import { fillerFor, startLoad, type Report, type Target } from './load.ts';
import { affordable, cpuSeconds, machineLine, settleIn, watchOthers, type Disturbance } from './machine.ts';
import { readOptions } from './options.ts';
import { ws } from './peers/ws.ts';
import { run, type Scope } from './scope.ts';
import { startStopPress } from './server.ts';
import { median, printTable } from './table.ts';
import { inTurns } from './turns.ts';

type Options = { readers: number; stories: number; bytes: number; rounds: number; seconds: number };

/** `burst` publishes all stories together, and returns their stamps. */
type Candidate = { name: string; start: (scope: Scope, options: Options) => Promise<Target & { pid: number; burst: (filler: number) => string[]; stop: () => Promise<void> }> };

type Measured = { name: string; bursts: number; seconds: number; cpu: number; report: Report; disturbance: Disturbance };

const subscribe = (story: string): string => JSON.stringify({ type: 'subscribe', story });
const names = (stories: number): string[] => Array.from({ length: stories }, (_, index) => `story-${index + 1}`);

const stopPress = (name: string, greetings: (stories: string[]) => string[]): Candidate => ({
  name,
  start: async (scope, { stories: count }) => {
    const stories = names(count);
    const server = await startStopPress(scope, { stories });
    return { ...server, path: '/live', greetings: greetings(stories), burst: (filler) => stories.map((story) => server.save(story, filler)) };
  },
});

const plainWs: Candidate = {
  name: 'ws, send(string)',
  start: async (scope, { stories }) => {
    const peer = await ws('ws', 'string').start(scope);
    return { ...peer, burst: (filler) => names(stories).map(() => peer.publish(filler)).map(String) };
  },
};

const candidates: readonly Candidate[] = [stopPress('Stop Press, each story', (stories) => stories.map(subscribe)), stopPress('Stop Press, *', () => [subscribe('*')]), plainWs];

const measure = async (scope: Scope, { name, start }: Candidate, options: Options): Promise<Measured> => {
  const server = await start(scope, options);
  const load = startLoad(scope, server);
  await load.open(options.readers);
  const filler = await fillerFor(load, (characters) => server.burst(characters).at(-1) ?? '', options.bytes);
  const burst = async (): Promise<boolean> => (await Promise.all(server.burst(filler).map((stamp) => load.arrival(stamp)))).every((arrival) => arrival !== undefined);
  await warmUp(burst);
  load.reset();
  const [cpu, others, from] = [cpuSeconds(server.pid), watchOthers(() => [server.pid, load.pid]), performance.now()];
  let bursts = 0;
  while (performance.now() - from < options.seconds * 1_000) if (await burst()) bursts += 1;
  const [seconds, spent, disturbance] = [(performance.now() - from) / 1_000, cpuSeconds(server.pid) - cpu, others()];
  const report = await load.report();
  await load.stop();
  await server.stop();
  return { name, bursts, seconds, cpu: spent, report, disturbance };
};

const warmUp = async (burst: () => Promise<boolean>): Promise<void> => {
  for (let whole = 0, attempt = 0; whole < 3; attempt += 1) {
    if (attempt > 10) throw new Error('a burst never reached all readers');
    if (await burst()) whole += 1;
  }
};

const printResults = (runs: readonly Measured[], { readers, stories }: Options): void => {
  const rows = candidates.map(({ name }) => {
    const each = runs.filter((measured) => measured.name === name);
    const revisions = ({ bursts }: Measured) => bursts * stories * readers;
    return { name, aSecond: median(each.map((one) => revisions(one) / one.seconds)), aCpuSecond: median(each.map((one) => revisions(one) / one.cpu)), perBurst: median(each.map((one) => (1_000 * one.seconds) / one.bursts)) };
  });
  const plain = rows.at(-1);
  printTable(rows.map(({ name, aSecond, aCpuSecond, perBurst }) => ({
    server: name,
    'revisions delivered a second': aSecond,
    'x ws': aSecond / (plain?.aSecond ?? Number.NaN),
    'a second of CPU': aCpuSecond,
    'x ws ': aCpuSecond / (plain?.aCpuSecond ?? Number.NaN),
    'ms a burst': perBurst,
  })));
};

await run(async (scope) => {
  const options: Options = readOptions('npm run bench:burst -- [options]: several stories saved together', { readers: 5_000, stories: 8, bytes: 400, rounds: 3, seconds: 5 });
  settleIn();
  options.readers = affordable(options.readers);
  console.log(`${machineLine()}\n${options.stories} stories saved together, ${options.readers.toLocaleString('en')} readers of all of them, frames of about ${options.bytes} bytes, the median of ${options.rounds} rounds\n`);
  const runs = await inTurns(options.rounds, candidates, (candidate) => measure(scope, candidate, options));
  printResults(runs, options);
  printDoubts(runs);
});

/**
 * `npm run bench:fanout`: what it costs to tell one revision to many readers, beside others that only do that. All in one run, in turns; medians and ratios.
 */
import { printDoubts } from './doubts.ts';
import { fillerFor, startLoad, type Load, type Report } from './load.ts';
import { affordable, cpuSeconds, machineLine, settleIn, watchOthers, type Disturbance } from './machine.ts';
import { readOptions } from './options.ts';
import type { Peer, RunningPeer } from './peer.ts';
import { choosePeers } from './peers.ts';
import { run, type Scope } from './scope.ts';
import { mean, median, printTable, quantile } from './table.ts';
import { inTurns } from './turns.ts';

/** Of one server with so many readers, over a few seconds in which each message is published when the last reader has the one before. */
type Measured = { name: string; bytes: number; frame: number; readers: number; cpu: number; messages: number; last: number[]; report: Report; durableToLast?: number; disturbance: Disturbance };

/** Of one server and one size of message: CPU in us, times in ms, of messages to all readers. */
type Result = { peer: string; bytes: number; frame: number; perDelivery: number; perReader: number; perMessage: number; p50: number; p99: number; mean: number; durableToLast: number };

type Options = { readers: number; bytes: number[]; rounds: number; seconds: number; only: string[] };

const few = (readers: number): number => Math.round(readers / 5);

/** What is sent until the server is warm, and every reader listens. */
const warmUpMs = 1_000;

const publishAndWait = async (peer: RunningPeer, load: Load, filler: number) => load.arrival(await peer.publish(filler));

const measure = async (name: string, peer: RunningPeer, load: Load, { bytes, readers, seconds }: { bytes: number; readers: number; seconds: number }): Promise<Measured> => {
  const filler = await fillerFor(load, peer.publish, bytes);
  for (const end = performance.now() + warmUpMs; performance.now() < end; ) await publishAndWait(peer, load, filler);
  load.reset();
  const written = await peer.lastWrites?.();
  const [cpu, others] = [cpuSeconds(peer.pid), watchOthers(() => [peer.pid, load.pid])];
  const last: number[] = [];
  let [frame, messages] = [0, 0];
  for (const end = performance.now() + seconds * 1_000; performance.now() < end; messages += 1) {
    const arrival = await publishAndWait(peer, load, filler);
    if (!arrival) continue;
    last.push(arrival.last);
    frame = arrival.bytes;
  }
  const spent = cpuSeconds(peer.pid) - cpu;
  const disturbance = others();
  const writtenLater = await peer.lastWrites?.();
  return {
    name, bytes, frame, readers, cpu: spent, messages, last, report: await load.report(), disturbance,
    ...(written && writtenLater && { durableToLast: (1_000 * (writtenLater.sum - written.sum)) / (writtenLater.count - written.count) }),
  };
};

/** A server is started, gets a few readers, and then all. */
const measurePeer = async (scope: Scope, { name, start }: Peer, { readers, bytes, seconds }: Options): Promise<Measured[]> => {
  const peer = await start(scope);
  const load = startLoad(scope, peer);
  const all: Measured[] = [];
  for (const count of [few(readers), readers]) {
    await load.open(count);
    for (const each of bytes) all.push(await measure(name, peer, load, { bytes: each, readers: count, seconds }));
  }
  await load.stop();
  await peer.stop();
  return all;
};

const resultOf = (peer: string, bytes: number, runs: readonly Measured[][]): Result => {
  const each = runs.map((run) => run.filter((one) => one.name === peer && one.bytes === bytes)).flatMap(([small, large]) => (small && large ? [{ small, large }] : []));
  const middle = (of: (pair: { small: Measured; large: Measured }) => number) => median(each.map(of));
  const perMessage = ({ cpu, messages }: Measured) => (1e6 * cpu) / messages;
  const slope = ({ small, large }: { small: Measured; large: Measured }) => (perMessage(large) - perMessage(small)) / (large.readers - small.readers);
  return {
    peer,
    bytes,
    frame: middle(({ large }) => large.frame),
    perDelivery: middle(({ large }) => perMessage(large) / large.readers),
    perReader: middle(slope),
    perMessage: middle((pair) => perMessage(pair.small) - slope(pair) * pair.small.readers) / 1_000,
    p50: middle(({ large }) => quantile(large.last, 0.5)),
    p99: middle(({ large }) => quantile(large.last, 0.99)),
    mean: middle(({ large }) => mean(large.last)),
    durableToLast: middle(({ large }) => large.durableToLast ?? Number.NaN),
  };
};

const printResults = (results: readonly Result[]): void => {
  const [limit, ws, bun] = ['limit', 'ws', 'bun'].map((name) => results.find(({ peer }) => peer === name));
  printTable(results.map((result) => ({
    server: result.peer,
    'frame, B': result.frame,
    'us a delivery': result.perDelivery,
    'us a reader': result.perReader,
    'x limit': result.perReader / (limit?.perReader ?? Number.NaN),
    'x ws': result.perReader / (ws?.perReader ?? Number.NaN),
    'ms a message': result.perMessage,
    'to the last, ms: p50': result.p50,
    p99: result.p99,
    'x limit ': result.p50 / (limit?.p50 ?? Number.NaN),
  })));
  const own = results.filter(({ peer }) => peer.startsWith('stop-press'));
  for (const { peer, durableToLast } of own.filter((each) => Number.isFinite(each.durableToLast))) {
    console.log(`  ${peer} says of itself: ${durableToLast.toFixed(2)} ms from durable to the last write${[limit, bun].filter((each) => each !== undefined).map((each) => `; x ${(durableToLast / each.mean).toFixed(2)} ${each.peer}'s ${each.mean.toFixed(2)} ms to the last reader`).join('')} (means)`);
  }
  if (own.some((each) => !Number.isFinite(each.durableToLast))) console.log('  /metrics says nothing of durable to the last write');
};

await run(async (scope) => {
  const options: Options = readOptions('npm run bench:fanout -- [options]: what it costs to tell many readers', { readers: 10_000, bytes: [300, 2_000], rounds: 5, seconds: 3, only: [] });
  settleIn();
  const readers = affordable(options.readers);
  const chosen = choosePeers(options.only);
  console.log(machineLine());
  console.log(`${few(readers).toLocaleString('en')} and ${readers.toLocaleString('en')} readers, ${options.rounds} rounds: about ${Math.ceil((options.rounds * chosen.length * (2 * options.bytes.length * (options.seconds + 2) + 5)) / 60)} minutes\n`);
  for (const { name, about } of chosen) console.log(`  ${name.padEnd(18)}${about}`);
  const runs = await inTurns(options.rounds, chosen, (peer) => measurePeer(scope, peer, { ...options, readers }));
  for (const bytes of options.bytes) {
    console.log(`\nframes of ${bytes.toLocaleString('en')} bytes: CPU of the server, and ms until the last of ${readers.toLocaleString('en')} readers has it; the median of ${options.rounds}`);
    printResults(chosen.map(({ name }) => resultOf(name, bytes, runs)));
  }
  console.log(`\nus a reader: what each reader more costs, from ${few(readers).toLocaleString('en')} to ${readers.toLocaleString('en')}; ms a message: what it costs besides, however many read`);
  printDoubts(runs.flat());
});

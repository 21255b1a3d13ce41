/** What happens, counted for Prometheus, in a registry of its own: a process may hold several. */
import { AggregatorRegistry, Counter, Gauge, Histogram, Registry, type MetricObjectWithValues, type MetricValue } from 'prom-client';
import { closeCodes } from '../core/protocol.ts';
import { handlings, refusals, routes, type Metrics } from '../metrics.ts';
import type { Revision } from '../revision-log.ts';
import { createDeliveries } from './deliveries.ts';
import { watchProcess } from './process.ts';
import { createSources, type Sources } from './sources.ts';

/** As one process hands its figures to another. */
export type MetricsJson = MetricObjectWithValues<MetricValue<string>>[];

export type ProcessMetrics = Metrics & {
  /** Where to read, when it is asked for, what need not be counted. May be called several times, with one thing after another. */
  watch: (sources: Sources) => void;
  /** In the text format of Prometheus, of this process alone. */
  text: () => Promise<string>;
  /** For `mergeMetrics`. */
  json: () => Promise<MetricsJson>;
};

/** The figures of several processes as those of one. */
export const mergeMetrics = (all: MetricsJson[]): Promise<string> => AggregatorRegistry.aggregate(all).metrics();

/** seconds */
const buckets = {
  save: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 10],
  write: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5],
  delay: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5],
  lag: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60],
};

const grades = ['first', 'update', 'correction', 'minor'];
/** Codes that tell an operator something; any other that a client comes up with counts as `other`, so that nobody makes up labels. */
const knownCodes = new Set<number>([1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, ...Object.values(closeCodes)]);

/** In maps, since it comes with every page: that costs a fraction of what a counter with labels does. */
const countByRoute = (registers: Registry[]): Metrics['answered'] => {
  const counts = new Map(routes.map((route) => [route, new Map<number, number>()]));
  void new Counter({
    name: 'stop_press_http_requests_total', help: 'HTTP requests answered.', labelNames: ['route', 'status'], registers,
    collect() {
      this.reset();
      for (const [route, byStatus] of counts) for (const [status, count] of byStatus) this.inc({ route, status }, count);
    },
  });
  return (route, status) => void counts.get(route)?.set(status, (counts.get(route)?.get(status) ?? 0) + 1);
};

/** `version` is that of the program. */
export const createMetrics = ({ version }: { version: string }): ProcessMetrics => {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string = never>(name: string, help: string, ...labelNames: L[]) => new Counter<L>({ name: `stop_press_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string, bounds: number[]) => new Histogram({ name: `stop_press_${name}`, help, buckets: bounds, registers });

  const saveToDurable = histogram('save_to_durable_seconds', 'From the save of a story file to its revision being durable.', buckets.save);
  const durableToLastWrite = histogram('durable_to_last_write_seconds', 'From an entry of the log being durable to the end of its write to the last reader who keeps up.', buckets.write);
  const readerLag = histogram('reader_lag_seconds', 'How long a reader who fell behind was behind until it had caught up.', buckets.lag);
  const delay = histogram('event_loop_delay_seconds', 'How late a timer was.', buckets.delay);
  const behind = new Gauge({ name: 'stop_press_readers_behind', help: 'Readers who could not be sent a revision yet, because they read too slowly.', registers });

  const frames = counter('sent_frames_total', 'Messages sent to readers.');
  const bytes = counter('sent_bytes_total', 'Bytes of messages sent to readers.');
  const foldedDiffs = counter('folded_diffs_total', 'Diffs sent that stand for several revisions.');
  const foldedRevisions = counter('folded_revisions_total', 'Revisions that those diffs stand for.');

  const saves = counter('saves_total', 'What became of saves, removals and renames of story files.', 'outcome');
  const revisions = counter('revisions_total', 'Revisions published.', 'grade');

  const accepted = counter('connections_accepted_total', 'Connections of readers taken in.', 'transport');
  const refused = counter('connections_refused_total', 'Connections of readers turned away.', 'reason');
  const closed = counter('connections_closed_total', 'Connections of readers that ended.', 'transport', 'code');
  const answered = countByRoute(registers);

  // A counter that begins with its first event hides that event from `rate` and `increase`.
  for (const outcome of handlings) saves.inc({ outcome }, 0);
  for (const grade of grades) revisions.inc({ grade }, 0);
  for (const reason of refusals) refused.inc({ reason }, 0);
  for (const transport of ['websocket', 'event-stream']) accepted.inc({ transport }, 0);
  for (const code of Object.values(closeCodes)) closed.inc({ transport: 'websocket', code }, 0);

  const startedAt = Date.now();
  const deliveries = createDeliveries((seconds) => durableToLastWrite.observe(seconds));
  const sources = createSources(registers);
  watchProcess(registers, version);

  const published = (revision: Revision, savedAt: number): void => {
    revisions.inc({ grade: revision.previous === undefined ? 'first' : (revision.diff?.change ?? 'update') });
    if (savedAt >= startedAt) saveToDurable.observe(Math.max(0, deliveries.durableAt(revision.sequence) - savedAt) / 1_000);
  };

  return {
    durable: deliveries.durable,
    told: deliveries.told,

    sent: (readers, each, size) => {
      frames.inc(readers * each);
      bytes.inc(readers * size);
    },

    folded: (readers, count) => {
      foldedDiffs.inc(readers);
      foldedRevisions.inc(readers * count);
    },

    fellBehind: () => behind.inc(),
    caughtUp: (afterMs) => {
      behind.dec();
      readerLag.observe(Math.max(0, afterMs) / 1_000); // the time of day can be set back
    },
    wentBehind: () => behind.dec(),

    handled: (outcome) => {
      saves.inc({ outcome: outcome.kind });
      if (outcome.kind === 'published') published(outcome.revision, outcome.savedAt);
    },

    accepted: (transport) => accepted.inc({ transport }),
    refused: (reason) => refused.inc({ reason }),
    closed: (transport, code) => closed.inc({ transport, code: code === undefined ? 'none' : knownCodes.has(code) ? code : 'other' }),
    late: (ms) => delay.observe(ms / 1_000),
    answered,

    watch: sources.watch,
    text: () => {
      deliveries.settle();
      return registry.metrics();
    },
    json: () => {
      deliveries.settle();
      return registry.getMetricsAsJSON();
    },
  };
};

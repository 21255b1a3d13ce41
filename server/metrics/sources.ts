/** What need not be counted, because it can be looked up when somebody asks. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Gauge, type Registry } from 'prom-client';
import { parsePosition } from '../core/protocol.ts';
import type { Readers } from '../readers.ts';
import type { RevisionLog } from '../revision-log.ts';
import type { WebhookStatus } from '../webhooks.ts';

export type Sources = {
  readers?: Pick<Readers, 'count' | 'alone' | 'streams' | 'audiences'>;
  log?: Pick<RevisionLog, 'head'>;
  /** The folder of the log's files. */
  data?: string;
  webhooks?: () => WebhookStatus[];
  ready?: () => boolean;
  /** Stories whose file cannot be published as it is. */
  broken?: () => number;
};

export const createSources = (registers: Registry[]) => {
  const sources: Sources = {};

  gaugeReaders(registers, sources);

  const gauge = (name: string, help: string, aggregator: 'sum' | 'max' | 'min', read: () => number | undefined): void =>
    void new Gauge({
      name: `stop_press_${name}`, help, registers, aggregator,
      collect() {
        const value = read();
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });

  gauge('audiences', 'Groups of readers who follow the same and stand alike.', 'sum', () => sources.readers?.audiences());

  gauge('log_head_sequence', 'The sequence of the last entry of the log.', 'max', () => sources.log && (parsePosition(sources.log.head())?.sequence ?? 0));
  gauge('log_size_bytes', 'Size of the files of the log.', 'max', () => sources.data === undefined ? undefined : sizeOfLog(sources.data));
  gauge('stories_broken', 'Stories whose file, as last saved, cannot be published.', 'sum', () => sources.broken?.());
  gauge('ready', '1 while /readyz answers 200, else 0.', 'min', () => sources.ready && Number(sources.ready()));

  const ofHooks = (name: string, help: string, read: (status: WebhookStatus) => number): void =>
    void new Gauge({
      name: `stop_press_${name}`, help, labelNames: ['hook'], registers,
      collect() {
        this.reset();
        for (const status of sources.webhooks?.() ?? []) this.set({ hook: status.name }, read(status));
      },
    });
  ofHooks('webhook_waiting_entries', 'Entries of the log that a webhook has not been told yet.', ({ behind }) => behind);
  ofHooks('webhook_parked_deliveries', 'Deliveries to a webhook that were given up.', ({ parked }) => parked.length);
  ofHooks('webhook_failing', '1 while the last delivery to a webhook has failed, or it wants nothing more; else 0.', ({ state }) => Number(state === 'retrying' || state === 'gone'));

  return { watch: (more: Sources): void => void Object.assign(sources, more) };
};

const gaugeReaders = (registers: Registry[], sources: Sources): void =>
  void new Gauge({
    name: 'stop_press_readers', help: 'Readers who are connected now; those of an audience are told as one.', labelNames: ['transport', 'place'], registers,
    collect() {
      const { readers } = sources;
      if (!readers) return;
      const [all, alone, streams] = [readers.count(), readers.alone(), readers.streams()];
      this.set({ transport: 'websocket', place: 'audience' }, all - alone);
      this.set({ transport: 'websocket', place: 'alone' }, alone - streams);
      this.set({ transport: 'event-stream', place: 'alone' }, streams);
    },
  });

/** What has not been moved from the write-ahead log yet counts too. */
const sizeOfLog = (folder: string): number =>
  ['log.db', 'log.db-wal'].reduce((sum, file) => sum + (statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0), 0);

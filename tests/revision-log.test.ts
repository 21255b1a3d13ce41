import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Ancestor } from '../server/revision-log.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { createSqliteLog } from '../server/revision-log/sqlite.ts';
import { createPair } from './revision-log-pair.ts';
import { revisionLogSuite } from './revision-log-suite.ts';

revisionLogSuite(
  'in memory',
  async (ancestors = []) => {
    const errors: unknown[] = [];
    const log = createMemoryLog({ epoch: '7f3a9c21', ancestors, onListenerError: (error) => void errors.push(error) });
    return { log, errors, reopen: async () => log, remove: () => log.close() };
  },
  { runs: 60, durable: false },
);

/** An empty log that goes on from others. */
const foundWith = async (folder: string, ancestors: Ancestor[]): Promise<void> => {
  await createSqliteLog({ folder }).close();
  const database = new DatabaseSync(join(folder, 'log.db'));
  database.prepare("INSERT INTO facts VALUES ('ancestors', ?)").run(JSON.stringify(ancestors));
  database.close();
};

revisionLogSuite(
  'on disk',
  async (ancestors) => {
    const folder = await mkdtemp(join(tmpdir(), 'stop-press-log-'));
    const errors: unknown[] = [];
    const open = () => createSqliteLog({ folder, onListenerError: (error) => void errors.push(error) });
    if (ancestors) await foundWith(folder, ancestors);
    let log = open();
    return {
      log,
      errors,
      reopen: async () => {
        await log.close();
        log = open();
        return log;
      },
      remove: async () => {
        await log.close();
        await rm(folder, { recursive: true });
      },
    };
  },
  { runs: 30, durable: true },
);

revisionLogSuite(
  'of a replica',
  async (ancestors) => {
    const folder = await mkdtemp(join(tmpdir(), 'stop-press-log-'));
    const errors: unknown[] = [];
    if (ancestors) await foundWith(folder, ancestors);
    let log = createPair(folder, (error) => void errors.push(error));
    return {
      log,
      errors,
      reopen: async () => {
        await log.close();
        log = createPair(folder);
        return log;
      },
      remove: async () => {
        await log.close();
        await rm(folder, { recursive: true });
      },
    };
  },
  { runs: 10, durable: true },
);

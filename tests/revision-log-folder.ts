/** A data directory of its own for each test, and what tests do with one. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach } from 'vitest';
import { createSqliteLog } from '../server/revision-log/sqlite.ts';
import type { RevisionLog } from '../server/revision-log.ts';
import { lead, publish, sectionOf } from './revision-log-stories.ts';

/** Call it once in a file: each of its tests has a new folder; logs opened and processes started with it are ended after the test. */
export const useDataFolder = () => {
  const place = { folder: '', file: '' };
  const opened: RevisionLog[] = [];
  const children: ChildProcess[] = [];

  beforeEach(() => {
    place.folder = mkdtempSync(join(tmpdir(), 'stop-press-log-'));
    place.file = join(place.folder, 'log.db');
  });
  afterEach(async () => {
    for (const log of opened.splice(0)) await log.close();
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(place.folder, { recursive: true });
  });

  return {
    place,

    open: (): RevisionLog => {
      const log = createSqliteLog({ folder: place.folder });
      opened.push(log);
      return log;
    },

    /** A log with three revisions of `storm` that has been closed. */
    closedLog: async (): Promise<void> => {
      const log = createSqliteLog({ folder: place.folder });
      for (let step = 1; step <= 3; step += 1) await publish(log, 'storm', step, [...lead(`text ${step} ${'of many words '.repeat(600)}`), sectionOf('a', 'of a')]);
      await log.close();
    },

    /** Another process with the log; see `revision-log-writer.ts`. */
    startWriter: () => {
      const child = spawn(process.execPath, [fileURLToPath(new URL('revision-log-writer.ts', import.meta.url)), place.folder], { stdio: ['pipe', 'pipe', 'inherit'] });
      children.push(child);
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      return {
        child,
        line: async (): Promise<string> => {
          const next = await lines.next();
          if (next.done === true) throw new Error('the writer has ended');
          return next.value;
        },
        append: (text: string) => void child.stdin.write(`${text}\n`),
        kill: async () => {
          child.kill('SIGKILL');
          await once(child, 'exit');
        },
      };
    },
  };
};

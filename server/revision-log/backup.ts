/** Copies of a log on disk, made while a server writes to it or while none does; and a log that begins with such a copy. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { formatPosition } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';
import { damageOf, DamagedLogError, ForeignDatabaseError, NewerLogError, openChecked, openReadOnly, syncFile, syncFolder } from './database.ts';
import { lockFolder } from './lock.ts';
import { writes } from './sql.ts';
import { isUnwritable } from './sqlite-errors.ts';
import { createSqliteStore } from './sqlite-store.ts';

/** What a copy holds: so many revisions, redacted ones included, up to `head`. */
export type Copy = { revisions: number; head: Position; bytes: number };

/** There is a file where one was to be written, or a log where one was to be restored. Nothing was changed. */
export class OccupiedError extends Error {
  override name = 'OccupiedError';
}

/** The disk is full, or may not be written to. What stood there before is as it was. */
export class UnwritableError extends Error {
  override name = 'UnwritableError';
  constructor(path: string, cause: Error) {
    super(`${path} cannot be written: ${cause.message}. Make room, or name a place that you may write to`, { cause });
  }
}

/** The file holds no log that can be restored. Nothing was changed. */
export class NoBackupError extends Error {
  override name = 'NoBackupError';
}

/**
 * Writes the log of a data directory, as it stands now, into a file: synced and checked, or not at all. Nobody who writes to the log or reads it waits.
 * What is readable is copied, row by row, not the pages it lies on: nothing that was redacted before is in the file.
 * Throws `OccupiedError` where the file exists, without `force`; `UnwritableError`; and the errors of `openReadOnly`.
 */
export const backupLog = ({ folder, file, force = false }: { folder: string; file: string; force?: boolean }): Copy => {
  if (!force && existsSync(file)) throw new OccupiedError(`${file} exists already: name another file, or replace it with --force`);
  const source = openReadOnly(folder);
  try {
    return drafted(file, (draft) => copyInto(source, draft));
  } catch (error) {
    const log = join(folder, 'log.db');
    throw error instanceof DamagedLogError ? new DamagedLogError(log, error.found, error) : damageOf(log, error);
  } finally {
    source.close();
  }
};

/**
 * Makes the log of a data directory that has none, from a backup. It has an epoch of its own; the log that was backed up is its last ancestor.
 * Throws `NoBackupError`, `OccupiedError`, `UnwritableError` or `DataDirectoryInUseError`.
 */
export const restoreLog = ({ folder, file }: { folder: string; file: string }): { log: Copy; head: Position } => {
  const source = openBackup(file);
  try {
    const unlock = writing(folder, () => {
      mkdirSync(folder, { recursive: true });
      return lockFolder(folder);
    });
    try {
      refuseToReplace(folder);
      const log = drafted(join(folder, 'log.db'), (draft) => {
        copyInto(source, draft);
        beginEpoch(draft);
      });
      return { log, head: headOf(source) };
    } finally {
      unlock();
    }
  } finally {
    source.close();
  }
};

/** The last writes of another log, left beside a new one, would be taken for its own. */
const refuseToReplace = (folder: string): void => {
  const there = ['log.db', 'log.db-wal', 'log.db-shm'].filter((name) => existsSync(join(folder, name)));
  if (there.length > 0) throw new OccupiedError(`there is a revision log in ${folder} already: move away ${there.join(', ')}, or name another folder with --data`);
};

/** Every entry keeps its place, under a new name. */
const beginEpoch = (file: string): void => {
  const database = new DatabaseSync(file);
  const { epoch, ancestors, head } = createSqliteStore(database);
  const fact = database.prepare(writes.fact);
  database.exec('PRAGMA journal_mode = WAL; BEGIN');
  fact.run('ancestors', JSON.stringify([...ancestors, { epoch, until: head() }]));
  fact.run('epoch', randomBytes(4).toString('hex'));
  database.exec('COMMIT');
  database.close();
};

/** Has a log written beside the place of a file, and puts it there when it is found to be whole. */
const drafted = (file: string, write: (draft: string) => void): Copy =>
  writing(file, () => {
    const draft = `${file}.${process.pid}.new`;
    try {
      write(draft);
      const copy = describe(draft);
      syncFile(draft);
      renameSync(draft, file);
      syncFolder(dirname(file));
      return copy;
    } finally {
      for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${draft}${suffix}`, { force: true });
    }
  });

/** Says where it was that the system refused. */
const writing = <T>(path: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw error instanceof Error && ('syscall' in error || isUnwritable(error)) ? new UnwritableError(path, error) : error;
  }
};

const copyInto = (source: DatabaseSync, file: string): void => void source.prepare('VACUUM INTO ?').run(file);

const describe = (file: string): Copy => {
  const database = openChecked(file);
  try {
    const revisions = Number(database.prepare('SELECT count(*) AS count FROM revisions').get()?.['count']);
    return { revisions, head: headOf(database), bytes: statSync(file).size };
  } finally {
    database.close();
  }
};

const headOf = (database: DatabaseSync): Position => {
  const { epoch, head } = createSqliteStore(database);
  return formatPosition(epoch, head());
};

const openBackup = (file: string): DatabaseSync => {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new NoBackupError(`there is no file ${file}`);
  try {
    return openChecked(file);
  } catch (error) {
    throw new NoBackupError(`${file} cannot be restored: ${reasonOf(error)}`, { cause: error });
  }
};

const reasonOf = (error: unknown): string => {
  if (error instanceof DamagedLogError) return `it is damaged (${error.found}); take another backup`;
  if (error instanceof ForeignDatabaseError) return "it is another program's database";
  if (error instanceof NewerLogError) return 'a newer version of Stop Press wrote it; restore it with that one';
  return error instanceof Error ? error.message : String(error);
};

/** The revision log on disk: `folder/log.db`, a SQLite database in WAL mode that is synced with each entry, and `folder/lock`. */
import { mkdirSync } from 'node:fs';
import type { RevisionLog } from '../revision-log.ts';
import { openDatabase, openReadOnly } from './database.ts';
import { lockFolder } from './lock.ts';
import { createLog, type LogOptions } from './log.ts';
import { createReader, type LogReader } from './reader.ts';
import { createSqliteStore, needsScrub } from './sqlite-store.ts';
import { createStates } from './states.ts';
import type { Store } from './store.ts';

export type SqliteLogOptions = LogOptions & {
  /** The data directory; made where it does not exist. */
  folder: string;
};

/**
 * Opens the log of a data directory, and holds the directory's lock until it is closed or the process ends.
 * The whole file is checked first, which takes some 5 ms a megabyte.
 * Throws `DataDirectoryInUseError`, `DamagedLogError`, `ForeignDatabaseError` or `NewerLogError`; then no byte of the log has changed.
 */
export const createSqliteLog = ({ folder, onListenerError }: SqliteLogOptions): RevisionLog => {
  mkdirSync(folder, { recursive: true });
  const unlock = lockFolder(folder);
  try {
    const store = openStore(folder);
    const close = () => {
      store.close();
      unlock();
    };
    return createLog({ ...store, close }, { onListenerError });
  } catch (error) {
    unlock();
    throw error;
  }
};

/** Reads the log of a data directory, also while a server writes to it. Throws where there is none. */
export const createSqliteReader = ({ folder }: { folder: string }): LogReader & { close: () => void } => {
  const store = createSqliteStore(openReadOnly(folder));
  return { ...createReader(store, createStates(store)), close: store.close };
};

const openStore = (folder: string): Store => {
  const database = openDatabase(folder);
  const store = createSqliteStore(database);
  if (needsScrub(database)) tryScrub(store);
  return store;
};

/** A redaction was cut short. If its old bytes still cannot be overwritten, the next start or redaction tries again; it hinders nobody meanwhile. */
const tryScrub = (store: Store): void => {
  try {
    store.scrub();
  } catch {
    // As said.
  }
};

/** One writer a data directory. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy } from './sqlite-errors.ts';

export class DataDirectoryInUseError extends Error {
  override name = 'DataDirectoryInUseError';
  readonly folder: string;
  constructor(folder: string) {
    const file = join(folder, 'lock');
    super(
      `another Stop Press is using the data directory ${folder}: stop it first, or give this one a directory of its own (--data). ` +
        `"lsof ${file}" or "fuser ${file}" names the process.`,
    );
    this.folder = folder;
  }
}

/**
 * Takes the lock of a data directory, `folder/lock`; returns what gives it back. The operating system gives it back when the process ends, however it ends.
 * It is a lock of SQLite's on a file of its own, so that other programs can read the log meanwhile. Throws `DataDirectoryInUseError`.
 * Nothing else in this process may open that file: POSIX drops a process's locks on a file when any of its handles to it is closed.
 */
export const lockFolder = (folder: string): (() => void) => {
  const database = new DatabaseSync(join(folder, 'lock'));
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) throw new DataDirectoryInUseError(folder);
    throw error;
  }
  return () => database.close();
};

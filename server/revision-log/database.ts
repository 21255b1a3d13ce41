/** The log's database file: made whole or not at all, and looked over before it is written to. */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { digestOf } from './pieces.ts';
import { applicationId, schema, schemaVersion, writes } from './sql.ts';
import { isDamage } from './sqlite-errors.ts';

/** ms that a write waits for another program that has locked the database */
const busyMs = 1_000;

/** The file is no log, or no longer a whole one. Nothing in it was changed. */
export class DamagedLogError extends Error {
  override name = 'DamagedLogError';
  readonly file: string;
  readonly found: string;
  constructor(file: string, found: string, cause?: unknown) {
    super(
      `the revision log ${file} is damaged: ${found}. It was left as it is. ` +
        'Restore a backup in its place, or move it away together with the files whose names begin with its name, to begin a new log.',
      { cause },
    );
    this.file = file;
    this.found = found;
  }
}

/** The file belongs to another program. Nothing in it was changed. */
export class ForeignDatabaseError extends Error {
  override name = 'ForeignDatabaseError';
  readonly file: string;
  constructor(file: string, id: number) {
    super(`${file} is not a revision log but another program's database (application id ${id}). It was left as it is. Choose another data directory (--data), or move it away.`);
    this.file = file;
  }
}

/** The file was written by a newer version of this program. Nothing in it was changed. */
export class NewerLogError extends Error {
  override name = 'NewerLogError';
  readonly file: string;
  constructor(file: string, version: number) {
    super(`the revision log ${file} has schema version ${version}, and this Stop Press knows up to ${schemaVersion}. It was left as it is. Start it with the newer version that wrote it.`);
    this.file = file;
  }
}

/** Opens `folder/log.db` for writing, and makes it where there is none. The caller holds the folder's lock. */
export const openDatabase = (folder: string): DatabaseSync => {
  const file = join(folder, 'log.db');
  if (existsSync(file)) openChecked(file).close();
  else create(file);
  const database = new DatabaseSync(file, { timeout: busyMs });
  database.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF');
  return database;
};

/** Opens `folder/log.db` for reading, also while another process writes to it. */
export const openReadOnly = (folder: string): DatabaseSync => {
  const file = join(folder, 'log.db');
  const database = new DatabaseSync(file, { readOnly: true, timeout: busyMs });
  try {
    checkHeader(file, database);
  } catch (error) {
    database.close();
    throw damageOf(file, error);
  }
  return database;
};

/** Makes the database beside its place and renames it there when it is whole, so that a crash on the way leaves nothing that a later start would stumble over. */
const create = (file: string): void => {
  if (sizeOf(`${file}-wal`) > 0) throw new DamagedLogError(file, 'it is gone, and its last writes (log.db-wal) stand alone');
  const draft = `${file}.new`;
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${draft}${suffix}`, { force: true });
  const database = new DatabaseSync(draft);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN'); // nobody misses it before it has its name: it is synced once, as a whole
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; ${schema}`);
  database.prepare(writes.fact).run('epoch', randomBytes(4).toString('hex'));
  database.exec('COMMIT');
  database.close();
  syncFile(draft);
  renameSync(draft, file);
  syncFolder(dirname(file));
};

/** Windows syncs no folders. */
export const syncFolder = (path: string): void => {
  if (process.platform !== 'win32') syncFile(path);
};

export const syncFile = (path: string): void => {
  const handle = openSync(path, 'r');
  fsyncSync(handle);
  closeSync(handle);
};

/** Opens a log's file, wherever it lies, on a connection that cannot write, and reads all of it. Throws one of the errors above. */
export const openChecked = (file: string): DatabaseSync => {
  if (sizeOf(file) === 0) throw new DamagedLogError(file, 'it is empty');
  const url = pathToFileURL(file);
  // Without writes in the WAL nothing needs to be shared with other programs, and SQLite is kept from making files for that.
  if (sizeOf(`${file}-wal`) === 0) url.searchParams.set('immutable', '1');
  const database = new DatabaseSync(url, { readOnly: true, timeout: busyMs });
  try {
    checkHeader(file, database);
    checkPages(file, database);
    checkPieces(file, database);
  } catch (error) {
    database.close();
    throw damageOf(file, error);
  }
  return database;
};

/** bytes; 0 where there is no such file */
const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const pragma = (database: DatabaseSync, name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);

const checkHeader = (file: string, database: DatabaseSync): void => {
  const id = pragma(database, 'application_id');
  if (id !== applicationId) throw new ForeignDatabaseError(file, id);
  const version = pragma(database, 'user_version');
  if (version > schemaVersion) throw new NewerLogError(file, version);
};

const checkPages = (file: string, database: DatabaseSync): void => {
  const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok') throw new DamagedLogError(file, String(found));
};

/** What SQLite cannot see: bytes changed within a text. */
const checkPieces = (file: string, database: DatabaseSync): void => {
  for (const { piece, digest, text } of database.prepare('SELECT piece, digest, text FROM pieces').iterate()) {
    const whole = digest instanceof Uint8Array && typeof text === 'string' && digestOf(text).equals(digest);
    if (!whole) throw new DamagedLogError(file, `piece ${String(piece)} is not what was written`);
  }
};

/** What went wrong in a log's file, as one of the errors above where it is one. */
export const damageOf = (file: string, error: unknown): unknown =>
  isDamage(error) ? new DamagedLogError(file, error instanceof Error ? error.message : String(error), error) : error;

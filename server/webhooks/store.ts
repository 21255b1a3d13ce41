/** What must not be forgotten of each hook, in `webhooks.db`: how far it has been told, what its receiver holds of each story, what is parked. No content of stories. */
import { DatabaseSync } from 'node:sqlite';
import { UsageError } from '../config.ts';
import type { Position } from '../core/story.ts';

/** Where a hook's queue stands. */
export type Place = {
  /** All up to here has been told, parked or left out. */
  position: Position;
  /** How often what comes next has failed. */
  attempts: number;
  /** ms since 1970 */
  nextAt?: number;
  /** Of the last attempt, where it failed. */
  error?: string;
  /** It answered 410: it wants nothing more. */
  gone: boolean;
};

/** A story's position as the receiver knows it; `null`: it holds nothing that a diff could start from. */
export type Held = [story: string, position: Position | null];

/** A delivery that has been given up; with `again` it is tried once more. `at` is when it was parked, ms since 1970. */
export type Parked = { position: Position; story: string; attempts: number; at: number; error: string; again: boolean };

const schema = `
CREATE TABLE hooks (
  name TEXT PRIMARY KEY, target TEXT NOT NULL, position TEXT NOT NULL, attempts INTEGER NOT NULL, next_at INTEGER, error TEXT, gone INTEGER NOT NULL
) STRICT;
CREATE TABLE held (hook TEXT, story TEXT, position TEXT, PRIMARY KEY (hook, story)) STRICT, WITHOUT ROWID;
CREATE TABLE parked (
  hook TEXT, place INTEGER, position TEXT NOT NULL, story TEXT NOT NULL, attempts INTEGER NOT NULL, at INTEGER NOT NULL, error TEXT NOT NULL, again INTEGER NOT NULL,
  PRIMARY KEY (hook, place)
) STRICT, WITHOUT ROWID;
`;
/** "StPh" */
const applicationId = 0x53745068;
const schemaVersion = 1;

type HookColumns = { target: string; position: string; attempts: number; next_at: number | null; error: string | null; gone: number };
type ParkedColumns = Omit<Parked, 'again'> & { again: number };

export type HookStore = ReturnType<typeof createHookStore>;

/** Opens the file, or makes it; `:memory:` keeps nothing. Each call of `keep` is durable (fsync) when it returns. Throws `UsageError` where the file is something else. */
export const createHookStore = (file: string) => {
  const database = openDatabase(file);
  const statement = (sql: string) => database.prepare(sql);
  const place = statement('SELECT target, position, attempts, next_at, error, gone FROM hooks WHERE name = ?');
  const setPlace = statement('INSERT OR REPLACE INTO hooks VALUES (?, ?, ?, ?, ?, ?, ?)');
  const held = statement('SELECT position FROM held WHERE hook = ? AND story = ?');
  const setHeld = statement('INSERT OR REPLACE INTO held VALUES (?, ?, ?)');
  const parked = statement('SELECT position, story, attempts, at, error, again FROM parked WHERE hook = ? ORDER BY place');
  const setParked = statement('INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const dropParked = statement('DELETE FROM parked WHERE hook = ? AND place = ?');

  const everyHeld = statement('SELECT story, position FROM held WHERE hook = ?');
  const everyParked = statement('SELECT place, position FROM parked WHERE hook = ?');
  const renameParked = statement('UPDATE parked SET position = ? WHERE hook = ? AND place = ?');

  const writePlace = (hook: string, target: string, { position, attempts, nextAt, error, gone }: Place): void =>
    void setPlace.run(hook, target, position, attempts, nextAt ?? null, error ?? null, Number(gone));

  const transact = (work: () => void): void => {
    database.exec('BEGIN IMMEDIATE');
    try {
      work();
      database.exec('COMMIT');
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK');
    }
  };

  return {
    /** `target` is the address it was told at, as it was handed to `keep`. */
    place: (hook: string): { place: Place; target: string } | undefined => {
      const row = place.get(hook) as HookColumns | undefined; // the tables are STRICT
      if (!row) return undefined;
      const { target, position, attempts, next_at: nextAt, error, gone } = row;
      return { target, place: { position, attempts, ...(nextAt !== null && { nextAt }), ...(error !== null && { error }), gone: gone === 1 } };
    },

    /** `undefined` where the receiver has never been told of the story. */
    held: (hook: string, story: string): Position | null | undefined => (held.get(hook, story) as { position: Position | null } | undefined)?.position,

    /** Oldest first. */
    parked: (hook: string): Parked[] => (parked.all(hook) as ParkedColumns[]).map((row) => ({ ...row, again: row.again === 1 })),

    /** All of it, or nothing. */
    keep: (hook: string, target: string, place: Place, changes: { held?: Held[]; park?: Parked[]; unpark?: Position[] } = {}): void =>
      transact(() => {
        writePlace(hook, target, place);
        for (const [story, at] of changes.held ?? []) setHeld.run(hook, story, at);
        for (const { position: at, ...rest } of changes.park ?? []) {
          setParked.run(hook, sequenceOf(at), at, rest.story, rest.attempts, rest.at, rest.error, Number(rest.again));
        }
        for (const at of changes.unpark ?? []) dropParked.run(hook, sequenceOf(at));
      }),

    /** Gives every position the name that `resolve` finds for it. Where it finds none, nothing is held of the story, and nothing stays parked. */
    rename: (hook: string, target: string, place: Place, resolve: (position: Position) => Position | undefined): void =>
      transact(() => {
        writePlace(hook, target, place);
        for (const { story, position } of everyHeld.all(hook) as { story: string; position: Position | null }[]) setHeld.run(hook, story, position === null ? null : (resolve(position) ?? null));
        for (const { place: at, position } of everyParked.all(hook) as { place: number; position: Position }[]) {
          const named = resolve(position);
          if (named === undefined) dropParked.run(hook, at);
          else renameParked.run(named, hook, at);
        }
      }),

    /** Nothing of what was kept of a hook means anything any more. */
    forget: (hook: string): void =>
      transact(() => {
        for (const [table, column] of [['hooks', 'name'], ['held', 'hook'], ['parked', 'hook']]) statement(`DELETE FROM ${table} WHERE ${column} = ?`).run(hook);
      }),

    close: (): void => database.close(),
  };
};

const sequenceOf = (position: Position): number => Number(position.slice(position.indexOf('_') + 1));

const openDatabase = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file);
  try {
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file} cannot be used (${reason}): move it away, and every webhook begins anew from then on`, { cause: error });
  }
};

const prepare = (database: DatabaseSync): void => {
  const pragma = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
  const isNew = Number(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables']) === 0;
  if (!isNew && pragma('application_id') !== applicationId) throw new Error("it is another program's database");
  if (!isNew && pragma('user_version') !== schemaVersion) throw new Error(`it was written by another version of this program, ${pragma('user_version')}`);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF');
  if (isNew) database.exec(`BEGIN; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; ${schema} COMMIT`);
};

/** Every statement on a log's database, prepared once and typed. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Change, Time } from '../core/story.ts';
import { lists, reads, redaction, writes } from './sql.ts';
import type { EntryRow, RevisionRow } from './store.ts';

export type EntryColumns = { sequence: number; story: number; slug: string; kind: EntryRow['kind']; at: Time; revision: number; moved_to: string | null };
export type RevisionColumns = Omit<RevisionRow, 'change' | 'note' | 'redacted'> & { change: Change; note: string | null; redacted: number };
export type OriginColumns = { source: string; file_hash: string; file_note: string | null; file_minor: string | null };

export type Statements = ReturnType<typeof prepareStatements>;

export const prepareStatements = (database: DatabaseSync) => {
  // The tables are STRICT and each query names what it selects, so that rows are what their types say.
  const all = <T>(sql: string) => {
    const statement = database.prepare(sql);
    return (...values: SQLInputValue[]) => statement.all(...values) as T[];
  };
  const one = <T>(sql: string) => {
    const statement = database.prepare(sql);
    return (...values: SQLInputValue[]) => statement.get(...values) as T | undefined;
  };
  const run = (sql: string) => {
    const statement = database.prepare(sql);
    return (...values: SQLInputValue[]) => Number(statement.run(...values).lastInsertRowid);
  };
  const runNamed = <T extends string>(sql: string) => {
    const statement = database.prepare(sql);
    return (values: Record<T, SQLInputValue>) => void statement.run(values);
  };

  return {
    fact: one<{ value: string }>(reads.fact),
    head: one<{ sequence: number | null }>(reads.head),
    slug: one<{ story: number; until: number | null }>(reads.slug),
    slugOf: one<{ slug: string }>(reads.slugOf),
    slugs: all<{ slug: string; story: number }>(lists.slugs),
    files: all<{ slug: string; file_hash: string; withdrawn_at: Time | null }>(lists.files),
    slugsSince: all<{ slug: string; story: number }>(reads.slugsSince),
    withdrawnAt: one<{ at: Time | null }>(reads.withdrawnAt),
    entry: one<EntryColumns>(reads.entry),
    entries: all<EntryColumns>(reads.entries),
    entriesOfStory: all<EntryColumns>(reads.entriesOfStory),
    revision: one<RevisionColumns>(reads.revision),
    revisions: all<RevisionColumns>(reads.revisions),
    splits: all<{ splits: string }>(reads.splits),
    state: all<{ text: string }>(reads.state),
    origin: one<OriginColumns>(reads.origin),
    removed: all<{ text: string }>(reads.removed),
    piece: one<{ piece: number }>(reads.piece),

    setFact: run(writes.fact),
    addStory: run(writes.story),
    setSlug: run(writes.slug),
    setWithdrawnAt: run(writes.withdrawnAt),
    addEntry: run(writes.entry),
    addPiece: run(writes.piece),
    addRevision: runNamed<keyof RevisionColumns | 'state' | 'splits' | keyof OriginColumns>(writes.revision),
    addRemoved: run(writes.removed),
    dropRemoved: run(writes.dropRemoved),

    orphans: all<{ place: number; text: string }>(redaction.orphans),
    blankRevision: run(redaction.blank),
    blankRemoved: run(redaction.blankRemoved),
    dropPieces: run(redaction.dropPieces),
  };
};

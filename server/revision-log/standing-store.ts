/**
 * A store as it stood at one entry, over a database to which another process writes on. What later entries change (where slugs lead, what is withdrawn) is kept in memory,
 * and moves on entry by entry; what they only add to is read up to that entry. Redactions are there at once.
 */
import type { DatabaseSync } from 'node:sqlite';
import { unreachable, type Time } from '../core/story.ts';
import { places } from './sql.ts';
import { createSqliteStore } from './sqlite-store.ts';
import { endOfTime, type EntryRow, type SlugRow, type Store } from './store.ts';

type Place = SlugRow & { last: number };

export type StandingStore = {
  /** As it stands. It cannot be written to. */
  standing: Store;
  /** As it is in the database by now, which may be ahead. */
  whole: Store;
  /** What is read before the event loop goes on is read of one and the same database, whatever is written meanwhile: of a redaction all is seen, or nothing. */
  hold: () => void;
  /** Lets it stand at the next entry. */
  advance: (row: EntryRow) => void;
};

/** Stands at the last entry that the database has. */
export const createStandingStore = (database: DatabaseSync): StandingStore => {
  const whole = createSqliteStore(database);
  const hold = createHold(database);
  /** In the order of their last entries. */
  const slugs = new Map<string, Place>();
  const slugOf = new Map<number, string>();
  const withdrawn = new Map<number, Time>();

  const point = (slug: string, place: Place): void => {
    slugs.delete(slug);
    slugs.set(slug, place);
    if (place.until === undefined) slugOf.set(place.story, slug);
  };

  hold();
  let head = whole.head();
  for (const { slug, story, until, last, withdrawnAt } of database.prepare(places).all() as PlaceColumns[]) { // the tables are STRICT
    point(slug, { story, last, ...(until !== null && { until }) });
    if (withdrawnAt !== null) withdrawn.set(story, withdrawnAt);
  }

  const read = (): Store => {
    hold();
    return whole;
  };
  const leadsNow = ([, { until }]: [string, Place]): boolean => until === undefined;

  const fileHashOf = (story: number): string => {
    const entry = standing.entry(story, endOfTime);
    const row = entry && standing.revision(story, entry.revision);
    return row ? standing.origin(row).fileHash : '';
  };

  const standing: Store = {
    ...whole,
    head: () => head,
    slug: (slug) => slugs.get(slug),
    slugOf: (story) => {
      const slug = slugOf.get(story);
      return slug !== undefined && slugs.get(slug)?.story === story ? slug : undefined;
    },
    slugs: () => [...slugs].filter(leadsNow).map(([slug, { story }]) => ({ slug, story })),
    files: () => {
      if (read().head() === head) return whole.files();
      return [...slugs].filter(leadsNow).map(([slug, { story }]) => ({ slug, fileHash: fileHashOf(story), withdrawn: withdrawn.has(story) }));
    },
    slugsSince: (sequence) => [...slugs].filter(([, { last }]) => last > sequence).map(([slug, { story }]) => ({ slug, story })),
    withdrawnAt: (story) => withdrawn.get(story),
    entry: (story, sequence) => read().entry(story, Math.min(sequence, head)),
    entries: ({ until, ...range }) => read().entries({ ...range, until: Math.min(until, head) }),
    revision: (story, number) => {
      const row = read().revision(story, number);
      return row && row.sequence <= head ? row : undefined;
    },
    revisions: (story, { until, ...range }) => read().revisions(story, { ...range, until: Math.min(until, head) }),
    removed: (story) => read().removed(story),
  };

  return {
    standing,
    whole,
    hold,
    advance: (row) => {
      const { sequence: last, story, slug, at } = row;
      head = last;
      switch (row.kind) {
        case 'revision':
          withdrawn.delete(story);
          return point(slug, { story, last });
        case 'withdrawal':
          withdrawn.set(story, at);
          return point(slug, { story, last });
        case 'move':
          point(slug, { story, last, until: last });
          return point(row.to, { story, last });
        default:
          return unreachable(row);
      }
    },
  };
};

type PlaceColumns = { slug: string; story: number; until: number | null; last: number; withdrawnAt: Time | null };

const createHold = (database: DatabaseSync): (() => void) => {
  const letGo = (): void => {
    if (database.isOpen && database.isTransaction) database.exec('COMMIT');
  };
  return () => {
    if (database.isTransaction) return;
    database.exec('BEGIN');
    queueMicrotask(letGo);
  };
};

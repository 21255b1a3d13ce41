/**
 * What a log keeps, as rows. `log.ts` gives them their meaning, once for every implementation; a store only keeps and finds them.
 * A story is known by a number of its own, so that it keeps its log when its slug changes. All times and positions are what they are in the contract,
 * positions without their epoch.
 */
import type { Change, Content, Section, Time } from '../core/story.ts';
import type { Ancestor, Draft, Origin } from '../revision-log.ts';

/** Where a slug leads: to a story; for an old slug to the story that moved away, as far as the move (`until`). */
export type SlugRow = { story: number; until?: number };

/** `slug` is the story's at that time, a move's the old one; `revision` the number of the last revision at that time, itself included. */
export type EntryRow = { sequence: number; story: number; slug: string; at: Time; revision: number } & ({ kind: 'revision' } | { kind: 'withdrawal' } | { kind: 'move'; to: string });

export type RevisionRow = {
  sequence: number;
  story: number;
  number: number;
  at: Time;
  change: Change;
  note?: string;
  /** How many of the story's revisions so far were updates and corrections: what lies between two revisions is told without reading it. */
  updates: number;
  corrections: number;
  edited: number;
  added: number;
  removed: number;
  moved: number;
  redacted: boolean;
  hash: string;
};

export interface Store {
  readonly epoch: string;
  readonly ancestors: readonly Ancestor[];

  /** The sequence of the last entry, 0 where there is none. */
  head(): number;
  slug(slug: string): SlugRow | undefined;
  /** The slug that leads to a story now; `undefined` when another story has taken it. */
  slugOf(story: number): string | undefined;
  /** Every slug that a story has now. */
  slugs(): { slug: string; story: number }[];
  /** The same, with the hash of the file of its last revision. */
  files(): { slug: string; fileHash: string; withdrawn: boolean }[];
  /** Every slug with an entry after a sequence, in the order of their last entries; of the two slugs of a move the old one first. */
  slugsSince(sequence: number): { slug: string; story: number }[];
  withdrawnAt(story: number): Time | undefined;

  /** The story's last entry at or before a sequence. */
  entry(story: number, sequence: number): EntryRow | undefined;
  /** Those after `after` up to `until`, oldest first, at most `limit`; of one story or of all. */
  entries(range: { after: number; until: number; limit: number; story?: number }): EntryRow[];
  revision(story: number, number: number): RevisionRow | undefined;
  /** Newest first: numbers below `before`, sequences up to `until`. */
  revisions(story: number, range: { before: number; until: number; limit: number }): RevisionRow[];
  /** Those of the revisions numbered after `after` up to `upTo`, oldest first, at most `limit`; revisions without splits do not count. */
  splits(story: number, range: { after: number; upTo: number; limit: number }): Draft['splits'][];
  content(row: RevisionRow): Content;
  origin(row: RevisionRow): Origin;
  /** Sections that left and have not come back, in the order in which they left. */
  removed(story: number): Section[];

  /** All that `work` does, or nothing; durable when this returns. */
  transact<T>(work: () => T): T;
  addStory(): number;
  /** Lets a slug lead to a story, whatever it led to before; `sequence` is now its last entry. */
  pointSlug(slug: string, to: SlugRow, sequence: number): void;
  setWithdrawn(story: number, at: Time | undefined): void;
  addEntry(row: EntryRow): void;
  addRevision(row: RevisionRow, draft: Pick<Draft, 'content' | 'splits' | 'origin'>): void;
  addRemoved(story: number, sections: readonly Section[]): void;
  dropRemoved(story: number, ids: readonly string[]): void;
  /** Blanks revisions, and each removed section that stands in no other revision; `blank.ts` says what is left. */
  redact(story: number, rows: readonly RevisionRow[]): void;
  /** Takes what was redacted out of the files. Throws when it could not be done. */
  scrub(): void;

  close(): void;
}

/** Later than any entry. */
export const endOfTime = Number.MAX_SAFE_INTEGER;

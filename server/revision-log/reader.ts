/** The questions that a log answers. Nothing here grows with the history but what is asked for: each answer takes a few look-ups by index. */
import { formatPosition, parsePosition } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';
import { UnknownPositionError, type DiffLookup, type Lookup, type RevisionLog, type Standing, type Summary } from '../revision-log.ts';
import type { End } from './folding.ts';
import type { States } from './states.ts';
import { endOfTime, type EntryRow, type RevisionRow, type SlugRow, type Store } from './store.ts';

export type LogReader = Pick<RevisionLog, 'epoch' | 'ancestors' | 'resolve' | 'head' | 'published' | 'files' | 'changedSince' | 'find' | 'memory' | 'locate' | 'revision' | 'source' | 'diff' | 'revisions'>;

type Published = ReturnType<LogReader['published']>;

export const createReader = (store: Store, states: States): LogReader => {
  const position = (sequence: number): Position => formatPosition(store.epoch, sequence);
  let listing: { head: number; published: Published } | undefined;

  /** The entry that holds at a position, as the slug knows its story. */
  const entryAt = (slug: string, text: Position): EntryRow | undefined => {
    const place = store.slug(slug);
    const sequence = readPosition(store, text);
    return place && sequence !== undefined ? store.entry(place.story, Math.min(sequence, place.until ?? endOfTime)) : undefined;
  };

  /** The revision that a number or a position means, as far as the slug knows its story. */
  const rowOf = (slug: string, which: number | Position): RevisionRow | undefined => {
    const place = store.slug(slug);
    const number = typeof which === 'number' ? which : entryAt(slug, which)?.revision;
    const row = place && number !== undefined ? store.revision(place.story, number) : undefined;
    return row && !isBeyond(row, place) ? row : undefined;
  };

  const endOf = (entry: EntryRow): End => ({ position: position(entry.sequence), row: revisionAt(store, entry) });

  const standingOf = (slug: string, story: number): Exclude<Standing, { kind: 'moved' }> => {
    const entry = lastEntry(store, story);
    const stands = { position: position(entry.sequence), state: states.newest(revisionAt(store, entry), slug) };
    const at = store.withdrawnAt(story);
    return at === undefined ? { kind: 'published', ...stands } : { kind: 'withdrawn', ...stands, at };
  };

  const listPublished = (): Published =>
    store
      .slugs()
      .flatMap(({ slug, story }) => {
        const { kind, position: last, state } = standingOf(slug, story);
        return kind === 'published' ? [{ story: slug, position: last, state, sequence: lastEntry(store, story).sequence }] : [];
      })
      .sort((a, b) => (a.state.meta.updated === b.state.meta.updated ? b.sequence - a.sequence : a.state.meta.updated < b.state.meta.updated ? 1 : -1))
      .map(({ story, position: last, state }) => ({ story, position: last, state }));

  return {
    epoch: store.epoch,
    ancestors: store.ancestors,

    resolve: (text) => {
      const sequence = readPosition(store, text);
      return sequence === undefined ? undefined : position(sequence);
    },

    head: () => position(store.head()),

    published: () => {
      const head = store.head();
      if (listing?.head !== head) listing = { head, published: listPublished() };
      return [...listing.published];
    },

    files: () => store.files().map(({ slug, ...file }) => ({ story: slug, ...file })),

    changedSince: (after) => {
      const sequence = readPosition(store, after);
      if (sequence === undefined) throw new UnknownPositionError(after);
      return store.slugsSince(sequence).map(({ slug, story }) => {
        const held = store.entry(story, sequence);
        return { story: slug, ...(held?.kind === 'revision' && held.slug === slug && { held: position(held.sequence) }) };
      });
    },

    find: (slug) => {
      const place = store.slug(slug);
      if (!place) return undefined;
      if (place.until === undefined) return standingOf(slug, place.story);
      return { kind: 'moved', position: position(place.until), to: destination(store, place.story, place.until) };
    },

    memory: (slug) => {
      const place = store.slug(slug);
      if (!place || place.until !== undefined) return undefined;
      return { removed: store.removed(place.story), origin: store.origin(revisionAt(store, lastEntry(store, place.story))) };
    },

    locate: (slug, text) => {
      const entry = entryAt(slug, text);
      return entry && position(entry.sequence);
    },

    revision: (slug, which): Lookup => {
      const row = rowOf(slug, which);
      if (!row) return { kind: 'unknown' };
      if (row.redacted) return { kind: 'redacted', position: position(row.sequence) };
      return { kind: 'found', state: states.of(row, slug), summary: summaryOf(row, position(row.sequence)) };
    },

    source: (slug, which) => {
      const row = rowOf(slug, which);
      return row && !row.redacted ? store.origin(row).source : undefined;
    },

    diff: (slug, from, to): DiffLookup => {
      const start = entryAt(slug, from);
      const end = entryAt(slug, to);
      if (!start || !end || start.sequence > end.sequence) return { kind: 'unknown' };
      if (start.revision === end.revision) return { kind: 'same', position: position(end.sequence) };
      const [first, last] = [endOf(start), endOf(end)];
      if (first.row.redacted || last.row.redacted) return { kind: 'gone' };
      return { kind: 'found', diff: states.diff(slug, first, last) };
    },

    revisions: (slug, { before = endOfTime, limit }) => {
      const place = store.slug(slug);
      const rows = place ? store.revisions(place.story, { before, until: place.until ?? endOfTime, limit }) : [];
      return rows.map((row) => summaryOf(row, position(row.sequence)));
    },
  };
};

/** The sequence of a position of this log, or of an ancestor, at or before the head. */
export const readPosition = (store: Store, text: string): number | undefined => {
  const place = parsePosition(text);
  if (!place) return undefined;
  const until = place.epoch === store.epoch ? endOfTime : store.ancestors.find(({ epoch }) => epoch === place.epoch)?.until;
  return until !== undefined && place.sequence <= Math.min(until, store.head()) ? place.sequence : undefined;
};

/** A story has a first revision before it has anything else; where a log says otherwise, something has changed it. */
const lastEntry = (store: Store, story: number): EntryRow => {
  const entry = store.entry(story, endOfTime);
  if (!entry) throw new Error(`the revision log has lost the entries of story ${story}`);
  return entry;
};

const revisionAt = (store: Store, { story, revision }: EntryRow): RevisionRow => {
  const row = store.revision(story, revision);
  if (!row) throw new Error(`the revision log has lost revision ${revision} of story ${story}`);
  return row;
};

const isBeyond = (row: RevisionRow, place: SlugRow | undefined): boolean => row.sequence > (place?.until ?? endOfTime);

/** Where a story stands now; where another has taken even that slug, the one it moved to. */
const destination = (store: Store, story: number, until: number): string => {
  const move = store.entry(story, until);
  return store.slugOf(story) ?? (move?.kind === 'move' ? move.to : '');
};

const summaryOf = (row: RevisionRow, position: Position): Summary => {
  const { number, at, change, note, redacted, edited, added, removed, moved } = row;
  return { revision: number, position, at, change, ...(note !== undefined && { note }), redacted, edited, added, removed, moved };
};

/** History as its listeners would have been given it, had they been there. */
import { formatPosition } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';
import type { Entry, Revision } from '../revision-log.ts';
import type { States } from './states.ts';
import type { EntryRow, RevisionRow, SlugRow, Store } from './store.ts';
import { endOfTime } from './store.ts';

/** rows read at once */
const batch = 256;
/** rows that one call of `next` looks at */
const lookedAt = 64;

/** What a listener has of a story: the position it was told last, and the revision it holds, unless that is redacted. */
type Held = { sequence: number; row?: RevisionRow };

export const createReplay = (store: Store, states: States) => {
  const position = (sequence: number) => formatPosition(store.epoch, sequence);

  const heldAt = (story: number, sequence: number): Held | undefined => {
    const entry = store.entry(story, sequence);
    const row = entry && store.revision(story, entry.revision);
    return entry && { sequence: entry.sequence, ...(row?.redacted === false && { row }) };
  };

  const revisionOf = ({ slug, sequence, at }: EntryRow, row: RevisionRow, held: Held | undefined): Revision => ({
    kind: 'revision',
    story: slug,
    position: position(sequence),
    sequence,
    at,
    ...(held && { previous: position(held.sequence) }),
    state: states.of(row, slug),
    ...(held?.row && { diff: states.diff(slug, { position: position(held.sequence), row: held.row }, { position: position(sequence), row }) }),
  });

  /** A withdrawal or a move. Where a listener has nothing of the story, since all before is redacted, it follows on what it would have had. */
  const endingOf = (entry: Exclude<EntryRow, { kind: 'revision' }>, held: Held | undefined): Entry => {
    const { story, slug, sequence, at } = entry;
    const previous = position(held?.sequence ?? store.entry(story, sequence - 1)?.sequence ?? 0);
    const place = { story: slug, position: position(sequence), sequence, at, previous };
    return entry.kind === 'move' ? { kind: 'move', ...place, to: entry.to } : { kind: 'withdrawal', ...place };
  };

  function* rows(after: number, place?: SlugRow): Generator<EntryRow> {
    const range = { until: place?.until ?? endOfTime, limit: batch, ...(place && { story: place.story }) };
    let last = after;
    for (;;) {
      const next = store.entries({ ...range, after: last });
      yield* next;
      last = next.at(-1)?.sequence ?? last;
      if (next.length < batch) return;
    }
  }

  /** The revision that an entry made, unless it is redacted. */
  const readable = ({ story, revision }: EntryRow): RevisionRow | undefined => {
    const row = store.revision(story, revision);
    return row?.redacted === false ? row : undefined;
  };

  /** As a listener is told who has been told of the story all up to `told`, by default all before it; `undefined` of a redacted revision. */
  const entryOf = (entry: EntryRow, told = entry.sequence - 1): Entry | undefined => {
    const held = heldAt(entry.story, told);
    if (entry.kind !== 'revision') return endingOf(entry, held);
    const row = readable(entry);
    return row && revisionOf(entry, row, held);
  };

  return {
    entryOf,

    /** Tells the entries after `after`: those of every story, or of one as its slug knows it. */
    history: function* (after: number, place?: SlugRow): Generator<Entry> {
      const holds = new Map<number, Held | undefined>();
      for (const entry of rows(after, place)) {
        const { story, sequence } = entry;
        const held = holds.has(story) ? holds.get(story) : heldAt(story, after);
        if (entry.kind === 'revision') {
          const row = readable(entry);
          if (row) yield revisionOf(entry, row, held);
          holds.set(story, row ? { sequence, row } : held);
        } else {
          yield endingOf(entry, held);
          holds.set(story, { ...held, sequence });
        }
      }
    },

    /** What `RevisionLog.next` promises. */
    next: (after: number, wanted: (story: string) => boolean): { position: Position; entry?: Entry } => {
      let last = after;
      for (const row of store.entries({ after, until: endOfTime, limit: lookedAt })) {
        last = row.sequence;
        const entry = wanted(row.slug) || (row.kind === 'move' && wanted(row.to)) ? entryOf(row) : undefined;
        if (entry) return { position: entry.position, entry };
      }
      return { position: position(last) };
    },
  };
};

/** States and the diffs between them, remembered: the newest of each story, others while they are asked for. What was redacted is never remembered. */
import { diff } from '../core/diff.ts';
import type { Diff } from '../core/protocol.ts';
import { formatPosition } from '../core/protocol.ts';
import type { Op, Position, State } from '../core/story.ts';
import type { Revision } from '../revision-log.ts';
import { diffMessage, foldSplits, type End } from './folding.ts';
import { createRecent } from './recent.ts';
import type { RevisionRow, Store } from './store.ts';

const recentStates = 64;
const recentDiffs = 64;
/** revisions with splits between two states, beyond which `splitFrom` is left out */
const foldedSplits = 64;

export type States = ReturnType<typeof createStates>;

export const createStates = (store: Store) => {
  const newest = new Map<string, State>();
  const states = createRecent<string, State>(recentStates);
  const diffs = createRecent<string, Diff>(recentDiffs);

  const read = (row: RevisionRow, slug: string): State => {
    const { hash, meta, sections } = store.content(row);
    return { story: slug, position: formatPosition(store.epoch, row.sequence), revision: row.number, hash, meta, sections };
  };

  const newestOf = (row: RevisionRow, slug: string): State | undefined => {
    const state = newest.get(slug);
    return state?.position === formatPosition(store.epoch, row.sequence) ? state : undefined;
  };

  const of = (row: RevisionRow, slug: string): State => {
    if (row.redacted) return read(row, slug);
    return newestOf(row, slug) ?? states.get(nameOf({ story: slug, position: formatPosition(store.epoch, row.sequence) }), () => read(row, slug));
  };

  const splitsBetween = (from: RevisionRow, to: RevisionRow) => {
    const each = store.splits(to.story, { after: from.number, upTo: to.number, limit: foldedSplits + 1 });
    return each.length > foldedSplits ? [] : each;
  };

  const opsBetween = (from: RevisionRow, to: RevisionRow, slug: string): Op[] => {
    const before = of(from, slug);
    return diff(before, of(to, slug), { at: to.at, splits: foldSplits(splitsBetween(from, to), before.sections) });
  };

  return {
    /** The state that a revision made, under the story's slug at the time that is meant. */
    of,

    /** The same, of a story's last revision: it stays in memory until it is the last no more. */
    newest: (row: RevisionRow, slug: string): State => {
      const state = of(row, slug);
      if (!row.redacted) newest.set(slug, state);
      return state;
    },

    /** Takes note of a new revision. The one before is what diffs lead from that are asked for next. */
    keep: ({ state, diff }: Revision): void => {
      const before = newest.get(state.story);
      if (before) states.get(nameOf(before), () => before);
      newest.set(state.story, state);
      if (diff) diffs.get(keyOf(diff.story, diff.from, diff.revision - diff.folded, diff.to), () => diff);
    },

    /** Both ends must hold a revision that is not redacted. */
    diff: (slug: string, from: End, to: End): Diff =>
      diffs.get(keyOf(slug, from.position, from.row.number, to.position), () => diffMessage(slug, from, to, opsBetween(from.row, to.row, slug))),

    /** Forgets everything, since something was redacted. */
    clear: (): void => {
      newest.clear();
      states.clear();
      diffs.clear();
    },
  };
};

const nameOf = ({ story, position }: Pick<State, 'story' | 'position'>): string => `${position} ${story}`;

/** `revision` is the one held at `from`: in a history with redactions not always the one that was published there. */
const keyOf = (slug: string, from: Position, revision: number, to: Position): string => `${from} ${revision} ${to} ${slug}`;

/** How several revisions become one diff. */
import type { Diff } from '../core/protocol.ts';
import type { Change, Op, Position, Section } from '../core/story.ts';
import type { Draft } from '../revision-log.ts';
import type { RevisionRow } from './store.ts';

/** The loudest of the revisions after `from`, up to `to`. */
export const loudest = (from: RevisionRow, to: RevisionRow): Change => {
  if (to.corrections > from.corrections) return 'correction';
  return to.updates > from.updates ? 'update' : 'minor';
};

export const countOps = (ops: readonly Op[]): Pick<RevisionRow, 'edited' | 'added' | 'removed' | 'moved'> => {
  const count = (verb: Op['op']) => ops.filter(({ op }) => op === verb).length;
  return { edited: count('edit'), added: count('insert'), removed: count('remove'), moved: count('move') };
};

/** The splits of several revisions, oldest first, as seen from the sections before them all: what was split from a part of a section was split from that section. */
export const foldSplits = (each: readonly Draft['splits'][], before: readonly Section[]): Draft['splits'] => {
  const known = new Set(before.map(({ id }) => id));
  const origins = new Map<string, string>();
  for (const splits of each) {
    for (const [id, from] of Object.entries(splits)) {
      const origin = known.has(from) ? from : origins.get(from);
      if (origin !== undefined) origins.set(id, origin);
    }
  }
  return Object.fromEntries(origins);
};

/** One end of a diff: the story's own position, and the revision that was its state there. */
export type End = { position: Position; row: RevisionRow };

export const diffMessage = (story: string, from: End, to: End, ops: Op[]): Diff => {
  const { number, at, note, hash } = to.row;
  return {
    type: 'diff',
    story,
    from: from.position,
    to: to.position,
    revision: number,
    at,
    change: loudest(from.row, to.row),
    ...(note !== undefined && { note }),
    folded: number - from.row.number,
    hash,
    ops,
  };
};

/** Revisions as news: those that are loud enough to tell somebody about, and what changed in each. */
import { changedBetween, type Changed } from '../core/changed.ts';
import type { Position, State } from '../core/story.ts';
import type { RevisionLog, Summary } from '../revision-log.ts';

export type LoudRevisions = {
  /** Newest first; redacted ones among them. */
  summaries: Summary[];
  /** The number before which older ones follow. */
  next?: number;
  /** Also of quiet ones between them: what is told here depends on which revisions have been redacted, and no position says so. */
  redacted: Position[];
};

/** The newest `limit` revisions of a story that are not minor, before revision number `before`. */
export const loudRevisions = (log: RevisionLog, story: string, { before, limit }: { before?: number; limit: number }): LoudRevisions => {
  const all: Summary[] = [];
  const loud = () => all.filter(({ change }) => change !== 'minor');
  for (let from = before; ;) {
    const batch = log.revisions(story, { limit: limit + 1, ...(from !== undefined && { before: from }) });
    all.push(...batch);
    from = batch.at(-1)?.revision;
    if (batch.length <= limit || loud().length > limit) break;
  }
  const summaries = loud().slice(0, limit);
  const last = summaries.at(-1)?.revision;
  return {
    summaries,
    ...(loud().length > limit && last !== undefined && { next: last }),
    redacted: all.filter(({ redacted }) => redacted).map(({ position }) => position),
  };
};

/** A revision with what it changed; `changed` is absent where nothing comes before it: for the first one, and after a redacted one. */
export type Found = { state: State; changed?: Changed };

/** `undefined` where its text has been removed. */
export const readRevision = (log: RevisionLog, story: string, { revision }: Summary): Found | undefined => {
  const found = log.revision(story, revision);
  if (found.kind !== 'found') return undefined;
  const { state } = found;
  const before = revision > 1 ? log.revision(story, revision - 1) : undefined;
  const lookup = before?.kind === 'found' ? log.diff(story, before.state.position, state.position) : undefined;
  return before?.kind === 'found' && lookup?.kind === 'found' ? { state, changed: changedBetween(before.state, state, lookup.diff.ops) } : { state };
};

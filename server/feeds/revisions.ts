/** Revisions as news: those that are loud enough to tell somebody about, and what changed in each. */
import { changedBetween, type Changed } from '../core/changed.ts';
import { fnv1a } from '../core/hash.ts';
import { formatPosition, parsePosition } from '../core/protocol.ts';
import type { Position, State, Time } from '../core/story.ts';
import type { RevisionLog, Summary } from '../revision-log.ts';

export type LoudRevisions = {
  /** Newest first; redacted ones among them. */
  summaries: Summary[];
  /** The number before which older ones follow. */
  next?: number;
  /** Changes when one of them, or a quiet one between them, is redacted, which no position tells; empty where none is. */
  edition: string;
};

export type Wanted = {
  /** The number of a revision. */
  before?: number;
  limit: number;
  /** None that is older. */
  since?: Time;
};

/** summaries read first; then twice as many, and so on */
const firstBatch = 4;

/** The newest revisions of a story that are not minor. */
export const loudRevisions = (log: RevisionLog, story: string, { before, limit, since = '' }: Wanted): LoudRevisions => {
  const all: Summary[] = [];
  const loud = () => all.filter(({ change, at }) => change !== 'minor' && at >= since);
  const isEnough = () => loud().length > limit || all.some(({ at }) => at < since);
  for (let size = firstBatch; ; size *= 2) {
    const from = all.at(-1)?.revision ?? before;
    const batch = log.revisions(story, { limit: size, ...(from !== undefined && { before: from }) });
    all.push(...batch);
    if (batch.length < size || isEnough()) break;
  }
  const summaries = loud().slice(0, limit);
  const last = summaries.at(-1)?.revision;
  return {
    summaries,
    ...(loud().length > limit && last !== undefined && { next: last }),
    edition: editionOf(all.filter(({ redacted }) => redacted).map(({ position }) => position)),
  };
};

/** A short name for a list of texts; empty for texts that are all empty. */
export const editionOf = (texts: readonly string[]): string => (texts.join('') === '' ? '' : fnv1a(texts.join()));

/**
 * A revision with what it changed; `changed` is absent where nothing comes before it: for the first one, and after a redacted one.
 * `returned`: the story was withdrawn in between, so that readers may have dropped all they had of it, or it has moved.
 */
export type Found = { state: State; changed?: Changed; returned: boolean };

/** Throws where its text has been removed: ask the summary first. */
export const readRevision = (log: RevisionLog, story: string, { revision, position }: Summary): Found => {
  const found = log.revision(story, revision);
  if (found.kind !== 'found') throw new Error(`revision ${revision} of ${story} cannot be read: it is ${found.kind}`);
  const { state } = found;
  const before = revision > 1 ? log.revision(story, revision - 1) : undefined;
  if (before?.kind !== 'found') return { state, returned: false };
  const lookup = log.diff(story, before.state.position, position);
  const returned = log.locate(story, formatPosition(log.epoch, sequenceOf(position) - 1)) !== before.state.position;
  return { state, returned, ...(lookup.kind === 'found' && { changed: changedBetween(before.state, state, lookup.diff.ops) }) };
};

export const sequenceOf = (position: Position): number => parsePosition(position)?.sequence ?? 0;

/** What pages of a story's past need to know of the log: which revisions can be read, and what each changed. */
import type { Diff } from '../core/protocol.ts';
import type { State } from '../core/story.ts';
import type { HistoryEntry } from '../pages/revisions.ts';
import { whatChanged, type WhatChanged } from '../pages/what-changed.ts';
import type { RevisionLog, Summary } from '../revision-log.ts';

/** Revisions looked through at once for one that can be read: the next one nearly always can. */
const batch = 8;
/** Changes remembered; each is a few names. */
const maxRemembered = 4_000;

type Range = { from: number; to: number };

export const createHistories = (log: RevisionLog) => {
  const remembered = new Map<string, WhatChanged>();

  /** The last revision before `number` whose text has not been removed. */
  const readableBefore = (story: string, number: number): Summary | undefined => {
    for (let before = number; before > 1;) {
      const summaries = log.revisions(story, { before, limit: batch });
      const found = summaries.find(({ redacted }) => !redacted);
      if (found) return found;
      before = summaries.at(-1)?.revision ?? 1;
    }
    return undefined;
  };

  /** The first such revision at or after `number`. */
  const readableFrom = (story: string, number: number): number | undefined => {
    for (let from = number; ; from += batch) {
      const summaries = log.revisions(story, { before: from + batch, limit: batch }).filter(({ revision }) => revision >= from);
      const found = summaries.findLast(({ redacted }) => !redacted);
      if (found || summaries.length === 0) return found?.revision;
    }
  };

  const stateOf = (story: string, number: number): State | undefined => {
    const lookup = log.revision(story, number);
    return lookup.kind === 'found' ? lookup.state : undefined;
  };

  const diffBetween = (from: State, to: State): Diff | undefined => {
    const lookup = log.diff(to.story, from.position, to.position);
    return lookup.kind === 'found' ? lookup.diff : undefined;
  };

  /** `undefined` where one of the two cannot be read. */
  const changesBetween = (story: string, from: Summary, to: Summary): WhatChanged | undefined => {
    const key = `${from.position} ${to.position}`;
    const known = remembered.get(key);
    if (known) return known;
    const [before, after] = [stateOf(story, from.revision), stateOf(story, to.revision)];
    const diff = before && after && diffBetween(before, after);
    if (!diff) return undefined;
    const what = whatChanged(before, after, diff.ops);
    remembered.set(key, what);
    for (const oldest of remembered.keys()) {
      if (remembered.size <= maxRemembered) break;
      remembered.delete(oldest);
    }
    return what;
  };

  /** With what it changed since `before`. */
  const entryFrom = (story: string, before: Summary | undefined, summary: Summary): HistoryEntry => {
    const what = before && !summary.redacted ? changesBetween(story, before, summary) : undefined;
    return { summary, ...(before && what && { made: { from: before.revision, what } }) };
  };

  /** With what it changed since the last revision before it that can still be read. */
  const entryOf = (story: string, summary: Summary): HistoryEntry => entryFrom(story, readableBefore(story, summary.revision), summary);

  /** The same for revisions that follow on each other, newest first. */
  const entriesOf = (story: string, summaries: readonly Summary[]): HistoryEntry[] => {
    const oldest = summaries.at(-1);
    const before = oldest && readableBefore(story, oldest.revision);
    return summaries.map((summary, index) => entryFrom(story, summaries.slice(index + 1).find(({ redacted }) => !redacted) ?? before, summary));
  };

  /** The nearest revisions that can be read, on either side. */
  const placeOf = (story: string, revision: number): { revision: number; previous?: number; next?: number } => {
    const [previous, next] = [readableBefore(story, revision)?.revision, readableFrom(story, revision + 1)];
    return { revision, ...(previous !== undefined && { previous }), ...(next !== undefined && { next }) };
  };

  /** The comparisons before and after one, as wide as it where the history is long enough. */
  const stepsFrom = (story: string, { from, to }: Range, newest: number): { earlier?: Range; later?: Range } => {
    const width = to - from;
    const wide = readableFrom(story, Math.max(1, from - width));
    const start = wide !== undefined && wide < from ? wide : readableBefore(story, from)?.revision;
    const end = readableFrom(story, Math.min(newest, to + width));
    return { ...(start !== undefined && { earlier: { from: start, to: from } }), ...(end !== undefined && end > to && { later: { from: to, to: end } }) };
  };

  return { entryOf, entriesOf, placeOf, stepsFrom };
};

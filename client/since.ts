/** What has changed since a reader was here. */
import type { Diff } from '../server/core/protocol.ts';
import type { Position, State } from '../server/core/story.ts';
import { encodeSlug } from '../server/core/render.ts';
import { fill, listOf, type ClientTexts } from '../server/core/languages/texts.ts';
import { changesIn } from './announce.ts';
import type { Item } from './news.ts';
import { fetchState } from './parts.ts';
import { isSameDay, shortTime } from './times.ts';

/** ms that news of the past may take: meanwhile that of the present waits */
const patienceMs = 5_000;

/** The state that the reader saw, and the diff that leads from there to a position; undefined where either cannot be had, or nothing differs that readers would notice. */
export const fetchSince = async (story: string, from: Position, to: Position): Promise<{ before: State; diff: Diff } | undefined> => {
  const [before, diff] = await Promise.all([fetchState(story, from, patienceMs), fetchDiff(story, from, to)]);
  return before && diff && diff.change !== 'minor' && diff.ops.length > 0 ? { before, diff } : undefined;
};

const fetchDiff = async (story: string, from: Position, to: Position): Promise<Diff | undefined> => {
  try {
    const response = await fetch(`/api/stories/${encodeSlug(story)}/diffs/${from}..${to}`, { signal: AbortSignal.timeout(patienceMs) });
    return response.ok ? ((await response.json()) as Diff) : undefined; // its hash must be that of the state the page holds
  } catch {
    return undefined;
  }
};

/** Empty where nothing happened that a reader would notice. `at` is when the reader was here, `now` the present: ms since 1970. */
export const sinceSentence = (items: Item[], at: number, now: number, texts: ClientTexts): string => {
  const changes = changesIn(items, texts);
  return changes.length > 0 ? fill(isSameDay(at, now) ? texts.since : texts.sinceDay, { time: shortTime(at, now, texts.locale), changes: listOf(changes, texts.locale) }) : '';
};

/** States over HTTP: what a position alone stands for. */
import { hashOfContent } from '../server/core/hash.ts';
import { encodeSlug } from '../server/core/slug.ts';
import type { Position, State } from '../server/core/story.ts';

/** ms */
const patienceMs = 10_000;

/** The state of a story at a position; `undefined` where the server has none, or has it no more. Rejects where it cannot be asked. */
export type FetchState = (story: string, position: Position, signal: AbortSignal) => Promise<State | undefined>;

export const createFetchState = (origin: string, fetch: typeof globalThis.fetch): FetchState => async (story, position, signal) => {
  const response = await fetch(`${origin}/api/stories/${encodeSlug(story)}/revisions/${position}`, { signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]) });
  if (response.status >= 500 || response.status === 429) throw new Error(response.statusText);
  if (!response.ok) return undefined;
  const state = (await response.json()) as State; // proved by its hash
  return hashOfContent(state.meta, state.sections) === state.hash ? state : undefined;
};

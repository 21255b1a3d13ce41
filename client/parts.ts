/** What every page with a script has: its parts, its texts, the server it came from, and how it says that it has changed. */
import type { Position, State } from '../server/core/story.ts';
import { hashOfContent } from '../server/core/hash.ts';
import type { ClientTexts } from '../server/core/languages/texts.ts';
import { encodeSlug } from '../server/core/render.ts';

/** ms after which a state is asked for in another way */
const fetchTimeoutMs = 10_000;

/** A part that the server always renders. Throws where it is missing. */
export const part = (selector: string, within: ParentNode = document): HTMLElement => {
  const element = within.querySelector<HTMLElement>(selector);
  if (!element) throw new Error(`this page has no ${selector}`);
  return element;
};

export const readTexts = (): ClientTexts => JSON.parse(part('#texts').textContent) as ClientTexts; // rendered from one by our own server

/** The story's state at a position; `undefined` where it cannot be had, for whatever reason, or not in time. */
export const fetchState = async (slug: string, position: Position, patienceMs = fetchTimeoutMs): Promise<State | undefined> => {
  try {
    const response = await fetch(`/api/stories/${encodeSlug(slug)}/revisions/${position}`, { signal: AbortSignal.timeout(patienceMs) });
    const state = (await response.json()) as State; // proved by its hash
    return hashOfContent(state.meta, state.sections) === state.hash ? state : undefined;
  } catch {
    return undefined;
  }
};

/** The page shows a story as it stands at a position: listeners of `stop-press:patched` are told. */
export const tellPatched = (story: string, position: Position): void => {
  document.dispatchEvent(new CustomEvent('stop-press:patched', { detail: { story, position } }));
};

/** From one state to the next by a diff, however it is told. */
import { expand } from '../server/core/compact.ts';
import { apply } from '../server/core/diff.ts';
import type { Follow } from './held.ts';

/** Proved by the hash; nothing where the diff does not fit. */
export const applyDiff: Follow = (state, message) => {
  try {
    const diff = 'compact' in message ? expand(message, state) : message;
    const after = apply(state, diff.ops, diff.at);
    return after.hash === diff.hash ? { diff, after } : undefined;
  } catch {
    return undefined;
  }
};

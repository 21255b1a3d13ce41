/** From one state to the next by a diff, however it is told. */
import { expand } from '../server/core/compact.ts';
import type { Follow } from './held.ts';
import { prove } from './prove.ts';

/** Proved by the hash; nothing where the diff does not fit. */
export const applyDiff: Follow = (state, message) => {
  try {
    const diff = 'compact' in message ? expand(message, state) : message;
    const after = prove(state, diff);
    return after && { diff, after };
  } catch {
    return undefined;
  }
};

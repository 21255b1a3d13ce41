/** From one state to the next by a diff. */
import { apply } from '../server/core/diff.ts';
import type { Diff } from '../server/core/protocol.ts';
import type { Content } from '../server/core/story.ts';

/** The content after a diff, if it is the one that the server means: its hash agrees. */
export const prove = (before: Content, { ops, at, hash }: Diff): Content | undefined => {
  try {
    const after = apply(before, ops, at);
    return after.hash === hash ? after : undefined;
  } catch {
    return undefined;
  }
};

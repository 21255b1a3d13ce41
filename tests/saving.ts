/** A story's saves one after another, without a log: what a publisher does with `revise`. */
import type { Parsed } from '../server/core/parse.ts';
import type { Content, Section } from '../server/core/story.ts';
import type { Revised, ReviseOptions } from '../server/core/revise.ts';
import { revise } from '../server/core/revise.ts';

export const minute = (number: number): string => new Date(Date.UTC(2026, 10, 22, 14, number)).toISOString();

/** Save `n` is made at `minute(n)`; the answer is `undefined` where nothing changed. */
export const createSaving = () => {
  let previous: Content | undefined;
  let removed: Section[] = [];
  let lastOrigin: NonNullable<ReviseOptions['lastOrigin']> = {};
  let saves = 0;
  return (parsed: Parsed, options: { force?: boolean } = {}): Revised | undefined => {
    const revised = revise({ ...(previous && { previous }), removed, lastOrigin, parsed, at: minute(saves), ...options });
    saves += 1;
    if (!revised) return undefined;
    const stay = new Set(revised.identities.flatMap(({ id, previous: old }) => (old ? [id, old.id] : [id])));
    removed = [...removed, ...(previous?.sections ?? [])].filter(({ id }) => !stay.has(id));
    const { note, minor } = parsed.meta;
    lastOrigin = { ...(note !== undefined && { note }), ...(minor !== undefined && { minor }) };
    previous = revised.content;
    return revised;
  };
};

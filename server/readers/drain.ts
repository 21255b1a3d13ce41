/** Sending readers away one after the other, so that they do not come back in one moment. */

/** ms between two handfuls */
const everyMs = 100;

/** How many of `count` have been told when `elapsedMs` of `windowMs` are over: as many in each moment as in any other. */
export const dueOf = (count: number, elapsedMs: number, windowMs: number): number => (elapsedMs >= windowMs ? count : Math.floor((count * elapsedMs) / windowMs));

export type DrainOptions = {
  /** What sends one away; of somebody who has gone meanwhile, nothing. */
  partings: readonly (() => void)[];
  windowMs: number;
  now: () => number;
  every: (ms: number, work: () => void) => () => void;
};

/** Resolves when everybody has been told. `hurry` tells the rest at once, and may be called twice. */
export const createDrain = ({ partings, windowMs, now, every }: DrainOptions) => {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const start = now();
  let told = 0;

  const tellUpTo = (due: number): void => {
    while (told < due) partings[told++]?.();
    if (told < partings.length) return;
    stop();
    resolve();
  };

  const stop = every(everyMs, () => tellUpTo(dueOf(partings.length, now() - start, windowMs)));
  tellUpTo(dueOf(partings.length, 0, windowMs));
  return { done, hurry: () => tellUpTo(partings.length) };
};

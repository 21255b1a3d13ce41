/**
 * The part of the heap where V8 puts what is new. It doubles whenever much of that lasts, to 64 MB and more, and hardly ever shrinks: when ten thousand readers come at once it would take more
 * memory than they do. What lasts leaves it anyway, and what a revision needs fits into far less.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** bytes from which on it does not grow */
const enough = 16 * 1024 * 1024;
const lookEveryMs = 1_000;

/** V8 reads this flag each time that it would grow; the size itself can only be set where the process is started. Returns what ends it. */
export const boundYoungGeneration = (): (() => void) => {
  const look = (): void => setFlagsFromString(`--semi-space-growth-factor=${youngBytes() < enough ? 2 : 1}`);
  look();
  const timer = setInterval(look, lookEveryMs).unref();
  return () => clearInterval(timer);
};

const youngBytes = (): number => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;

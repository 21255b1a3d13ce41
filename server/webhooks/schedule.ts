/** When a delivery that failed is tried again. Pure. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** ms from one failed attempt to the next: the schedule that Standard Webhooks names. The last attempt is made three days after the first. */
export const delays: readonly number[] = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];

export const maxAttempts = delays.length + 1;

/** No receiver can put us off for longer. */
const longest = 24 * hour;

/**
 * ms until the next attempt, when `attempts` have failed; `undefined` when they are used up. It is never sooner than the schedule says: `random` (0 to 1) adds up to a tenth,
 * so that many that failed together do not come back together, and a `Retry-After` that is longer counts instead.
 */
export const delayAfter = (attempts: number, { random, retryAfterMs = 0 }: { random: number; retryAfterMs?: number | undefined }): number | undefined => {
  const delay = delays[attempts - 1];
  return delay === undefined ? undefined : Math.max(delay * (1 + random / 10), Math.min(retryAfterMs, longest));
};

/** ms that a `Retry-After` asks to wait from `now` on, in seconds or as a date; `undefined` where it is neither, or there is none. */
export const readRetryAfter = (text: string | null, now: number): number | undefined => {
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * second : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), longest);
};

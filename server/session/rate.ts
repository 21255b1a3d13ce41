/** How often a client may speak: a bucket of `burst` that fills again by `perSecond`. Times are ms of any one clock. */
export const createRate = ({ perSecond, burst }: { perSecond: number; burst: number }, start: number) => {
  let left = burst;
  let last = start;
  return {
    /** Whether one more is allowed now. */
    take: (now: number): boolean => {
      left = Math.min(burst, left + (Math.max(0, now - last) / 1_000) * perSecond);
      last = now;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
};

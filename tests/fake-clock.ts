/** A clock that stands still until it is told to go on. */
export const createFakeClock = (start = 0) => {
  let now = start;
  let timers: { at: number; callback: () => void }[] = [];
  return {
    now: () => now,
    after: (ms: number, callback: () => void) => {
      const timer = { at: now + ms, callback };
      timers.push(timer);
      return () => { timers = timers.filter((other) => other !== timer); };
    },
    /** How many timers wait. */
    waiting: () => timers.length,
    /** Goes on by `ms`, calling what falls due on the way, in order. */
    advance: (ms: number) => {
      const end = now + ms;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers = timers.filter((other) => other !== next);
        now = Math.max(now, next.at);
        next.callback();
      }
      now = end;
    },
  };
};

/** Time, as readers are told by it. */
export type Clock = {
  /** ms of a clock that only goes forward, whatever is done to the time of day */
  now: () => number;
  /** Calls back once, when what happens now has happened. */
  soon: (work: () => void) => void;
  /** Calls back once, after `ms`. */
  after: (ms: number, work: () => void) => void;
  /** Calls back every `ms`; returns what ends it. */
  every: (ms: number, work: () => void) => () => void;
};

export const systemClock: Clock = {
  now: () => performance.now(),
  soon: setImmediate,
  after: (ms, work) => void setTimeout(work, ms),
  every: (ms, work) => {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  },
};

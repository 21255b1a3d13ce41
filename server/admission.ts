/**
 * Who is let in. More newcomers in a moment than a core can take, or any while the server can hardly keep up, are asked to come back a little later, before anything is done for them:
 * so those who are here already never notice. It is about sockets and event streams; pages and JSON come from memory, and are never refused.
 */
import { createLoad, type Ticker } from './load.ts';
import { fullBucket, takeOne, type Rate } from './session/rate.ts';

export type AdmissionOptions = {
  /** newcomers a second, and at once after a quiet time */
  rate: Rate;
  /** Default: the system's. */
  clock?: Ticker;
};

export type Admission = ReturnType<typeof createAdmission>;

const steadyClock: Ticker = {
  now: () => performance.now(),
  every: (ms, work) => {
    const timer = setInterval(work, ms).unref();
    return () => clearInterval(timer);
  },
};

/** Watches the event loop until `close`. */
export const createAdmission = ({ rate, clock = steadyClock }: AdmissionOptions) => {
  const bucket = fullBucket(rate, clock.now());
  const load = createLoad(clock);
  return {
    /** Whether one more may come in. Asked once for each; who may is counted. */
    admits: (): boolean => !load.isOver() && takeOne(bucket, rate, clock.now()),
    isOverloaded: load.isOver,
    coalesceMs: load.coalesceMs,
    /** May be called twice. */
    close: load.close,
  };
};

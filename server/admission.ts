/**
 * Who is let in. More newcomers in a moment than a core can take, or any while the server can hardly keep up, are asked to come back a little later, before anything is done for them:
 * so those who are here already never notice. It is about sockets and event streams; pages and JSON come from memory, and are never refused.
 */
import { createLoad, type Ticker } from './load.ts';
import { momentWithin, type Window } from './session/farewell.ts';
import { fullBucket, takeOne, type Rate } from './session/rate.ts';

export type AdmissionOptions = {
  /** newcomers a second, and at once after a quiet time */
  rate: Rate;
  /** ms within which those who are turned away come back, while they are few */
  windowMs: Window;
  /** Is told how many ms late the event loop was, each time it is looked at. */
  late?: (ms: number) => void;
  /** Default: the system's. */
  clock?: Ticker;
};

export type Admission = ReturnType<typeof createAdmission>;

/** What part of the rate those may come back at who were turned away. To refuse them again costs too, and must not be what keeps the server from recovering. */
const comeBackPart = 1 / 5;

/** ms in which each has its turn at the latest: those who do not wait for it, and are refused again and again, must not put off all others. */
const farthestMs = 300_000;

const systemTicker: Ticker = {
  now: () => performance.now(),
  every: (ms, work) => {
    const timer = setInterval(work, ms).unref();
    return () => clearInterval(timer);
  },
};

/** Watches the event loop until `close`. */
export const createAdmission = ({ rate, windowMs, late, clock = systemTicker }: AdmissionOptions) => {
  const bucket = fullBucket(rate, clock.now());
  const load = createLoad(clock, late);
  /** When the last of those who were turned away has its turn. */
  let lastTurn = 0;

  const nextTurn = (now: number): number => (lastTurn = Math.min(now + farthestMs, Math.max(now, lastTurn) + 1_000 / (rate.perSecond * comeBackPart)));

  return {
    /** ms after which whoever comes now should come back: at random within the window, and the later the more are waiting; `undefined` for who may come in. Asked once for each; who may is counted. */
    holdOff: (): number | undefined => {
      const now = clock.now();
      return !load.isOver() && takeOne(bucket, rate, now) ? undefined : nextTurn(now) - now + momentWithin(windowMs);
    },
    isOverloaded: load.isOver,
    coalesceMs: load.coalesceMs,
    /** May be called twice. */
    close: load.close,
  };
};

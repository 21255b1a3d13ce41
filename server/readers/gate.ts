/** Who may come in, and how everybody is sent away at the end. */
import { momentWithin, type Window } from '../session/farewell.ts';
import { createDrain } from './drain.ts';

const reasons = {
  stopping: 'this server is about to stop',
  overloaded: 'too many readers are coming at once: come back a little later',
} as const;

/** What whoever comes at a bad moment is told. */
export type Refusal = {
  code: keyof typeof reasons;
  /** For people. */
  why: string;
  /** s, another for each */
  retryAfter: number;
};

export type Gate = {
  /** Why whoever comes now is turned away, or `undefined` where there is no reason to. To be asked once for each, before anything is done for it. */
  refusal: () => Refusal | undefined;
  /** The same for whoever asks for one answer only, which is never too much. */
  stopping: () => Refusal | undefined;
  /** Somebody waits for an answer; `part` is called when it is its turn to be sent away. Returns what ends the waiting. */
  wait: (part: (refusal: Refusal) => void) => () => void;
  /** Aborted when the server is about to stop: from then on nobody is taken in. */
  readonly closing: AbortSignal;
  /** Takes nobody in any more, and tells readers one after the other when to come back, over so many ms: who has not been told yet is still served. Resolves when all have been told. */
  drain: (ms: number) => Promise<void>;
  /** Tells all whom a drain has not told yet. May be called twice. */
  close: () => void;
};

export type GateOptions = {
  /** ms within which those who are sent away come back */
  windowMs: Window;
  /** ms after which whoever comes now should come back; `undefined` where it may come in */
  holdOff: () => number | undefined;
  /** What sends each reader away who is here; of one who has gone meanwhile, nothing. */
  partings: () => (() => void)[];
  clock: { now: () => number; every: (ms: number, work: () => void) => () => void };
};

export const createGate = ({ windowMs, holdOff, partings, clock: { now, every } }: GateOptions): Gate => {
  const waiting = new Set<(refusal: Refusal) => void>();
  const closing = new AbortController();
  let draining: ReturnType<typeof createDrain> | undefined;

  const refuse = (code: Refusal['code'], afterMs: number): Refusal => ({ code, why: reasons[code], retryAfter: Math.ceil(afterMs / 1_000) });
  const ending = (): Refusal => refuse('stopping', momentWithin(windowMs));
  const stopping = (): Refusal | undefined => (closing.signal.aborted ? ending() : undefined);

  const overloaded = (): Refusal | undefined => {
    const ms = holdOff();
    return ms === undefined ? undefined : refuse('overloaded', ms);
  };

  const sendAway = (overMs: number) => {
    closing.abort();
    const waits = [...waiting].map((part) => () => { if (waiting.has(part)) part(ending()); });
    return (draining ??= createDrain({ partings: [...waits, ...partings()], windowMs: overMs, now, every }));
  };

  return {
    refusal: () => stopping() ?? overloaded(),
    stopping,
    wait: (part) => {
      waiting.add(part);
      return () => void waiting.delete(part);
    },
    closing: closing.signal,
    drain: (ms) => sendAway(ms).done,
    close: () => sendAway(0).hurry(),
  };
};

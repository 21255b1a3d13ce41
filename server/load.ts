/**
 * Whether the event loop keeps up. A probe that should come every `probeMs` says how late it is. One that is very late means nothing: the loop was held up once, by a long garbage collection
 * or a very large story, and whoever came meanwhile is served now. Where for a while each is late, there is more to do than can be done.
 */

export type Ticker = {
  /** ms; it MUST NOT jump, as the time of day can. */
  now: () => number;
  /** Calls back every `ms`; returns what ends it. */
  every: (ms: number, work: () => void) => () => void;
};

export const loadLimits = {
  /** ms between two probes */
  probeMs: 50,
  /** ms of delay that are too much, */
  lateMs: 200,
  /** once each probe has been so late for this long */
  patienceMs: 1_000,
  /** ms of delay under which all is well again, */
  calmMs: 100,
  /** once probes have not been later on average for this long */
  recoveryMs: 1_500,
  /** ms for which what happens is gathered while there is too much to do: as late as the loop is, within these */
  coalesceMs: [100, 500],
} as const;

export type LoadState =
  | { kind: 'well'; /** When the first came late of those that have been late ever since. */ lateSince?: number }
  | { kind: 'over'; /** The stretch of time that is looked at, and how many came in it. */ since: number; probes: number; delayMs: number };

export const calm: LoadState = { kind: 'well' };

/** The state after a probe that came `delayMs` too late. */
export const probed = (state: LoadState, delayMs: number, now: number): LoadState => {
  if (state.kind === 'over') return recovering(state, delayMs, now);
  if (delayMs <= loadLimits.lateMs) return calm;
  const { lateSince = now } = state;
  return now - lateSince >= loadLimits.patienceMs ? { kind: 'over', since: now, probes: 0, delayMs } : { kind: 'well', lateSince };
};

/** On average, for a busy machine is late now and then; else the one second that there never is would keep readers out for good. */
const recovering = ({ since, ...state }: Extract<LoadState, { kind: 'over' }>, delayMs: number, now: number): LoadState => {
  const { probeMs, calmMs, recoveryMs } = loadLimits;
  const probes = state.probes + 1;
  if (now - since < recoveryMs) return { kind: 'over', since, probes, delayMs };
  return (now - since) / probes - probeMs < calmMs ? calm : { kind: 'over', since: now, probes: 0, delayMs };
};

/** Probes the event loop until `close`, which may be called twice. Tells `late` how many ms each probe was. */
export const createLoad = ({ now, every }: Ticker, late: (ms: number) => void = () => {}) => {
  const { probeMs, coalesceMs: [least, most] } = loadLimits;
  let state: LoadState = calm;
  let last = now();
  const close = every(probeMs, () => {
    const at = now();
    const delayMs = at - last - probeMs;
    late(Math.max(0, delayMs));
    state = probed(state, delayMs, at);
    last = at;
  });
  return {
    isOver: (): boolean => state.kind === 'over',
    /** ms for which what happens should be gathered before it is sent; 0 while all is well. */
    coalesceMs: (): number => (state.kind === 'over' ? Math.min(most, Math.max(least, state.delayMs)) : 0),
    close,
  };
};

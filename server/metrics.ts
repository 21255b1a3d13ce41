/**
 * What an operator wants counted, named by what happened. Whoever does something tells it here, and knows nothing of what is made of it.
 * Nothing is told for each delivery: what goes to many readers is told once, with how many there were.
 */
import type { Revision } from './revision-log.ts';

export type Transport = 'websocket' | 'event-stream';

/** Why somebody who wanted to follow was turned away. */
export const refusals = ['stopping', 'overloaded', 'address', 'origin', 'protocol', 'path'] as const;
export type Refusal = (typeof refusals)[number];

/** `failed`: the log could not be written; `nothing`: there was nothing to withdraw or to move. */
export const handlings = ['published', 'unchanged', 'unpublished', 'refused', 'withdrawn', 'moved', 'nothing', 'failed'] as const;
/** `savedAt` in ms since 1970. */
export type Handled = { kind: 'published'; revision: Revision; savedAt: number } | { kind: Exclude<(typeof handlings)[number], 'published'> };

/** What a request asked for. */
export const routes = ['page', 'api', 'events', 'feed', 'file', 'operator', 'other'] as const;
export type Route = (typeof routes)[number];

export type Metrics = {
  /** An entry of the log is durable. MUST come before any reader is sent it. */
  durable: (sequence: number) => void;
  /** What the log told from an entry on has just been written to the last of some readers who stand alike, or to one. */
  told: (sequence: number) => void;
  /** So many frames, together so many bytes, went to each of so many readers. */
  sent: (readers: number, frames: number, bytes: number) => void;
  /** Each of so many readers was sent one diff that stands for several revisions. */
  folded: (readers: number, revisions: number) => void;

  /** A reader could not be sent a revision, and is behind until it `caughtUp`, or went away behind. */
  fellBehind: () => void;
  caughtUp: (afterMs: number) => void;
  wentBehind: () => void;

  /** What became of something that happened in the folder of stories. */
  handled: (outcome: Handled) => void;

  accepted: (transport: Transport) => void;
  refused: (why: Refusal) => void;
  /** By a close code of the protocol or of RFC 6455; without one the client let an event stream go. */
  closed: (transport: Transport, code?: number) => void;
  /** Something that was to happen at a time happened so much later: the event loop was busy. */
  late: (ms: number) => void;
  /** A request was answered. */
  answered: (route: Route, status: number) => void;
};

const ignore = (): void => {};

/** Counts nothing. */
export const noMetrics: Metrics = {
  durable: ignore, told: ignore, sent: ignore, folded: ignore, fellBehind: ignore, caughtUp: ignore, wentBehind: ignore,
  handled: ignore, accepted: ignore, refused: ignore, closed: ignore, late: ignore, answered: ignore,
};

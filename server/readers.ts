/**
 * Everybody who is being sent something, whatever the transport: their sessions, how many an address has, and their end.
 * A transport makes sessions here and tells when their connections are gone.
 */
import { randomUUID } from 'node:crypto';
import { defaults } from './config.ts';
import { closeCodes } from './core/protocol.ts';
import { createFrames, type Frames } from './frames.ts';
import type { RevisionLog } from './revision-log.ts';
import { createSession, type Out, type Session, type SessionLimits } from './session.ts';

export type ReadersOptions = {
  log: RevisionLog;
  /** Connections that one address may hold, of all transports together; default: no limit. */
  maxPerAddress?: number;
  limits?: Partial<SessionLimits>;
  /** ms */
  heartbeatMs?: number;
  /** Is given what must never happen; by default it is printed. */
  onError?: (error: unknown) => void;
};

export type Readers = {
  readonly frames: Frames;
  readonly limits: SessionLimits;
  /** Takes a place for a connection of an address. Returns what gives it back; `undefined` where there is none left. */
  enter: (address: string) => (() => void) | undefined;
  /** A session, which is counted, and ticks, until `leave`. */
  join: (out: Out) => Session;
  /** The connection of a session is gone. */
  leave: (session: Session) => void;
  /** Sessions that follow a story, by itself or with every other. */
  following: (story: string) => number;
  /** Every session. */
  count: () => number;
  /** Aborted when the server is about to stop: from then on nobody is taken in. */
  readonly closing: AbortSignal;
  /** Tells every session when to come back. May be called twice. */
  close: () => void;
};

export const createReaders = ({ log, maxPerAddress, limits: given, heartbeatMs = defaults.heartbeatMs, onError = console.error }: ReadersOptions): Readers => {
  const limits: SessionLimits = { ...defaults, ...given };
  const frames = createFrames();
  const sessions = new Set<Session>();
  const closing = new AbortController();
  const tickMs = Math.min(1_000, heartbeatMs / 4, limits.pongTimeoutMs / 4);
  let timer: NodeJS.Timeout | undefined;

  /** It ticks only while there is somebody to tick for. */
  const wind = (): void => {
    if (sessions.size > 0) timer ??= setInterval(() => sessions.forEach((session) => session.tick()), tickMs);
    else timer = void clearInterval(timer);
  };

  return {
    frames,
    limits,
    enter: createAddresses(maxPerAddress).enter,

    join: (out) => {
      const session = createSession({ id: randomUUID(), log, frames, limits, heartbeatMs, now: Date.now, out, onError });
      sessions.add(session);
      wind();
      return session;
    },

    leave: (session) => {
      session.stop();
      sessions.delete(session);
      wind();
    },

    following: (story) => sessions.values().reduce((count, session) => count + (session.follows(story) ? 1 : 0), 0),
    count: () => sessions.size,
    closing: closing.signal,

    close: () => {
      closing.abort();
      for (const session of sessions) session.bye(closeCodes.restart);
    },
  };
};

/** Counts the connections of each client address. */
const createAddresses = (max = Infinity) => {
  const counts = new Map<string, number>();
  return {
    enter: (address: string): (() => void) | undefined => {
      const count = counts.get(address) ?? 0;
      if (count >= max) return undefined;
      counts.set(address, count + 1);
      return () => {
        const left = (counts.get(address) ?? 1) - 1;
        if (left > 0) counts.set(address, left);
        else counts.delete(address);
      };
    },
  };
};

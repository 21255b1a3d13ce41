/** Readers of a server: the program `load/load.c`, which says when a message has reached the last of them. */
import { setTimeout as pause } from 'node:timers/promises';
import { startChild } from './child.ts';
import { compiled } from './load/compile.ts';
import type { Scope } from './scope.ts';

/** Where readers connect, and what they say. */
export type Target = { port: number; path: string; greetings?: readonly string[]; protocol?: 'socket.io' };

/** A message that has reached all: ms from its stamp to the first and to the last, and the bytes of its frame. */
export type Arrival = { stamp: string; readers: number; bytes: number; first: number; last: number };

/** All are open: ms since the first was to connect, or since the first was lost; `peak` is the most in one second, `window` the ms over which a `bye` spread them. */
export type Opened = { readers: number; ms: number; peak: number; window: number; attempts: number; refused: number; failed: number };

/** Since `reset`. p50, p99 and max are ms of each delivery. `busy` is the share of the time that the readers worked while messages were on their way. */
export type Report = {
  seconds: number; readers: number; frames: number; bytes: number; deliveries: number; repeated: number; unfinished: number;
  refused: number; failed: number; closed: number; codes: Record<string, number>; cpu: number; busy: number; p50: number; p99: number; max: number;
};

type Event = ({ event: 'message' } & Arrival) | ({ event: 'open' } & Opened) | ({ event: 'report' } & Report) | { event: 'left' };

export type Load = {
  pid: number;
  /** Resolves when there are so many. Rejects where they do not get in within ten minutes. */
  open: (readers: number) => Promise<Opened>;
  /** So many more that connect and never read. */
  stall: (readers: number) => Promise<void>;
  /** Whoever loses the connection comes back from now on. */
  rejoin: () => void;
  /** When all are back, once any was lost. */
  back: (patienceMs: number) => Promise<Opened>;
  /** So many a second leave, and come back. */
  churn: (aSecond: number) => void;
  /** When all have this message; `undefined` where they do not in time. */
  arrival: (stamp: string, patienceMs?: number) => Promise<Arrival | undefined>;
  reset: () => void;
  report: () => Promise<Report>;
  /** All readers leave. */
  leave: () => Promise<void>;
  stop: () => Promise<void>;
};

const openingMs = 600_000;

export const startLoad = (scope: Scope, { port, path, greetings = [], protocol }: Target): Load => {
  const child = startChild(scope, [compiled('load'), '127.0.0.1', String(port), path, ...(protocol ? [protocol] : [])], {
    role: 'readers',
    channel: false,
    onLine: (line) => hear(JSON.parse(line) as Event), // of our own program
  });
  const arrivals = new Map<string, PromiseWithResolvers<Arrival>>();
  const waiting = new Map<Event['event'], PromiseWithResolvers<Event>>();
  const died = child.ended.then((complaints) => {
    throw new Error(`the load generator ended: ${complaints}`);
  });
  died.catch(() => undefined); // told by whatever waits for an event then

  const arrivalOf = (stamp: string) => {
    const known = arrivals.get(stamp) ?? Promise.withResolvers<Arrival>();
    arrivals.set(stamp, known);
    return known;
  };
  const hear = (event: Event): void => {
    if (event.event === 'message') arrivalOf(event.stamp).resolve(event);
    else waiting.get(event.event)?.resolve(event);
  };
  const next = async <E extends Event['event']>(event: E, patienceMs: number): Promise<Extract<Event, { event: E }>> => {
    const heard = Promise.withResolvers<Event>();
    waiting.set(event, heard);
    const found = await within(patienceMs, heard.promise, died);
    if (!found) throw new Error(`the readers were not done within ${patienceMs / 1_000} s (${event})`);
    return found as Extract<Event, { event: E }>; // only it is kept under this name
  };
  const ask = <E extends Event['event']>(event: E, command: string, patienceMs = 10_000) => {
    const answer = next(event, patienceMs);
    child.tell(command);
    return answer;
  };

  child.tell(...greetings.map((text) => `greet ${text}`));
  return {
    pid: child.pid,
    open: (readers) => ask('open', `open ${readers}`, openingMs),
    stall: async (readers) => void (await ask('open', `stall ${readers}`, openingMs)),
    rejoin: () => child.tell('rejoin'),
    back: (patienceMs) => next('open', patienceMs),
    churn: (aSecond) => child.tell(`churn ${aSecond}`),
    arrival: async (stamp, patienceMs = 10_000) => {
      const found = await within(patienceMs, arrivalOf(stamp).promise, died);
      arrivals.delete(stamp);
      return found;
    },
    reset: () => child.tell('reset'),
    report: () => ask('report', 'report'),
    leave: async () => void (await ask('left', 'leave')),
    stop: child.stop,
  };
};

/** How much filler makes a frame of so many bytes, as far as there can be so few. Waits until a message reaches everybody. */
export const fillerFor = async (load: Load, publish: (filler: number) => string | Promise<string>, bytes: number): Promise<number> => {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const arrival = await load.arrival(await publish(bytes));
    if (arrival) return Math.max(0, bytes - (arrival.bytes - bytes));
  }
  throw new Error('a message never reached all readers');
};

/** `undefined` after so many ms. */
const within = async <T>(ms: number, ...either: Promise<T>[]): Promise<T | undefined> => {
  const patience = new AbortController();
  try {
    return await Promise.race([...either, pause(ms, undefined, { signal: patience.signal })]);
  } finally {
    patience.abort();
  }
};

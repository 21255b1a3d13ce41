/**
 * Everybody who is being sent something, whatever the transport. Who has something of their own to be told has a session; who stands where others stand is in an audience with them.
 * A reader goes from one to the other and back without noticing: a transport hands in what its client says, and tells when its connection is gone.
 */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { defaults } from './config.ts';
import { closeCodes, type Subscribe } from './core/protocol.ts';
import { plainFanIn, type FanIn } from './fan-in.ts';
import { plainFanOut, type FanOut } from './fan-out.ts';
import { createFrames, type Frames } from './frames.ts';
import { createAddresses, type Addresses } from './readers/addresses.ts';
import { createGate, type Gate, type Refusal } from './readers/gate.ts';
import { noMetrics, type Metrics } from './metrics.ts';
import { createAudiences, type Among } from './readers/audiences.ts';
import { gone, inOneWrite, isSeatable, type Reader, type Seated, type Wire } from './readers/reader.ts';
import { isSamePlace, signatureOf } from './readers/place.ts';
import { shareLog } from './readers/shared-log.ts';
import { systemClock, type Clock } from './readers/clock.ts';
import type { RevisionLog } from './revision-log.ts';
import { createSession, type Session, type SessionLimits } from './session.ts';
import type { Standpoint } from './session/course.ts';
import { createFarewells } from './session/farewell.ts';
import { greeting } from './session/greeting.ts';
import { fullBucket } from './session/rate.ts';

export type ReadersOptions = {
  log: RevisionLog;
  /** Connections that one address may hold, of all transports together; default: no limit. */
  maxPerAddress?: number;
  /** ms after which whoever comes now should come back; `undefined`, as by default, where it may come in. */
  holdOff?: () => number | undefined;
  limits?: Partial<SessionLimits>;
  /** ms */
  heartbeatMs?: number;
  /** ms that lie at least between two writes to the same readers; asked before each. Default: 0, as soon as what happens now has happened. */
  coalesceMs?: () => number;
  /** Whether more is about to be published, so that it can leave together. Default: nobody knows of anything. */
  isMoreComing?: () => boolean;
  /** How one buffer gets to many; default: through their streams. */
  fanOut?: FanOut;
  /** How what many answer is read; default: through their streams. */
  fanIn?: FanIn;
  /** What operators want counted; default: nothing. */
  metrics?: Metrics;
  /** Default: the system's. */
  clock?: Clock;
  /** Is given what must never happen; by default it is printed. */
  onError?: (error: unknown) => void;
};

export type { Reader, Refusal, Wire };

export type Wish = Omit<Subscribe, 'type'>;

export type Readers = Addresses & Gate & {
  readonly frames: Frames;
  readonly limits: SessionLimits;
  /** For those who bring readers. */
  readonly metrics: Metrics;
  /** Says hello, and answers the wish that came along. The reader is counted, and told of what it subscribes to, until `leave`. */
  join: (wire: Wire, socket?: Socket, wish?: Wish) => Reader;
  receive: (reader: Reader, text: string) => void;
  subscribe: (reader: Reader, wish: Wish) => void;
  pong: (reader: Reader, text: string) => void;
  /** Whether it follows a story, by itself or with every other. */
  follows: (reader: Reader, story: string) => boolean;
  /** Closes with a code of the protocol. */
  bye: (reader: Reader, code: number) => void;
  /** The connection is gone. May be called twice. */
  leave: (reader: Reader) => void;
  /** Resolves when what the log has told has been written to all who keep up. */
  written: () => Promise<void>;
  /** Readers that follow a story, by itself or with every other. */
  following: (story: string) => number;
  /** Every reader; how many of them have a session of their own. */
  count: () => number;
  alone: () => number;
  /** How many of those are no sockets; how many audiences the others form. */
  streams: () => number;
  audiences: () => number;
};

export const createReaders = ({ log: own, maxPerAddress, holdOff = () => undefined, limits: given, heartbeatMs = defaults.heartbeatMs, coalesceMs = () => 0, isMoreComing = () => false, fanOut = plainFanOut, fanIn = plainFanIn, metrics = noMetrics, clock = systemClock, onError = console.error }: ReadersOptions): Readers => {
  const limits: SessionLimits = { ...defaults, ...given };
  const rate = { perSecond: limits.messagesPerSecond, burst: limits.messageBurst };
  const frames = createFrames();
  const lastWords = createFarewells(limits.restartWindowMs, frames);
  const log = shareLog(own, onError);
  const alone = new Set<Reader>();
  /** Who could be seated, as far as was known when it was told everything. */
  const settled = new Set<Seated>();
  const tickMs = Math.min(1_000, heartbeatMs / 4, limits.pongTimeoutMs / 4);
  let stopTicking: (() => void) | undefined;
  let seating = false;

  const audiences = createAudiences<Seated>({
    log, frames, limits, heartbeatMs, clock, coalesceMs, isMoreComing, fanOut, fanIn, metrics, onError,
    onWritten: () => seatSoon(),
    onLeft: (reader, from, inFlight) => void setApart(reader, { from, inFlight }),
    onOverdue: (reader) => part(reader, closeCodes.noPong),
  });

  const tick = (): void => {
    for (const { place } of alone) if (place.kind === 'alone') place.session.tick();
    for (const audience of audiences.all()) audience.tick();
  };

  /** It ticks only while there is somebody to tick for. */
  const wind = (): void => {
    if (alone.size + audiences.size() > 0) stopTicking ??= clock.every(tickMs, tick);
    else stopTicking = void stopTicking?.();
  };

  const ping = (reader: Reader, payload: number): void => {
    // A ping that cannot be answered before it was read: else a client that reads nothing could open its window by sending pongs unasked.
    reader.pinged = `${payload}.${randomUUID()}`;
    reader.wire.ping(reader.pinged);
  };

  /** A session for a reader who is new, or who has been elsewhere. */
  const setApart = (reader: Reader, goOn?: { from: Standpoint; inFlight: number }): Session => {
    const session: Session = createSession({
      id: randomUUID(), log, frames, limits, heartbeatMs, now: clock.now, metrics, onError,
      out: { send: (frame) => reader.wire.send(frame), ping: (payload) => ping(reader, payload), close: (code) => reader.wire.close(code) },
      bucket: () => (reader.bucket ??= fullBucket(rate, clock.now())),
      ...(goOn && { goOn }),
      onSettled: () => settle(reader),
    });
    reader.place = { kind: 'alone', session };
    alone.add(reader);
    wind();
    return session;
  };

  /** Who follows nothing yet stands where all others do who have just come. */
  const greet = (reader: Seated): void => {
    const hello = frames.encode(greeting(randomUUID(), limits, heartbeatMs));
    reader.wire.send(hello);
    const place = audiences.at('', nowhere);
    place.audience.add(reader, hello.bytes);
    reader.place = place;
    wind();
  };

  const settle = (reader: Reader): void => {
    if (!isSeatable(reader) || gate.closing.aborted) return;
    settled.add(reader);
    seatSoon();
  };

  const seatSoon = (): void => {
    if (!seating && settled.size > 0) clock.soon(seatAll);
    seating ||= settled.size > 0;
  };

  const seatAll = (): void => {
    seating = false;
    const waiting = [...settled];
    settled.clear();
    for (const reader of waiting) {
      if (reader.place.kind === 'alone') seat(reader, reader.place.session);
    }
    wind();
  };

  /** Stays alone where nobody can say that it stands where others do. */
  const seat = (reader: Seated, session: Session): void => {
    const standing = session.standing();
    const signature = standing && signatureOf(standing.from);
    if (!standing || signature === undefined) return;
    const place = audiences.at(signature, standing.from);
    const { audience } = place;
    if (audience.isPending()) return void settled.add(reader); // until it has written
    if (!isSamePlace(audience.standpoint(), standing.from)) return;
    session.stop();
    alone.delete(reader);
    audience.add(reader, standing.inFlight);
    reader.place = place;
  };

  /** The last words to a reader without a session. */
  const part = (reader: Reader, code: number): void => {
    reader.place = gone;
    for (const word of lastWords(code)) reader.wire.send(word);
    reader.wire.close(code);
  };

  const departed = (reader: Reader, place: Among<Seated>): void => {
    if (isSeatable(reader)) audiences.remove(reader, place);
    wind();
  };

  /** The session of a reader, who leaves its audience for it. */
  const sessionOf = (reader: Reader): Session | undefined => {
    const { place } = reader;
    if (place.kind === 'gone') return undefined;
    if (place.kind === 'alone') return place.session;
    const standing = isSeatable(reader) ? place.audience.standing(reader) : undefined;
    departed(reader, place);
    return setApart(reader, standing);
  };

  const bye = (reader: Reader, code: number): void => {
    const { place } = reader;
    if (place.kind === 'gone') return;
    if (place.kind === 'among') departed(reader, place);
    inOneWrite(reader, () => (place.kind === 'alone' ? place.session.bye(code) : part(reader, code)));
  };

  const everybody = (): Reader[] => [...alone, ...audiences.all().flatMap((audience) => audience.members())];
  const partings = () => everybody().map((reader) => () => bye(reader, closeCodes.restart));
  const gate = createGate({ windowMs: limits.restartWindowMs, holdOff, clock, partings });

  return {
    ...gate,
    refusal: () => {
      const refusal = gate.refusal();
      if (refusal) metrics.refused(refusal.code);
      return refusal;
    },
    frames,
    limits,
    metrics,
    ...createAddresses(maxPerAddress),

    join: (wire, socket, wish) => {
      const reader: Reader = { wire, socket, slot: 0, bucket: undefined, pinged: undefined, place: gone };
      if (wish) inOneWrite(reader, () => setApart(reader).subscribe(wish));
      else if (isSeatable(reader)) greet(reader);
      else setApart(reader);
      return reader;
    },

    receive: (reader, text) => inOneWrite(reader, () => sessionOf(reader)?.receive(text)),
    subscribe: (reader, wish) => inOneWrite(reader, () => sessionOf(reader)?.subscribe(wish)),

    pong: (reader, text) => {
      const { place } = reader;
      if (place.kind === 'among' && isSeatable(reader)) return place.audience.pong(reader, text);
      if (place.kind !== 'alone' || text !== reader.pinged) return;
      reader.pinged = undefined;
      place.session.pong(Number.parseInt(text, 10));
    },

    follows: ({ place }, story) => (place.kind === 'alone' ? place.session.follows(story) : place.kind === 'among' && place.audience.covers(story)),
    bye,

    leave: (reader) => {
      const { place } = reader;
      if (place.kind === 'alone') place.session.stop();
      if (place.kind === 'among') departed(reader, place);
      alone.delete(reader);
      reader.place = gone;
      wind();
    },

    written: audiences.written,

    following: (story) =>
      alone.values().reduce((count, { place }) => count + (place.kind === 'alone' && place.session.follows(story) ? 1 : 0), 0) +
      audiences.all().reduce((count, audience) => count + (audience.covers(story) ? audience.size() : 0), 0),
    count: () => alone.size + audiences.all().reduce((count, audience) => count + audience.size(), 0),
    alone: () => alone.size,
    streams: () => alone.values().reduce((count, reader) => count + (isSeatable(reader) ? 0 : 1), 0),
    audiences: audiences.size,
  };
};

/** Where a reader stands who has only been greeted. */
const nowhere: Standpoint = { subscriptions: [], dues: [] };

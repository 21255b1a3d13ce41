/**
 * One subscriber: catch up, follow, flow control. Everything that its reader is sent goes the same way, whether it happened long ago or just now:
 * it becomes due, and what is due goes out as far as the window is open. A session is live while nothing is due, and behind while something is.
 */
import { closeCodes } from './core/protocol.ts';
import type { ErrorCode, Limits, ServerMessage, Subscribe } from './core/protocol.ts';
import { unreachable } from './core/story.ts';
import { readClientMessage } from './client-messages.ts';
import type { Frame, Frames } from './frames.ts';
import { noMetrics, type Metrics } from './metrics.ts';
import type { Entry, RevisionLog } from './revision-log.ts';
import { createCourse, type Standpoint } from './session/course.ts';
import { farewell } from './session/farewell.ts';
import { createFlow, type FlowLimits } from './session/flow.ts';
import { greeting } from './session/greeting.ts';
import { heartbeat } from './session/heartbeat.ts';
import { takeOne, type Bucket, type Rate } from './session/rate.ts';

export type SessionLimits = Limits & FlowLimits & {
  /** messages at once from a client that was silent before */
  messageBurst: number;
  /** ms window in which clients come back after a close that is not their fault */
  restartWindowMs: [min: number, max: number];
};

/** The wire to one client. */
export type Out = {
  send(frame: Frame): void;
  ping(payload: number): void;
  /** Called at most once; nothing is sent after it. */
  close(code: number): void;
};

export type SessionOptions = {
  id: string;
  log: RevisionLog;
  frames: Frames;
  limits: SessionLimits;
  /** ms of silence after which a heartbeat is sent */
  heartbeatMs: number;
  /** ms of a clock that only goes forward */
  now(): number;
  out: Out;
  metrics?: Metrics;
  /** What the client has left of its messages; asked for when it speaks. */
  bucket(): Bucket;
  /** For a client that was greeted before, and has been told of everything up to a standpoint, of which so many bytes are not known to be read. */
  goOn?: { from: Standpoint; inFlight: number };
  /** Is called when nothing is due, nothing is awaited and the window is open: who stands at the same place could be told by one. May stop the session. */
  onSettled?(): void;
  /** Is given what must never happen. The session then closes with 1011, so that its client resumes on another. */
  onError(error: unknown): void;
};

export type Session = ReturnType<typeof createSession>;

/** Codes of RFC 6455 that a session closes with. */
const standardCodes = { tooLarge: 1009, internalError: 1011 } as const;

/** Says hello at once, or goes on with what is due. Whoever makes one calls `tick` about every second, or more often where heartbeats are. */
export const createSession = ({ id, log, frames, limits, heartbeatMs, now, out, metrics = noMetrics, bucket, goOn, onSettled, onError }: SessionOptions) => {
  const rate: Rate = { perSecond: limits.messagesPerSecond, burst: limits.messageBurst };
  const flow = createFlow(limits, goOn?.inFlight);
  const course = createCourse({ log, frames, max: limits.maxSubscriptions, listener: (entry) => hear(entry), start: goOn?.from });
  let lastSent = now();
  let heartbeats = 0;
  let closed = false;
  /** Since when there is a revision that could not be sent. */
  let behindSince: number | undefined;

  /** Sends a frame if it fits into the window. */
  const send = (frame: Frame): boolean => {
    const fits = flow.admit(frame.bytes);
    if (fits) {
      out.send(frame);
      lastSent = now();
      metrics.sent(1, 1, frame.bytes);
      if (frame.folded !== undefined) metrics.folded(1, frame.folded);
    }
    return fits;
  };

  const ping = (): void => {
    const payload = flow.ping(now());
    if (payload !== undefined) out.ping(payload);
  };

  const isSettled = (): boolean => !closed && course.isIdle() && !flow.isShut() && !flow.isAwaitingPong();

  const fallBehind = (): void => {
    if (behindSince !== undefined || closed) return;
    behindSince = now();
    metrics.fellBehind();
  };

  const catchUp = (since: number): void => {
    behindSince = undefined;
    metrics.caughtUp(now() - since);
  };

  /** Has much to read that it was sent: with others it would soon be told too much. */
  const isLaden = (): boolean => onSettled !== undefined && course.isIdle() && flow.inFlight() > limits.windowBytes / 4;

  /** Sends what is due until the window is full. What does not fit stays due, and may change until it does. */
  const drain = (): void => {
    course.take((frame) => !flow.isShut() && send(frame));
    if (behindSince !== undefined && course.isIdle()) catchUp(behindSince);
    if (flow.isShut() || isLaden()) ping();
    else if (isSettled()) onSettled?.();
  };

  const stop = (): void => {
    closed = true;
    if (behindSince !== undefined) behindSince = void metrics.wentBehind();
    course.end();
  };

  /** The last words of a session: whatever the window. */
  const end = (code: number, ...words: ServerMessage[]): void => {
    if (closed) return;
    stop();
    for (const word of words) out.send(frames.encode(word));
    out.close(code);
  };

  /** Closes. A client that may try again is told when; any other has been told why. */
  const bye = (code: number, ...words: ServerMessage[]): void => end(code, ...words, ...farewell(code, limits.restartWindowMs));

  const fail = (closeCode: number, code: ErrorCode, message: string): void => bye(closeCode, { type: 'error', code, message });

  /** What fails in here ends this session alone, and not in silence: else its reader would miss something and not know. */
  const guarded = <A extends unknown[]>(work: (...args: A) => void) => (...args: A): void => {
    if (closed) return;
    try {
      work(...args);
    } catch (error) {
      onError(error);
      bye(standardCodes.internalError);
    }
  };

  const hear = guarded((entry: Entry) => {
    course.hear(entry);
    drain();
    if (course.isIdle()) metrics.told(entry.sequence);
    else fallBehind();
  });

  const subscribe = guarded((wish: Omit<Subscribe, 'type'>) => {
    course.subscribe(wish);
    drain();
  });

  const unsubscribe = (story: string): void => {
    course.unsubscribe(story);
    drain();
  };

  const receive = guarded((text: string) => {
    if (Buffer.byteLength(text) > limits.maxMessageBytes) return bye(standardCodes.tooLarge);
    if (!takeOne(bucket(), rate, now())) return fail(closeCodes.rate, 'rate', `a client may send ${limits.messagesPerSecond} messages a second, and ${limits.messageBurst} at once`);
    const reading = readClientMessage(text);
    switch (reading.kind) {
      case 'bad': return fail(closeCodes.badMessage, 'bad-message', reading.problem);
      case 'unknown': return undefined;
      case 'message': return reading.message.type === 'subscribe' ? subscribe(reading.message) : unsubscribe(reading.message.story);
      default: return unreachable(reading);
    }
  });

  const pong = guarded((payload: number) => {
    flow.pong(payload);
    drain();
  });

  const beat = (): void => {
    if (send(frames.encode(heartbeat(log.head())))) heartbeats += 1;
    if (flow.isShut() || heartbeats % 2 === 0) ping();
  };

  /** While something is due the window is shut: no heartbeat goes to a session that is behind, for its position is one to resume from. */
  const tick = guarded(() => {
    const isSilent = now() - lastSent >= heartbeatMs;
    if (flow.isOverdue(now())) bye(closeCodes.noPong);
    else if (isSilent && !flow.isShut()) beat();
  });

  const greet = guarded(() => void send(frames.encode(greeting(id, limits, heartbeatMs))));

  const goOnFrom = (): void => {
    drain();
    if (!course.isIdle()) fallBehind();
  };

  if (!goOn) greet();
  else guarded(goOnFrom)();

  return {
    /** A text message from the client. */
    receive,
    /** A subscription that came with the address. */
    subscribe,
    pong,
    tick,
    /** Whether it follows a story, by itself or with every other. */
    follows: course.covers,
    /** For whoever goes on in its place, if it is settled: see `onSettled`. */
    standing: (): { from: Standpoint; inFlight: number } | undefined => (isSettled() ? { from: course.standpoint(), inFlight: flow.inFlight() } : undefined),
    /** Closes with a code of the protocol. */
    bye,
    /** The socket is gone. May be called twice. */
    stop,
  };
};

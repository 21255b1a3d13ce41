/**
 * One subscriber: catch up, follow, flow control. Everything that its reader is sent goes the same way, whether it happened long ago or just now:
 * it becomes due, and what is due goes out as far as the window is open. A session is live while nothing is due, and behind while something is.
 */
import { afterClose, closeCodes, subprotocol } from './core/protocol.ts';
import type { ErrorCode, Limits, ServerMessage, Subscribe } from './core/protocol.ts';
import { unreachable } from './core/story.ts';
import { readClientMessage } from './client-messages.ts';
import type { Frame, Frames } from './frames.ts';
import type { Entry, RevisionLog } from './revision-log.ts';
import { createAnswers } from './session/answers.ts';
import { createDues } from './session/dues.ts';
import { createFlow, type FlowLimits } from './session/flow.ts';
import { createRate } from './session/rate.ts';
import { createSubscriptions } from './session/subscriptions.ts';

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
  /** ms since 1970 */
  now(): number;
  out: Out;
  /** Is given what must never happen. The session then closes with 1011, so that its client resumes on another. */
  onError(error: unknown): void;
};

export type Session = ReturnType<typeof createSession>;

/** Codes of RFC 6455 that a session closes with. */
const standardCodes = { tooLarge: 1009, internalError: 1011 } as const;

/** ms within which a client that is to back off may try again */
const backOffMs: [min: number, max: number] = [500, 30_000];

/** Says hello at once. Whoever makes one calls `tick` about every second, or more often where heartbeats are. */
export const createSession = ({ id, log, frames, limits, heartbeatMs, now, out, onError }: SessionOptions) => {
  const answers = createAnswers({ log, frames });
  const dues = createDues();
  const flow = createFlow(limits);
  const rate = createRate({ perSecond: limits.messagesPerSecond, burst: limits.messageBurst }, now());
  const subscriptions = createSubscriptions({ log, dues, max: limits.maxSubscriptions, listener: (entry) => hear(entry) });
  let lastSent = now();
  let heartbeats = 0;
  let closed = false;

  /** Sends a frame if it fits into the window. */
  const send = (frame: Frame): boolean => {
    const fits = flow.admit(frame.bytes);
    if (fits) {
      out.send(frame);
      lastSent = now();
    }
    return fits;
  };

  const ping = (): void => {
    const payload = flow.ping(now());
    if (payload !== undefined) out.ping(payload);
  };

  /** Sends what is due until the window is full. What does not fit stays due, and may change until it does. */
  const drain = (): void => {
    for (let due = dues.first(); due && !flow.isShut(); due = dues.first()) {
      const answer = answers.to(due, subscriptions.formatOf(due));
      if (answer.frame && !send(answer.frame)) break;
      dues.remove(due);
      subscriptions.settle(due, answer);
    }
    if (flow.isShut()) ping();
  };

  const stop = (): void => {
    closed = true;
    subscriptions.clear();
    dues.clear();
  };

  /** The last words of a session: whatever the window. */
  const end = (code: number, ...words: ServerMessage[]): void => {
    if (closed) return;
    stop();
    for (const word of words) out.send(frames.encode(word));
    out.close(code);
  };

  /** Closes. A client that may try again is told when; any other has been told why. */
  const bye = (code: number, ...words: ServerMessage[]): void => {
    const then = afterClose(code);
    if (then === 'stay-away') end(code, ...words);
    else end(code, ...words, { type: 'bye', code, retryAfterMs: then === 'come-back' ? limits.restartWindowMs : backOffMs });
  };

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
    subscriptions.hear(entry);
    drain();
  });

  const subscribe = guarded((wish: Omit<Subscribe, 'type'>) => {
    subscriptions.subscribe(wish);
    drain();
  });

  const receive = guarded((text: string) => {
    if (Buffer.byteLength(text) > limits.maxMessageBytes) return bye(standardCodes.tooLarge);
    if (!rate.take(now())) return fail(closeCodes.rate, 'rate', `a client may send ${limits.messagesPerSecond} messages a second, and ${limits.messageBurst} at once`);
    const reading = readClientMessage(text);
    switch (reading.kind) {
      case 'bad': return fail(closeCodes.badMessage, 'bad-message', reading.problem);
      case 'unknown': return undefined;
      case 'message': return reading.message.type === 'subscribe' ? subscribe(reading.message) : subscriptions.unsubscribe(reading.message.story);
      default: return unreachable(reading);
    }
  });

  const pong = guarded((payload: number) => {
    flow.pong(payload);
    drain();
  });

  const beat = (): void => {
    if (send(frames.encode({ type: 'heartbeat', at: new Date(now()).toISOString(), position: log.head() }))) heartbeats += 1;
    if (flow.isShut() || heartbeats % 2 === 0) ping();
  };

  /** While something is due the window is shut: no heartbeat goes to a session that is behind, for its position is one to resume from. */
  const tick = guarded(() => {
    const isSilent = now() - lastSent >= heartbeatMs;
    if (flow.isOverdue(now())) bye(closeCodes.noPong);
    else if (isSilent && !flow.isShut()) beat();
  });

  const greet = guarded(() => {
    const { maxMessageBytes, maxSubscriptions, messagesPerSecond } = limits;
    send(frames.encode({ type: 'hello', protocol: subprotocol, session: id, heartbeatMs, limits: { maxMessageBytes, maxSubscriptions, messagesPerSecond } }));
  });

  greet();

  return {
    /** A text message from the client. */
    receive,
    /** A subscription that came with the address. */
    subscribe,
    pong,
    tick,
    /** Whether it follows a story, by itself or with every other. */
    follows: subscriptions.covers,
    /** Closes with a code of the protocol. */
    bye,
    /** The socket is gone. May be called twice. */
    stop,
  };
};

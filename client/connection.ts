/**
 * The reader's line to the server: when to connect, wait, rest or stay away.
 * `step` is pure, time and chance are arguments; `createConnection` is the thin shell that holds one socket and one timer to what the line says.
 */
import type { ClientMessage, ServerMessage } from '../server/core/protocol.ts';
import { afterClose } from '../server/core/protocol.ts';
import { unreachable } from '../server/core/story.ts';

export const limits = {
  /** ms within which a lost line is taken up again: the shortest and the longest wait */
  backoffMs: [500, 30_000] as const,
  /** ms that a socket may be silent, until `hello` says how often it will be heard */
  silenceMs: 10_000,
};

/** A socket that has not been heard for `silenceMs` since `heard` is given up. */
type Phase =
  | { kind: 'connecting'; heard: number; silenceMs: number }
  | { kind: 'open'; heard: number; silenceMs: number; comeBackMs?: readonly [min: number, max: number] }
  | { kind: 'waiting'; until: number }
  /** Nobody looks: no socket, until somebody does. */
  | { kind: 'resting' }
  /** The server wants nothing more from this page. */
  | { kind: 'over' };

/** `attempt` counts the sockets since the line last worked; at `restAt` a page that nobody looks at lets go. */
export type Line = { phase: Phase; attempt: number; restAt: number };

export type LineEvent =
  | { type: 'heard'; message: ServerMessage }
  | { type: 'closed'; code: number }
  /** The network came back, or the address has changed: a new socket. */
  | { type: 'renewed' }
  | { type: 'looked' }
  | { type: 'hidden'; patienceMs: number }
  | { type: 'left' }
  | { type: 'ticked' };

const connecting = (now: number): Phase => ({ kind: 'connecting', heard: now, silenceMs: limits.silenceMs });

export const firstLine = (now: number): Line => ({ phase: connecting(now), attempt: 0, restAt: Infinity });

/** The line after an event. A new `connecting` object asks for a new socket; any phase but `connecting` and `open` for none. */
export type Step = (line: Line, event: LineEvent, now: number, /** 0..1 */ random: number) => Line;

/** For a program that always listens: what a page notices of its reader is for `stepOfPage` in `presence.ts`. */
export const step: Step = (line, event, now, random) => {
  if (line.phase.kind === 'over') return line;
  switch (event.type) {
    case 'heard': return hear(line, event.message, now);
    case 'closed': return afterClose(event.code) === 'stay-away' ? { ...line, phase: { kind: 'over' } } : wait(line, now, random);
    case 'renewed': return connect(line, now);
    case 'ticked': return tick(line, now, random);
    default: return line;
  }
};

/** When `ticked` is due, if nothing else comes before. */
export const dueAt = ({ phase, restAt }: Line): number => {
  switch (phase.kind) {
    case 'connecting':
    case 'open': return Math.min(restAt, phase.heard + phase.silenceMs);
    case 'waiting': return Math.min(restAt, phase.until);
    case 'resting':
    case 'over': return Infinity;
    default: return unreachable(phase);
  }
};

export const connect = (line: Line, now: number): Line => ({ ...line, phase: connecting(now) });

const hear = (line: Line, message: ServerMessage, now: number): Line => {
  const phase: Phase = { silenceMs: limits.silenceMs, ...line.phase, kind: 'open', heard: now };
  switch (message.type) {
    case 'hello': return { ...line, phase: { ...phase, silenceMs: 2 * message.heartbeatMs } };
    case 'bye': return { ...line, phase: { ...phase, comeBackMs: message.retryAfterMs } };
    case 'error': return { ...line, phase };
    default: return { ...line, phase, attempt: 0 }; // it works: the next loss is a first one
  }
};

const wait = (line: Line, now: number, random: number): Line => {
  const [shortest, longest] = limits.backoffMs;
  const comeBack = line.phase.kind === 'open' ? line.phase.comeBackMs : undefined;
  const [min, max] = comeBack ?? [shortest, Math.min(longest, 2 ** (line.attempt + 1) * 1_000)];
  return { ...line, phase: { kind: 'waiting', until: now + min + random * (max - min) }, attempt: line.attempt + 1 };
};

const tick = (line: Line, now: number, random: number): Line => {
  if (now < dueAt(line)) return line;
  return line.phase.kind === 'waiting' ? connect(line, now) : wait(line, now, random);
};

/** What the shell needs of a WebSocket. */
export type Socket = { readonly readyState: number; send(text: string): void; close(): void };
export type SocketListener = { heard(data: unknown): void; closed(code: number): void };

export type ConnectionOptions = {
  /** Opens a socket that asks for what is wanted now: called anew for each, so that it resumes from the position held then. */
  open(listener: SocketListener): Socket;
  now(): number;
  /** 0..1 */
  random(): number;
  /** Calls back once after `ms`; returns what prevents it. */
  after(ms: number, callback: () => void): () => void;
  onMessage(message: ServerMessage): void;
  onPhase(phase: Phase['kind']): void;
  /** Default: that of a program that always listens. */
  step?: Step;
};

/** Keeps one socket for as long as the line wants one. Connects at once; `notify` tells it what the page notices; `close` ends it for good. */
export const createConnection = (options: ConnectionOptions) => {
  let line = firstLine(options.now());
  let socket: Socket | undefined;
  let cancelTimer = (): void => {};

  const release = () => {
    const released = socket;
    socket = undefined; // from now on its listener is deaf
    released?.close();
  };

  const open = () => {
    const isCurrent = () => socket === opened;
    const opened = options.open({
      heard: (data) => {
        const message = isCurrent() ? readMessage(data) : undefined;
        if (!message) return;
        notify({ type: 'heard', message });
        if (isCurrent()) options.onMessage(message);
      },
      closed: (code) => {
        if (isCurrent()) notify({ type: 'closed', code });
      },
    });
    socket = opened;
  };

  const settle = (next: Line, fresh: boolean) => {
    line = next;
    if (fresh || (line.phase.kind !== 'open' && line.phase.kind !== 'connecting')) release();
    if (fresh) open();
    cancelTimer();
    const due = dueAt(line);
    if (due < Infinity) cancelTimer = options.after(Math.max(0, due - options.now()), () => notify({ type: 'ticked' }));
    options.onPhase(line.phase.kind);
  };

  const notify = (event: LineEvent) => {
    const next = (options.step ?? step)(line, event, options.now(), options.random());
    settle(next, next.phase.kind === 'connecting' && next.phase !== line.phase);
  };

  settle(line, true);
  return {
    notify,
    /** Sends on an open socket. One that is still connecting is opened anew: `open` asks for what is wanted now; so will the next one. */
    send: (message: ClientMessage) => {
      if (socket?.readyState === 1) socket.send(JSON.stringify(message));
      else if (line.phase.kind === 'connecting') notify({ type: 'renewed' });
    },
    close: () => {
      cancelTimer();
      settle({ ...line, phase: { kind: 'over' } }, false);
    },
  };
};

/** A frame that is no message is as good as lost: the next position does not follow on, and the client asks again. The state's hash proves the rest. */
const readMessage = (data: unknown): ServerMessage | undefined => {
  try {
    const message: unknown = JSON.parse(String(data));
    return typeof message === 'object' && message !== null && 'type' in message ? (message as ServerMessage) : undefined; // see above
  } catch {
    return undefined;
  }
};

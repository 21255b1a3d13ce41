/**
 * Server-sent events (HTML Standard, 9.2): a session whose wire is an answer that does not end. It says what the socket says, in the very same JSON.
 * The client has no way to answer: that the bytes written have left this process stands for its pong.
 */
import type { ServerResponse } from 'node:http';
import { closeCodes, everyStory, type Format } from './core/protocol.ts';
import type { Position } from './core/story.ts';
import type { Frame } from './frames.ts';
import type { Reader, Readers, Wire } from './readers.ts';
import { momentWithin, type Window } from './session/farewell.ts';

/** `story` may be `*`; `after` is the position that the client resumes from, as it wrote it. */
export type EventStreamWish = { story: string; after?: string; format: Format };

export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  // A proxy that gathers bytes before it passes them on would hold every change back.
  'X-Accel-Buffering': 'no',
  Connection: 'close',
} as const;

/** ms between the probes that find out whether the other end of a silent connection is still there */
const keepAliveMs = 30_000;

/** Answers with everything that happens to a story, or to every story, until the client goes, the story moves away or the server stops. */
export const streamEvents = (readers: Readers, response: ServerResponse, { story, ...wish }: EventStreamWish): void => {
  response.writeHead(200, eventStreamHeaders);
  response.req.socket.setKeepAlive(true, keepAliveMs).setTimeout(0);
  response.write(retryWithin(readers.limits.restartWindowMs));
  const idOf = createIds(story);
  /** Of a story that has moved nothing more is told here: whoever comes back is led to its new address. */
  const endIfOver = (): void => {
    if (!readers.follows(reader, story)) response.end();
  };
  const { send, whenWritten } = createWriting(response, (frame) => {
    if (frame.type === 'ended') setImmediate(endIfOver);
    return eventOf(frame, idOf(frame));
  });
  let closedWith: number | undefined;
  const close = (code: number): void => {
    closedWith = code;
    // What is stuck would keep the end from ever being reached.
    if (code === closeCodes.noPong) response.destroy();
    else response.end(retryWithin(readers.limits.restartWindowMs));
  };
  const reader: Reader = readers.join({ send, ping: (text) => whenWritten(() => readers.pong(reader, text)), close });
  readers.metrics.accepted('event-stream');
  response.once('close', () => {
    readers.leave(reader);
    readers.metrics.closed('event-stream', closedWith);
  });
  response.on('error', () => response.destroy());
  readers.subscribe(reader, { story, ...wish });
};

const retryWithin = (window: Window): string => `retry: ${momentWithin(window)}\n\n`;

/** The position from which the client resumes once it has read a message: of `*` there is none until all of it has been told. */
const createIds = (story: string): ((frame: Frame) => Position | undefined) => {
  const isEvery = story === everyStory;
  let isLive = false;
  return ({ type, position }) => {
    isLive ||= type === 'live';
    return isEvery ? (isLive ? position : undefined) : type === 'heartbeat' ? undefined : position;
  };
};

const events = { numbered: new WeakMap<Frame, Buffer>(), plain: new WeakMap<Frame, Buffer>() };

/** A message as an event, made into bytes once however many readers it goes to. A message is one line. */
const eventOf = (frame: Frame, id: Position | undefined): Buffer => {
  const known = id === undefined ? events.plain : events.numbered;
  const event = known.get(frame) ?? Buffer.concat([Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}data: `), frame.data, Buffer.from('\n\n')]);
  known.set(frame, event);
  return event;
};

/** Writes frames, and knows when they have left. */
const createWriting = (response: ServerResponse, toEvent: (frame: Frame) => Buffer): Pick<Wire, 'send'> & { whenWritten: (tell: () => void) => void } => {
  let written = 0;
  let gone = 0;
  let awaited: { upTo: number; tell: () => void } | undefined;

  const leaves = (error?: Error | null): void => {
    if (error) return;
    gone += 1;
    if (!awaited || gone < awaited.upTo) return;
    const { tell } = awaited;
    awaited = undefined;
    tell();
  };

  return {
    send: (frame) => {
      written += 1;
      response.write(toEvent(frame), leaves);
    },
    /** Once everything written so far has left, and not before whoever asks has come to an end: it is in the midst of sending. */
    whenWritten: (tell) => {
      written += 1;
      awaited = { upTo: written, tell };
      setImmediate(leaves);
    },
  };
};

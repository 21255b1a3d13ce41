/** One connection, as readers are told by it. */
import type { Socket } from 'node:net';
import type { Frame } from '../frames.ts';
import type { Session } from '../session.ts';
import type { Bucket } from '../session/rate.ts';
import type { Among } from './audiences.ts';

/** The wire to one client. */
export type Wire = {
  send(frame: Frame): void;
  /** Its answer is to be handed to `pong`. */
  ping(text: string): void;
  /** Called at most once; nothing is sent after it. */
  close(code: number): void;
};

/** Only `readers` looks inside. */
export type Reader = {
  readonly wire: Wire;
  /** Where frames of a WebSocket can be written as bytes; without it a reader is always alone. */
  readonly socket: Socket | undefined;
  slot: number;
  /** Of the messages it may send; made when it first speaks. */
  bucket: Bucket | undefined;
  /** The ping that its session waits for. */
  pinged: string | undefined;
  place: { kind: 'alone'; session: Session } | Among<Seated> | { kind: 'gone' };
};

export const gone = { kind: 'gone' } as const;

export type Seated = Reader & { readonly socket: Socket };

/** What is answered to one message leaves together. */
export const inOneWrite = ({ socket }: Reader, work: () => void): void => {
  socket?.cork();
  work();
  socket?.uncork();
};

export const isSeatable = (reader: Reader): reader is Seated => reader.socket !== undefined;

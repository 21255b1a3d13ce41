/** What `wire.ts` is for one session, for readers who may be told as one: each has its end of a wire, in which everything lies until it is delivered. */
import type { Socket } from 'node:net';
import type { ServerMessage } from '../server/core/protocol.ts';
import type { FanIn } from '../server/fan-in.ts';
import type { FanOut } from '../server/fan-out.ts';
import { createReaders, type Reader, type ReadersOptions } from '../server/readers.ts';
import type { Clock } from '../server/readers/clock.ts';
import { checked } from './checked.ts';
import type { Wire } from './wire.ts';

type Parcel = { kind: 'frame'; message: ServerMessage; bytes: number } | { kind: 'ping'; text: string };
type Mailbox = { put: (parcel: Parcel) => void; putBytes: (bytes: Buffer) => void; said: () => Buffer | undefined };

/** Just what a simulation needs of a wire. */
export type Line = Pick<Wire, 'errors' | 'isFull' | 'closed'> & {
  deliver: () => { kind: 'frame'; message: ServerMessage } | { kind: 'ping' } | undefined;
  session: Pick<Wire['session'], 'receive' | 'stop' | 'tick'>;
};

/** Time that passes by `now` alone. Ticks are called by `tick`; what is to happen soon, or after a time that has passed, happens with `run`. */
const createStillClock = (now: () => number) => {
  const ticks = new Set<() => void>();
  let waiting: { at: number; work: () => void }[] = [];
  const clock: Clock = {
    now,
    soon: (work) => void waiting.push({ at: -Infinity, work }),
    after: (ms, work) => void waiting.push({ at: now() + ms, work }),
    every: (_ms, work) => {
      ticks.add(work);
      return () => void ticks.delete(work);
    },
  };
  return {
    clock,
    tick: () => ticks.forEach((work) => work()),
    run: () => {
      const { due = [], later = [] } = Object.groupBy(waiting, ({ at }) => (at <= now() ? 'due' : 'later'));
      waiting = later;
      for (const { work } of due) work();
    },
  };
};

export type SharedWires = ReturnType<typeof createSharedWires>;

export type SharedWireOptions = Omit<ReadersOptions, 'clock' | 'fanOut' | 'fanIn' | 'onError'> & {
  now: () => number;
  /** Is called with each write to one reader of an audience. */
  onWrite?: () => void;
};

export const createSharedWires = ({ now, onWrite = () => undefined, ...options }: SharedWireOptions) => {
  const errors: unknown[] = [];
  const mailboxes = new WeakMap<object, Mailbox>();
  const { clock, tick, run } = createStillClock(now);
  const fanOut: FanOut = (socket, _descriptor, bytes) => {
    onWrite();
    mailboxes.get(socket)?.putBytes(bytes);
  };
  const fanIn: FanIn = (socket, _descriptor, isExpected) => {
    const said = mailboxes.get(socket)?.said();
    return said !== undefined && isExpected(said);
  };
  const readers = createReaders({ ...options, clock, fanOut, fanIn, onError: (error) => errors.push(error) });

  const connect = (): Line & { reader: Reader; hurry: () => void } => {
    const parcels: Parcel[] = [];
    let inFlight = 0;
    let mostInFlight = 0;
    let closed: number | undefined;
    let isPrompt = false;
    const said = (): Buffer | undefined => {
      const ping = parcels.findLast(({ kind }) => kind === 'ping');
      return isPrompt && ping?.kind === 'ping' ? pongTo(ping.text) : undefined;
    };
    const put = (parcel: Parcel): void => {
      if (closed !== undefined) throw new Error('sent after the close');
      if (parcel.kind === 'frame') {
        const alone = inFlight === 0;
        inFlight += parcel.bytes;
        if (!alone && parcel.message.type !== 'bye' && parcel.message.type !== 'error') mostInFlight = Math.max(mostInFlight, inFlight);
      }
      parcels.push(parcel);
    };
    const socket = { cork: () => undefined, uncork: () => undefined } as Socket; // looked at by nothing else but the fan-out above
    mailboxes.set(socket, { put, putBytes: (bytes) => framesIn(bytes).forEach(put), said });
    const reader = readers.join(
      {
        send: ({ data, bytes }) => put({ kind: 'frame', message: JSON.parse(String(data)), bytes }),
        ping: (text) => put({ kind: 'ping', text }),
        close: (code) => void (closed = code),
      },
      socket,
    );
    return {
      reader,
      errors,
      deliver: () => {
        const parcel = parcels.shift();
        if (parcel?.kind === 'frame') {
          inFlight -= parcel.bytes;
          checked(parcel.message);
        } else if (parcel) readers.pong(reader, parcel.text);
        return parcel;
      },
      isFull: () => (mostInFlight) > readers.limits.windowBytes,
      closed: () => closed,
      /** Answers each ping from now on before anybody else is written to. */
      hurry: () => void (isPrompt = true),
      session: { receive: (text) => readers.receive(reader, text), stop: () => readers.leave(reader), tick },
    };
  };

  return { readers, connect, run, errors };
};

/** The frames of RFC 6455 in what was written at once. */
const framesIn = (bytes: Buffer): Parcel[] => {
  const parcels: Parcel[] = [];
  for (let at = 0; at < bytes.length; ) {
    const short = bytes.readUInt8(at + 1);
    const [head, length] = short < 126 ? [2, short] : short === 126 ? [4, bytes.readUInt16BE(at + 2)] : [10, Number(bytes.readBigUInt64BE(at + 2))];
    const text = String(bytes.subarray(at + head, at + head + length));
    const opcode = bytes.readUInt8(at);
    if (opcode === 0x81) parcels.push({ kind: 'frame', message: JSON.parse(text), bytes: length });
    else if (opcode === 0x89) parcels.push({ kind: 'ping', text });
    else throw new Error(`a frame that nobody sends: ${opcode}`);
    at += head + length;
  }
  return parcels;
};

/** What a client answers to a ping: masked, as all that clients send. */
export const pongTo = (text: string, mask = Buffer.from([1, 2, 3, 4])): Buffer => {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.of(0x8a, 0x80 | payload.length), mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
};

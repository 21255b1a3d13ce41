/** A socket pair without sockets: what the server sends lies in it until it is delivered, as slowly as a test likes. */
import type { ClientMessage, ServerMessage } from '../server/core/protocol.ts';
import { createFrames, type Frames } from '../server/frames.ts';
import type { RevisionLog } from '../server/revision-log.ts';
import { createSession, type SessionLimits } from '../server/session.ts';
import { fullBucket } from '../server/session/rate.ts';
import { checked, sent } from './checked.ts';

export const limits: SessionLimits = {
  maxMessageBytes: 4_096,
  maxSubscriptions: 32,
  messagesPerSecond: 10,
  messageBurst: 40,
  windowBytes: 65_536,
  pongTimeoutMs: 30_000,
  restartWindowMs: [500, 5_000],
};

type Parcel = { kind: 'frame'; message: ServerMessage; bytes: number } | { kind: 'ping'; payload: number };

export type WireOptions = {
  log: RevisionLog;
  id?: string;
  frames?: Frames;
  limits?: Partial<SessionLimits>;
  heartbeatMs?: number;
  now?: () => number;
};

export type Wire = ReturnType<typeof createWire>;

/** A session with its end of the wire. Its errors are thrown, not reported. */
export const createWire = ({ log, id = 'session', frames = createFrames(), limits: own, heartbeatMs = 25_000, now = () => 0 }: WireOptions) => {
  const parcels: Parcel[] = [];
  const errors: unknown[] = [];
  let closed: number | undefined;
  let inFlight = 0;
  let mostInFlight = 0;
  const windowBytes = own?.windowBytes ?? limits.windowBytes;

  const bucket = fullBucket({ perSecond: 10, burst: own?.messageBurst ?? limits.messageBurst }, now());
  const session = createSession({
    id,
    bucket: () => bucket,
    log,
    frames,
    limits: { ...limits, ...own },
    heartbeatMs,
    now,
    onError: (error) => errors.push(error),
    out: {
      send: ({ data, bytes }) => {
        if (closed !== undefined) throw new Error('sent after the close');
        const message: ServerMessage = JSON.parse(data.toString());
        const alone = inFlight === 0;
        inFlight += bytes;
        if (!alone && message.type !== 'bye' && message.type !== 'error') mostInFlight = Math.max(mostInFlight, inFlight);
        parcels.push({ kind: 'frame', message, bytes });
      },
      ping: (payload) => parcels.push({ kind: 'ping', payload }),
      close: (code) => {
        closed = code;
      },
    },
  });

  /** Takes one parcel out; a ping is answered at once. */
  const deliver = (): Parcel | undefined => {
    const parcel = parcels.shift();
    if (parcel?.kind === 'frame') {
      inFlight -= parcel.bytes;
      checked(parcel.message);
    }
    if (parcel?.kind === 'ping') session.pong(parcel.payload);
    return parcel;
  };

  const deliverAll = (): ServerMessage[] => {
    const messages: ServerMessage[] = [];
    for (let parcel = deliver(); parcel; parcel = deliver()) if (parcel.kind === 'frame') messages.push(parcel.message);
    return messages;
  };

  const say = (message: object): ServerMessage[] => {
    session.receive(JSON.stringify(message));
    return deliverAll();
  };

  return {
    session,
    errors,
    deliver,
    deliverAll,
    /** Everything that lies in the wire, without delivering it. */
    waiting: () => parcels.flatMap((parcel) => (parcel.kind === 'frame' ? [parcel.message] : [])),
    pings: () => parcels.filter(({ kind }) => kind === 'ping').length,
    isFull: () => mostInFlight > windowBytes,
    closed: () => closed,
    /** Sends a message as the client, and returns what it is answered. */
    say: (message: ClientMessage): ServerMessage[] => say(sent(message)),
    /** The same with what is no message of this version. */
    saySomethingElse: say,
  };
};

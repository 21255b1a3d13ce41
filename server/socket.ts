/**
 * The socket `/live`: a session for each connection, over ws. Only connections of a kind that can be answered over HTTP are refused there (400, 404, 503):
 * a browser tells its page nothing of such an answer. An origin that may not read along, or too many sockets of one address, are told by a close code.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { defaults } from './config.ts';
import { closeCodes, subprotocol } from './core/protocol.ts';
import { createFrames } from './frames.ts';
import type { RevisionLog } from './revision-log.ts';
import { createSession, type Session, type SessionLimits } from './session.ts';
import { clientAddress, isOriginAllowed, offersKnownProtocol, readTarget, refuseUpgrade } from './upgrade.ts';

export type SocketServerOptions = {
  /** Its upgrade requests are answered here, all of them. */
  server: Server;
  log: RevisionLog;
  options: {
    /** Origins whose pages may read along, besides those of this host; `*` for all. */
    origins: readonly string[];
    /** Whether to believe `X-Forwarded-For` and `X-Forwarded-Host`. */
    trustProxy: boolean;
    /** sockets a client address; default: no limit */
    maxSocketsPerAddress?: number;
    limits?: Partial<SessionLimits>;
    /** ms */
    heartbeatMs?: number;
    /** ms that clients have to answer a close before their connections are cut; default 1,000 */
    closeGraceMs?: number;
  };
  /** Is given what must never happen; by default it is printed. */
  onError?: (error: unknown) => void;
};

export type SocketServer = {
  /** Sessions that follow a story, by itself or with every other. */
  readers: (story: string) => number;
  connections: () => number;
  /** Tells every client when to come back, and closes. May be called twice. */
  close: () => Promise<void>;
};

/** RFC 6455: a kind of data that the server does not take. */
const unsupportedData = 1003;

/** Serves `/live` on an HTTP server, which it neither starts nor stops. */
export const createSocketServer = ({ server, log, options, onError = console.error }: SocketServerOptions): SocketServer => {
  const limits: SessionLimits = { ...defaults, ...options.limits };
  const heartbeatMs = options.heartbeatMs ?? defaults.heartbeatMs;
  const frames = createFrames();
  const addresses = createAddresses(options.maxSocketsPerAddress);
  const sessions = new Map<WebSocket, Session>();
  const handshake = new WebSocketServer({ noServer: true, maxPayload: limits.maxMessageBytes, perMessageDeflate: false, handleProtocols: () => subprotocol });
  let closing: Promise<void> | undefined;

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', ignore);
    if (closing) return refuseUpgrade(socket, '503 Service Unavailable', 'this server is about to stop');
    if (readTarget(request).path !== '/live') return refuseUpgrade(socket, '404 Not Found', 'the socket is at /live');
    if (!offersKnownProtocol(request)) return refuseUpgrade(socket, '400 Bad Request', `the only subprotocol here is ${subprotocol}`);
    handshake.handleUpgrade(request, socket, head, admit);
  };

  const admit = (ws: WebSocket, request: IncomingMessage): void => {
    ws.on('error', ignore);
    if (!isOriginAllowed(request, options)) return ws.close(closeCodes.originRefused, 'origin refused');
    const session = start(ws);
    const leave = addresses.enter(clientAddress(request, options.trustProxy));
    if (!leave) return session.bye(closeCodes.tooManySockets);
    sessions.set(ws, session);
    ws.once('close', () => {
      leave();
      sessions.delete(ws);
    });
    subscribeByQuery(session, readTarget(request).query);
  };

  const start = (ws: WebSocket): Session => {
    const pings = createPings(ws);
    const session = createSession({ id: randomUUID(), log, frames, limits, heartbeatMs, now: Date.now, out: { ...wire(ws), ping: pings.send }, onError });
    ws.on('message', (data, isBinary) => (isBinary ? ws.close(unsupportedData) : session.receive(String(data))));
    ws.on('pong', (payload) => {
      const answered = pings.answered(String(payload));
      if (answered !== undefined) session.pong(answered);
    });
    ws.once('close', session.stop);
    return session;
  };

  const tickMs = Math.min(1_000, heartbeatMs / 4, limits.pongTimeoutMs / 4);
  const timer = setInterval(() => sessions.forEach((session) => session.tick()), tickMs);

  const closeAll = async (): Promise<void> => {
    clearInterval(timer);
    for (const session of sessions.values()) session.bye(closeCodes.restart);
    await allClosed(handshake.clients, options.closeGraceMs ?? 1_000);
    server.off('upgrade', upgrade);
  };

  server.on('upgrade', upgrade);

  return {
    readers: (story) => sessions.values().reduce((count, session) => count + (session.follows(story) ? 1 : 0), 0),
    connections: () => sessions.size,
    close: () => (closing ??= closeAll()),
  };
};

/** A connection that fails is closed; that is all there is to do about it. */
const ignore = (): void => {};

/** Frames go out as the bytes they are. */
const wire = (ws: WebSocket) => ({
  send: ({ data }: { data: Buffer }) => ws.send(data, { binary: false }),
  close: (code: number) => ws.close(code),
});

/** Pings that cannot be answered before they were read: else a client that reads nothing could open its window by sending pongs unasked. */
const createPings = (ws: WebSocket) => {
  let last: { payload: number; text: string } | undefined;
  return {
    send: (payload: number): void => {
      last = { payload, text: `${payload}.${randomUUID()}` };
      ws.ping(last.text);
    },
    answered: (text: string): number | undefined => (last?.text === text ? last.payload : undefined),
  };
};

const subscribeByQuery = (session: Session, query: URLSearchParams): void => {
  const [story, after, format] = ['story', 'after', 'format'].map((name) => query.get(name));
  if (typeof story === 'string') session.subscribe({ story, ...(typeof after === 'string' && { after }), ...(typeof format === 'string' && { format }) });
};

/** Counts the sockets of each client address. */
const createAddresses = (max = Infinity) => {
  const counts = new Map<string, number>();
  return {
    /** Returns what takes the socket off the count again; `undefined` where there is no room for one more. */
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

/** Resolves when all have closed; those that have not after a while are cut off. */
const allClosed = async (sockets: Set<WebSocket>, graceMs: number): Promise<void> => {
  const open = [...sockets].map((ws) => new Promise<void>((resolve) => void ws.once('close', () => resolve())));
  const cut = setTimeout(() => sockets.forEach((ws) => ws.terminate()), graceMs);
  await Promise.all(open);
  clearTimeout(cut);
};

/**
 * The socket `/live`: a session for each connection, over ws. Only connections of a kind that can be answered over HTTP are refused there (400, 404, 503):
 * a browser tells its page nothing of such an answer. An origin that may not read along, or too many sockets of one address, are told by a close code.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { closeCodes, subprotocol } from './core/protocol.ts';
import type { Readers } from './readers.ts';
import type { Session } from './session.ts';
import { clientAddress, isOriginAllowed, offersKnownProtocol, readTarget, refuseUpgrade } from './upgrade.ts';

export type SocketServerOptions = {
  /** Its upgrade requests are answered here, all of them. */
  server: Server;
  readers: Readers;
  options: {
    /** Origins whose pages may read along, besides those of this host; `*` for all. */
    origins: readonly string[];
    /** Whether to believe `X-Forwarded-For` and `X-Forwarded-Host`. */
    trustProxy: boolean;
    /** ms that clients have to answer a close before their connections are cut; default 1,000 */
    closeGraceMs?: number;
  };
};

export type SocketServer = {
  /** Waits until every client has gone, once the readers are told to close. May be called twice. */
  close: () => Promise<void>;
};

/** RFC 6455: a kind of data that the server does not take. */
const unsupportedData = 1003;

/** Serves `/live` on an HTTP server, which it neither starts nor stops. */
export const createSocketServer = ({ server, readers, options }: SocketServerOptions): SocketServer => {
  const handshake = new WebSocketServer({ noServer: true, maxPayload: readers.limits.maxMessageBytes, perMessageDeflate: false, handleProtocols: () => subprotocol });
  let closing: Promise<void> | undefined;

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', ignore);
    if (readers.closing.aborted) return refuseUpgrade(socket, '503 Service Unavailable', 'this server is about to stop');
    if (readTarget(request).path !== '/live') return refuseUpgrade(socket, '404 Not Found', 'the socket is at /live');
    if (!offersKnownProtocol(request)) return refuseUpgrade(socket, '400 Bad Request', `the only subprotocol here is ${subprotocol}`);
    handshake.handleUpgrade(request, socket, head, admit);
  };

  const admit = (ws: WebSocket, request: IncomingMessage): void => {
    ws.on('error', ignore);
    if (!isOriginAllowed(request, options)) return ws.close(closeCodes.originRefused, 'origin refused');
    const session = start(ws);
    const leave = readers.enter(clientAddress(request, options.trustProxy));
    if (!leave) return session.bye(closeCodes.tooManySockets);
    ws.once('close', leave);
    subscribeByQuery(session, readTarget(request).query);
  };

  const start = (ws: WebSocket): Session => {
    const pings = createPings(ws);
    const session = readers.join({ ...wire(ws), ping: pings.send });
    ws.on('message', (data, isBinary) => (isBinary ? ws.close(unsupportedData) : session.receive(String(data))));
    ws.on('pong', (payload) => {
      const answered = pings.answered(String(payload));
      if (answered !== undefined) session.pong(answered);
    });
    ws.once('close', () => readers.leave(session));
    return session;
  };

  const closeAll = async (): Promise<void> => {
    await allClosed(handshake.clients, options.closeGraceMs ?? 1_000);
    server.off('upgrade', upgrade);
  };

  server.on('upgrade', upgrade);

  return { close: () => (closing ??= closeAll()) };
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
  const [story, after, format] = ['story', 'after', 'format'].map((name) => query.get(name) || undefined);
  if (story !== undefined) session.subscribe({ story, ...(after !== undefined && { after }), ...(format !== undefined && { format }) });
};

/** Resolves when all have closed; those that have not after a while are cut off. */
const allClosed = async (sockets: Set<WebSocket>, graceMs: number): Promise<void> => {
  const open = [...sockets].map((ws) => new Promise<void>((resolve) => void ws.once('close', () => resolve())));
  const cut = setTimeout(() => sockets.forEach((ws) => ws.terminate()), graceMs);
  await Promise.all(open);
  clearTimeout(cut);
};

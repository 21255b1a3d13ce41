/**
 * The socket `/live`: a session for each connection, over ws. Only connections of a kind that can be answered over HTTP are refused there (400, 404, 503):
 * a browser tells its page nothing of such an answer. An origin that may not read along, or too many sockets of one address, are told by a close code.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { closeCodes, subprotocol } from './core/protocol.ts';
import type { Reader, Readers, Wire } from './readers.ts';
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
    const address = clientAddress(request, options.trustProxy);
    const reader = start(ws, request.socket);
    if (!readers.enter(address)) return readers.bye(reader, closeCodes.tooManySockets);
    ws.once('close', () => readers.exit(address));
    subscribeByQuery(reader, readTarget(request).query);
  };

  const start = (ws: WebSocket, socket: Socket): Reader => {
    const reader = readers.join(createWire(ws), socket);
    ws.on('message', (data, isBinary) => (isBinary ? ws.close(unsupportedData) : readers.receive(reader, String(data))));
    ws.on('pong', (payload) => readers.pong(reader, String(payload)));
    ws.once('close', () => readers.leave(reader));
    return reader;
  };

  const subscribeByQuery = (reader: Reader, query: URLSearchParams): void => {
    const [story, after, format] = ['story', 'after', 'format'].map((name) => query.get(name));
    if (typeof story === 'string') readers.subscribe(reader, { story, ...(typeof after === 'string' && { after }), ...(typeof format === 'string' && { format }) });
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
const createWire = (ws: WebSocket): Wire => ({
  send: ({ data }) => ws.send(data, { binary: false }),
  ping: (text) => ws.ping(text),
  close: (code) => ws.close(code),
});

/** Resolves when all have closed; those that have not after a while are cut off. */
const allClosed = async (sockets: Set<WebSocket>, graceMs: number): Promise<void> => {
  const open = [...sockets].map((ws) => new Promise<void>((resolve) => void ws.once('close', () => resolve())));
  const cut = setTimeout(() => sockets.forEach((ws) => ws.terminate()), graceMs);
  await Promise.all(open);
  clearTimeout(cut);
};

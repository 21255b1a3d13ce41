/**
 * The socket `/live`: a session for each connection, over ws. Only connections of a kind that can be answered over HTTP are refused there (400, 404, 503):
 * a browser tells its page nothing of such an answer. An origin that may not read along, or too many sockets of one address, are told by a close code.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { closeCodes, subprotocol } from './core/protocol.ts';
import type { Frame } from './frames.ts';
import type { Refusal } from './metrics.ts';
import type { Reader, Readers, Wire, Wish } from './readers.ts';
import { clientAddress, isOriginAllowed, offersKnownProtocol, pathOf, queryOf, refuseUpgrade } from './upgrade.ts';

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
  /** Waits until every client has gone, once the readers are told to close; who comes then is refused, also after it. May be called twice. */
  close: () => Promise<void>;
};

/** RFC 6455: a kind of data that the server does not take. */
const unsupportedData = 1003;

/** Serves `/live` on an HTTP server, which it neither starts nor stops. */
export const createSocketServer = ({ server, readers, options }: SocketServerOptions): SocketServer => {
  const handshake = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: readers.limits.maxMessageBytes, perMessageDeflate: false, handleProtocols: () => subprotocol });
  /** Every socket that is open; without a connection where its page may not read along. */
  const connections = new Map<WebSocket, Connection | undefined>();
  let closing: Promise<void> | undefined;
  /** Called when the last connection is gone. */
  let emptied: (() => void) | undefined;

  const refuse = (reason: Refusal, ...how: Parameters<typeof refuseUpgrade>): void => {
    readers.metrics.refused(reason);
    refuseUpgrade(...how);
  };

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', ignore);
    if (pathOf(request) !== '/live') return refuse('path', socket, '404 Not Found', 'the socket is at /live');
    if (!offersKnownProtocol(request)) return refuse('protocol', socket, '400 Bad Request', `the only subprotocol here is ${subprotocol}`);
    const refusal = readers.refusal();
    if (refusal) return refuseUpgrade(socket, '503 Service Unavailable', refusal.why, refusal.retryAfter);
    // The handshake, hello and the answer to what the address asks for leave together.
    socket.cork();
    handshake.handleUpgrade(request, socket, head, admit);
    socket.uncork();
  };

  const admit = (ws: WebSocket, request: IncomingMessage): void => {
    request.socket.off('error', ignore); // from here on ws listens
    ws.on('error', letGo);
    ws.on('close', onClose);
    connections.set(ws, undefined);
    if (!isOriginAllowed(request, options)) {
      readers.metrics.refused('origin');
      return ws.close(closeCodes.originRefused, 'origin refused');
    }
    const address = clientAddress(request, options.trustProxy);
    const isAdmitted = readers.enter(address);
    const reader = readers.join(createWire(ws, request.socket), request.socket, isAdmitted ? wishOf(queryOf(request)) : undefined);
    if (isAdmitted) readers.metrics.accepted('websocket');
    else readers.metrics.refused('address');
    connections.set(ws, { reader, address: isAdmitted ? address : undefined });
    ws.on('message', onMessage).on('pong', onPong);
    if (!isAdmitted) readers.bye(reader, closeCodes.tooManySockets);
  };

  // One function for all sockets, not one for each: ten thousand readers who never speak should cost little.
  function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
    const connection = connections.get(this);
    if (isBinary) refuseData(this);
    else if (connection) readers.receive(connection.reader, String(data));
  }

  const refuseData = (ws: WebSocket): void => {
    ws.close(unsupportedData);
    letGo.call(ws);
  };

  /** Its close has been sent: nobody must write to it after that, also not to its descriptor. */
  function letGo(this: WebSocket): void {
    const connection = connections.get(this);
    if (connection) readers.leave(connection.reader);
  }

  function onPong(this: WebSocket, payload: Buffer): void {
    const connection = connections.get(this);
    if (connection) readers.pong(connection.reader, String(payload));
  }

  function onClose(this: WebSocket, code: number): void {
    readers.metrics.closed('websocket', closedWith.get(this) ?? code);
    const connection = connections.get(this);
    connections.delete(this);
    if (connections.size === 0) emptied?.();
    if (!connection) return;
    readers.leave(connection.reader);
    if (connection.address !== undefined) readers.exit(connection.address);
  }

  /** Those that have not gone after a while are cut off. */
  const allGone = async (): Promise<void> => {
    if (connections.size === 0) return;
    const cut = setTimeout(() => connections.keys().forEach((ws) => ws.terminate()), options.closeGraceMs ?? 1_000);
    await new Promise<void>((resolve) => (emptied = resolve));
    clearTimeout(cut);
  };

  server.on('upgrade', upgrade);

  return { close: () => (closing ??= allGone()) };
};

/** `address` counts among those that one client may hold; `undefined` for one that was too many. */
type Connection = { reader: Reader; address: string | undefined };

/** What an address asks for: `?story=storm&after=7f3a9c21_42`. */
const wishOf = (query: URLSearchParams): Wish | undefined => {
  const [story, after, format] = ['story', 'after', 'format'].map((name) => query.get(name) || undefined);
  return story === undefined ? undefined : { story, ...(after !== undefined && { after }), ...(format !== undefined && { format }) };
};

/** A connection that fails is closed; that is all there is to do about it. */
const ignore = (): void => {};

/** Frames go out as the bytes they are. The functions are the same for every socket. */
const createWire = (ws: WebSocket, socket: Socket): SocketWire => ({ ws, socket, ...wireFunctions });

type SocketWire = Wire & { ws: WebSocket; socket: Socket };

/** The codes that this side closed with: who is gone without a word cannot repeat them. */
const closedWith = new WeakMap<WebSocket, number>();

const wireFunctions = {
  send(this: SocketWire, { data }: Frame): void { this.ws.send(data, { binary: false }); },
  ping(this: SocketWire, text: string): void { this.ws.ping(text); },
  close(this: SocketWire, code: number): void {
    closedWith.set(this.ws, code);
    this.ws.close(code);
    // ws ends the connection when the client has answered, and has nothing to wait for then. Its client's end would cost as much again: ws answers it by an end of its own, for which Node makes an error that nobody sees.
    this.socket.on('finish', this.socket.destroy);
  },
};

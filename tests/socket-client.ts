/** A real server on a port of its own, and real clients, for tests of the socket. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocket, type ClientOptions } from 'ws';
import type { ClientMessage, ServerMessage } from '../server/core/protocol.ts';
import type { RevisionLog } from '../server/revision-log.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { createReaders, type ReadersOptions } from '../server/readers.ts';
import { createSocketServer, type SocketServerOptions } from '../server/socket.ts';
import { received, sent } from './checked.ts';

export type ServeOptions = Partial<SocketServerOptions['options']> & Pick<ReadersOptions, 'limits' | 'heartbeatMs' | 'maxPerAddress' | 'holdOff' | 'fanOut' | 'fanIn'>;

export type Served = Awaited<ReturnType<typeof serveSocket>>;

/** Listens on 127.0.0.1. `close` ends everything and may be called twice. */
export const serveSocket = async ({ limits, heartbeatMs, maxPerAddress, holdOff, fanOut, fanIn, ...options }: ServeOptions = {}, log: RevisionLog = createMemoryLog({ epoch: '7f3a9c21' })) => {
  const server = createServer();
  const errors: unknown[] = [];
  const given = { ...(limits && { limits }), ...(heartbeatMs !== undefined && { heartbeatMs }), ...(maxPerAddress !== undefined && { maxPerAddress }), ...(holdOff && { holdOff }), ...(fanOut && { fanOut }), ...(fanIn && { fanIn }) };
  const readers = createReaders({ log, ...given, onError: (error) => errors.push(error) });
  const sockets = createSocketServer({ server, readers, options: { origins: [], trustProxy: false, ...options } });
  const close = (): Promise<void> => {
    readers.close();
    return sockets.close();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    log,
    port,
    url: `ws://127.0.0.1:${port}/live`,
    readers,
    closeSockets: close,
    /** What must never happen, and did. */
    errors,
    close: async () => {
      await close();
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
      await log.close();
    },
  };
};

export type Client = ReturnType<typeof connectClient>;

/** Keeps all messages from the first on. */
export const connectClient = (url: string, { protocols = [], ...options }: ClientOptions & { protocols?: string[] } = {}) => {
  const ws = new WebSocket(url, protocols, options);
  const messages: ServerMessage[] = [];
  const checks = new Set<() => void>();
  ws.on('message', (data) => {
    messages.push(received(String(data)));
    for (const check of checks) check();
  });
  ws.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => void ws.once('close', resolve));

  /** The first message of a type, from the `from`-th message on; rejects when the socket closes first. */
  const next = <T extends ServerMessage['type']>(type: T, from = 0): Promise<Extract<ServerMessage, { type: T }>> =>
    new Promise((resolve, reject) => {
      const check = () => {
        const found = messages.slice(from).find((message): message is Extract<ServerMessage, { type: T }> => message.type === type);
        if (!found) return;
        checks.delete(check);
        resolve(found);
      };
      checks.add(check);
      check();
      void closed.then((code) => reject(new Error(`closed with ${code} before ${type}`)));
    });

  return {
    ws,
    messages,
    next,
    opened: once(ws, 'open'),
    /** Resolves with the close code. */
    closed,
    say: (message: ClientMessage) => ws.send(JSON.stringify(sent(message))),
  };
};

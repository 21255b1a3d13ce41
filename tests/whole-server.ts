/** A server as the library meets it: states over HTTP and a socket on one port, on a log in memory or another. */
import { createReaders } from '../server/readers.ts';
import type { RevisionLog } from '../server/revision-log.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { createSocketServer } from '../server/socket.ts';
import { startSite } from './http-fixture.ts';
import type { ServeOptions } from './socket-client.ts';

export type WholeServer = Awaited<ReturnType<typeof startWholeServer>>;

type WholeOptions = ServeOptions & { log?: RevisionLog; port?: number };

export const startWholeServer = async ({ closeGraceMs = 1_000, origins = [], log = createMemoryLog({ epoch: '7f3a9c21' }), port = 0, ...options }: WholeOptions = {}) => {
  const errors: unknown[] = [];
  const readers = createReaders({ log, ...options, onError: (error) => errors.push(error) });
  const site = await startSite({ log, readers, port, options: { origins: [...origins] }, onError: (error) => errors.push(error) });
  const sockets = createSocketServer({ server: site.server, readers, options: { origins, trustProxy: false, closeGraceMs } });
  return {
    log,
    readers,
    port: site.port,
    address: `http://127.0.0.1:${site.port}`,
    /** What must never happen, and did. */
    errors,
    close: async () => {
      readers.close();
      await sockets.close();
      await site.close();
    },
  };
};

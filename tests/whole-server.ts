/** A server as the library meets it: states over HTTP and a socket on one port, on a log in memory. */
import { createReaders } from '../server/readers.ts';
import { createSocketServer } from '../server/socket.ts';
import { startSite } from './http-fixture.ts';
import type { ServeOptions } from './socket-client.ts';

export type WholeServer = Awaited<ReturnType<typeof startWholeServer>>;

export const startWholeServer = async ({ limits, heartbeatMs, ...options }: ServeOptions = {}) => {
  const origins = [...(options.origins ?? [])];
  const site = await startSite({ options: { origins } });
  const errors: unknown[] = [];
  const readers = createReaders({ log: site.log, ...(limits && { limits }), ...(heartbeatMs !== undefined && { heartbeatMs }), onError: (error) => errors.push(error) });
  const sockets = createSocketServer({ server: site.server, readers, options: { trustProxy: false, ...options, origins } });
  const closeSockets = (): Promise<void> => {
    readers.close();
    return sockets.close();
  };
  return {
    log: site.log,
    readers,
    closeSockets,
    address: `http://127.0.0.1:${site.port}`,
    /** What must never happen, and did. */
    errors,
    close: async () => {
      await closeSockets();
      await site.close();
    },
  };
};

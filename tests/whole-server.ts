/** A server as the library meets it: states over HTTP and a socket on one port, on a log in memory. */
import { createReaders } from '../server/readers.ts';
import { createSocketServer } from '../server/socket.ts';
import { startSite } from './http-fixture.ts';
import type { ServeOptions } from './socket-client.ts';

export type WholeServer = Awaited<ReturnType<typeof startWholeServer>>;

<<<<<<< HEAD
export const startWholeServer = async ({ limits, heartbeatMs, ...options }: ServeOptions = {}) => {
  const site = await startSite();
  const errors: unknown[] = [];
  const readers = createReaders({ log: site.log, ...(limits && { limits }), ...(heartbeatMs !== undefined && { heartbeatMs }), onError: (error) => errors.push(error) });
  const sockets = createSocketServer({ server: site.server, readers, options: { origins: [], trustProxy: false, ...options } });
  const closeSockets = (): Promise<void> => {
    readers.close();
    return sockets.close();
  };
=======
export const startWholeServer = async (options: Partial<SocketServerOptions['options']> = {}) => {
  const origins = [...(options.origins ?? [])];
  const site = await startSite({ options: { origins } });
  const errors: unknown[] = [];
  const sockets = createSocketServer({ server: site.server, log: site.log, options: { trustProxy: false, ...options, origins }, onError: (error) => errors.push(error) });
>>>>>>> i5-embed
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

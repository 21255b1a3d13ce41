/** A server as the library meets it: states over HTTP and a socket on one port, on a log in memory. */
import { createSocketServer, type SocketServerOptions } from '../server/socket.ts';
import { startSite } from './http-fixture.ts';

export type WholeServer = Awaited<ReturnType<typeof startWholeServer>>;

export const startWholeServer = async (options: Partial<SocketServerOptions['options']> = {}) => {
  const site = await startSite();
  const errors: unknown[] = [];
  const sockets = createSocketServer({ server: site.server, log: site.log, options: { origins: [], trustProxy: false, ...options }, onError: (error) => errors.push(error) });
  return {
    log: site.log,
    sockets,
    address: `http://127.0.0.1:${site.port}`,
    /** What must never happen, and did. */
    errors,
    close: async () => {
      await sockets.close();
      await site.close();
    },
  };
};

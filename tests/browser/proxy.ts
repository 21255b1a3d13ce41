/** A network that can be cut, and that may hold old copies of pages: a TCP proxy in front of a server. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export const createProxy = async (address: string) => {
  const target = new URL(address);
  const sockets = new Set<Socket>();
  const stale = new Map<string, string>();
  let cut = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((inner) => {
    keep(inner);
    if (cut) return void inner.destroy();
    const outer = keep(connect(Number(target.port), target.hostname));
    inner.on('close', () => outer.destroy());
    outer.on('close', () => inner.destroy());
    outer.pipe(inner);
    inner.on('data', (chunk: Buffer) => {
      // A browser sends a request in one piece, and the next only when it has the answer.
      const page = stale.get(/^GET (\S+) HTTP/.exec(chunk.toString('latin1'))?.[1] ?? '');
      if (page === undefined) outer.write(chunk);
      else inner.write(`HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(page)}\r\n\r\n${page}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = server.address();
  return {
    address: `http://127.0.0.1:${own !== null && typeof own === 'object' ? own.port : 0}`,
    /** From now on this page is answered from a cache. */
    serveStale: (path: string, page: string) => void stale.set(path, page),
    /** Every connection breaks, and new ones are refused, until `mend`. */
    cut: () => {
      cut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      cut = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

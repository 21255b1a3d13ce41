/** Connections on which nothing has been asked yet. Node takes them for busy, and would wait for them when a server closes. */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Returns what cuts those that are silent, and those that come from then on. */
export const trackSilent = (server: Server): (() => void) => {
  const silent = new Set<Socket>();
  let cutting = false;

  function forget(this: Socket): void {
    silent.delete(this);
  }

  const speaks = ({ socket }: IncomingMessage): void => {
    if (silent.delete(socket)) socket.off('close', forget);
  };

  server.on('connection', (socket: Socket) => {
    if (cutting) return void socket.destroy();
    silent.add(socket);
    socket.on('close', forget);
  });
  server.on('request', speaks).on('upgrade', speaks);

  return () => {
    cutting = true;
    for (const socket of silent) socket.destroy();
  };
};

/** Socket.IO over its websocket transport. */
import { fileURLToPath } from 'node:url';
import { startChild } from '../child.ts';
import { publishByLines, type Peer } from '../peer.ts';

const program = fileURLToPath(new URL('socket-io-server.ts', import.meta.url));

export const socketIo: Peer = {
  name: 'socket.io',
  about: 'Socket.IO 4, an event to a room',
  start: async (scope) => ({
    ...(await publishByLines(startChild(scope, [process.execPath, program], { role: 'server' }))),
    path: '/socket.io/?EIO=4&transport=websocket',
    protocol: 'socket.io',
    greetings: ['40'],
  }),
};

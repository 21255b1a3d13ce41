/** `node ws-server.ts string|frame`: gives each line of stdin to every client. */
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('listening', () => {
  const address = server.address();
  console.log(`listening ${typeof address === 'object' ? address?.port : ''}`);
});

/** RFC 6455, section 5.2: a text frame of the server. */
const frameOf = (line: string): Buffer => {
  const text = Buffer.from(line);
  const head = Buffer.from(text.length < 126 ? [0x81, text.length] : [0x81, 126, text.length >> 8, text.length & 255]);
  return Buffer.concat([head, text]);
};

const sockets = new Set<Socket>();
server.on('connection', (ws, { socket }) => {
  sockets.add(socket);
  ws.on('error', () => undefined);
  ws.on('close', () => sockets.delete(socket));
});

const publish: Record<string, (line: string) => void> = {
  string: (line) => {
    for (const client of server.clients) client.send(line);
  },
  frame: (line) => {
    const frame = frameOf(line);
    for (const socket of sockets) socket.write(frame);
  },
};

const give = publish[process.argv[2] ?? ''];
createInterface({ input: process.stdin }).on('line', (line) => give?.(line)).on('close', () => process.exit());

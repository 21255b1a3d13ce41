/** Gives each line of stdin, which is JSON, to everybody in a room. */
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });
io.on('connection', (socket) => void socket.join('storm'));
http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  console.log(`listening ${typeof address === 'object' ? address?.port : ''}`);
});
createInterface({ input: process.stdin }).on('line', (line) => io.to('storm').emit('message', JSON.parse(line))).on('close', () => process.exit());

/** `bun bun-server.js`: gives each line of stdin to every client. In JavaScript, since Bun's types are not among this project's packages. */
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request, server) => (server.upgrade(request) ? undefined : new Response('a WebSocket is expected', { status: 400 })),
  websocket: { open: (socket) => socket.subscribe('storm'), message: () => {}, idleTimeout: 0 },
});
console.log(`listening ${server.port}`);
const publish = async () => {
  for await (const line of console) server.publish('storm', line);
};
publish().finally(() => process.exit());

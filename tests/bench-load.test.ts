/** The load generator of the benchmarks tells the truth about the readers that it is; how fast they are, the benchmarks say. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { startLoad, type Load } from './bench/load.ts';
import { hasCompiler } from './bench/load/compile.ts';
import { createScope, type Scope } from './bench/scope.ts';

const readers = 20;

/** Refuses the first `refusals` of its readers. */
const createPublisher = async (scope: Scope, refusals = 0) => {
  const http = createServer().listen(0, '127.0.0.1');
  const server = new WebSocketServer({ noServer: true });
  const heard: string[] = [];
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined); // readers leave by a reset
    if (refusals > 0) {
      refusals -= 1;
      return void socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }
    server.handleUpgrade(request, socket, head, (ws) => ws.on('error', () => undefined).on('message', (text) => heard.push(String(text))));
  });
  await once(http, 'listening');
  scope.defer(() => http.close());
  const address = http.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    heard,
    publish: (clients: Iterable<WebSocket> = server.clients): string => {
      const stamp = String(process.hrtime.bigint());
      for (const client of clients) client.send(JSON.stringify({ to: '7f3a9c21_7', note: `stamp=${stamp}` }));
      return stamp;
    },
    clients: () => [...server.clients],
    /** When all that readers have said so far is heard: their pongs come behind it. */
    caughtUp: () => Promise.all([...server.clients].map((client) => (client.ping(), once(client, 'pong')))),
  };
};

describe.skipIf(process.platform !== 'linux' || !hasCompiler())('the load generator (on Linux, with a C compiler)', () => {
  let scope: Scope;
  let load: Load | undefined;
  beforeEach(() => void (scope = createScope()));
  afterEach(async () => {
    await load?.stop();
    await scope.close();
  });

  test('a message has arrived when the last reader has it', async () => {
    const server = await createPublisher(scope);
    load = startLoad(scope, { port: server.port, path: '/', greetings: ['hello', 'from @POSITION@'] });
    await load.open(readers);
    load.reset();
    const [first, ...others] = server.clients();
    const stamp = server.publish(others);
    expect(await load.arrival(stamp, 300)).toBeUndefined();
    first?.send(JSON.stringify({ note: `stamp=${stamp}` }));
    expect(await load.arrival(stamp)).toMatchObject({ readers, stamp });
    expect(await load.arrival(server.publish())).toMatchObject({ readers });
    expect(await load.report()).toMatchObject({ readers, deliveries: 2 * readers, repeated: 0, unfinished: 0, closed: 0 });
    await server.caughtUp();
    expect(server.heard.filter((text) => text === 'hello')).toHaveLength(readers);
  });

  test('who stalls is no reader, and reads nothing', async () => {
    const server = await createPublisher(scope);
    load = startLoad(scope, { port: server.port, path: '/' });
    await load.open(readers);
    await load.stall(5);
    expect(server.clients()).toHaveLength(readers + 5);
    expect(await load.arrival(server.publish())).toMatchObject({ readers });
    expect(await load.report()).toMatchObject({ readers, deliveries: readers });
  });

  test('who is refused comes when it was told to, and who was let go comes back with its position', async () => {
    const server = await createPublisher(scope, 3);
    load = startLoad(scope, { port: server.port, path: '/', greetings: ['from @POSITION@'] });
    const opened = await load.open(readers);
    expect(opened).toMatchObject({ readers, refused: 3, attempts: readers + 3 });
    expect(opened.ms).toBeGreaterThanOrEqual(1_000);
    await load.arrival(server.publish());
    load.rejoin();
    load.reset();
    const back = load.back(10_000);
    for (const client of server.clients()) {
      client.send('{"type":"bye","code":4300,"retryAfterMs":[10,60]}');
      client.close(4300);
    }
    expect(await back).toMatchObject({ readers, window: 50 });
    expect(await load.report()).toMatchObject({ closed: readers, codes: { 4300: readers } });
    await server.caughtUp();
    expect(server.heard.filter((text) => text === 'from 7f3a9c21_7')).toHaveLength(readers);
  });
});

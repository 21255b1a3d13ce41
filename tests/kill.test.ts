/**
 * `kill -9` at random moments during saves: whatever a subscriber has seen is there after the restart, the numbering is unbroken, and a subscriber that
 * resumes ends equal to the server. KILLS (5) and SEED are taken from the environment; `npm run test:faults` kills 200 times.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { ServerMessage } from '../server/core/protocol.ts';
import type { Summary } from '../server/revision-log.ts';
import { createFollower, type Follower } from './follower.ts';
import { createFolders, startServer, type Folders, type ServerProcess } from './server-process.ts';

const kills = Number(process.env['KILLS'] ?? 5);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

/** mulberry32: the same moments for the same seed, as far as the machine allows. */
const createRandom = (state: number) => () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address !== null && typeof address === 'object' ? address.port : 0;
};

const story = (n: number): string => `---
headline: The count
---
The count stands at ${n}.

## Before

${Array.from({ length: n % 7 }, (_, i) => `It stood at ${n - i - 1} a moment ago.`).join('\n\n') || 'Nothing.'}

## Section ${n % 5}

Some words that ${n % 2 ? 'stay' : 'go'}.
`;

type Seen = { position: string; revision: number; hash: string };

/** Connects a follower again and again, and keeps what it was shown. */
const follow = (address: string, follower: Follower) => {
  const seen: Seen[] = [];
  let socket: WebSocket | undefined;
  let ended = false;
  let wake: (() => void)[] = [];
  const take = (message: ServerMessage): void => {
    if (message.type === 'diff') seen.push({ position: message.to, revision: message.revision, hash: message.hash });
    if (message.type === 'snapshot') seen.push({ position: message.position, revision: message.state.revision, hash: message.state.hash });
    follower.receive(message);
    for (const resolve of wake.splice(0)) resolve();
  };
  const connect = (): void => {
    if (ended) return;
    const current = new WebSocket(`${address}/live`);
    socket = current;
    current.on('open', () => follower.connect((message) => current.readyState === WebSocket.OPEN && current.send(JSON.stringify(message))));
    current.on('message', (data) => take(JSON.parse(String(data))));
    current.on('error', () => undefined);
    current.on('close', () => setTimeout(connect, 20));
  };
  connect();
  return {
    seen,
    until: async (condition: () => boolean): Promise<void> => {
      while (!condition()) await new Promise<void>((resolve) => wake.push(resolve));
    },
    end: () => {
      ended = true;
      wake = [];
      socket?.terminate();
    },
  };
};

const allRevisions = async (address: string): Promise<Summary[]> => {
  const all: Summary[] = [];
  for (let next: string | undefined = '/api/stories/count/revisions'; next !== undefined; ) {
    const page: { revisions: Summary[]; next?: string } = await (await fetch(address + next)).json();
    all.push(...page.revisions);
    next = page.next;
  }
  return all;
};

const expectKept = (seen: Seen[], revisions: Summary[]): void => {
  expect(revisions.map(({ revision }) => revision)).toEqual(revisions.map((_, index) => revisions.length - index));
  const positions = new Map(revisions.map(({ revision, position }) => [revision, position]));
  for (const { revision, position } of seen) expect(positions.get(revision)).toBe(position);
};

let folders: Folders;
let server: ServerProcess | undefined;
beforeAll(async () => {
  folders = await createFolders();
});
afterAll(async () => {
  await server?.stop('SIGKILL');
  await folders.remove();
});

test(`after each of ${kills} kills (seed ${seed}) nothing that was seen is lost`, { timeout: 30_000 + kills * 5_000 }, async () => {
  const random = createRandom(seed);
  const port = await freePort();
  let n = 1;
  await folders.save('count.md', story(n));
  server = await startServer(folders, { port });
  const one = createFollower('count');
  const every = createFollower('*');
  const followed = [follow(server.address.replace('http', 'ws'), one), follow(server.address.replace('http', 'ws'), every)];

  for (let kill = 0; kill < kills; kill += 1) {
    const end = performance.now() + 20 + random() * 400;
    while (performance.now() < end) {
      await folders.save('count.md', story((n += 1)));
      await pause(random() * 40);
    }
    await server.stop('SIGKILL');
    if (random() < 0.5) await folders.save('count.md', story((n += 1)));
    server = await startServer(folders, { port });
    const revisions = await allRevisions(server.address);
    for (const { seen } of followed) expectKept(seen, revisions);
  }

  await folders.save('count.md', story(0));
  const isLast = (follower: Follower) => follower.isLive() && follower.held('count')?.content.meta.headline === 'The count' && JSON.stringify(follower.held('count')?.content).includes('stands at 0.');
  await followed[0]?.until(() => isLast(one));
  await followed[1]?.until(() => isLast(every));
  const state: { hash: string; position: string } = await (await fetch(`${server.address}/api/stories/count`)).json();
  for (const follower of [one, every]) {
    expect(follower.held('count')?.content.hash).toBe(state.hash);
    expect(follower.faults).toEqual([]);
  }
  for (const { seen, end } of followed) {
    expectKept(seen, await allRevisions(server.address));
    expect(seen.length).toBeGreaterThan(kills);
    end();
  }
});

/** What readers have been sent is on the disk: the log is synced before the first socket write that carries a revision. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { received as messageOf } from './checked.ts';
import { createFolders, startServer, type Folders, type ServerProcess } from './server-process.ts';

/** strace, installed where that is possible; `undefined` where it is not to be had. */
const findStrace = (): string | undefined => {
  const works = () => spawnSync('strace', ['-e', 'trace=none', 'true']).status === 0;
  if (works()) return 'strace';
  if (process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('which', ['apt-get']).status === 0) {
    spawnSync('apt-get', ['update', '-qq']);
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'strace'], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  }
  return works() ? 'strace' : undefined;
};

let folders: Folders;
let server: ServerProcess | undefined;
afterEach(async () => {
  await server?.stop();
  await folders.remove();
});

const story = (n: number): string => `---\nheadline: Durable\n---\nRevision number ${n} of this lead.\n`;

/** For each revision that a socket write carried: had every write to the log before it been synced? */
const readTrace = (trace: string): Map<number, boolean> => {
  const started = new Map<string, string>();
  let unsynced = false;
  const seen = new Map<number, boolean>();
  for (const raw of trace.split('\n')) {
    const thread = /^(\d+) /.exec(raw)?.[1] ?? '';
    if (raw.includes('<unfinished ...>')) {
      started.set(thread, raw);
      // A write counts from its start, a sync only from its end.
      if (/f(data)?sync\(/.test(raw)) continue;
    }
    const line = raw.includes('resumed>') ? `${started.get(thread) ?? ''} ${raw}` : raw;
    if (/pwrite64\(\d+<[^>]*log\.db/.test(line)) unsynced = true;
    else if (/f(data)?sync\(\d+<[^>]*log\.db.*= 0/.test(line)) unsynced = false;
    const sequence = /\b(?:write|writev|sendto|sendmsg)\(.*\\"type\\":\\"diff\\".*?\\"to\\":\\"[0-9a-f]{8}_(\d+)/.exec(line)?.[1];
    if (sequence !== undefined && !seen.has(Number(sequence))) seen.set(Number(sequence), !unsynced);
  }
  return seen;
};

const strace = findStrace();

test.skipIf(strace === undefined)('every revision is synced before the first socket write that carries it (needs strace)', { timeout: 120_000 }, async () => {
  folders = await createFolders();
  await folders.save('durable.md', story(0));
  const trace = join(folders.root, 'trace');
  server = await startServer(folders, {
    before: ['strace', '-f', '-y', '-s', '300', '-e', 'trace=pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg', '-o', trace],
  });
  const socket = new WebSocket(`${server.address.replace('http', 'ws')}/live?story=durable`);
  const received: number[] = [];
  const heard = new Set<() => void>();
  socket.on('message', (data) => {
    const message = messageOf(String(data));
    if (message.type === 'diff') received.push(message.revision);
    for (const check of heard) check();
  });
  const until = (revision: number) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!received.includes(revision)) return;
        heard.delete(check);
        resolve();
      };
      heard.add(check);
      check();
    });
  await new Promise((resolve) => socket.once('open', resolve));
  for (let revision = 2; revision <= 8; revision += 1) {
    await folders.save('durable.md', story(revision));
    await until(revision);
  }
  socket.terminate();
  // strace holds its child's signals back until it is itself told: the server, not strace, gets the signal.
  execFileSync('pkill', ['-TERM', '-P', String(server.child.pid)]);
  await server.stop('SIGCONT');

  const seen = readTrace(readFileSync(trace, 'utf8'));
  expect(seen.size).toBeGreaterThanOrEqual(7);
  expect([...seen.values()].every(Boolean)).toBe(true);
});

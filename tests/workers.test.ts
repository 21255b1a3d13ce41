/** `serve --workers`: real processes, real readers, `kill -9`. */
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { ServerMessage } from '../server/core/protocol.ts';
import { createFollower, isBefore } from './follower.ts';
import { createSqliteLog } from '../server/revision-log/sqlite.ts';
import { createFolders, startServer, type Folders, type ServerProcess } from './server-process.ts';

const bin = fileURLToPath(new URL('../server/bin.js', import.meta.url));
const slow = { timeout: 60_000 };
const story = (n: number, more = ''): string => `---\nheadline: The count\n---\nThe count stands at ${n}.\n\n## Before\n\nIt stood at ${n - 1}.${more}\n`;

/** Those of one server, the newsroom not among them. */
const workersOf = ({ child }: ServerProcess): number[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([pid, parent, state]) => (Number(parent) === child.pid && !state?.startsWith('Z') ? [Number(pid)] : []));

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const gone = (pids: number[]) => expect.poll(() => pids.filter(isAlive), { timeout: 20_000, interval: 20 }).toEqual([]);

const run = (...args: string[]): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args], (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, output: stdout + stderr }));
  });

/** On a connection of its own, which may be any worker's. */
const statusOf = (address: string): Promise<number> =>
  new Promise((resolve, reject) => {
    request(address, { agent: false }, (response) => resolve((response.resume(), response.statusCode ?? 0))).on('error', reject).end();
  });
const statuses = async (address: string): Promise<number[]> => [...new Set(await Promise.all(Array.from({ length: 16 }, () => statusOf(address))))];

/** Follows a story, and comes back whenever its connection is gone. */
const createReader = (address: string, wanted: string) => {
  const positions: string[] = [];
  const follower = createFollower(wanted, { onState: (slug, position) => void (slug === 'count' && positions.push(position)) });
  const closes: number[] = [];
  let socket: WebSocket | undefined;
  let ended = false;
  const connect = (): void => {
    if (ended) return;
    const current = new WebSocket(`${address.replace('http', 'ws')}/live`);
    socket = current;
    current.on('open', () => follower.connect((message) => current.readyState === WebSocket.OPEN && current.send(JSON.stringify(message))));
    current.on('message', (data) => follower.receive(JSON.parse(String(data)) as ServerMessage));
    current.on('error', () => undefined);
    current.on('close', (code) => {
      closes.push(code);
      setTimeout(connect, 20);
    });
  };
  connect();
  return { follower, positions, closes, isLive: () => socket?.readyState === WebSocket.OPEN && follower.isLive(), end: () => { ended = true; socket?.terminate(); } };
};
type Reader = ReturnType<typeof createReader>;

const until = (what: () => boolean) => vi.waitUntil(what, { timeout: 40_000, interval: 20 });
const live = (readers: Reader[]) => until(() => readers.every(({ isLive }) => isLive()));

type State = { position: string; revision: number; hash: string };

describe('two workers', () => {
  let folders: Folders;
  let server: ServerProcess;
  let readers: Reader[] = [];
  let n = 1;
  const save = (more?: string) => folders.save('count.md', story((n += 1), more));
  const stateOf = async (): Promise<State> => (await (await fetch(`${server.address}/api/stories/count`)).json()) as State;

  /** New readers, some with each worker. */
  const gather = async (): Promise<void> => {
    for (const { end } of readers) end();
    readers = Array.from({ length: 24 }, (_, index) => createReader(server.address, index % 6 === 0 ? '*' : 'count'));
    await live(readers);
  };

  /** Each reader has what stands, and was led there without a gap and without a repeat. */
  const expectTogether = async (): Promise<void> => {
    await until(() => readers.every(({ follower }) => follower.held('count')?.content.hash === readers[0]?.follower.held('count')?.content.hash));
    const { position, hash } = await stateOf();
    await until(() => readers.every(({ follower }) => follower.held('count')?.position === position));
    for (const { follower, positions } of readers) {
      expect(follower.faults).toEqual([]);
      expect(follower.held('count')?.content.hash).toBe(hash);
      expect(positions.filter((each, index) => index > 0 && !isBefore(positions[index - 1] ?? '', each))).toEqual([]);
    }
  };

  beforeAll(async () => {
    folders = await createFolders();
    await folders.save('count.md', story(1));
    await folders.save('storm.md', '---\nheadline: Storm\nweather: bad\n---\nIt blows.\n');
    server = await startServer(folders, { args: ['--workers', '2'] });
    await until(() => /count {2}revision 1/.test(server.output()));
    await gather();
  }, slow.timeout);
  afterAll(async () => {
    for (const { end } of readers) end();
    await server.stop();
    await folders.remove();
  });

  test('a save reaches the readers of both, and the editor is told of all of them', slow, async () => {
    expect(workersOf(server)).toHaveLength(2);
    await save();
    await server.printed(/count {2}revision 2 {2}.* 24 readers/);
    await expectTogether();
  });

  test('what only the newsroom knows, each worker answers', slow, async () => {
    expect(await statuses(`${server.address}/readyz`)).toEqual([200]);
    expect(await statuses(`${server.address}/api/webhooks`)).toEqual([200]);
    expect(await (await fetch(`${server.address}/api/stories/storm/problems`)).json()).toMatchObject({ problems: [{ severity: 'warning', line: 3 }] });
  });

  test('one that is killed while stories are saved is replaced, and its readers go on where they were', slow, async () => {
    const before = workersOf(server);
    for (let step = 0; step < 20; step += 1) {
      await save();
      await pause(50);
      if (step === 5) process.kill(before[0] ?? 0, 'SIGKILL');
    }
    await server.printed(/worker [12] serves again\n/);
    expect(workersOf(server)).toHaveLength(2);
    await live(readers);
    await save();
    await expectTogether();
    const dropped = readers.filter(({ closes }) => closes.length > 0);
    expect(dropped.length).toBeGreaterThan(0);
    expect(dropped.length).toBeLessThan(readers.length);
    expect(server.output()).toMatch(/error: worker [12] has ended \(SIGKILL\): another takes its place\n/);
    await until(() => /24 readers.*\n$/.test(server.output().trimEnd() + '\n'));
  });

  test('one that stands still holds nobody up, and makes up for what it has missed', slow, async () => {
    await gather();
    const [pid = 0] = workersOf(server);
    const seen = readers.map(({ positions }) => positions.length);
    process.kill(pid, 'SIGSTOP');
    try {
      for (let step = 0; step < 24; step += 1) {
        await save(` ${'Many words. '.repeat(8_000)}`);
        await until(() => readers.some(({ positions }, index) => positions.length > (seen[index] ?? 0) + step));
      }
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await save();
    await expectTogether();
    expect(workersOf(server)).toContain(pid);
  });

  test('a withdrawal and a redaction by command are known to both at once', slow, async () => {
    const address = `${server.address}/stories/storm/revisions/1`;
    await folders.save('storm.md', '---\nheadline: Storm\n---\nIt blows harder.\n');
    await until(() => /storm {2}revision 2/.test(server.output()));
    expect(await statuses(address)).toEqual([200]);
    expect(await run('redact', 'storm', '1', '--data', folders.data)).toMatchObject({ code: 0, output: 'storm: revision 1 redacted\n' });
    expect(await statuses(address)).toEqual([410]);
    expect(await run('withdraw', 'storm', '--data', folders.data)).toMatchObject({ code: 0, output: expect.stringContaining('storm is withdrawn') });
    expect(await statuses(`${server.address}/stories/storm`)).toEqual([410]);
  });

  test('a signal to all processes at once: readers are told, and all of them end', slow, async () => {
    const pids = workersOf(server);
    const closed = readers.map(({ closes }) => closes.length);
    for (const pid of pids) process.kill(pid, 'SIGINT');
    expect(await server.stop('SIGINT')).toBe(0);
    await gone(pids);
    expect(readers.map(({ closes }, index) => closes[closed[index] ?? 0])).toEqual(readers.map(() => 4300));
  });
});

describe('one server after another', () => {
  let folders: Folders;
  let server: ServerProcess;
  beforeAll(async () => {
    folders = await createFolders();
    await folders.save('count.md', story(1));
    server = await startServer(folders, { args: ['--workers', '2'] });
  }, slow.timeout);
  afterAll(async () => {
    await server.stop();
    await folders.remove();
  });

  test('a port that workers listen on is taken for others, who say so in one line', slow, async () => {
    const { port } = new URL(server.address);
    for (const workers of ['1', '2']) {
      const { code, output } = await run('serve', folders.stories, '--data', `${folders.data}-2`, '--port', port, '--workers', workers);
      expect({ code, output }).toEqual({ code: 2, output: `stop-press: port ${port} on 127.0.0.1 is taken: choose another with --port, or 0 for a free one\n` });
    }
    expect(await statuses(`${server.address}/stories/count`)).toEqual([200]);
  });

  test('where the newsroom is killed its workers end, and its port and folder are free', slow, async () => {
    const pids = workersOf(server);
    expect(pids).toHaveLength(2);
    await server.stop('SIGKILL');
    await gone(pids);
    await createSqliteLog({ folder: folders.data }).close();
    const next = createServer().listen(Number(new URL(server.address).port), '127.0.0.1');
    await once(next, 'listening');
    next.close();
  });

  test('while readers are sent away, a worker that is killed is not replaced', slow, async () => {
    await server.stop();
    server = await startServer(folders, { args: ['--workers', '2', '--drain', '600'] });
    const followers = Array.from({ length: 12 }, () => createReader(server.address, 'count'));
    await live(followers);
    server.child.kill('SIGTERM');
    await expect.poll(() => statuses(`${server.address}/readyz`)).toEqual([503]);
    const ended = once(server.child, 'exit');
    for (const pid of workersOf(server)) process.kill(pid, 'SIGKILL');
    expect((await ended)[0]).toBe(0);
    for (const follower of followers) follower.end();
    expect(server.output()).not.toMatch(/takes its place/);
  });
});

/** `stop-press follow` as people and programs use it: the real command on a real server, over a network that can be cut. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createProxy } from './browser/proxy.ts';
import { createFolders, startServer, type Folders, type ServerProcess } from './server-process.ts';

const bin = fileURLToPath(new URL('../server/bin.js', import.meta.url));
/** Several processes a test, on a machine that may be busy. */
const slow = { timeout: 120_000 };

const storm = `---
headline: Storm closes the line
---
The line is closed. There were 180 people on board. Nobody was hurt.

## Traffic

Buses replace the trains.
`;

type Program = {
  child: ChildProcess;
  printed: { out: string; err: string };
  /** What it has printed, once it matches. */
  says(pattern: RegExp): Promise<string>;
  complains(pattern: RegExp): Promise<string>;
  /** Its exit code. */
  ended: Promise<number | null>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

let folders: Folders;
let server: ServerProcess;
const running: Program[] = [];
beforeAll(async () => {
  folders = await createFolders();
  server = await startServer(folders, { args: ['--withdraw-after', '0.5'] });
}, 60_000);
afterAll(async () => {
  await server.stop();
  await folders.remove();
});
afterEach(() => Promise.all(running.splice(0).map((each) => each.stop('SIGKILL'))));

const start = (args: string[], env: Record<string, string> = {}): Program => {
  const child = spawn(process.execPath, [bin, 'follow', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TZ: 'UTC', ...env } });
  const exited = once(child, 'exit');
  const printed = { out: '', err: '' };
  const checks = new Set<() => void>();
  const keep = (name: 'out' | 'err') => (chunk: Buffer) => {
    printed[name] += chunk.toString();
    for (const check of checks) check();
  };
  child.stdout.on('data', keep('out'));
  child.stderr.on('data', keep('err'));
  const until = (name: 'out' | 'err') => (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = () => {
        if (!pattern.test(printed[name])) return;
        checks.delete(check);
        resolve(printed[name]);
      };
      checks.add(check);
      check();
      void exited.then(() => reject(new Error(`ended before it printed ${pattern}: ${printed.out}${printed.err}`)));
    });
  const program: Program = {
    child,
    printed,
    says: until('out'),
    complains: until('err'),
    ended: exited.then(() => child.exitCode),
    stop: async (signal: NodeJS.Signals = 'SIGINT') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await exited;
      return child.exitCode;
    },
  };
  running.push(program);
  return program;
};

/** Each test has a story of its own. */
const createStory = async (slug: string) => {
  const publish = async (text: string, revision: number) => {
    await folders.save(`${slug}.md`, text);
    await server.printed(new RegExp(`${slug} {2}revision ${revision} `));
  };
  await publish(storm, 1);
  return { slug, publish, address: `${server.address}/stories/${slug}` };
};

test('each revision is told with its words, marked as git does where there are no colours', slow, async () => {
  const { publish, address } = await createStory('words');
  const program = start([address]);
  await program.says(/revision 1/);
  await publish(storm.replace('180', '118').replace('headline:', 'note: First figures\ncorrections: [{text: There were 118., section: lead}]\nheadline:'), 2);
  await publish(storm.replace('180', '118').replace('## Traffic\n\nBuses replace the trains.', '## Weather\n\nA \u001b[31mstorm.').replace('headline:', 'corrections: [{text: There were 118., section: lead}]\nheadline:'), 3);
  const out = await program.says(/Section removed/);
  const words = out.replace(/^\d\d:\d\d:\d\d/gm, 'HH:MM:SS');
  expect(words.slice(0, words.indexOf('HH:MM:SS  revision 3'))).toBe(`HH:MM:SS  revision 1  Storm closes the line
HH:MM:SS  revision 2, CORRECTION  Storm closes the line
  Note: First figures
  Correction: {+There were 118.+} (Opening)
  Opening
    … There were [-180-]{+118+} people on board. …
`);
  expect(out).toContain('  New section: {+Weather+}\n    {+A [31mstorm.+}\n');
  expect(out).toContain('  Section removed: [-Traffic-]\n    [-Buses replace the trains.-]\n');
  expect(out).not.toContain('\u001b');
  expect(await program.stop()).toBe(0);
  expect(program.printed.err).toMatch(/^to go on from here: stop-press follow \S+ --since [0-9a-f]{8}_\d+\n$/);
});

test('in colours what went is struck through; every story is told by its name', slow, async () => {
  const { slug, publish } = await createStory('colours');
  const program = start([server.address], { FORCE_COLOR: '1' });
  await program.says(/revision 1/);
  await publish(storm.replace('180', '118'), 2);
  const out = await program.says(/118/);
  expect(out).toContain('\u001b[31m\u001b[9m180\u001b[29m\u001b[39m\u001b[32m118\u001b[39m');
  expect(out).toMatch(/colours {2}.*revision 2/);
  await folders.save(`${slug}.md`, storm.replace('headline:', 'status: withdrawn\nheadline:'));
  await program.says(/withdrawn/);
});

test('as JSON a line an update, which a cut connection neither loses nor repeats', slow, async () => {
  const { slug, publish } = await createStory('cut');
  const proxy = await createProxy(server.address);
  const program = start(['--json', `${proxy.address}/stories/${slug}`]);
  await program.says(/"type":"live"/);
  proxy.cut();
  await program.complains(/connection lost/);
  await publish(storm.replace('180', '118'), 2);
  proxy.mend();
  await program.complains(/connected/);
  await publish(storm.replace('180', '117'), 3);
  const out = await program.says(/"revision":3/);
  const updates = out.trimEnd().split('\n').map((line): { type: string; state?: { revision: number } } => JSON.parse(line));
  expect(updates.filter(({ type }) => type !== 'live').map(({ type, state }) => `${type} ${state?.revision}`)).toEqual(['snapshot 1', 'diff 2', 'diff 3']);
  expect(out).not.toContain('"before"');
  await program.stop();
  await proxy.close();
});

test('goes on from its file, and from --since', slow, async () => {
  const { slug, publish, address } = await createStory('file');
  const file = join(folders.root, 'position');
  const first = start([address, '--state', file, '--json']);
  await first.says(/"type":"live"/);
  await first.stop();
  const position = (await readFile(file, 'utf8')).trim();
  await publish(storm.replace('180', '118'), 2);
  const second = start([address, '--state', file]);
  expect(await second.says(/118/)).toMatch(/^\S+ {2}revision 2, update .*\n {2}Opening\n.*\[-180-\]\{\+118\+\}/);
  await second.stop('SIGTERM');
  expect((await readFile(file, 'utf8')).trim()).not.toBe(position);
  const third = start([address, '--since', position, '--json']);
  expect(JSON.parse((await third.says(/\n/)).split('\n')[0] ?? '')).toMatchObject({ type: 'diff', story: slug, diff: { from: position } });
  await writeFile(file, 'yesterday');
  const fourth = start([address, '--state', file]);
  expect(await fourth.ended).toBe(2);
  expect(fourth.printed.err).toContain('holds no position');
});

test('ends quietly when nobody reads along any more', slow, async () => {
  const { publish, address } = await createStory('alone');
  const program = start([address, '--json']);
  await program.says(/"type":"live"/);
  program.child.stdout?.destroy();
  await publish(storm.replace('180', '118'), 2);
  expect(await program.ended).toBe(0);
  expect(program.printed.err).not.toContain('EPIPE');
});

test('what cannot be followed is said in one line', slow, async () => {
  const unknown = start([`${server.address}/stories/nowhere`]);
  expect([await unknown.ended, unknown.printed]).toEqual([1, { out: '', err: 'stop-press: there is no story nowhere\n' }]);
  const slug = start(['nowhere', '--port', new URL(server.address).port]);
  expect([await slug.ended, slug.printed.err]).toEqual([1, 'stop-press: there is no story nowhere\n']);
  const wrong = start(['ftp://host/']);
  expect([await wrong.ended, wrong.printed.err]).toEqual([2, expect.stringMatching(/^stop-press: there is no story at ftp:\/\/host\/: .*\n$/)]);
  const other = createServer((_request, response) => response.writeHead(404).end('nothing here'));
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const foreign = start([`127.0.0.1:${(other.address() as AddressInfo).port}`]);
  expect([await foreign.ended, foreign.printed.err]).toEqual([1, expect.stringMatching(/\nstop-press: what answers at http:\S+ is no Stop Press\n$/)]);
  other.close();
});

test('a server that is not there yet is waited for', slow, async () => {
  const { slug } = await createStory('waiting');
  const proxy = await createProxy(server.address);
  proxy.cut();
  const program = start([`${proxy.address}/stories/${slug}`]);
  await program.complains(/no answer from .*; trying again/);
  proxy.mend();
  await program.says(/revision 1/);
  expect(program.printed.err.match(/no answer/g)).toHaveLength(1);
  await program.stop();
  await proxy.close();
});

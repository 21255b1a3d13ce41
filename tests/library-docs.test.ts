/** The samples of docs/library.md, run as they stand there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FollowError, type FollowOptions, type Following, type Update } from '../client/follow.ts';
import { contentOf, createNewsroom } from './newsroom.ts';
import { startWholeServer, type WholeServer } from './whole-server.ts';

const page = await readFile(new URL('../docs/library.md', import.meta.url), 'utf8');
const samples = Array.from(page.matchAll(/```js\n(.*?)```/gs), ([, code = '']) => code);

let server: WholeServer;
let folder: string;
let newsroom: ReturnType<typeof createNewsroom>;
beforeEach(async () => {
  server = await startWholeServer({ closeGraceMs: 100 });
  folder = await mkdtemp(join(tmpdir(), 'stop-press-library-'));
  newsroom = createNewsroom(server.log);
  await newsroom.publish('storm', contentOf('Storm', ['One.']));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** Runs a sample until it has printed all of this. */
const run = async (code: string, ...expected: string[]) => {
  const library = new URL('../client/follow.ts', import.meta.url).href;
  const file = join(folder, 'sample.mjs');
  await writeFile(file, code.replaceAll('stop-press/client', library).replaceAll('https://news.example', server.address));
  const child = spawn(process.execPath, [file], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const exited = once(child, 'exit').then(() => { throw new Error(`ended after ${output}`); });
  const heard = new Promise<void>((resolve) => child.stdout.on('data', (chunk: Buffer) => {
    output += String(chunk);
    if (expected.every((line) => output.includes(line))) resolve();
  }));
  return {
    heard: () => Promise.race([heard, exited]),
    output: () => output,
    stop: async () => {
      child.kill();
      await exited.catch(() => {});
    },
  };
};

const publishWhenFollowed = async (headline: string) => {
  await expect.poll(() => server.readers.following('storm'), { timeout: 20_000 }).toBe(1);
  await newsroom.publish('storm', contentOf(headline, ['Two.']));
};

test('the iterator', async () => {
  const sample = await run(samples[0] ?? '', 'now: Storm\nnothing is missing\nrevision 2: 2 ops\n');
  await publishWhenFollowed('A storm');
  await sample.heard();
  await sample.stop();
});

test('the callbacks', async () => {
  const sample = await run(samples[1] ?? '', 'snapshot Storm\nlive Storm\nlive\ndiff A storm\n');
  await publishWhenFollowed('A storm');
  await sample.heard();
  await sample.stop();
});

test('the position in a file', async () => {
  const position = async () => readFile(join(folder, 'position'), 'utf8').catch(() => '');
  const first = await run(samples[2] ?? '');
  await expect.poll(position, { timeout: 20_000 }).toBe(server.log.head());
  await first.stop();
  await newsroom.publish('storm', contentOf('A storm', ['Two.']));
  const second = await run(samples[2] ?? '', 'changed from Storm to A storm\n');
  await second.heard();
  await expect.poll(position).toBe(server.log.head());
  await second.stop();
});

test('every option, update and member has its place on the page', () => {
  const options = { since: 0, signal: 0, onUpdate: 0, onStatus: 0, onError: 0, WebSocket: 0, fetch: 0 } satisfies Record<keyof FollowOptions, 0>;
  const members = { story: 0, state: 0, position: 0, status: 0, states: 0, close: 0, closed: 0 } satisfies Record<Exclude<keyof Following, symbol>, 0>;
  const types = { snapshot: 0, diff: 0, live: 0, withdrawn: 0, moved: 0 } satisfies Record<Update['type'], 0>;
  for (const name of [...Object.keys({ ...options, ...members, ...types }), FollowError.name]) expect(page).toMatch(new RegExp(`\`${name}\\b`));
});

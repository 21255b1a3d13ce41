/** What docs/webhooks.md shows is what happens. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { parseHooks } from '../server/webhooks/config.ts';
import { createPost } from '../server/webhooks/post.ts';
import { at, contentOf, metaOf, publish, sectionOf } from './http-fixture.ts';
import { secretA, secretB } from './webhook-receiver.ts';
import { createQueueUnderTest } from './webhook-queue.ts';

const page = await readFile(new URL('../docs/webhooks.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1] ?? '';

const sample = async () => {
  const log = createMemoryLog({ epoch: '7f3a9c21' });
  const queue = createQueueUnderTest({ log });
  for (const [minute, text] of ['All 80 passengers are safe.', 'All 118 passengers are safe.'].entries()) {
    const lead = sectionOf('lead', [`<p>${text}</p>`], { revised: at(minute) });
    await publish(log, 'storm', contentOf(metaOf({ updated: at(minute) }), [lead]), { minute });
    await queue.settled();
  }
  queue.end();
  return queue.accepted()[1]?.event;
};

test('the file', () => {
  const hooks = parseHooks(block('yaml'), { file: 'webhooks.yaml', env: { ARCHIVE_SECRET: secretA } });
  expect(hooks).toMatchObject([
    { name: 'archive', stories: ['*'], secrets: [secretA], from: 'start', minor: true, format: 'ops' },
    { name: 'alerts', stories: ['storm', 'uk/*'], secrets: [{}, {}].map(() => expect.stringContaining('whsec_')), from: 'now', minor: false, format: 'compact' },
  ]);
});

test('the event', async () => expect(JSON.parse(block('json'))).toEqual(await sample()));

const python = ['/usr/bin/python3', 'python3'].find((command) => {
  try {
    return execFileSync(command, ['-c', 'import sys; print(sys.version_info >= (3, 9))']).toString().trim() === 'True';
  } catch {
    return false;
  }
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stop-press-docs-'));
});
afterAll(() => rm(folder, { recursive: true }));

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address !== null && typeof address === 'object' ? address.port : 0;
};

test.each([
  ['Node', process.execPath, 'js', 'receiver.mjs'],
  ['Python', python, 'python', 'receiver.py'],
])('the receiver in %s takes what is signed, and nothing else', { timeout: 60_000 }, async (_language, command, language, name) => {
  if (command === undefined) return console.warn('skipped: there is no Python 3.9 on this machine');
  const file = join(folder, name);
  await writeFile(file, block(language));
  const port = await freePort();
  const child = spawn(command, [file], { env: { ...process.env, WEBHOOK_SECRET: secretA, PORT: String(port) }, stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (part: Buffer) => {
    printed += part.toString();
  });
  try {
    const body = JSON.stringify(await sample());
    const post = (secrets: string[], now = Date.now) =>
      createPost({ now, timeoutMs: 10_000 })({ url: `http://127.0.0.1:${port}/`, secrets }, { id: 'archive_7f3a9c21_2', body }, new AbortController().signal);
    await expect.poll(() => post([secretA]), { timeout: 20_000 }).toEqual({ kind: 'taken', status: 204 });
    expect(await post([secretB, secretA])).toEqual({ kind: 'taken', status: 204 });
    expect(await post([secretB])).toMatchObject({ reason: 'answered 401 Unauthorized' });
    expect(await post([secretA], () => Date.now() - 600_000)).toMatchObject({ reason: 'answered 401 Unauthorized' });
    expect(printed).toContain('archive_7f3a9c21_2 story.revised https://news.example/stories/storm');
  } finally {
    child.kill();
    await once(child, 'exit');
  }
});

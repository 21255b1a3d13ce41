/** Webhooks of the program as its users start it: real processes, real receivers, `kill -9`. KILLS is taken from the environment. */
import { execFile } from 'node:child_process';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFolders, startServer, type Folders, type ServerProcess } from './server-process.ts';
import { secretA, startReceiver, type Receiver } from './webhook-receiver.ts';

const bin = fileURLToPath(new URL('../server/bin.js', import.meta.url));
const kills = Number(process.env['KILLS'] ?? 1);
const slow = { timeout: 60_000 + kills * 10_000 };

let folders: Folders;
let receiver: Receiver;
let server: ServerProcess | undefined;
beforeEach(async () => {
  folders = await createFolders();
  receiver = await startReceiver();
});
afterEach(async () => {
  await receiver.close();
  await server?.stop();
  server = undefined;
  await folders.remove();
});

const file = () => join(folders.root, 'webhooks.yaml');
const configure = async (text: string): Promise<void> => {
  await writeFile(`${file()}.new`, text);
  await rename(`${file()}.new`, file());
};
const hook = (name: string, more = ''): string => `- name: ${name}\n  url: ${receiver.url}?token=hidden\n  secret: ${secretA}\n${more}`;
const start = async (): Promise<ServerProcess> => {
  server = await startServer(folders, { args: ['--webhooks', file(), '--public-url', 'https://news.example/'] });
  return server;
};
const run = (...args: string[]): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args, '--data', folders.data], (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, output: stdout + stderr }),
    );
  });
const save = (n: number): Promise<void> => folders.save('count.md', `---\nheadline: The count\n---\nThe count stands at ${n}.\n`);
const revisions = () => receiver.taken().map(({ event }) => (event.data.message as { revision?: number; state?: { revision: number } } | undefined)).map((message) => message?.revision ?? message?.state?.revision);

test(`after each of ${kills} kills in the middle of a delivery nothing is left out, and what comes twice has one id`, slow, async () => {
  await configure(hook('archive'));
  let n = 1;
  await save(n);
  let running = await start();
  await receiver.until(() => receiver.taken().length === 1);
  for (let kill = 0; kill < kills; kill += 1) {
    // The receiver takes it and is about to say so when the server dies; or it has only just begun to read.
    receiver.react((_, response) => {
      running.child.kill('SIGKILL');
      if (kill % 2 === 0) return 204;
      response.destroy();
      return undefined;
    });
    await save((n += 1));
    const heard = receiver.heard.length;
    await receiver.until(() => receiver.heard.length > heard);
    await running.stop('SIGKILL');
    receiver.react(() => 204);
    await save((n += 1));
    running = await start();
    await receiver.until(() => receiver.taken().length === n);
  }
  expect(revisions()).toEqual(Array.from({ length: n }, (_, index) => index + 1));
  const ids = receiver.heard.map(({ id, event }) => `${id} ${event.data.position}`);
  expect(new Set(ids).size).toBe(n);
  expect(ids.toSorted((a, b) => Number(a.split('_').at(-1)) - Number(b.split('_').at(-1)))).toEqual(ids);
});

test('the file is read again when it has changed; a version that is wrong changes nothing', slow, async () => {
  await configure(hook('archive'));
  await save(1);
  const running = await start();
  await receiver.until(() => receiver.heard.length === 1);
  await configure(`${hook('archive')}  storys: count\n`);
  expect(await running.printed(/stay as they were/)).toMatch(/^\S+webhooks\.yaml:4:3: error: unknown key storys: did you mean stories\?$/m);
  await save(2);
  await receiver.until(() => receiver.heard.length === 2);
  await configure(`${hook('archive')}${hook('second', '  stories: count\n')}`);
  await running.printed(/webhooks\.yaml has changed: 2 webhooks/);
  await save(3);
  await receiver.until(() => receiver.heard.length === 4);
  expect(receiver.heard.map(({ id }) => id.replace(/_.*_/, ' ')).toSorted()).toEqual(['archive 1', 'archive 2', 'archive 3', 'second 3']);
  expect(receiver.heard[0]?.event.data.page).toBe('https://news.example/stories/count');
});

test('a file that is wrong at the start keeps the server from starting', slow, async () => {
  await configure('- url: https://a.example/\n  secret: hidden\n');
  expect(await run('serve', folders.stories, '--port', '0', '--webhooks', file())).toEqual({ code: 2, output: expect.stringMatching(/^stop-press: \S+webhooks\.yaml:2:11: error: secret must be .*\n$/) });
  expect(await run('serve', folders.stories, '--port', '0', '--webhooks', `${file()}.none`)).toMatchObject({ code: 2, output: expect.stringContaining('cannot be read') });
});

test('the operator sees how they stand, tries one out, and has it tried again', slow, async () => {
  await configure(hook('archive'));
  expect(await run('webhooks')).toMatchObject({ code: 2, output: expect.stringContaining('no server runs on the data folder') });
  receiver.react(() => 500);
  await save(1);
  const running = await start();
  await running.printed(/webhook archive {2}fails: answered 500 Internal Server Error; tried again from \d\d:\d\d:\d\d on, in order/);
  const text = await run('webhooks');
  expect(text).toMatchObject({ code: 0, output: expect.stringMatching(/^archive {2}retrying at .*, 1 entry to go/) });
  const json = await run('webhooks', '--json');
  expect(JSON.parse(json.output)).toMatchObject([{ name: 'archive', state: 'retrying', attempts: 1, parked: [] }]);
  expect(await run('webhooks', 'test', 'archive')).toEqual({ code: 1, output: 'archive does not take it: answered 500 Internal Server Error\n' });
  receiver.react(() => 204);
  expect(await run('webhooks', 'retry', 'archive')).toEqual({ code: 0, output: 'archive: nothing is parked; what waits is tried now\n' });
  await receiver.until(() => receiver.taken().length === 1);
  await running.printed(/webhook archive {2}works again/);
  expect(await run('webhooks', 'retry', 'none')).toEqual({ code: 1, output: 'there is no webhook none: known are archive\n' });
  expect(await run('webhooks', 'stop')).toMatchObject({ code: 2 });

  const told = [text.output, json.output, running.output(), await (await fetch(`${running.address}/api/webhooks`)).text()];
  for (const name of await readdir(folders.data)) told.push((await readFile(join(folders.data, name))).toString('latin1'));
  for (const one of told) for (const secret of ['hidden', secretA.slice(6)]) expect(one).not.toContain(secret);
  await running.stop('SIGKILL');
  expect(await run('webhooks')).toMatchObject({ code: 2, output: expect.stringContaining('no server runs on the data folder') });
});

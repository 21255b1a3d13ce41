/** The program as its users start it: real processes, real folders. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFolders, startServer, type Folders, type ServerProcess } from './server-process.ts';

const bin = fileURLToPath(new URL('../server/bin.js', import.meta.url));

type Ended = { code: number; output: string };
const run = (args: string[], env: Record<string, string> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args], { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, output: stdout + stderr }),
    );
  });

let folders: Folders;
let server: ServerProcess | undefined;
beforeEach(async () => {
  folders = await createFolders();
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await folders.remove();
});

const status = async (path: string): Promise<number> => (await fetch(`${server?.address}${path}`, { redirect: 'manual' })).status;
const storm = '---\nheadline: Storm\n---\nThe line is closed.\n';
/** Several processes a test, on a machine that may be busy. */
const slow = { timeout: 90_000 };
const data = (...args: string[]): string[] => [...args, '--data', folders.data];

test('help and version are told, a wrong command line in one line', slow, async () => {
  expect(await run(['--help'])).toMatchObject({ code: 0, output: expect.stringContaining('--withdraw-after') });
  expect(await run(['--version'])).toMatchObject({ code: 0, output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  expect(await run([])).toMatchObject({ code: 2 });
  expect(await run(['publish'])).toEqual({ code: 2, output: 'stop-press: there is no command "publish": see stop-press --help\n' });
  expect(await run(['serve', '--port', 'x'])).toMatchObject({ code: 2, output: expect.stringMatching(/^stop-press: --port takes .*\n$/) });
  expect(await run(['serve', join(folders.root, 'nowhere'), '--data', folders.data, '--port', '0'])).toMatchObject({ code: 1, output: expect.stringContaining('nowhere') });
});

test('check says what is wrong and where, and ends with 1 only for errors', slow, async () => {
  await folders.save('storm.md', storm);
  await folders.save('gale.md', '---\nheadline: Gale\nweather: bad\n---\nText.\n');
  expect(await run(['check', folders.stories])).toEqual({
    code: 0,
    output: expect.stringMatching(/gale\.md:3:1: warning: .*\n2 files checked, 0 errors\n$/s),
  });
  await folders.save('broken.md', '---\nheadline: Storm: line closed\n---\n');
  await folders.save('storm.txt', 'Storm\n\nThe line is closed.\n');
  await folders.save('revisions/one.md', storm);
  const { code, output } = await run(['check', folders.stories]);
  expect(code).toBe(1);
  expect(output).toMatch(/broken\.md:2:\d+: error: /);
  expect(output).toMatch(/storm\.md:1:1: error: storm\.md and storm\.txt are the same story/);
  expect(output).toMatch(/revisions\/one\.md:1:1: error: /);
  expect(await run(['check', join(folders.stories, 'none.md')])).toMatchObject({ code: 1, output: expect.stringMatching(/none\.md:1:1: error: this file cannot be read/) });
});

test('the editor reads one line a save, and what keeps a file from being published', slow, async () => {
  await folders.save('storm.md', storm);
  server = await startServer(folders);
  await folders.save('storm.md', storm.replace('closed', 'shut'));
  expect(await server.printed(/revision 2/)).toMatch(/^\d\d:\d\d:\d\d {2}storm {2}revision 2 {2}1 section edited {2}0 readers {2}[\d,]+ ms$/m);
  await folders.save('storm.md', storm.replace('Storm', 'Storm: line closed'));
  expect(await server.printed(/error/)).toMatch(/^storm\.md:2:\d+: error: .+$/m);
  const { problems }: { problems: unknown[] } = await (await fetch(`${server.address}/api/stories/storm/problems`)).json();
  expect(problems).toMatchObject([{ severity: 'error', file: 'storm.md', line: 2 }]);
  expect(await (await fetch(`${server.address}/stories/storm`)).text()).toContain('The line is shut.');
});

test('what was saved while the server was down is a revision at the start, and the numbering goes on', slow, async () => {
  await folders.save('storm.md', storm);
  server = await startServer(folders);
  expect(await server.stop()).toBe(0);
  await folders.save('storm.md', storm.replace('closed', 'open again'));
  server = await startServer(folders);
  const { revisions }: { revisions: { revision: number }[] } = await (await fetch(`${server.address}/api/stories/storm/revisions`)).json();
  expect(revisions.map(({ revision }) => revision)).toEqual([2, 1]);
});

test('a second server on the same data folder is refused, and so is a taken port', slow, async () => {
  await folders.save('storm.md', storm);
  server = await startServer(folders);
  expect(await run(data('serve', folders.stories, '--port', '0'))).toMatchObject({ code: 1, output: expect.stringContaining('another Stop Press is using the data directory') });
  const port = new URL(server.address).port;
  const other = await run(['serve', folders.stories, '--data', join(folders.root, 'other'), '--port', port]);
  expect(other).toMatchObject({ code: 2, output: expect.stringContaining(`port ${port} on 127.0.0.1 is taken`) });
});

test('a damaged log is reported and left untouched', slow, async () => {
  await folders.save('storm.md', storm);
  server = await startServer(folders);
  await server.stop();
  const file = join(folders.data, 'log.db');
  const bytes = await readFile(file);
  bytes.fill(0x5a, 4096, 4400);
  await writeFile(file, bytes);
  expect(await run(data('serve', folders.stories, '--port', '0'))).toMatchObject({ code: 1, output: expect.stringContaining('log.db') });
  expect(await readFile(file)).toEqual(bytes);
});

test.each(['while the server runs', 'while it does not'])('withdraw and redact work %s', slow, async (when) => {
  const runs = when === 'while the server runs';
  await folders.save('storm.md', storm.replace('closed', 'a SECRETWORD'));
  server = await startServer(folders, { args: ['--withdraw-after', '60'] });
  await folders.save('storm.md', storm);
  await server.printed(/revision 2/);
  if (!runs) await server.stop();

  expect(await run(data('redact', 'storm', '2'))).toMatchObject({ code: 1, output: expect.stringContaining('what readers see now') });
  expect(await run(data('redact', 'storm', '9'))).toMatchObject({ code: 1, output: 'no revision 9 of storm\n' });
  expect(await run(data('redact', 'storm', '1'))).toEqual({ code: 0, output: 'storm: revision 1 redacted\n' });
  await rm(join(folders.stories, 'storm.md'));
  expect(await run(data('withdraw', 'storm'))).toEqual({ code: 0, output: 'storm is withdrawn\n' });
  expect(await run(data('withdraw', 'storm'))).toMatchObject({ code: 1 });

  for (const file of await readdir(folders.data)) expect((await readFile(join(folders.data, file))).includes('SECRETWORD')).toBe(false);
  if (!runs) server = await startServer(folders);
  expect(await status('/stories/storm')).toBe(410);
  expect(await status('/api/stories/storm')).toBe(410);
  await folders.save('storm.md', storm.replace('closed', 'open again'));
  await server.printed(/revision 3/);
  expect(await status('/stories/storm')).toBe(200);
  expect(await status('/stories/storm/revisions/1')).toBe(410);
});

test('a command on a data folder that is not there makes none', slow, async () => {
  expect(await run(data('withdraw', 'storm'))).toMatchObject({ code: 2, output: expect.stringContaining('there is no revision log in') });
  expect(existsSync(folders.data)).toBe(false);
});

test('every option is also an environment variable', slow, async () => {
  await folders.save('storm.md', storm);
  const taken = await startServer(folders);
  server = taken;
  const { code, output } = await run(['serve', folders.stories], { STOP_PRESS_DATA: join(folders.root, 'other'), STOP_PRESS_PORT: new URL(taken.address).port });
  expect(code).toBe(2);
  expect(output).toContain('is taken');
});

test('a renamed file takes its readers along, a deleted one withdraws its story, and the return goes on', slow, async () => {
  await folders.save('storm.md', storm);
  server = await startServer(folders, { args: ['--withdraw-after', '1'] });
  await folders.save('other.md', storm.replace('Storm', 'Another'));
  await server.printed(/other {2}revision 1/);
  await rename(join(folders.stories, 'storm.md'), join(folders.stories, 'gale.md'));
  await server.printed(/storm {2}moved to gale/);
  const moved = await fetch(`${server.address}/stories/storm`, { redirect: 'manual' });
  expect([moved.status, moved.headers.get('location')]).toEqual([308, '/stories/gale']);
  await rm(join(folders.stories, 'gale.md'));
  await server.printed(/gale {2}withdrawn/);
  expect(await status('/stories/gale')).toBe(410);
  await folders.save('gale.md', storm);
  await server.printed(/gale {2}revision 2/);
  expect(await status('/stories/gale')).toBe(200);
});

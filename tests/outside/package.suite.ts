/** What is published, as its users have it: installed from the tarball in an empty project. */
import { spawn, type ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../browser/chromium.ts';
import { createProject, type Project } from '../installed.ts';

const slow = 180_000;
const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const storm = (headline: string) => `---\nheadline: ${headline}\n---\nThe line between Kiruna and Narvik is closed.\n\n## Buses\nThey run.\n`;

let project: Project;
let served: { child: ChildProcess; address: string };
beforeAll(async () => {
  project = await createProject();
  await project.save({ 'stories/storm.md': storm('One') });
  served = await serveInstalled();
}, slow);
afterAll(async () => {
  if (served.child.pid !== undefined) process.kill(-served.child.pid);
  await project.remove();
});

/** Its own process group, for npx starts more than one process. */
const serveInstalled = async (...args: string[]) => {
  const child = spawn('npx', ['stop-press', 'serve', '--port', '0', '--origins', '*', ...args], { cwd: project.folder, env: project.env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  while (!/ on http:\S+\n/.test(said)) said += String((await once(child.stdout, 'data'))[0]);
  return { child, address: / on (http:\S+)\n/.exec(said)?.[1] ?? '' };
};

test('the package holds JavaScript, types and documents, and nothing of the workshop', async () => {
  const files = await project.files();
  expect(files.filter((file) => /(?<!\.d)\.ts$|tsbuildinfo|tsconfig|^(?:tests|stories|client)\/|^docs\/decisions/.test(file))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(['package.json', 'LICENSE', 'README.md', 'docs/protocol.md', 'server/bin.js', 'lib/server/main.js', 'dist/library/follow.js', 'dist/library/types/client/follow.d.ts']));
});

test('npx stop-press serve: the page with its script and style, and the live socket', async () => {
  const page = await (await fetch(`${served.address}/stories/storm`)).text();
  expect(page).toContain('<h1 class="headline">One</h1>');
  expect(page).toMatch(/<style>[^<]{1000,}<\/style>/);
  const script = /<script type="module" src="([^"]+)"/.exec(page)?.[1] ?? '';
  for (const path of [script, '/embed.js']) expect((await fetch(served.address + path)).headers.get('content-type'), path).toContain('text/javascript');
  const socket = new WebSocket(`${served.address.replace('http', 'ws')}/live?story=storm`);
  const messages = on(socket, 'message');
  const next = async (): Promise<unknown> => JSON.parse(String((await messages.next()).value?.[0]));
  expect(await next()).toMatchObject({ type: 'hello' });
  expect(await next()).toMatchObject({ type: 'snapshot', story: 'storm', state: { meta: { headline: 'One' } } });
  socket.terminate();
});

test('npx stop-press serve --workers 2', async () => {
  const { child, address } = await serveInstalled('--workers', '2', '--data', 'data-of-workers');
  try {
    expect((await fetch(`${address}/`)).status).toBe(200);
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid);
  }
});

test('npx stop-press follow, which is the library in a terminal', async () => {
  const child = spawn('npx', ['stop-press', 'follow', `${served.address}/stories/storm`, '--json'], { cwd: project.folder, env: project.env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  expect(JSON.parse(line.toString().split('\n')[0] ?? '')).toMatchObject({ type: 'snapshot', story: 'storm' });
  if (child.pid !== undefined) process.kill(-child.pid);
});

test('npx stop-press check, --version, and what is said where there are no stories', async () => {
  const { version } = JSON.parse(await readFile(join(modules, '../package.json'), 'utf8')) as { version: string };
  expect(await project.run('npx', 'stop-press', 'check', 'stories')).toContain('1 file checked, 0 errors');
  expect(await project.run('npx', 'stop-press', '--version')).toBe(`${version}\n`);
  await expect(project.run('npx', 'stop-press', 'serve', 'nowhere')).rejects.toThrow('there is no folder nowhere: make it, or name another with stop-press serve FOLDER');
});

test('the library in Node follows a story', async () => {
  await project.save({
    'follow.js': `
import { follow } from 'stop-press/client';
for await (const { type, state } of follow(process.argv[2])) {
  console.log(type, state?.meta.headline);
  if (state?.meta.headline === 'Two') break;
}`,
  });
  const child = spawn('node', ['follow.js', `${served.address}/stories/storm`], { cwd: project.folder, env: project.env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  await once(child.stdout, 'data');
  await project.save({ 'stories/storm.md': storm('Two') });
  expect((await once(child, 'exit'))[0]).toBe(0);
  expect(said.split('\n').filter((line) => !line.startsWith('live'))).toEqual(['snapshot One', 'diff Two', '']);
});

test('the library in a bundled page follows a story, from another origin', { timeout: slow }, async () => {
  const address = await bundledPage();
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(address.origin);
    await project.save({ 'stories/storm.md': storm('Two') });
    await page.getByText('Two', { exact: true }).waitFor();
    await project.save({ 'stories/storm.md': storm('Three') });
    await page.getByText('Three', { exact: true }).waitFor();
  } finally {
    await browser.close();
    address.server.close();
  }
});

/** What a service would deploy: one script, made by vite. */
const bundledPage = async (): Promise<{ server: Server; origin: string }> => {
  await project.save({
    'index.html': '<!doctype html><title>Elsewhere</title><h1></h1><script type="module" src="/page.js"></script>',
    'page.js': `
import { follow } from 'stop-press/client';
follow('${served.address}/stories/storm', { onUpdate: ({ state }) => { if (state) document.querySelector('h1').textContent = state.meta.headline; } });`,
  });
  await build({ root: project.folder, configFile: false, logLevel: 'error', build: { assetsInlineLimit: 0, outDir: 'site' } });
  const server = createServer((request, response) => void (async () => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '');
    response.setHeader('Content-Type', path.endsWith('.js') ? 'text/javascript' : 'text/html');
    response.end(await readFile(join(project.folder, 'site', path)).catch(() => ''));
  })());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

const consumer = `
import { follow, FollowError, type Following, type FollowOptions, type State, type Status, type Update } from 'stop-press/client';
const options: FollowOptions = { since: '7f3a9c21_4', signal: AbortSignal.timeout(1_000), onStatus: (status: Status) => { if (status === 'over') following.close(); } };
const following: Following = follow(new URL('https://news.example/stories/storm'), options);
export const told = async (): Promise<string[]> => {
  const lines: string[] = [];
  for await (const update of following) lines.push(tell(update));
  return lines;
};
const tell = (update: Update): string => {
  switch (update.type) {
    case 'snapshot': return update.state.meta.headline;
    case 'diff': return update.diff.ops.map(({ op }) => op).join();
    case 'moved': return update.to;
    case 'withdrawn': case 'live': return update.position;
  }
};
export const headline = (state: State | undefined = following.state): string | undefined => state?.sections[0]?.blocks[0];
export const isOurs = (error: unknown): boolean => error instanceof FollowError;
// @ts-expect-error an address is a text or a URL
follow(5);
`;

test.each([
  { module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2022'], types: ['node'], typeRoots: [join(modules, '@types')] },
  { module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'], types: [] },
])('the types hold in a program with $moduleResolution', { timeout: slow }, async (options) => {
  const compilerOptions = { ...options, target: 'es2022', strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false };
  await project.save({ 'consumer.ts': consumer, 'tsconfig.json': JSON.stringify({ compilerOptions, files: ['consumer.ts'] }) });
  await project.run(join(modules, '.bin/tsc'), '-p', '.').catch(({ stdout }: { stdout: string }) => expect.fail(stdout));
});

/** The programs of `docs/examples/` as their readers run them: on a real server, over a network that is cut, killed and started again. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { State } from '../../server/core/story.ts';
import { createProxy } from '../browser/proxy.ts';
import { bundleLibrary } from '../library-bundle.ts';
import { createFolders, startServer, type Folders, type ServerProcess } from '../server-process.ts';

const args = ['--withdraw-after', '0.5'];
const execute = promisify(execFile);
const examples = fileURLToPath(new URL('../../docs/examples/', import.meta.url));
/** Several processes a test, on a machine that may be busy. */
const slow = { timeout: 120_000 };

const succeeds = (command: string, ...args: string[]): Promise<boolean> => execute(command, args).then(() => true, () => false);
const python = await succeeds('/usr/bin/python3', '-c', 'import sys, websockets; assert sys.version_info >= (3, 10)');
const go = await succeeds('go', 'version');
if (!python) console.warn('docs/examples/follow.py is not tested: /usr/bin/python3 has no websockets');
if (!go) console.warn('docs/examples/follow.go is not tested: there is no go');

let work: string;
let folders: Folders;
let server: ServerProcess;
const running = new Set<() => Promise<void>>();
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'stop-press-examples-'));
  folders = await createFolders();
  server = await startServer(folders, { args });
  const env = { ...process.env, GOCACHE: join(tmpdir(), 'stop-press-go-cache') };
  if (go) await execute('go', ['build', '-o', join(work, 'follow'), join(examples, 'follow.go')], { env });
}, 60_000);
afterEach(() => Promise.all([...running].map((stop) => stop())));
afterAll(async () => {
  await server.stop();
  await folders.remove();
  await rm(work, { recursive: true, force: true });
});

const start = (command: string, args: string[]) => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let printed = '';
  let errors = '';
  const checks = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
    for (const check of checks) check();
  });
  child.stderr.on('data', (chunk: Buffer) => void (errors += chunk.toString()));
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
    running.delete(kill);
  };
  running.add(kill);
  return {
    kill,
    exited: exited.then(() => errors),
    lines: () => printed.split('\n').slice(0, -1),
    /** Resolves once what it has printed contains this. */
    says: (text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const check = () => printed.includes(text) && resolve();
        checks.add(check);
        void exited.then(() => reject(new Error(`ended before it printed ${text}: ${printed}${errors}`)));
        check();
      }),
  };
};

const writeSection = (heading: string, number: number, isListed: boolean): string => `## ${heading}

${'Buses replace the trains 🚌🚌. '.repeat(3)}Number ${number} of them is late.

${isListed ? '- one\n- two' : 'Nobody – so far – was hurt.'}
`;

/** Revision `n` of a story in which everything happens that an op can tell. */
const write = (n: number): string => {
  const sections = ['Traffic', 'Weather', 'Voices', 'Background', 'العاصفة'].filter((_, at) => (n + at) % 4 !== 0);
  const turned = [...sections.slice(n % 3), ...sections.slice(0, n % 3)];
  return `---
headline: Storm, hour ${Math.floor(n / 2)} 🌪
corrections: [${Array.from({ length: Math.floor(n / 5) }, (_, at) => `{text: Correction ${at + 1}., section: lead}`).join(', ')}]
---
The line is closed 🚆 since ${n} o'clock. There were ${100 + n} people on board.

${turned.map((heading, at) => writeSection(heading, n * at, n % 3 === at)).join('\n')}`;
};

/** A story of its own for each test, and a network between it and its reader. */
const createStory = async (first: string) => {
  let slug = first;
  let revision = 0;
  const publish = async () => {
    revision += 1;
    await folders.save(`${slug}.md`, write(revision));
    await server.printed(new RegExp(`${slug} {2}revision ${revision} `));
  };
  const read = async (place = ''): Promise<State> => (await (await fetch(`${server.address}/api/stories/${slug}${place}`)).json()) as State;
  const answers = (status: number) => expect.poll(async () => (await fetch(`${server.address}/api/stories/${slug}`)).status, { timeout: 20_000 }).toBe(status);
  await publish();
  return {
    publish,
    read,
    move: async (to: string) => {
      await rename(join(folders.stories, `${slug}.md`), join(folders.stories, `${to}.md`));
      slug = to;
      await answers(200);
    },
    withdraw: async () => {
      await rm(join(folders.stories, `${slug}.md`));
      await answers(410);
    },
    proxy: await createProxy(server.address),
    publishMany: async (count: number) => {
      for (let n = 0; n < count; n += 1) await publish();
    },
  };
};

const startPython = (story: Story, slug: string, file: string) =>
  start('/usr/bin/python3', [join(examples, 'follow.py'), `${story.proxy.address.replace('http', 'ws')}/live`, slug, file]);

const startGo = (story: Story, slug: string, file: string) => start(join(work, 'follow'), [`${story.proxy.address}/api/stories/${slug}`, join(work, file)]);

type Program = ReturnType<typeof start>;
type Story = Awaited<ReturnType<typeof createStory>>;

const caughtUp = async (story: Story, program: Program): Promise<State> => {
  const state = await story.read();
  await program.says(`${state.position} ${state.hash} `);
  return state;
};

/** Cuts, kills and lets go on; every line must tell a place and the hash that the server had there. */
const throughCuts = async (story: Story, run: () => Program): Promise<void> => {
  const lines: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    const program = run();
    await caughtUp(story, program);
    await story.publishMany(3);
    await caughtUp(story, program);
    story.proxy.cut();
    await story.publishMany(3);
    story.proxy.mend();
    await caughtUp(story, program);
    await program.kill();
    lines.push(...program.lines());
    await story.publishMany(2);
  }
  expect(lines.length).toBeGreaterThan(8);
  for (const line of new Set(lines)) {
    const [position = '', hash] = line.split(' ');
    expect(await story.read(`/revisions/${position}`)).toMatchObject({ hash });
  }
};

/** What else may happen to a story and to its server. */
const throughALife = async (story: Story, program: Program, moved: string): Promise<void> => {
  await caughtUp(story, program);
  await story.move(moved);
  await story.publish();
  await caughtUp(story, program);
  await story.withdraw();
  await story.publish();
  await caughtUp(story, program);
  await server.stop();
  server = await startServer(folders, { args, port: Number(new URL(server.address).port) });
  await story.publish();
  await caughtUp(story, program);
};

const createWebhook = async () => {
  const posted: string[] = [];
  const receiver = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => posted.push(text));
    request.on('end', () => response.end());
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  running.add(async () => void receiver.close());
  return { posted, address: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` };
};

test('bot.js posts each correction of every story, also those that came while it was away', slow, async () => {
  const installed = join(work, 'node_modules', 'stop-press');
  await mkdir(installed, { recursive: true });
  await writeFile(join(installed, 'package.json'), '{ "type": "module", "exports": { "./client": "./follow.js" } }');
  await writeFile(join(installed, 'follow.js'), await bundleLibrary());
  await copyFile(join(examples, 'bot.js'), join(work, 'bot.js'));
  await writeFile(join(work, 'package.json'), '{ "type": "module" }');
  const webhook = await createWebhook();
  const story = await createStory('bot');
  const kept = join(work, 'bot.position');
  const run = () => start(process.execPath, [join(work, 'bot.js'), story.proxy.address, kept, webhook.address]);
  /** What is told but not yet kept would be told again. */
  const caughtUp = async () => {
    const { position } = (await (await fetch(`${server.address}/api/stories`)).json()) as { position: string };
    await expect.poll(() => readFile(kept, 'utf8').catch(() => ''), { timeout: 20_000 }).toBe(position);
  };
  const told = (count: number) => expect.poll(() => webhook.posted.length, { timeout: 20_000 }).toBe(count);

  const bot = run();
  await caughtUp();
  await story.publishMany(5);
  await told(1);
  story.proxy.cut();
  await story.publishMany(5);
  story.proxy.mend();
  await told(2);
  await caughtUp();
  await bot.kill();
  await story.publishMany(10);
  const fresh = await createStory('bot-new');
  await fresh.publishMany(5);
  const again = run();
  await told(5);
  await story.publishMany(5);
  await told(6);
  await again.kill();
  expect(webhook.posted.map((text) => /Correction \d/.exec(text)?.[0]).sort()).toEqual([1, 1, 2, 3, 4, 5].map((n) => `Correction ${n}`));
});

test('they are as short as they are said to be', async () => {
  const lengths = { 'bot.js': 20, 'follow.py': 59, 'follow.go': 59 };
  for (const [name, most] of Object.entries(lengths)) {
    const lines = (await readFile(join(examples, name), 'utf8')).replaceAll('\t', '    ').trimEnd().split('\n');
    expect(lines.length, name).toBeLessThanOrEqual(most);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(120);
  }
});

test.runIf(python)('follow.py holds what was published, through cuts and kills', slow, async () => {
  const story = await createStory('python');
  const file = join(work, 'python.json');
  const run = () => startPython(story, 'python', file);
  await throughCuts(story, run);
  const program = run();
  await story.publish();
  const state = await caughtUp(story, program);
  await expect.poll(async () => (JSON.parse(await readFile(file, 'utf8')) as { state: State }).state).toEqual(state);
});

test.runIf(python)('follow.py goes along with a story, and comes back to a server', slow, async () => {
  const story = await createStory('of snakes/é');
  const program = startPython(story, 'of snakes/é', join(work, 'life.json'));
  await throughALife(story, program, 'of snakes/ü & other birds');
  expect(program.lines().join()).toMatch(/moved.*withdrawn/);
});

test.runIf(python)('follow.py says so where there is no such story', slow, async () => {
  const story = await createStory('some');
  expect(await startPython(story, 'sme', join(work, 'none.json')).exited).toBe('there is no story sme\n');
});

test.runIf(go)('follow.go tells what was published, through cuts and kills', slow, async () => {
  const story = await createStory('go');
  await throughCuts(story, () => startGo(story, 'go', 'go.position'));
});

test.runIf(go)('follow.go goes along with a story, and comes back to a server', slow, async () => {
  const story = await createStory('of gophers/é');
  await throughALife(story, startGo(story, 'of%20gophers/%C3%A9', 'life.position'), 'of gophers/ü & other birds');
});

test.runIf(go)('follow.go says so where there is no such story', slow, async () => {
  const story = await createStory('other');
  expect(await startGo(story, 'othr', 'none.position').exited).toMatch(/othr: 404 Not Found/);
});

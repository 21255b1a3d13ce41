/**
 * A story's page at 50 connections while the story is revised once a second, beside a bare `node:http` server that answers the very same bytes: `npm run bench:page [SECONDS] [ROUNDS]`.
 * Rounds alternate. With `taskset` the servers share one core and the load has another; with `wrk` that is the load, else a client on node:http, which is slower than the servers.
 */
import { execFile, fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import { promisify } from 'node:util';
import { createFolders, startServer } from '../server-process.ts';
import { cpuMs } from './cpu.ts';
import { storyOf } from './story.ts';
import { median } from './table.ts';

const connections = 50;
const acceptEncoding = process.env['ACCEPT_ENCODING'] ?? 'gzip, deflate, br, zstd';

type Answer = { headers: string[]; body: Buffer };
type Load = { perSecond: number; p50: number; p99: number };
/** With what the server took for a request. */
type Round = Load & { cpuMicros: number };

const isInstalled = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;
/** In front of a command: its core, where the machine has several and can hold one to it. */
const pinned = (core: number): string[] => (isInstalled('taskset') ? ['taskset', '-c', String(core)] : []);

const fetchRaw = (url: string, agent?: Agent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    get(url, { headers: { 'Accept-Encoding': acceptEncoding }, ...(agent && { agent }) }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => (response.statusCode === 200 ? resolve({ headers: response.rawHeaders, body: Buffer.concat(parts) }) : reject(new Error(`${url} answered ${response.statusCode}`))));
    }).on('error', reject);
  });

/** The child's part: a server that knows one answer. */
const serveBare = ([headers, body]: [string[], string]): void => {
  const bytes = Buffer.from(body, 'base64');
  const server = createServer((_request, response) => response.writeHead(200, headers).end(bytes));
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
  });
};

/** Another child's part: where there is no wrk. */
const putLoad = async ([url, seconds]: [string, number]): Promise<void> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1_000;
  const reader = async (): Promise<void> => {
    for (let asked = performance.now(); asked < end; asked = performance.now()) {
      await fetchRaw(url, agent);
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: connections }, reader));
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  process.send?.({ perSecond: (times.length * 1_000) / (performance.now() - start), p50: at(0.5), p99: at(0.99) } satisfies Load);
  process.disconnect();
};

/** This file in a process of its own, with one part and its first message back. */
const start = async (part: 'bare' | 'load', given: unknown, core: number): Promise<{ child: ChildProcess; said: unknown }> => {
  const [execPath = process.execPath, ...rest] = [...pinned(core), process.execPath];
  const child = fork(import.meta.filename, [part], { execPath, execArgv: [], ...(rest.length > 0 && { execPath, execArgv: rest }) });
  child.send([given]);
  const [said] = await once(child, 'message');
  return { child, said };
};

const ms = (text: string | undefined, unit: string | undefined): number => Number(text) * ({ us: 0.001, ms: 1, s: 1_000 }[unit ?? ''] ?? Number.NaN);

const wrk = async (url: string, seconds: number): Promise<Load> => {
  const [command = '', ...args] = [...pinned(1), 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-H', `Accept-Encoding: ${acceptEncoding}`, url];
  const { stdout } = await promisify(execFile)(command, args);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(stdout);
  const [, p50, unit50] = /50%\s+([\d.]+)(\w+)/.exec(stdout) ?? [];
  const [, p99, unit99] = /99%\s+([\d.]+)(\w+)/.exec(stdout) ?? [];
  return { perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]), p50: ms(p50, unit50), p99: ms(p99, unit99) };
};

const load = async (url: string, seconds: number): Promise<Load> => (hasWrk ? wrk(url, seconds) : ((await start('load', [url, seconds], 1)).said as Load)); // what `putLoad` sends

const hasWrk = isInstalled('wrk');

const measure = async ({ pid }: ChildProcess, url: string, seconds: number): Promise<Round> => {
  const before = cpuMs(pid) ?? Number.NaN;
  const measured = await load(url, seconds);
  return { ...measured, cpuMicros: (((cpuMs(pid) ?? Number.NaN) - before) * 1_000) / (measured.perSecond * seconds) };
};

type Pair = { ours: Round; bare: Round };

const compare = async (seconds: number, rounds: number): Promise<void> => {
  const folders = await createFolders();
  const text = storyOf(10);
  await folders.save('storm.md', text);
  const server = await startServer(folders, { before: pinned(0) });
  const url = `${server.address}/stories/storm`;
  const { headers, body } = await fetchRaw(url);
  const kept = headers.flatMap((name, index) => (index % 2 === 0 && !/^(?:date|connection|keep-alive)$/i.test(name) ? [name, headers[index + 1] ?? ''] : []));
  const bare = await start('bare', [kept, body.toString('base64')], 0);
  let revisions = 0;
  const ours = async (duration: number): Promise<Round> => {
    const timer = setInterval(() => void folders.save('storm.md', text.replace('The lead', `The lead ${(revisions += 1)}`)), 1_000);
    return measure(server.child, url, duration).finally(() => clearInterval(timer));
  };
  try {
    await ours(3);
    await load(String(bare.said), 3);
    const loads: Pair[] = [];
    for (let round = 0; round < rounds; round += 1) loads.push({ ours: await ours(seconds), bare: await measure(bare.child, String(bare.said), seconds) });
    print(loads, { bytes: body.length, revisions });
  } finally {
    bare.child.kill();
    await server.stop();
    await folders.remove();
  }
};

const print = (loads: Pair[], { bytes, revisions }: { bytes: number; revisions: number }): void => {
  console.log(`a page of ${bytes} bytes (${acceptEncoding}), ${connections} connections, ${loads.length} alternated rounds, ${revisions} revisions, by ${hasWrk ? 'wrk' : 'node:http, which is the bottleneck: install wrk'}`);
  console.table(loads.flatMap(({ ours, bare }) => [{ server: 'stop-press', ...ours }, { server: 'bare node:http', ...bare }]));
  const ratio = (of: keyof Round): string => median(loads.map(({ ours, bare }) => ours[of] / bare[of])).toFixed(2);
  console.log(`stop-press / bare, medians of the rounds: requests a second ${ratio('perSecond')} (wanted: at least 0.8), p99 ${ratio('p99')} (wanted: at most 2), p50 ${ratio('p50')}, CPU a request ${ratio('cpuMicros')}`);
};

const [part] = process.argv.slice(2);
if (part === 'bare' || part === 'load') process.once('message', ([given]: [never]) => (part === 'bare' ? serveBare(given) : void putLoad(given)));
else await compare(Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 5));

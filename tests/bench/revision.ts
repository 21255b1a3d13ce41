/**
 * What one revision costs the whole server, whoever reads it: `npm run bench:revision [SAVES]`. A story is saved with one word edited, as an editor saves it;
 * counted is the CPU time of the server's process with all its threads, from outside, without what it takes idle. Linux only: it reads /proc.
 * Beside it, what the parts of it cost that can be taken out, in a process that does nothing else.
 */
import { brotliCompressSync, constants } from 'node:zlib';
import { WebSocket } from 'ws';
import { createFrames } from '../../server/frames.ts';
import { renderStory } from '../../server/pages/story.ts';
import { createPublisher } from '../../server/publisher.ts';
import { createSqliteLog } from '../../server/revision-log/sqlite.ts';
import { createFolders, startServer, type ServerProcess } from '../server-process.ts';
import { cpuMs } from './cpu.ts';
import { storyOf } from './story.ts';
import { median } from './table.ts';

const saves = Number(process.argv[2] ?? 120);
const warmUp = 30;
/** ms between two saves */
const paceMs = 500;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The same story at its n-th save: one word of a section in its middle is another. */
const savedAs = (text: string, n: number): string => {
  const middle = text.indexOf('minister', text.length >> 1);
  return `${text.slice(0, middle)}minister${n}${text.slice(middle + 'minister'.length)}`;
};

/** Counts what the story's reader is told. */
const follow = async (address: string): Promise<{ told: (count: number) => Promise<void>; close: () => void }> => {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/live?story=storm`);
  let [count, check] = [0, (): void => undefined];
  socket.on('message', (data) => {
    if (data.toString().startsWith('{"type":"diff"')) count += 1;
    check();
  });
  await new Promise((resolve) => socket.once('message', resolve));
  const told = (wanted: number): Promise<void> => new Promise((resolve) => { check = () => { if (count >= wanted) resolve(); }; check(); });
  return { told, close: () => socket.terminate() };
};

type Case = { kB: number; reader: 'a socket' | 'a socket, and the page each time' };

/** A page as a browser asks for it. */
const readPage = async (address: string): Promise<void> => void (await (await fetch(`${address}/stories/storm`, { headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } })).arrayBuffer());

const costs = async (pid: number, steps: number, step: (number: number) => Promise<unknown>): Promise<number[]> => {
  const each: number[] = [];
  for (let number = 1; number <= steps; number += 1) {
    const [before, next] = [cpuMs(pid), pause(paceMs)];
    await step(number);
    await next;
    each.push((cpuMs(pid) ?? Number.NaN) - (before ?? 0));
  }
  return each;
};

const measure = async ({ kB, reader }: Case) => {
  const folders = await createFolders();
  const text = storyOf(kB);
  await folders.save('storm.md', text);
  const server: ServerProcess = await startServer(folders);
  const following = await follow(server.address);
  try {
    const { pid = 0 } = server.child;
    const save = async (n: number) => {
      await folders.save('storm.md', savedAs(text, n));
      await following.told(n);
      if (reader !== 'a socket') await readPage(server.address);
    };
    await costs(pid, warmUp, save);
    const idle = await costs(pid, 20, () => pause(0));
    const each = await costs(pid, saves, (n) => save(warmUp + n));
    const net = each.map((ms) => ms - median(idle)).toSorted((a, b) => a - b);
    const at = (share: number) => Number((net[Math.floor(share * (net.length - 1))] ?? 0).toFixed(1));
    return { kB, reader, 'CPU ms, median': at(0.5), p90: at(0.9), mean: Number((net.reduce((sum, ms) => sum + ms, 0) / net.length).toFixed(1)), idle: Number(median(idle).toFixed(1)) };
  } finally {
    following.close();
    await server.stop();
    await folders.remove();
  }
};

type Part = 'publish' | 'of it, log' | 'frame' | 'page' | 'brotli';

/** ms of CPU of each part of a revision, medians. `publish` is all from the bytes to the entry that readers are told of. */
const partsOf = async (kB: number) => {
  const folders = await createFolders();
  const log = createSqliteLog({ folder: folders.data });
  const times: Record<Part, number[]> = { publish: [], 'of it, log': [], frame: [], page: [], brotli: [] };
  const timed = async <T>(part: Part, task: () => T | Promise<T>): Promise<T> => {
    const before = process.cpuUsage();
    const result = await task();
    const { user, system } = process.cpuUsage(before);
    times[part].push((user + system) / 1_000);
    return result;
  };
  const publisher = createPublisher({ log: { ...log, append: (draft) => timed('of it, log', () => log.append(draft)) }, lang: 'en', now: Date.now });
  const frames = createFrames();
  const site = { lang: 'en', script: (name: string) => `/client/${name}.js` };
  const text = storyOf(kB);
  for (let n = 1; n <= warmUp + saves; n += 1) {
    const save = { slug: 'storm', file: 'storm.md', bytes: Buffer.from(savedAs(text, n)), fileHash: String(n), savedAt: Date.now() };
    const outcome = await timed('publish', () => publisher.saved(save));
    if (outcome.kind !== 'published') throw new Error(`save ${n} was ${outcome.kind}`);
    const { state, diff, position } = outcome.revision;
    if (diff) await timed('frame', () => frames.diff(diff, { format: 'ops', stateAt: () => undefined }));
    const page = await timed('page', () => renderStory(site, state, { position, origin: 'http://127.0.0.1' }));
    await timed('brotli', () => brotliCompressSync(page, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }));
  }
  await log.close();
  await folders.remove();
  return { kB, ...Object.fromEntries(Object.entries(times).map(([part, each]) => [part, Number(median(each.slice(warmUp)).toFixed(2))])) };
};

const cases: Case[] = [10, 50].flatMap((kB) => [{ kB, reader: 'a socket' }, { kB, reader: 'a socket, and the page each time' }] as const);
console.log(`CPU time of the whole server for one revision, one word edited, ${saves} saves ${paceMs} ms apart after ${warmUp}:`);
const rows = [];
for (const each of cases) rows.push(await measure(each));
console.table(rows);
console.log('the parts, ms of CPU, medians:');
const parts = [];
for (const kB of [10, 50]) parts.push(await partsOf(kB));
console.table(parts);

/** What readers and services load, in bytes, and what it may be: the one home of these limits. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { readConfig } from '../server/config.ts';
import { style } from '../server/pages/style.ts';
import { serve } from '../server/serve.ts';
import { buildScripts } from './browser/site.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
/** The story of the sample that all of this is measured with. */
const sample = 'harbour-bridge';

/** bytes, gzipped */
export const limits = {
  library: 6_000,
  /** what a page loads that embeds stories, with the library in it; and what it loads more with the first change */
  embed: 14_000,
  embedChanges: 6_500,
  /** what a story's page loads before anything has changed, and all that it ever loads */
  story: 8_000,
  wholeStory: 20_500,
  list: 9_500,
  style: 6_000,
};

export type Size = { raw: number; gzip: number; brotli: number };

/** Of texts that come one by one. */
export const sizeOf = (...texts: string[]): Size => ({
  raw: sum(texts.map((text) => Buffer.byteLength(text))),
  gzip: sum(texts.map((text) => gzipSync(text).length)),
  brotli: sum(texts.map((text) => brotliCompressSync(text).length)),
});

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

/** The library's one file, built as it is published. */
const buildLibrary = async (): Promise<string> => {
  const outDir = await mkdtemp(join(tmpdir(), 'stop-press-library-'));
  await build({ root, configFile: join(root, 'client/library.vite.config.ts'), logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const text = await readFile(join(outDir, 'follow.js'), 'utf8');
  await rm(outDir, { recursive: true });
  return text;
};

/** The text of every script. */
export const readScripts = async () => {
  const { folder, fileOf } = await buildScripts({ embed: true });
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  const pages = { story: await read(fileOf('story')), changes: await read(fileOf('changes')), list: await read(fileOf('index')) };
  const element = { embed: await read('embed.js'), embedChanges: await read(fileOf('embed/changes')) };
  await rm(folder, { recursive: true });
  return { ...pages, ...element, library: await buildLibrary(), fileOf };
};

/** What a server answers for the sample. */
const readAnswers = async () => {
  const data = await mkdtemp(join(tmpdir(), 'stop-press-sizes-'));
  const server = await serve(join(root, 'stories'), readConfig({ data, port: '0' }, {}), { say: () => {}, complain: () => {} });
  const read = async (path: string) => (await fetch(server.address + path)).text();
  const [page, state] = await Promise.all([read(`/stories/${sample}`), read(`/api/stories/${sample}`)]);
  await server.close();
  await rm(data, { recursive: true });
  return { page, state };
};

/** Every size that somebody waits for, with its limit where it has one. */
export const measure = async (): Promise<{ what: string; size: Size; limit?: number }[]> => {
  const { story, changes, list, library, embed, embedChanges } = await readScripts();
  const { page, state } = await readAnswers();
  return [
    { what: 'library, stop-press/client', size: sizeOf(library), limit: limits.library },
    { what: 'element, /embed.js', size: sizeOf(embed), limit: limits.embed },
    { what: 'element, with the first change', size: sizeOf(embedChanges), limit: limits.embedChanges },
    { what: 'one embedded story: element and state', size: sizeOf(embed, state) },
    { what: 'one embedded story, when it has changed', size: sizeOf(embed, state, embedChanges) },
    { what: 'story page: HTML, with its style', size: sizeOf(page) },
    { what: 'story page: style alone', size: sizeOf(style), limit: limits.style },
    { what: 'story page: script at once', size: sizeOf(story), limit: limits.story },
    { what: 'story page: script with the first change', size: sizeOf(changes) },
    { what: 'story page: both scripts', size: sizeOf(story, changes), limit: limits.wholeStory },
    { what: 'list: script', size: sizeOf(list), limit: limits.list },
  ];
};

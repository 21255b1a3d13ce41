import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildScripts } from './browser/site.ts';

/** bytes, gzipped: what a page loads before anything has changed, and all that it ever loads */
const limits = { first: 8_000, all: 20_500, list: 9_500 };

let scripts: Awaited<ReturnType<typeof buildScripts>>;
beforeAll(async () => { scripts = await buildScripts(); });
afterAll(() => rm(scripts.folder, { recursive: true }));

const textOf = (name: 'story' | 'changes' | 'index') => readFile(join(scripts.folder, scripts.fileOf(name)), 'utf8');
const sizeOf = (script: string) => gzipSync(script).length;

test('the list loads one file, small enough', async () => {
  const list = await textOf('index');
  expect(list).not.toMatch(/\bimport\b/);
  expect(sizeOf(list)).toBeLessThanOrEqual(limits.list);
});

test('a story loads one file; with the first change one more, that imports nothing but it', async () => {
  const [first, second] = await Promise.all([textOf('story'), textOf('changes')]);
  const imports = (script: string) => [...script.matchAll(/\bimport\b[^;]*?["'`](\.[^"'`]+)["'`]/g)].map(([, file = '']) => `assets/${file.slice(2)}`);
  expect(imports(first)).toEqual([scripts.fileOf('changes')]);
  expect(imports(second)).toEqual([scripts.fileOf('story')]);
  console.log(`gzipped: ${sizeOf(first)} B at once, ${sizeOf(second)} B with the first change`);
  expect(sizeOf(first)).toBeLessThanOrEqual(limits.first);
  expect(sizeOf(first) + sizeOf(second)).toBeLessThanOrEqual(limits.all);
});

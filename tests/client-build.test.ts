import { beforeAll, expect, test } from 'vitest';
import { style } from '../server/pages/style.ts';
import { limits, readScripts, sizeOf } from './sizes.ts';

let scripts: Awaited<ReturnType<typeof readScripts>>;
beforeAll(async () => { scripts = await readScripts(); });

test('the list loads one file, small enough', () => {
  expect(scripts.list).not.toMatch(/\bimport\b/);
  expect(sizeOf(scripts.list).gzip).toBeLessThanOrEqual(limits.list);
});

test('a story loads one file; with the first change one more, that imports nothing but it', () => {
  const imports = (script: string) => [...script.matchAll(/\bimport\b[^;]*?["'`](\.[^"'`]+)["'`]/g)].map(([, file = '']) => `assets/${file.slice(2)}`);
  expect(imports(scripts.story)).toEqual([scripts.fileOf('changes')]);
  expect(imports(scripts.changes)).toEqual([scripts.fileOf('story')]);
  expect(sizeOf(scripts.story).gzip).toBeLessThanOrEqual(limits.story);
  expect(sizeOf(scripts.story, scripts.changes).gzip).toBeLessThanOrEqual(limits.wholeStory);
});

test('the style, which stands in every page, is small enough', () => {
  expect(sizeOf(style).gzip).toBeLessThan(limits.style);
});

test('the library imports nothing, and is small enough', () => {
  expect(scripts.library).not.toMatch(/\bimport\b|\brequire\(/);
  expect(sizeOf(scripts.library).gzip).toBeLessThan(limits.library);
});

import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { languages } from '../server/core/languages.ts';
import { buildScripts } from './browser/site.ts';

/** bytes, gzipped: what a page loads that embeds stories, with the library in it; and what it loads more with the first change */
const limits = { first: 14_000, changes: 6_500 };

let scripts: Awaited<ReturnType<typeof buildScripts>>;
beforeAll(async () => { scripts = await buildScripts({ embed: true }); }, 120_000);
afterAll(() => rm(scripts.folder, { recursive: true }));

const sizeOf = (script: string) => gzipSync(script).length;

test('one classic script, small enough; with the first change one more, named in it', async () => {
  const first = await readFile(join(scripts.folder, 'embed.js'), 'utf8');
  const [name = ''] = (await readdir(join(scripts.folder, 'assets'))).filter((file) => file.startsWith('embed-changes-'));
  const changes = await readFile(join(scripts.folder, 'assets', name), 'utf8');
  console.log(`gzipped: ${sizeOf(first)} B at once, ${sizeOf(changes)} B with the first change`);
  expect(first).toContain(`/client/assets/${name}`);
  expect(first).toMatch(/^\(function\(\)\{/);
  expect(first).not.toMatch(/\bimport\s*[{*]|\bexport\b/);
  expect(changes).not.toMatch(/\bimport\b/);
  expect(sizeOf(first)).toBeLessThanOrEqual(limits.first);
  expect(sizeOf(changes)).toBeLessThanOrEqual(limits.changes);
});

test('it says everything it says in every language, and carries nothing else of them', async () => {
  const script = await readFile(join(scripts.folder, 'embed.js'), 'utf8');
  for (const { withdrawn, announcement, pages, readingTime } of languages) {
    for (const said of [withdrawn, announcement]) expect(script).toContain(said);
    for (const unsaid of [pages.compareTitle, readingTime.other]) expect(script).not.toContain(unsaid);
  }
});

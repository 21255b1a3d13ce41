import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { languages } from '../server/core/languages.ts';
import { buildScripts } from './browser/site.ts';
import { limits, sizeOf } from './sizes.ts';

let scripts: Awaited<ReturnType<typeof buildScripts>>;
beforeAll(async () => { scripts = await buildScripts({ embed: true }); }, 120_000);
afterAll(() => rm(scripts.folder, { recursive: true }));

test('one classic script, small enough; with the first change one more, named in it', async () => {
  const first = await readFile(join(scripts.folder, 'embed.js'), 'utf8');
  const [name = ''] = (await readdir(join(scripts.folder, 'assets'))).filter((file) => file.startsWith('embed-changes-'));
  const changes = await readFile(join(scripts.folder, 'assets', name), 'utf8');
  expect(first).toContain(`/client/assets/${name}`);
  expect(first).toMatch(/^\(function\(\)\{/);
  expect(first).not.toMatch(/\bimport\s*[{*]|\bexport\b/);
  expect(changes).not.toMatch(/\bimport\b/);
  expect(sizeOf(first).gzip).toBeLessThan(limits.embed);
  expect(sizeOf(changes).gzip).toBeLessThan(limits.embedChanges);
});

test('it says everything it says in every language, and carries nothing else of them', async () => {
  const script = await readFile(join(scripts.folder, 'embed.js'), 'utf8');
  for (const { withdrawn, announcement, pages, readingTime } of languages) {
    for (const said of [withdrawn, announcement]) expect(script).toContain(said);
    for (const unsaid of [pages.compareTitle, readingTime.other]) expect(script).not.toContain(unsaid);
  }
});

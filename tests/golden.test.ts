/**
 * What saves do, as examples to read: each file in `golden/` holds cases, a heading each, with the versions of a story and what the last save of them says.
 * `UPDATE=1` writes what the program says now into the files; read every line that changes before you keep it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeChange } from '../server/explain/ops.ts';
import { parseStory, type Parsed } from '../server/core/parse.ts';
import type { Content } from '../server/core/story.ts';
import { createSaving } from './saving.ts';

const folder = new URL('golden/', import.meta.url);
const files = readdirSync(folder).filter((file) => file !== 'README.md').sort();

/** ````` ```` ````` fences, so that stories may hold code: `before`, `after` (once or more, `.txt` where named so), `says`. */
const fence = /^````(before|after|says)(?: (txt))?\n([^]*?)^````$/gm;

type Case = { name: string; versions: Parsed[]; says: string };

const parse = (text: string, format: 'md' | 'txt'): Parsed => {
  const { parsed, problems } = parseStory(text, { story: 'story', format, lang: 'en' });
  if (!parsed) throw new Error(`no story: ${JSON.stringify(problems)}`);
  return parsed;
};

const casesIn = (text: string): Case[] => text.split(/^## (?=.*\n\n(?:.+\n)*\n?````before)/m).slice(1).map((part) => {
  const fences = Array.from(part.matchAll(fence), ([, kind = '', format, body = '']) => ({ kind, format, body }));
  return {
    name: part.slice(0, part.indexOf('\n')),
    versions: fences.filter(({ kind }) => kind !== 'says').map(({ format, body }) => parse(body, format === 'txt' ? 'txt' : 'md')),
    says: fences.find(({ kind }) => kind === 'says')?.body ?? '',
  };
});

/** The ops of the last save in words, and its grade. */
const sayingOf = (versions: readonly Parsed[]): string => {
  const save = createSaving();
  let [before, saying] = [undefined as Content | undefined, ''];
  for (const version of versions) {
    const revised = save(version);
    saying = revised && before ? [...describeChange({ before, after: revised.content, ops: revised.ops }), `${revised.change}: ${revised.why}`].join('\n') : 'no revision';
    before = revised?.content ?? before;
  }
  return `${saying}\n`;
};

const update = (file: string): void => {
  const text = readFileSync(new URL(file, folder), 'utf8');
  const sayings = casesIn(text).map(({ versions }) => sayingOf(versions));
  let next = 0;
  writeFileSync(new URL(file, folder), text.replace(fence, (whole, kind: string) => (kind === 'says' ? `\`\`\`\`says\n${sayings[next++] ?? ''}\`\`\`\`` : whole)));
};

if (process.env['UPDATE'] !== undefined) for (const file of files) update(file);

describe.each(files)('%s', (file) => {
  const cases = casesIn(readFileSync(new URL(file, folder), 'utf8'));
  it.each(cases)('$name', ({ versions, says }) => {
    expect(sayingOf(versions)).toBe(says);
  });
});

it('holds at least forty cases, each with two versions or more', () => {
  const all = files.flatMap((file) => casesIn(readFileSync(new URL(file, folder), 'utf8')));
  expect(all.length).toBeGreaterThanOrEqual(40);
  expect(all.filter(({ versions, says }) => versions.length < 2 || says === '').map(({ name }) => name)).toEqual([]);
});

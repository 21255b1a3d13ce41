/** What the server says of files and folders, as far as it must agree with what `stop-press check` said before. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { check } from '../server/check.ts';
import { defaults } from '../server/config.ts';
import type { WatchEvent } from '../server/watcher.ts';
import { createWatcher } from '../server/watcher.ts';

const makeStories = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'checked-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, 'stories', 'uk'), { recursive: true });
  return join(home, 'stories');
};

const linesOf = (...paths: string[]): string[] => {
  const lines: string[] = [];
  check(paths, 'en', (line) => lines.push(line));
  return lines;
};

const refusalsIn = async (folder: string): Promise<string[]> => {
  const events: WatchEvent[] = [];
  const watcher = await createWatcher({ folder, settleMs: 10, withdrawAfterMs: 10, maxBytes: defaults.maxStoryBytes, known: [], onEvent: (event) => events.push(event) });
  await watcher.close();
  return events.flatMap((event) => (event.kind === 'unreadable' ? [event.reason] : []));
};

test.each<[string, (stories: string) => void]>([
  ['a link out of the folder', (stories) => {
    writeFileSync(join(stories, '..', 'secret.md'), '# Secret\n\nText.\n');
    symlinkSync('../../secret.md', join(stories, 'uk', 'storm.md'));
  }],
  ['too large a file', (stories) => writeFileSync(join(stories, 'uk', 'storm.md'), 'x'.repeat(defaults.maxStoryBytes + 1))],
  ['a folder named as a story', (stories) => mkdirSync(join(stories, 'uk', 'storm.md'))],
])('%s is refused in the same words, in a folder and by itself', async (_name, prepare) => {
  const stories = makeStories();
  prepare(stories);
  const [reason] = await refusalsIn(stories);
  expect(reason).toBeDefined();
  expect(linesOf(stories)).toEqual([`${join(stories, 'uk', 'storm.md')}:1:1: error: ${reason}`, '1 file checked, 1 error']);
  if (!_name.startsWith('a folder')) expect(linesOf(join(stories, 'uk', 'storm.md'))).toEqual(linesOf(stories));
});

test('a link that stays in the folder passes', () => {
  const stories = makeStories();
  writeFileSync(join(stories, 'storm.md'), '# Storm\n\nText.\n');
  symlinkSync('../storm.md', join(stories, 'uk', 'storm.md'));
  expect(linesOf(stories, join(stories, 'uk', 'storm.md'))).toEqual(['3 files checked, 0 errors']);
});

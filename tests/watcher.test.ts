import { appendFileSync, chmodSync, closeSync, cpSync, openSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createWatcher, StoryFolderError } from '../server/watcher.ts';
import { hash, knownAs, story, watchFolder } from './watched-folder.ts';

const old = story('old');
const fresh = story('new');

describe('a save', () => {
  test('by one write is told with its bytes, hash, file and time', async () => {
    const { write, path, saved, told } = await watchFolder({ files: { 'storm.md': old } });
    write('storm.md', fresh);
    const event = await saved('storm', fresh);
    expect(event).toMatchObject({ file: 'storm.md', fileHash: hash(fresh), savedAt: Math.min(event.savedAt, statSync(path('storm.md')).ctimeMs) });
    expect(told()).toHaveLength(1);
  });

  test('by a rename over the file is told once', async () => {
    const { home, path, saved, sentinel, told } = await watchFolder({ files: { 'storm.md': old } });
    writeFileSync(join(home, 'elsewhere'), fresh);
    renameSync(join(home, 'elsewhere'), path('storm.md'));
    await saved('storm', fresh);
    await sentinel();
    expect(told()).toEqual([{ kind: 'saved', slug: 'storm', text: fresh }]);
  });

  test.each([
    ['at any byte', 37],
    ['at the ends of lines', fresh.indexOf('\n') + 1],
  ])('that arrives in pieces cut %s is told as a whole, once', async (_name, size) => {
    const { path, saved, sentinel, told } = await watchFolder({ files: { 'storm.md': old }, settleMs: 800 });
    const file = openSync(path('storm.md'), 'w');
    for (let at = 0; at < fresh.length; at += size) {
      writeSync(file, fresh.slice(at, at + size));
      await pause(30);
    }
    closeSync(file);
    await saved('storm', fresh);
    await sentinel();
    expect(told()).toEqual([{ kind: 'saved', slug: 'storm', text: fresh }]);
  });

  test('that leaves the file empty for a while is told when it is full', async () => {
    const { write, saved, told } = await watchFolder({ files: { 'storm.md': old } });
    write('storm.md', '');
    await pause(200);
    write('storm.md', fresh);
    await saved('storm', fresh);
    expect(told()).toEqual([{ kind: 'saved', slug: 'storm', text: fresh }]);
  });

  test('of a new file in pieces is told as a whole', async () => {
    const { path, saved, told } = await watchFolder({ settleMs: 800 });
    for (let at = 0; at < fresh.length; at += 45) {
      appendFileSync(path('storm.md'), fresh.slice(at, at + 45));
      await pause(30);
    }
    await saved('storm', fresh);
    expect(told()).toEqual([{ kind: 'saved', slug: 'storm', text: fresh }]);
  });

  test('that shortens a story much is told after a while', async () => {
    const { write, saved } = await watchFolder({ files: { 'storm.md': old } });
    write('storm.md', 'Short.\n');
    await saved('storm', 'Short.\n');
  });

  test('in a folder that is made with it, and in folders in it', async () => {
    const { write, saved } = await watchFolder();
    write('uk/vote/count.md', fresh);
    write('uk/storm.txt', fresh);
    const [count] = await Promise.all([saved('uk/vote/count', fresh), saved('uk/storm', fresh)]);
    expect(count.file).toBe('uk/vote/count.md');
    write('uk/vote/count.md', old);
    await saved('uk/vote/count', old);
  });

  test('a hundred in a row end with the last', async () => {
    const { write, saved, sentinel, told } = await watchFolder({ files: { 'storm.md': old } });
    for (let i = 0; i < 100; i += 1) {
      write('storm.md', story(`draft ${i}`));
      await pause(5);
    }
    await saved('storm', story('draft 99'));
    await sentinel();
    expect(told().at(-1)).toEqual({ kind: 'saved', slug: 'storm', text: story('draft 99') });
    for (const event of told()) expect(event).toMatchObject({ text: expect.stringMatching(/^(?:Line \d+ of a story that says draft \d+\.\n){12}$/) as string });
  });

  test('comes out although the file never stands still', async () => {
    const { write, told } = await watchFolder({ files: { 'storm.md': old }, settleMs: 60 });
    for (let i = 0; told().length < 3; i += 1) {
      write('storm.md', story(`draft ${i}`));
      await pause(2);
    }
    for (const event of told()) expect(event).toMatchObject({ text: expect.stringMatching(/^(?:Line \d+ of a story that says draft \d+\.\n){12}$/) as string });
  });

  test('of the same bytes, a touch, a chmod, files of editors and hidden folders tell nothing', async () => {
    const { write, path, sentinel, told } = await watchFolder({ files: { 'storm.md': old } });
    write('storm.md', old);
    utimesSync(path('storm.md'), new Date(), new Date());
    chmodSync(path('storm.md'), 0o600);
    for (const name of ['storm.md~', '.storm.md.swp', '~$storm.md', '4913', '.git/HEAD.md', 'node_modules/x/readme.md', 'storm.md.sb-5f3a1c2e-AbCdEf/storm.md']) write(name, fresh);
    symlinkSync('nobody@nowhere', path('.#storm.md'));
    await sentinel();
    expect(told()).toEqual([]);
  });

  test('that no hint announces is found by looking through the folder', async () => {
    const { home, folder, saved } = await watchFolder({
      files: { 'storm.md': old },
      rescanMs: 50,
      prepare: (stories) => {
        cpSync(stories, `${stories}-1`, { recursive: true });
        cpSync(stories, `${stories}-2`, { recursive: true });
        writeFileSync(`${stories}-2/storm.md`, fresh);
        rmSync(stories, { recursive: true });
        symlinkSync('stories-1', stories);
      },
    });
    symlinkSync('stories-2', join(home, 'next'));
    renameSync(join(home, 'next'), folder);
    await saved('storm', fresh);
    writeFileSync(join(folder, 'storm.md'), old);
    await saved('storm', old);
  });
});

describe('at start', () => {
  test('what was published before tells nothing while its bytes are the same', async () => {
    const { told } = await watchFolder({ files: { 'storm.md': old } });
    expect(told()).toEqual([]);
  });

  test.each([
    ['two extensions', 'f.md', 'f.txt'],
    ['two ways to write one letter', 'ö.md', 'o\u0308.md'],
  ])('%s of one slug are a clash, and nothing else is told', async (_name, one, other) => {
    const slug = one.replace('.md', '');
    const crowd = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`a${i}.md`, story(`a${i}`)]));
    const known = Object.entries(crowd).map(([file, text]) => knownAs(file.replace('.md', ''), text));
    const files = { [one]: old, ...crowd, [other]: fresh };
    const clash = { kind: 'clash', slug, files: [one, other].sort() };
    const [unpublished, published] = await Promise.all([watchFolder({ files, known }), watchFolder({ files, known: [...known, knownAs(slug, old)] })]);
    expect(unpublished.told()).toEqual([clash]);
    expect(published.told()).toEqual([clash]);
  });

  test('a link that leads nowhere stands for no story, however often it is looked at', async () => {
    const { event, told } = await watchFolder({ known: [knownAs('storm', old)], rescanMs: 20, prepare: (folder) => symlinkSync('nowhere.md', join(folder, 'storm.md')) });
    await event('gone');
    expect(told()).toHaveLength(1);
  });

  test('edits and new files from before are told before it resolves', async () => {
    const { told } = await watchFolder({ files: { 'storm.md': fresh, 'uk/vote.md': old }, known: [knownAs('storm', old)] });
    expect(told()).toHaveLength(2);
    expect(told()).toContainEqual({ kind: 'saved', slug: 'storm', text: fresh });
    expect(told()).toContainEqual({ kind: 'saved', slug: 'uk/vote', text: old });
  });

  test('a file that looks like a story whose own file is there has not moved, whichever is found first', async () => {
    const { told } = await watchFolder({ files: { 'a.md': old, 'b.md': old, 'c.md': old, 'd.md': `${old}More.\n`, 'e.txt': old, 'f.md': old }, known: [knownAs('d', old), knownAs('e', old)] });
    expect(told().map((event) => 'kind' in event && event.kind)).toEqual(Array.from({ length: 5 }, () => 'saved'));
  });

  test('a withdrawn story whose file is there is told, with the same bytes too', async () => {
    const { saved } = await watchFolder({ files: { 'storm.md': old }, known: [knownAs('storm', old, true)] });
    await saved('storm', old);
  });

  test('a file that has another name than before has moved', async () => {
    const { told } = await watchFolder({ files: { 'uk/storm.md': old }, known: [knownAs('storm', old)] });
    expect(told()).toEqual([{ kind: 'moved', from: 'storm', to: 'uk/storm', file: 'uk/storm.md' }]);
  });

  test('a story without a file is told as gone after a while', async () => {
    const { event } = await watchFolder({ known: [knownAs('storm', old)] });
    expect(await event('gone')).toEqual({ kind: 'gone', slug: 'storm' });
  });

  test('more than half of the stories without a file are told once, and stay', async () => {
    const { write, event, saved, told } = await watchFolder({ files: { 'd.md': old }, known: ['a', 'b', 'c', 'd'].map((slug) => knownAs(slug, old + slug)) });
    const vanished = { kind: 'vanished', slugs: ['a', 'b', 'c'], folder: 'there' };
    expect(await event('vanished')).toEqual(vanished);
    write('b.md', `${old}b`);
    await saved('b', `${old}b`);
    expect(told()).toEqual([{ kind: 'saved', slug: 'd', text: old }, vanished, { kind: 'saved', slug: 'b', text: `${old}b` }]);
  });

  test.each(['nowhere', 'file'])('a folder that is not there is refused: %s', async (name) => {
    const { home } = await watchFolder();
    writeFileSync(join(home, 'file'), '');
    await expect(createWatcher({ folder: join(home, name), settleMs: 1, withdrawAfterMs: 1, maxBytes: 1, known: [], onEvent: () => undefined })).rejects.toThrow(StoryFolderError);
  });
});

test('after it is closed, which may be done twice, nothing is told', async () => {
  const { write, watcher, told } = await watchFolder({ files: { 'storm.md': old } });
  write('storm.md', fresh);
  await Promise.all([watcher.close(), watcher.close()]);
  await watcher.close();
  const before = told().length;
  const other = await watchFolder();
  write('storm.md', story('later'));
  await other.sentinel();
  expect(told()).toHaveLength(before);
});

import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { knownAs, story, watchFolder } from './watched-folder.ts';

const old = story('old');
const fresh = story('new');

describe('problems', () => {
  test('two files with one slug are told, and neither of them, until one goes', async () => {
    const { path, write, event, saved, sentinel, told } = await watchFolder({ files: { 'storm.md': old } });
    write('storm.txt', fresh);
    expect(await event('clash')).toEqual({ kind: 'clash', slug: 'storm', files: ['storm.md', 'storm.txt'] });
    write('storm.md', story('neither'));
    await sentinel();
    expect(told()).toHaveLength(1);
    unlinkSync(path('storm.md'));
    await event('mended');
    await saved('storm', fresh);
    expect(told().slice(1)).toEqual([
      { kind: 'mended', slug: 'storm', file: 'storm.txt' },
      { kind: 'saved', slug: 'storm', text: fresh },
    ]);
  });

  test('two files with one slug that come at once, in a folder moved here, are told as a clash only', async () => {
    const { home, path, event, sentinel, told } = await watchFolder({
      prepare: (folder) => {
        mkdirSync(join(folder, '..', 'uk'));
        for (const name of ['storm.md', 'storm.txt']) {
          writeFileSync(join(folder, '..', 'uk', name), story(name));
          utimesSync(join(folder, '..', 'uk', name), 1_700_000_000, 1_700_000_000);
        }
      },
    });
    renameSync(join(home, 'uk'), path('uk'));
    await event('clash');
    await sentinel();
    expect(told()).toHaveLength(1);
  });

  test('a file over the limit is told with its size and the limit, once, until it is mended', async () => {
    const { write, path, event, sentinel, told } = await watchFolder({ files: { 'storm.md': old }, maxBytes: 1_000 });
    write('storm.md', 'x'.repeat(1_001));
    const { reason } = await event('unreadable');
    expect(reason).toMatch(/1001 bytes.*1000/);
    utimesSync(path('storm.md'), new Date(), new Date());
    await sentinel();
    write('storm.md', old);
    await event('mended');
    expect(told()).toEqual([
      { kind: 'unreadable', file: 'storm.md', slug: 'storm', reason },
      { kind: 'mended', file: 'storm.md', slug: 'storm' },
    ]);
  });

  test('a name that addresses need, a folder named as a story, a link in a circle', async () => {
    const { path, write, event } = await watchFolder();
    write('uk/revisions.md', fresh);
    expect((await event('unreadable', ({ file }) => file === 'uk/revisions.md')).reason).toContain('"revisions"');
    symlinkSync('circle.md', path('circle.md'));
    await event('unreadable', ({ file }) => file === 'circle.md');
    mkdirSync(path('folder.md'));
    await event('unreadable', ({ file }) => file === 'folder.md');
    unlinkSync(path('uk/revisions.md'));
    expect(await event('mended')).toEqual({ kind: 'mended', file: 'uk/revisions.md' });
  });

  const asUser = test.runIf(process.getuid?.() !== 0);

  asUser('a file that may not be read is told, and does not count as gone', async () => {
    const { path, write, event, told } = await watchFolder({ files: { 'storm.md': old, 'other.md': old } });
    chmodSync(path('storm.md'), 0);
    expect((await event('unreadable')).reason).toContain('permission denied');
    unlinkSync(path('other.md'));
    await event('gone', ({ slug }) => slug === 'other');
    expect(told()).toHaveLength(2);
    chmodSync(path('storm.md'), 0o600);
    await event('mended');
    write('storm.md', fresh);
    await event('saved');
  });

  asUser('a folder that may not be entered is told, and what is in it does not count as gone', async () => {
    const { path, event, told } = await watchFolder({ files: { 'uk/storm.md': old, 'other.md': old }, rescanMs: 50, prepare: (folder) => chmodSync(join(folder, 'uk'), 0) });
    await event('unreadable', ({ file }) => file === 'uk');
    unlinkSync(path('other.md'));
    expect(await event('gone')).toMatchObject({ slug: 'other' });
    expect(told()).toHaveLength(3);
    chmodSync(path('uk'), 0o700);
    await event('mended', ({ file }) => file === 'uk');
    await event('mended', ({ file }) => file === 'uk/storm.md');
    expect(told()).toHaveLength(5);
  });
});

describe('links', () => {
  test('whose chain is swapped are noticed', async () => {
    const { path, write, saved, sentinel, told } = await watchFolder({
      files: { '..v1/storm.md': old, '..v2/storm.md': fresh },
      known: [knownAs('storm', old)],
      prepare: (folder) => {
        symlinkSync('..v1', join(folder, '..data'));
        symlinkSync('..data/storm.md', join(folder, 'storm.md'));
      },
    });
    expect(told()).toEqual([]);
    symlinkSync('..v2', path('..next'));
    renameSync(path('..next'), path('..data'));
    await saved('storm', fresh);
    rmSync(path('..v1'), { recursive: true });
    write('..v2/storm.md', story('third'));
    await saved('storm', story('third'));
    await sentinel();
    expect(told()).toHaveLength(2);
  });

  test('that lead to an old text have saved it when they were made or swapped', async () => {
    const { path, saved } = await watchFolder({
      files: { '..v1/storm.md': old, '..v2/storm.md': fresh },
      known: [],
      prepare: (folder) => symlinkSync('..v1', join(folder, '..data')),
    });
    await pause(30);
    symlinkSync('..data/storm.md', path('storm.md'));
    expect((await saved('storm', old)).savedAt).toBeGreaterThanOrEqual(Math.floor(lstatSync(path('storm.md')).ctimeMs));
    await pause(30);
    symlinkSync('..v2', path('..next'));
    renameSync(path('..next'), path('..data'));
    expect((await saved('storm', fresh)).savedAt).toBeGreaterThanOrEqual(Math.floor(lstatSync(path('..data')).ctimeMs));
  });

  test('out of the folder are never followed, neither of files nor of folders', async () => {
    const secret = (folder: string): string => join(folder, '..', 'secret');
    const { home, path, event, sentinel, told } = await watchFolder({
      rescanMs: 50,
      prepare: (folder) => {
        mkdirSync(secret(folder));
        writeFileSync(join(secret(folder), 'storm.md'), old);
        symlinkSync(secret(folder), join(folder, 'linked'));
        symlinkSync(join(secret(folder), 'storm.md'), join(folder, 'storm.md'));
      },
    });
    await event('unreadable', ({ file }) => file === 'linked');
    await event('unreadable', ({ file }) => file === 'storm.md');
    writeFileSync(join(home, 'secret', 'storm.md'), fresh);
    symlinkSync(join(home, 'secret'), path('later'));
    await event('unreadable', ({ file }) => file === 'later');
    await sentinel();
    expect(told()).toHaveLength(3);
  });

  test('inside the folder are stories of their own', async () => {
    const { path, write, saved } = await watchFolder({ files: { 'uk/storm.md': old } });
    symlinkSync('uk', path('gb'));
    await saved('gb/storm', old);
    write('uk/storm.md', fresh);
    await Promise.all([saved('gb/storm', fresh), saved('uk/storm', fresh)]);
  });
});

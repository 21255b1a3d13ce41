import { cpSync, linkSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { story, watchFolder } from './watched-folder.ts';

const old = story('old');
const fresh = story('new');

describe('a file that goes', () => {
  test('is told as gone after a while, and as saved when it is back with the same bytes', async () => {
    const { path, write, event, saved } = await watchFolder({ files: { 'storm.md': old } });
    unlinkSync(path('storm.md'));
    expect(await event('gone')).toEqual({ kind: 'gone', slug: 'storm', file: 'storm.md' });
    write('storm.md', old);
    await saved('storm', old);
  });

  test('and comes back in time tells nothing', async () => {
    const { path, write, event, told } = await watchFolder({ files: { 'storm.md': old, 'other.md': fresh } });
    unlinkSync(path('storm.md'));
    await pause(50);
    write('storm.md', old);
    unlinkSync(path('other.md'));
    await event('gone', ({ slug }) => slug === 'other');
    expect(told()).toHaveLength(1);
  });

  test('and comes back in time with other bytes is a save', async () => {
    const { path, write, saved, told } = await watchFolder({ files: { 'storm.md': old } });
    unlinkSync(path('storm.md'));
    await pause(50);
    write('storm.md', fresh);
    await saved('storm', fresh);
    expect(told()).toHaveLength(1);
  });

  test('with most of the others is no withdrawal; those that stay go on', async () => {
    const files = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((slug) => [`${slug}.md`, story(slug)]));
    const { path, write, event, saved, told } = await watchFolder({ files });
    for (const slug of ['a', 'b', 'c']) unlinkSync(path(`${slug}.md`));
    expect(await event('vanished')).toEqual({ kind: 'vanished', slugs: ['a', 'b', 'c'], folder: 'there' });
    write('d.md', fresh);
    await saved('d', fresh);
    expect(told()).toHaveLength(2);
  });

  test('alone is gone, although most of the others had vanished before', async () => {
    const slugs = Array.from({ length: 15 }, (_, i) => `m${i}`);
    const { path, event, told } = await watchFolder({ files: Object.fromEntries(slugs.map((slug) => [`${slug}.md`, story(slug)])) });
    for (const slug of slugs.slice(3)) unlinkSync(path(`${slug}.md`));
    await event('vanished');
    unlinkSync(path('m2.md'));
    await event('gone');
    expect(told().slice(1)).toEqual([{ kind: 'gone', slug: 'm2', file: 'm2.md' }]);
  });

  test('with the folder itself is no withdrawal, and the folder may come back', async () => {
    const { folder, write, event, saved, told } = await watchFolder({ files: { 'storm.md': old } });
    renameSync(folder, `${folder}-away`);
    expect(await event('vanished')).toEqual({ kind: 'vanished', slugs: ['storm'], folder: 'gone' });
    renameSync(`${folder}-away`, folder);
    await saved('storm', old);
    write('storm.md', fresh);
    await saved('storm', fresh);
    expect(told()).toHaveLength(3);
  });

  test('with the folder and comes back with copies of itself has not moved', async () => {
    const files = { 'm.md': story('m'), 'n.md': story('n'), 'o.md': story('o') };
    const { folder, event, saved, told } = await watchFolder({ files });
    renameSync(folder, `${folder}-away`);
    await event('vanished');
    for (const name of ['a', 'z']) cpSync(join(`${folder}-away`, 'n.md'), join(`${folder}-away`, `${name}.md`));
    renameSync(`${folder}-away`, folder);
    await Promise.all(['m', 'n', 'o'].map((slug) => saved(slug, story(slug))));
    await Promise.all(['a', 'z'].map((slug) => saved(slug, story('n'))));
    expect(told()).toHaveLength(6);
  });

  test('with the folder, which is made anew in time, is a save where the bytes differ', async () => {
    const { folder, write, saved, told } = await watchFolder({ files: { 'storm.md': old, 'other.md': old } });
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    write('other.md', old);
    write('storm.md', fresh);
    await saved('storm', fresh);
    write('storm.md', old);
    await saved('storm', old);
    expect(told()).toHaveLength(2);
  });
});

describe('a rename', () => {
  const moved = { kind: 'moved', from: 'storm', to: 'uk/gale', file: 'uk/gale.md' };
  const files = { 'storm.md': old, 'uk/other.md': fresh };

  test('moves the story, and tells no save of the same bytes', async () => {
    const { path, event, sentinel, told } = await watchFolder({ files });
    renameSync(path('storm.md'), path('uk/gale.md'));
    await event('moved');
    await sentinel();
    expect(told()).toEqual([moved]);
  });

  test('and an edit in one go is a move and then a save', async () => {
    const { path, saved, told } = await watchFolder({ files });
    renameSync(path('storm.md'), path('uk/gale.md'));
    writeFileSync(path('uk/gale.md'), fresh);
    await saved('uk/gale', fresh);
    expect(told()).toEqual([moved, { kind: 'saved', slug: 'uk/gale', text: fresh }]);
  });

  test('by a copy and a deletion moves the story', async () => {
    const { path, event } = await watchFolder({ files });
    cpSync(path('storm.md'), path('uk/gale.md'));
    unlinkSync(path('storm.md'));
    expect(await event('moved')).toEqual(moved);
  });

  test('by a deletion and a new file with the same bytes moves the story', async () => {
    const { path, write, event } = await watchFolder({ files });
    unlinkSync(path('storm.md'));
    await pause(50);
    write('uk/gale.md', old);
    expect(await event('moved')).toEqual(moved);
  });

  test('to another extension is none: the slug is the same, and so are the bytes', async () => {
    const { path, sentinel, saved, told } = await watchFolder({ files });
    renameSync(path('storm.md'), path('storm.txt'));
    await sentinel();
    expect(told()).toEqual([]);
    writeFileSync(path('storm.txt'), fresh);
    expect((await saved('storm', fresh)).file).toBe('storm.txt');
  });

  test('of a folder moves what is in it', async () => {
    const { path, event, told } = await watchFolder({ files: { 'uk/a.md': story('a'), 'uk/b.md': story('b'), 'uk/c.md': story('c') } });
    renameSync(path('uk'), path('gb'));
    await Promise.all(['a', 'b', 'c'].map((name) => event('moved', ({ from, to }) => from === `uk/${name}` && to === `gb/${name}`)));
    expect(told()).toHaveLength(3);
  });

  test('after which the old name is written anew keeps the story where it was: so some editors make backups', async () => {
    const { path, write, saved, told } = await watchFolder({ files });
    renameSync(path('storm.md'), path('uk/gale.md'));
    write('storm.md', `${old}More.\n`);
    await Promise.all([saved('storm', `${old}More.\n`), saved('uk/gale', old)]);
    expect(told()).toHaveLength(2);
  });

  test.each([
    ['copy', cpSync],
    ['hard link', linkSync],
  ])('is not what a %s is: it is a story of its own', async (_name, copy) => {
    const { path, saved, told } = await watchFolder({ files });
    copy(path('storm.md'), path('uk/gale.md'));
    await saved('uk/gale', old);
    expect(told()).toHaveLength(1);
  });

  test('is not what another story is that gets the inode of a deleted one', async () => {
    const { path, write, event, saved, told } = await watchFolder({ files });
    unlinkSync(path('storm.md'));
    write('uk/gale.md', story('gale'));
    await saved('uk/gale', story('gale'));
    await event('gone');
    expect(told()).toHaveLength(2);
  });
});

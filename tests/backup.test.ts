/** Backups of a log: consistent while it is written to, without what was redacted, never in the place of something else; and what comes back from them. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { everyStory, formatPosition, parsePosition } from '../server/core/protocol.ts';
import type { RevisionLog } from '../server/revision-log.ts';
import { backupLog, NoBackupError, OccupiedError, restoreLog, UnwritableError } from '../server/revision-log/backup.ts';
import { DamagedLogError } from '../server/revision-log/database.ts';
import { DataDirectoryInUseError } from '../server/revision-log/lock.ts';
import { createSqliteLog } from '../server/revision-log/sqlite.ts';
import { useDataFolder } from './revision-log-folder.ts';
import { lead, publish } from './revision-log-stories.ts';
import { createFolders, startServer, type Folders, type ServerProcess } from './server-process.ts';

const { place, open, closedLog, startWriter } = useDataFolder();
const at = (name: string) => join(place.folder, name);
const copies: RevisionLog[] = [];
const openCopy = (name: string): RevisionLog => {
  const log = createSqliteLog({ folder: at(name) });
  copies.push(log);
  return log;
};
const restored = (name: string): RevisionLog => {
  restoreLog({ folder: at(name), file: at('backup.db') });
  return openCopy(name);
};
afterEach(async () => {
  for (const log of copies.splice(0)) await log.close();
});
const backup = (force = false) => backupLog({ folder: place.folder, file: at('backup.db'), force });

/** Every answer about a story, without the names of places. */
const answers = (log: RevisionLog, story = 'storm') =>
  JSON.stringify([log.find(story), log.files(), log.published(), log.memory(story), log.revisions(story, { limit: 100 }), log.revisions(story, { limit: 100 }).map(({ revision }) => [log.revision(story, revision), log.source(story, revision)])]).replaceAll(log.epoch, 'epoch');

const history = (log: RevisionLog): string[] => {
  const told: string[] = [];
  log.subscribe(everyStory, formatPosition(log.epoch, 0), (entry) => void told.push(JSON.stringify(entry).replaceAll(log.epoch, 'epoch')))();
  return told;
};

describe('a backup', () => {
  test('of a log that is open, and of one that is closed, gives the same answers; what comes later is not in it', async () => {
    const log = open();
    for (let step = 1; step <= 5; step += 1) await publish(log, 'storm', step, lead(`text ${step}`));
    await log.withdraw('storm', new Date(0).toISOString());
    await publish(log, 'vote', 7, lead('seven'));
    await log.move('vote', 'uk/vote', new Date(0).toISOString());
    const [before, told] = [answers(log), history(log)];
    expect(backup()).toEqual({ revisions: 6, head: log.head(), bytes: readFileSync(at('backup.db')).length });
    await publish(log, 'storm', 9, lead('later'));
    const copy = restored('one');
    expect([answers(copy), history(copy)]).toEqual([before, told]);
    expect(parsePosition(copy.head())?.sequence).toBe(8);
    await log.close();
    backup(true);
    expect(answers(restored('two'))).toBe(answers(open()));
  });

  test('while another process writes is a moment of the log, and the writer is not held up', async () => {
    const writer = startWriter();
    await writer.line();
    let written = 0;
    const heads: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      for (let n = 0; n < 4; n += 1) writer.append(`text ${(written += 1)}`);
      const { revisions, head } = backup(true);
      expect(parsePosition(head)?.sequence).toBe(revisions);
      heads.push(revisions);
      while (!(await writer.line()).endsWith(`_${written}`));
      expect(existsSync(at('backup.db-wal'))).toBe(false);
    }
    await writer.kill();
    expect(heads).toEqual(heads.toSorted((a, b) => a - b));
    expect(backup(true).revisions).toBe(written); // the last writes of a killed process, too
    expect(answers(restored('copy'))).toBe(answers(open()));
  });

  test('holds nothing of what was redacted, also where its old bytes are still in the files', async () => {
    const log = open();
    for (let step = 1; step <= 40; step += 1) await publish(log, 'storm', step, lead(step % 2 === 0 && step < 40 ? `SECRETWORD ${'of many words '.repeat(step * 20)}` : `text ${step}`));
    const reader = new DatabaseSync(place.file, { readOnly: true });
    reader.exec('BEGIN; SELECT count(*) FROM pieces');
    reader.prepare('SELECT count(*) FROM pieces').get();
    await expect(log.redact('storm', 'all')).rejects.toThrow('the old bytes are still in the files');
    const holds = (name: string) => readFileSync(at(name)).includes('SECRETWORD');
    expect(readdirSync(place.folder).some((name) => name.startsWith('log.db') && holds(name))).toBe(true);
    backup();
    reader.close();
    expect(holds('backup.db')).toBe(false);
  });

  test('is never written over another file, unless that is wanted; nothing but it is left', async () => {
    await closedLog();
    writeFileSync(at('backup.db'), 'the only copy');
    expect(() => backup()).toThrow(OccupiedError);
    expect(readFileSync(at('backup.db'), 'utf8')).toBe('the only copy');
    expect(backup(true).revisions).toBe(3);
    expect(restored('copy').head()).toMatch(/_3$/);
    expect(readdirSync(place.folder).filter((name) => name.includes('.new'))).toEqual([]);
  });

  test('says where it cannot be written', async () => {
    await closedLog();
    mkdirSync(at('backup.db'));
    expect(() => backup(true)).toThrow(UnwritableError);
    expect(() => backup(true)).toThrow(`${at('backup.db')} cannot be written: `);
    expect(() => backupLog({ folder: place.folder, file: join(place.file, 'backup.db') })).toThrow(UnwritableError);
    expect(readdirSync(place.folder).filter((name) => name.includes('.new'))).toEqual([]);
  });

  test('of a damaged log is none: the log is named, and an older backup stays', async () => {
    await closedLog();
    backup();
    const [whole, good] = [readFileSync(place.file), readFileSync(at('backup.db'))];
    Buffer.from('Text').copy(whole, whole.indexOf('text 2'));
    writeFileSync(place.file, whole);
    const attempt = () => backup(true);
    expect(attempt).toThrow(DamagedLogError);
    expect(attempt).toThrow(`the revision log ${place.file} is damaged: piece`);
    expect(readFileSync(at('backup.db'))).toEqual(good);
    expect(readdirSync(place.folder).filter((name) => name.includes('.new'))).toEqual([]);
  });
});

describe('a restored log', () => {
  test('is another one each time, and remembers where it comes from', async () => {
    const log = open();
    await publish(log, 'storm', 1, lead('one'));
    backup();
    const [one, two] = [restored('one'), restored('two')];
    expect(new Set([log.epoch, one.epoch, two.epoch]).size).toBe(3);
    for (const each of [one, two]) expect(each.ancestors).toEqual([{ epoch: log.epoch, until: 1 }]);
    await publish(one, 'storm', 2, lead('two'));
    backupLog({ folder: at('one'), file: at('backup.db'), force: true });
    await publish(one, 'storm', 3, lead('lost'));
    const third = restored('three');
    expect(third.ancestors).toEqual([{ epoch: log.epoch, until: 1 }, { epoch: one.epoch, until: 2 }]);
    const here = (sequence: number) => `${third.epoch}_${sequence}`;
    expect([`${log.epoch}_1`, `${one.epoch}_2`, `${one.epoch}_0`].map(third.resolve)).toEqual([here(1), here(2), here(0)]);
    expect([`${log.epoch}_2`, `${one.epoch}_3`, `${two.epoch}_1`].map(third.resolve)).toEqual([undefined, undefined, undefined]);
    await publish(third, 'storm', 4, lead('goes on'));
    expect(third.diff('storm', `${log.epoch}_1`, third.head())).toMatchObject({ kind: 'found', diff: { from: here(1), to: here(3), folded: 2 } });
    await third.close();
    expect(openCopy('three').ancestors).toEqual(third.ancestors);
  });

  test('takes the place of no other log', async () => {
    const log = open();
    backup();
    expect(() => restoreLog({ folder: place.folder, file: at('backup.db') })).toThrow(DataDirectoryInUseError);
    await log.close();
    const before = readFileSync(place.file);
    expect(() => restoreLog({ folder: place.folder, file: at('backup.db') })).toThrow(OccupiedError);
    expect(readFileSync(place.file)).toEqual(before);
    rmSync(place.file);
    writeFileSync(`${place.file}-wal`, 'the last writes of another log');
    expect(() => restoreLog({ folder: place.folder, file: at('backup.db') })).toThrow(/move away log\.db-wal/);
    expect(() => restoreLog({ folder: at('backup.db/copy'), file: at('backup.db') })).toThrow(UnwritableError);
  });

  const broken: [string, () => void, RegExp][] = [
    ['gone', () => rmSync(at('backup.db')), /there is no file/],
    ['empty', () => truncateSync(at('backup.db'), 0), /it is damaged \(it is empty\)/],
    ['cut off', () => truncateSync(at('backup.db'), 9_000), /it is damaged/],
    ['no database', () => writeFileSync(at('backup.db'), 'Dear diary,\n'.repeat(1_000)), /it is damaged/],
    ["another program's", () => { rmSync(at('backup.db')); withDatabase('CREATE TABLE bookmarks (url TEXT)'); }, /another program's/],
    ['of a newer version', () => withDatabase('PRAGMA user_version = 99'), /newer version/],
  ];
  const withDatabase = (sql: string) => {
    const database = new DatabaseSync(at('backup.db'));
    database.exec(sql);
    database.close();
  };
  test.each(broken)('comes from no file that is %s, and leaves no folder behind', async (_name, spoil, reason) => {
    await closedLog();
    backup();
    spoil();
    const attempt = () => restoreLog({ folder: at('copy'), file: at('backup.db') });
    expect(attempt).toThrow(NoBackupError);
    expect(attempt).toThrow(reason);
    expect(existsSync(at('copy'))).toBe(false);
  });

  test('also comes from a plain copy of the file of a log that is closed', async () => {
    await closedLog();
    renameSync(place.file, at('backup.db'));
    expect(restored('copy').revisions('storm', { limit: 9 })).toHaveLength(3);
  });
});

describe('the commands', () => {
  const bin = fileURLToPath(new URL('../server/bin.js', import.meta.url));
  const run = (...args: string[]): Promise<{ code: number; output: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [bin, ...args], (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, output: stdout + stderr }));
    });
  /** What `follow` says first, that goes on from a position in a file; and what stands in the file then. */
  const followed = async (address: string, position: string): Promise<{ update: object; kept: () => string }> => {
    const state = at(`state-${position}`);
    writeFileSync(state, position);
    const child = spawn(process.execPath, [bin, 'follow', address, '--json', '--state', state], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => { said += String(chunk); });
    await expect.poll(() => said.split('\n').length, { timeout: 30_000 }).toBeGreaterThan(2); // the update, and `live`
    child.kill();
    await once(child, 'exit');
    return { update: JSON.parse(said.split('\n')[0] ?? ''), kept: () => readFileSync(state, 'utf8').trim() };
  };
  let folders: Folders;
  let server: ServerProcess | undefined;
  beforeEach(async () => {
    folders = await createFolders();
  });
  afterEach(async () => {
    await server?.stop();
    await folders.remove();
  });
  const storm = (n: number) => `---\nheadline: Storm\n---\nThis is text ${n}.\n`;

  test('back up a server that runs, and begin another with what was backed up', { timeout: 180_000 }, async () => {
    const file = join(folders.root, 'monday.db');
    await folders.save('storm.md', storm(1));
    server = await startServer(folders);
    await folders.save('storm.md', storm(2));
    await server.printed(/storm {2}revision 2 /);
    const made = await run('backup', file, '--data', folders.data);
    expect(made).toEqual({ code: 0, output: expect.stringMatching(/monday\.db holds 2 revisions up to [0-9a-f]{8}_2, 0\.\d MB\n$/) });
    expect(await run('backup', file, '--data', folders.data)).toEqual({ code: 1, output: expect.stringMatching(/^stop-press: .*monday\.db exists already: .*--force\n$/) });
    expect(await run('restore', file, '--data', folders.data)).toEqual({ code: 1, output: expect.stringMatching(/^stop-press: another Stop Press is using .*\n$/) });
    await folders.save('storm.md', storm(3));
    await server.printed(/storm {2}revision 3 /);
    await server.stop();

    expect(await run('restore', file, '--data', folders.data)).toEqual({ code: 1, output: expect.stringMatching(/^stop-press: there is a revision log in .* already: move away log\.db.*\n$/) });
    renameSync(folders.data, `${folders.data}.lost`);
    const back = await run('restore', file, '--data', folders.data);
    expect(back).toEqual({ code: 0, output: expect.stringMatching(/ holds 2 revisions up to [0-9a-f]{8}_2, 0\.\d MB: what was [0-9a-f]{8}_2 in .*monday\.db\n$/) });
    const [now, old] = [...back.output.matchAll(/([0-9a-f]{8})_2/g)].map(([, epoch]) => epoch);
    expect(made.output).toContain(`${old}_2`);
    server = await startServer(folders);
    await server.printed(/storm {2}revision 3 /); // what the file says since
    const { status, headers } = await fetch(`${server.address}/api/stories/storm/revisions/${old}_2`, { redirect: 'manual' });
    expect([status, headers.get('location')]).toEqual([308, `/api/stories/storm/revisions/${now}_2`]);
    expect((await fetch(`${server.address}/api/stories/storm/revisions/${old}_3`)).status).toBe(404);
    const [there, beyond] = [await followed(`${server.address}/stories/storm`, `${old}_2`), await followed(`${server.address}/stories/storm`, `${old}_3`)];
    expect(there.update).toMatchObject({ type: 'diff', position: `${now}_3`, diff: { from: `${old}_2`, folded: 1 } });
    expect(beyond.update).toMatchObject({ type: 'snapshot', position: `${now}_3`, reset: true });
    for (const { kept } of [there, beyond]) expect(kept()).toBe(`${now}_3`);
  });

  test('say in one line what is wrong with what they were asked', { timeout: 120_000 }, async () => {
    await closedLog();
    mkdirSync(at('elsewhere'));
    const refused: [args: string[], code: number, reason: RegExp][] = [
      [['backup'], 2, /backup takes the name of one file/],
      [['restore'], 2, /restore takes one file/],
      [['backup', at('elsewhere/a.db'), '--data', at('none')], 2, /there is no revision log in/],
      [['backup', at('nowhere/a.db'), '--data', place.folder], 2, /there is no folder .*nowhere/],
      [['backup', place.file, '--data', place.folder, '--force'], 2, /lies beside the log/],
      [['backup', at('elsewhere'), '--data', place.folder, '--force'], 2, /elsewhere is a folder: name a file in it/],
      [['restore', at('none.db'), '--data', at('copy')], 1, /there is no file/],
      [['restore', at('elsewhere'), '--data', at('copy')], 1, /there is no file/],
      [['restore', place.file, '--data', at('copy'), '--force'], 2, /--force is an option of backup/],
    ];
    for (const [args, code, reason] of refused) {
      expect(await run(...args)).toEqual({ code, output: expect.stringMatching(new RegExp(`^stop-press: .*${reason.source}.*\n$`)) });
    }
  });
});

/** A log that is damaged, of another program or too new is reported and left untouched; what a crash leaves is no damage. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { formatPosition } from '../server/core/protocol.ts';
import { DamagedLogError, ForeignDatabaseError, NewerLogError } from '../server/revision-log/database.ts';
import { createSqliteLog } from '../server/revision-log/sqlite.ts';
import { useDataFolder } from './revision-log-folder.ts';
import { lead } from './revision-log-stories.ts';

const { place, open, closedLog, startWriter } = useDataFolder();

describe('a log that is not whole', () => {
  const bytes = () => readFileSync(place.file);
  /** Everything in the folder but the lock, by its hash. */
  const fingerprint = () =>
    readdirSync(place.folder)
      .filter((name) => name.startsWith('log.db') && !name.endsWith('-shm'))
      .map((name) => [name, createHash('sha256').update(readFileSync(join(place.folder, name))).digest('hex')]);
  const withDatabase = (sql: string) => {
    const database = new DatabaseSync(place.file);
    database.exec(sql);
    database.close();
  };
  const overwrite = (at: number, put: Buffer) => {
    const whole = bytes();
    put.copy(whole, at);
    writeFileSync(place.file, whole);
  };

  const damages: [string, () => void, new (...args: never[]) => Error, RegExp][] = [
    ['cut off', () => truncateSync(place.file, Math.floor(statSync(place.file).size / 2)), DamagedLogError, /malformed|damaged/],
    ['cut off in mid-page', () => truncateSync(place.file, statSync(place.file).size - 1_000), DamagedLogError, /./],
    ['garbage in the middle', () => overwrite(Math.floor(statSync(place.file).size / 2), Buffer.alloc(5_000, 0xa7)), DamagedLogError, /./],
    ['garbage at the head', () => overwrite(0, Buffer.alloc(200, 0xa7)), DamagedLogError, /not a database/],
    ['one letter of a text', () => overwrite(bytes().indexOf('text 2'), Buffer.from('Text')), DamagedLogError, /piece \d+/],
    ['empty', () => truncateSync(place.file, 0), DamagedLogError, /is empty/],
    ['a text file', () => writeFileSync(place.file, 'Dear diary,\n'.repeat(1_000)), DamagedLogError, /not a database/],
    ['gone, with its last writes left', () => { rmSync(place.file); writeFileSync(`${place.file}-wal`, 'left'); }, DamagedLogError, /log\.db-wal/],
    ["another program's", () => { rmSync(place.file); withDatabase('CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES (1)'); }, ForeignDatabaseError, /another program/],
    ['of a newer version', () => withDatabase('PRAGMA user_version = 99'), NewerLogError, /99/],
  ];

  test.each(damages)('%s: is reported and left untouched', async (_name, damage, errorClass, found) => {
    await closedLog();
    damage();
    const before = fingerprint();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(() => createSqliteLog({ folder: place.folder })).toThrow(errorClass);
      expect(() => createSqliteLog({ folder: place.folder })).toThrow(found);
      expect(() => createSqliteLog({ folder: place.folder })).toThrow(place.file);
    }
    expect(fingerprint()).toEqual(before);
  });

  test('the last writes of a killed process are no damage', async () => {
    const writer = startWriter();
    await writer.line();
    writer.append('one');
    await writer.line();
    await writer.kill();
    expect(statSync(`${place.file}-wal`).size).toBeGreaterThan(0);
    expect(open().find('storm')).toMatchObject({ kind: 'published', state: { sections: lead('one') } });
  });

  test('a crash while a log is made leaves nothing that hinders the next start', async () => {
    for (const suffix of ['', '-wal', '-shm', '-journal']) writeFileSync(`${place.file}.new${suffix}`, 'half a database');
    const log = open();
    expect(log.head()).toBe(formatPosition(log.epoch, 0));
    expect(readdirSync(place.folder).filter((name) => name.includes('.new'))).toEqual([]);
  });

  test('every log has an epoch of its own, and keeps it', async () => {
    const log = open();
    const { epoch } = log;
    await log.close();
    expect(open().epoch).toBe(epoch);
    const other = createSqliteLog({ folder: join(place.folder, 'other') });
    expect(other.epoch).not.toBe(epoch);
    await other.close();
  });
});

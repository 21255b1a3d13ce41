/** Writes that fail leave nothing half done. */
import { spawnSync } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { WriteFailedError, type RevisionLog } from '../server/revision-log.ts';
import { useDataFolder } from './revision-log-folder.ts';
import { timeOf } from './revision-log-model.ts';
import { lead, publish, sectionOf } from './revision-log-stories.ts';

const { place, open, startWriter } = useDataFolder();

describe('a write that fails', () => {
  const tables = ['entries', 'revisions', 'pieces', 'slugs', 'stories', 'removed'];
  const withRaw = <T>(work: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(place.file);
    try {
      return work(database);
    } finally {
      database.close();
    }
  };
  const answers = (log: RevisionLog) => [log.head(), log.published(), log.files(), log.memory('storm'), log.revisions('storm', { limit: 9 }), log.find('new')];

  test.each(tables)('halfway, at the table %s: leaves everything as it was, and the log goes on', async (table) => {
    const log = open();
    await publish(log, 'storm', 1, [...lead('one'), sectionOf('a', 'of a')]);
    await log.withdraw('storm', timeOf(2));
    const told: number[] = [];
    log.subscribe('*', log.head(), ({ sequence }) => void told.push(sequence));
    const before = answers(log);
    const events = ['INSERT', 'UPDATE', 'DELETE'];
    withRaw((database) => {
      for (const event of events) database.exec(`CREATE TRIGGER fail_${event} BEFORE ${event} ON ${table} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`);
    });
    const failing = [publish(log, 'storm', 3, lead('two')), ...(table === 'removed' ? [] : [publish(log, 'new', 3, lead('new'))])];
    for (const result of await Promise.allSettled(failing)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'WriteFailedError', message: expect.stringMatching(/^a revision of (storm|new) could not be written.*the disk is full/) } });
    }
    expect(answers(log)).toEqual(before);
    expect(told).toEqual([]);
    withRaw((database) => {
      for (const event of events) database.exec(`DROP TRIGGER fail_${event}`);
    });
    expect(await publish(log, 'storm', 4, lead('three'))).toMatchObject({ sequence: 3, state: { revision: 2 } });
    expect(told).toEqual([3]);
  });

  test('because another program has locked the database: says so, and the next one goes through', async () => {
    const log = open();
    await publish(log, 'storm', 1, lead('one'));
    const other = new DatabaseSync(place.file);
    other.exec('BEGIN IMMEDIATE');
    await expect(publish(log, 'storm', 2, lead('two'))).rejects.toThrow(WriteFailedError);
    other.close();
    expect(await publish(log, 'storm', 3, lead('three'))).toMatchObject({ sequence: 2, state: { revision: 2 } });
  });

  const prlimit = spawnSync('prlimit', ['--version']).status === 0;
  test.skipIf(!prlimit)('because there is no room for it: when there is room again, the next one goes through (needs prlimit)', async () => {
    const writer = startWriter();
    const limit = (size: string) => spawnSync('prlimit', ['--pid', String(writer.child.pid), `--fsize=${size}`]);
    const appended = async (text: string): Promise<string> => {
      writer.append(text);
      for (;;) {
        const line = await writer.line();
        if (!line.startsWith('heard')) return line;
      }
    };
    await writer.line();
    const first = await appended('one');
    limit('200000:unlimited');
    expect(await appended('many words '.repeat(30_000))).toMatch(/^WriteFailedError: a revision of storm could not be written/);
    limit('unlimited');
    expect(await appended('two')).toBe(first.replace(/_1$/, '_2'));
    await writer.kill();
    const log = open();
    expect(log.revisions('storm', { limit: 9 }).map(({ revision }) => revision)).toEqual([2, 1]);
    expect(log.find('storm')).toMatchObject({ state: { sections: lead('two') } });
  });
});

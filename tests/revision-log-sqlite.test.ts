/** What only a log on disk has to keep: durable before visible, one writer, and no history that is read for nothing. */
import { readdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { formatPosition } from '../server/core/protocol.ts';
import { DataDirectoryInUseError } from '../server/revision-log/lock.ts';
import { lists, reads, schema } from '../server/revision-log/sql.ts';
import { createSqliteLog, createSqliteReader } from '../server/revision-log/sqlite.ts';
import { useDataFolder } from './revision-log-folder.ts';
import { timeOf } from './revision-log-model.ts';
import { lead, publish } from './revision-log-stories.ts';

const { place, open, startWriter } = useDataFolder();

describe('durable before visible', () => {
  test('when a listener is called, another connection finds the entry', async () => {
    const log = open();
    const reader = createSqliteReader({ folder: place.folder });
    const seen: [string, string][] = [];
    log.subscribe('storm', log.head(), ({ position }) => void seen.push([position, reader.head()]));
    await publish(log, 'storm', 1, lead('one'));
    await log.withdraw('storm', timeOf(2));
    await publish(log, 'storm', 3, lead('two'));
    expect(seen).toHaveLength(3);
    for (const [told, found] of seen) expect(found).toBe(told);
    expect(reader.find('storm')).toEqual(log.find('storm'));
    reader.close();
  });

  test('what a process has told before it was killed is there, and its lock is gone', async () => {
    const writer = startWriter();
    expect(await writer.line()).toMatch(/^open [0-9a-f]{8}_0$/);
    for (const text of ['one', 'two', 'three']) writer.append(text);
    while ((await writer.line()) !== `heard ${formatPosition(createEpoch(), 2)}`);
    await writer.kill();
    const log = open();
    const numbers = log.revisions('storm', { limit: 9 }).map(({ revision }) => revision);
    expect(numbers.slice(-2)).toEqual([2, 1]);
    const next = await publish(log, 'storm', 9, lead('after'));
    expect(next.state.revision).toBe(numbers.length + 1);
  });

  /** The epoch of the log that another process has open. */
  const createEpoch = (): string => {
    const reader = createSqliteReader({ folder: place.folder });
    reader.close();
    return reader.epoch;
  };
});

describe('one writer', () => {
  test('a second log on the same folder is refused, and the first does not mind', async () => {
    const log = open();
    expect(() => createSqliteLog({ folder: place.folder })).toThrow(DataDirectoryInUseError);
    expect(() => createSqliteLog({ folder: place.folder })).toThrow(place.folder);
    await publish(log, 'storm', 1, lead('one'));
    await log.close();
    expect(open().find('storm')).toMatchObject({ kind: 'published' });
  });

  test('so is one in another process, either way round', async () => {
    const log = open();
    expect(await startWriter().line()).toMatch(/^DataDirectoryInUseError: .*lsof/);
    await log.close();
    const writer = startWriter();
    expect(await writer.line()).toMatch(/^open/);
    expect(() => createSqliteLog({ folder: place.folder })).toThrow(DataDirectoryInUseError);
  });

  test('readers need no lock, and see what is written while they read', async () => {
    const writer = startWriter();
    await writer.line();
    const reader = createSqliteReader({ folder: place.folder });
    expect(reader.find('storm')).toBeUndefined();
    writer.append('one');
    await writer.line();
    expect(reader.find('storm')).toMatchObject({ kind: 'published', state: { sections: lead('one') } });
    expect(reader.published()).toHaveLength(1);
    reader.close();
  });

  test('there is nothing to read where there is no log', () => {
    expect(() => createSqliteReader({ folder: place.folder })).toThrow();
    expect(readdirSync(place.folder)).toEqual([]);
  });
});

describe('time does not grow with the history', () => {
  const planOf = (sql: string): string[] => {
    const database = new DatabaseSync(':memory:');
    database.exec(schema);
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) => String(detail));
    database.close();
    return plan;
  };

  test.each(Object.entries(lists))('law: the list of %s goes through the slugs, and by index from there', (_name, sql) => {
    expect(planOf(sql).filter((step) => step.startsWith('SCAN'))).toEqual(['SCAN slugs USING INDEX slugs_now']);
  });

  /** What they return is a range of the log, and they read no more. */
  const ranges = ['head', 'entries', 'slugsSince'];

  test.each(Object.entries(reads))('law: the statement %s reads by index what it returns, and no more', (name, sql) => {
    const plan = planOf(sql);
    const searches = plan.filter((step) => step.startsWith('SEARCH'));
    expect(searches.length).toBeGreaterThan(0);
    expect(searches.filter((step) => !ranges.includes(name) && !/\(\w+=\?/.test(step))).toEqual([]);
    expect(plan.filter((step) => /^SCAN (?!part VIRTUAL TABLE)/.test(step))).toEqual([]);
    expect(plan.filter((step) => sql.includes('LIMIT') && step.startsWith('USE TEMP B-TREE'))).toEqual([]);
  });
});

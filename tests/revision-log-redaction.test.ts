/** What was redacted is in none of the files. */
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RedactionUnfinishedError, type RevisionLog } from '../server/revision-log.ts';
import { createSqliteLog, createSqliteReader } from '../server/revision-log/sqlite.ts';
import { useDataFolder } from './revision-log-folder.ts';
import { timeOf } from './revision-log-model.ts';
import { contentOf, lead, publish, sectionOf } from './revision-log-stories.ts';

const { place, open, closedLog } = useDataFolder();

describe('redaction on disk', () => {
  /** The files of the folder that hold a text; read by another process, since closing a file here would drop this one's locks on it. */
  const filesWith = (text: string): string => spawnSync('grep', ['-rlaF', '--', text, place.folder], { encoding: 'utf8' }).stdout;

  const marksInFiles = (): number[] => {
    const found = spawnSync('grep', ['-rahoE', '--', 'mark-[0-9]+-', place.folder], { encoding: 'utf8' }).stdout.split('\n').filter((mark) => mark !== '');
    return [...new Set(found.map((mark) => Number(mark.split('-')[1])))].sort((a, b) => a - b);
  };

  /** A revision that carries its mark wherever a revision can carry text, in a section that leaves with the next and comes back later. */
  const publishMarked = (log: RevisionLog, step: number, mark: string) => {
    const section = { ...sectionOf(`part-${step % 3}`, `body ${mark}`), heading: `heading ${mark}` };
    const content = contentOf([...lead(`lead ${mark}`), section], timeOf(step));
    const meta = { ...content.meta, headline: `headline ${mark}`, authors: [`author ${mark}`] };
    const origin = { source: `source ${mark}`, fileHash: `hash ${mark}`, note: `file note ${mark}`, minor: `minor ${mark}` };
    return log.append({ story: 'storm', at: timeOf(step), change: 'update', note: `note ${mark}`, content: { ...content, meta }, ops: [], splits: { a: `split ${mark}` }, origin });
  };

  test('law: what was redacted is in none of the files, what was not is still there', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 2, maxLength: 10 }), fc.infiniteStream(fc.boolean()), async (sizes, choices) => {
        const log = createSqliteLog({ folder: place.folder });
        const markOf = (index: number) => `mark-${index}-${'x'.repeat(sizes[index] ?? 0)}-end`;
        for (const index of sizes.keys()) await publishMarked(log, index, markOf(index));
        const redacted = sizes.map((_, index) => index).filter((index) => index < sizes.length - 1 && choices.next().value);
        const left = [...sizes.keys()].filter((index) => !redacted.includes(index));
        expect(marksInFiles()).toEqual([...sizes.keys()]);
        for (const index of redacted) expect(await log.redact('storm', index + 1)).toEqual({ kind: 'redacted', revisions: [index + 1] });
        expect(marksInFiles()).toEqual(left);
        await log.close();
        expect(marksInFiles()).toEqual(left);
        for (const name of readdirSync(place.folder)) rmSync(join(place.folder, name));
      }),
      { numRuns: 10 },
    ), 120_000);

  test('a text that a readable revision shares stays there', async () => {
    const log = open();
    const shared = sectionOf('a', 'shared by two');
    await publish(log, 'storm', 1, [...lead('of one alone'), shared]);
    await publish(log, 'storm', 2, [...lead('of two alone'), shared]);
    await log.redact('storm', 1);
    expect([filesWith('shared by two') === '', filesWith('of one alone')]).toEqual([false, '']);
    expect(log.find('storm')).toMatchObject({ state: { sections: [...lead('of two alone'), shared] } });
  });

  test('a reader that remembers the state does not give it away', async () => {
    const log = open();
    await publish(log, 'storm', 1, lead('the secret'));
    await log.withdraw('storm', timeOf(2));
    const reader = createSqliteReader({ folder: place.folder });
    expect(reader.find('storm')).toMatchObject({ state: { sections: lead('the secret') } });
    await log.redact('storm', 'all');
    expect(reader.find('storm')).toMatchObject({ kind: 'withdrawn', state: { sections: [] } });
    expect(reader.revision('storm', 1).kind).toBe('redacted');
    reader.close();
  });

  test('while another program reads the old bytes: says so, and finishes when it is asked again', async () => {
    const log = open();
    await publish(log, 'storm', 1, lead('the secret'));
    await publish(log, 'storm', 2, lead('two'));
    const other = new DatabaseSync(place.file, { readOnly: true });
    other.exec('BEGIN');
    other.prepare('SELECT count(*) FROM entries').get();
    await expect(log.redact('storm', 1)).rejects.toThrow(RedactionUnfinishedError);
    expect(log.revision('storm', 1).kind).toBe('redacted');
    expect(filesWith('the secret')).not.toBe('');
    other.close();
    expect(await log.redact('storm', 1)).toEqual({ kind: 'redacted', revisions: [] });
    expect(filesWith('the secret')).toBe('');
    expect(await publish(log, 'storm', 3, lead('three'))).toMatchObject({ sequence: 3 });
  });

  test('that was cut short is finished at the next start', async () => {
    await closedLog();
    const scrub = (): unknown => {
      const database = new DatabaseSync(place.file, { readOnly: true });
      const value = database.prepare("SELECT value FROM facts WHERE name = 'scrub'").get()?.['value'];
      database.close();
      return value;
    };
    const database = new DatabaseSync(place.file);
    database.exec("INSERT INTO facts VALUES ('scrub', 'pending'); CREATE TABLE spare (text); INSERT INTO spare VALUES ('old bytes'); DROP TABLE spare");
    database.close();
    expect([scrub(), filesWith('old bytes') === '']).toEqual(['pending', false]);
    await open().close();
    expect([scrub(), filesWith('old bytes')]).toEqual(['done', '']);
  });
});

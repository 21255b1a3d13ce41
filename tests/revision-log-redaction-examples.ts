/** One story a test: what a redaction leaves, and what it leads across. */
import { expect, test } from 'vitest';
import { apply } from '../server/core/diff.ts';
import { formatPosition } from '../server/core/protocol.ts';
import type { Entry, RevisionLog } from '../server/revision-log.ts';
import { timeOf } from './revision-log-model.ts';
import { contentOf, lead, publish, sectionOf, type LogFixture } from './revision-log-stories.ts';

export const redactionExamples = (fresh: () => Promise<LogFixture>): void => {
  const at = (log: RevisionLog, sequence: number) => formatPosition(log.epoch, sequence);
  const historyOf = (log: RevisionLog, after: number): Entry[] => {
    const entries: Entry[] = [];
    log.subscribe('storm', at(log, after), (entry) => void entries.push(entry))();
    return entries;
  };
  const three = async (log: RevisionLog) => {
    for (let step = 1; step <= 3; step += 1) await publish(log, 'storm', step, lead(`text ${step}`), { note: `note ${step}`, source: `source ${step}` });
  };

  test('a redacted revision is gone, and diffs lead across it', async () => {
    const { log } = await fresh();
    await three(log);
    expect(await log.redact('storm', 2)).toEqual({ kind: 'redacted', revisions: [2] });
    expect(log.revision('storm', 2)).toEqual({ kind: 'redacted', position: at(log, 2) });
    expect(log.revision('storm', at(log, 2))).toEqual({ kind: 'redacted', position: at(log, 2) });
    expect([log.diff('storm', at(log, 1), at(log, 2)).kind, log.diff('storm', at(log, 2), at(log, 3)).kind]).toEqual(['gone', 'gone']);
    expect(log.diff('storm', at(log, 1), at(log, 3))).toMatchObject({ kind: 'found', diff: { folded: 2 } });
    expect(log.revisions('storm', { limit: 9 }).map(({ revision, redacted, note }) => [revision, redacted, note])).toEqual([
      [3, false, 'note 3'],
      [2, true, undefined],
      [1, false, 'note 1'],
    ]);
    expect(await log.redact('storm', 2)).toEqual({ kind: 'redacted', revisions: [] });
  });

  test('history leads across a redacted revision; who held it is given the next one whole', async () => {
    const { log } = await fresh();
    await three(log);
    await log.redact('storm', 2);
    const [first, third] = historyOf(log, 0);
    expect([first?.sequence, third?.sequence, historyOf(log, 0).length]).toEqual([1, 3, 2]);
    expect(third).toMatchObject({ previous: at(log, 1), diff: { from: at(log, 1), to: at(log, 3), folded: 2 } });
    expect(historyOf(log, 1)).toEqual([third]);
    const [whole] = historyOf(log, 2);
    expect(whole).toMatchObject({ previous: at(log, 2), state: { revision: 3 } });
    expect(whole?.kind === 'revision' && whole.diff).toBeUndefined();
  });

  test('a withdrawal between follows on what was told before it', async () => {
    const { log } = await fresh();
    await three(log);
    await log.withdraw('storm', timeOf(4));
    await publish(log, 'storm', 5, lead('text 5'));
    await log.redact('storm', 3);
    const told = historyOf(log, 1);
    expect(told).toMatchObject([
      { sequence: 2, previous: at(log, 1) },
      { kind: 'withdrawal', sequence: 4, previous: at(log, 2) },
      { sequence: 5, previous: at(log, 4), diff: { from: at(log, 4), folded: 2 } },
    ]);
    const last = told[2];
    if (last?.kind !== 'revision' || !last.diff) throw new Error('no diff');
    expect(apply(contentOf(lead('text 2'), timeOf(2)), last.diff.ops, last.at).hash).toBe(last.state.hash);
  });

  test('what readers see now is not redacted', async () => {
    const { log } = await fresh();
    await three(log);
    expect(await log.redact('storm', 3)).toEqual({ kind: 'current' });
    expect(await log.redact('storm', 9)).toEqual({ kind: 'unknown' });
    expect(await log.redact('storm', 'all')).toEqual({ kind: 'redacted', revisions: [1, 2] });
    expect(log.find('storm')).toMatchObject({ kind: 'published', state: { revision: 3, sections: lead('text 3') } });
  });

  test('of a withdrawn story all is redacted; put back, it begins anew and keeps its numbers and ids', async () => {
    const { log } = await fresh();
    await publish(log, 'storm', 1, [...lead('text 1'), sectionOf('a', 'secret')]);
    await log.withdraw('storm', timeOf(2));
    expect(await log.redact('storm', 'all')).toEqual({ kind: 'redacted', revisions: [1] });
    expect(log.find('storm')).toMatchObject({ kind: 'withdrawn', position: at(log, 2), state: { revision: 1, sections: [], meta: { headline: '', lang: 'en', published: timeOf(0) } } });
    expect(log.memory('storm')).toEqual({
      removed: [{ ...sectionOf('lead', ''), blocks: [] }, { ...sectionOf('a', ''), heading: '', blocks: [] }],
      origin: { source: '', fileHash: '' },
    });
    const back = await publish(log, 'storm', 3, lead('text 3'));
    expect(back).toMatchObject({ previous: at(log, 2), state: { revision: 2 } });
    expect(back.diff).toBeUndefined();
    expect(log.revisions('storm', { limit: 1 })).toMatchObject([{ revision: 2, edited: 0, added: 0, removed: 0, moved: 0 }]);
    expect(log.memory('storm')?.removed.map(({ id }) => id)).toEqual(['a']);
    const [told, ...more] = historyOf(log, 0);
    expect([told?.kind, told?.kind === 'withdrawal' && told.previous, more.length]).toEqual(['withdrawal', at(log, 1), 1]);
    expect(more[0]).toEqual(back);
  });

  test('the memory of a removed section is blanked with the last revision that held it', async () => {
    const { log } = await fresh();
    const a = sectionOf('a', 'secret');
    await publish(log, 'storm', 1, [...lead('text 1'), a]);
    await publish(log, 'storm', 2, [...lead('text 2'), a]);
    await publish(log, 'storm', 3, lead('text 3'));
    await log.redact('storm', 1);
    expect(log.memory('storm')?.removed).toEqual([a]);
    await log.redact('storm', 2);
    expect(log.memory('storm')?.removed).toEqual([{ ...a, heading: '', blocks: [] }]);
  });

  test('a moved story is redacted through its old slug too', async () => {
    const { log } = await fresh();
    await three(log);
    await log.move('storm', 'gale', timeOf(4));
    expect(await log.redact('storm', 'all')).toEqual({ kind: 'redacted', revisions: [1, 2] });
    expect(log.revision('gale', 1).kind).toBe('redacted');
  });
};

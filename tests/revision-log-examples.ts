/** One story a test: what the laws say in general, where it is easy to get wrong. */
import { expect, test } from 'vitest';
import { everyStory, formatPosition } from '../server/core/protocol.ts';
import type { Change } from '../server/core/story.ts';
import { LogClosedError, UnknownPositionError, type Entry, type RevisionLog } from '../server/revision-log.ts';
import { timeOf } from './revision-log-model.ts';
import { redactionExamples } from './revision-log-redaction-examples.ts';
import { lead, publish, sectionOf, type LogFixture } from './revision-log-stories.ts';

export const examples = (fresh: () => Promise<LogFixture>): void => {
  const start = (log: RevisionLog) => formatPosition(log.epoch, 0);
  const at = (log: RevisionLog, sequence: number) => formatPosition(log.epoch, sequence);

  test('an empty log', async () => {
    const { log } = await fresh();
    expect(log.epoch).toMatch(/^[0-9a-f]{8}$/);
    expect(log.head()).toBe(start(log));
    expect([log.published(), log.files(), log.changedSince(start(log)), log.revisions('storm', { limit: 9 })]).toEqual([[], [], [], []]);
    expect([log.find('storm'), log.memory('storm'), log.locate('storm', start(log))]).toEqual([undefined, undefined, undefined]);
    expect([log.revision('storm', 1).kind, log.diff('storm', start(log), start(log)).kind]).toEqual(['unknown', 'unknown']);
    expect(await log.withdraw('storm', timeOf(0))).toBeUndefined();
    expect(await log.move('storm', 'gale', timeOf(0))).toBeUndefined();
    expect(await log.redact('storm', 'all')).toEqual({ kind: 'unknown' });
    expect(log.head()).toBe(start(log));
  });

  test('the first revision has no diff, the second leads on from it', async () => {
    const { log } = await fresh();
    const first = await publish(log, 'storm', 1, lead('one'));
    const second = await publish(log, 'storm', 2, lead('two'), { change: 'correction', note: 'The figure was wrong' });
    expect([first.diff, first.previous]).toEqual([undefined, undefined]);
    expect(second).toMatchObject({ kind: 'revision', story: 'storm', position: at(log, 2), sequence: 2, previous: at(log, 1), state: { revision: 2, position: at(log, 2) } });
    expect(second.diff).toMatchObject({ type: 'diff', from: at(log, 1), to: at(log, 2), revision: 2, change: 'correction', note: 'The figure was wrong', folded: 1 });
    expect(log.revisions('storm', { limit: 5 }).map(({ revision, change, edited, note }) => ({ revision, change, edited, note }))).toEqual([
      { revision: 2, change: 'correction', edited: 1, note: 'The figure was wrong' },
      { revision: 1, change: 'update', edited: 0, note: undefined },
    ]);
  });

  test('calls are handled in the order they were made', async () => {
    const { log } = await fresh();
    const told: string[] = [];
    log.subscribe(everyStory, start(log), (entry) => void told.push(`${entry.sequence} ${entry.kind} ${entry.story}`));
    await Promise.all([
      publish(log, 'storm', 1, lead('one')),
      publish(log, 'vote', 2, lead('one')),
      log.withdraw('storm', timeOf(3)),
      log.move('vote', 'uk/vote', timeOf(4)),
      publish(log, 'storm', 5, lead('two')),
    ]);
    expect(told).toEqual(['1 revision storm', '2 revision vote', '3 withdrawal storm', '4 move vote', '5 revision storm']);
  });

  test('when an append resolves, every listener has been told', async () => {
    const { log } = await fresh();
    const order: string[] = [];
    log.subscribe('storm', start(log), () => void order.push('first'));
    log.subscribe(everyStory, start(log), () => void order.push('second'));
    await publish(log, 'storm', 1, lead('one')).then(() => order.push('resolved'));
    expect(order).toEqual(['first', 'second', 'resolved']);
  });

  test('one diff object goes to all listeners, and answers the same question later', async () => {
    const { log } = await fresh();
    await publish(log, 'storm', 1, lead('one'));
    const diffs: unknown[] = [];
    for (const story of ['storm', everyStory]) log.subscribe(story, log.head(), (entry) => void diffs.push(entry.kind === 'revision' && entry.diff));
    const { diff: sent } = await publish(log, 'storm', 2, lead('two'));
    const found = log.diff('storm', at(log, 1), at(log, 2));
    expect(diffs.every((each) => each === sent)).toBe(true);
    expect(found.kind === 'found' && found.diff === sent).toBe(true);
    expect(diffs).toHaveLength(2);
  });

  test('a listener that throws is reported and hinders nobody', async () => {
    const { log, errors } = await fresh();
    await publish(log, 'storm', 1, lead('one'));
    const fail = () => {
      throw new Error('no');
    };
    const told: number[] = [];
    log.subscribe('storm', start(log), fail);
    log.subscribe('storm', start(log), ({ sequence }) => void told.push(sequence));
    await publish(log, 'storm', 2, lead('two'));
    expect(told).toEqual([1, 2]);
    expect(errors.map(String)).toEqual(['Error: no', 'Error: no']);
  });

  test('a listener that has ended its subscription is called no more, not even by the entry under way', async () => {
    const { log } = await fresh();
    const told: string[] = [];
    const ends: (() => void)[] = [];
    log.subscribe('storm', start(log), () => {
      told.push('first');
      for (const end of ends) end();
    });
    ends.push(log.subscribe('storm', start(log), () => void told.push('second')));
    await publish(log, 'storm', 1, lead('one'));
    for (const end of ends) end();
    await publish(log, 'storm', 2, lead('two'));
    expect(told).toEqual(['first', 'first']);
  });

  test('who subscribes while an entry is being told is told it once', async () => {
    const { log } = await fresh();
    const told: number[] = [];
    let late = false;
    log.subscribe('storm', start(log), () => {
      if (!late) log.subscribe('storm', start(log), ({ sequence }) => void told.push(sequence));
      late = true;
    });
    await publish(log, 'storm', 1, lead('one'));
    await publish(log, 'storm', 2, lead('two'));
    expect(told).toEqual([1, 2]);
  });

  test('a listener may append; all are told in order all the same', async () => {
    const { log } = await fresh();
    const told: number[] = [];
    let answer: Promise<unknown> | undefined;
    log.subscribe('storm', start(log), () => void (answer ??= publish(log, 'storm', 2, lead('two'))));
    log.subscribe('storm', start(log), ({ sequence }) => void told.push(sequence));
    await publish(log, 'storm', 1, lead('one'));
    await answer;
    expect(told).toEqual([1, 2]);
  });

  test.each(['00000000_0', 'head+1', 'nonsense', ''])('a position of elsewhere (%s) is unknown', async (text) => {
    const { log } = await fresh();
    await publish(log, 'storm', 1, lead('one'));
    const position = text === 'head+1' ? at(log, 2) : text;
    expect(() => log.subscribe('storm', position, () => undefined)).toThrow(UnknownPositionError);
    expect(() => log.changedSince(position)).toThrow(UnknownPositionError);
    expect(() => log.next(position, () => true)).toThrow(UnknownPositionError);
    expect(log.locate('storm', position)).toBeUndefined();
    expect([log.revision('storm', position).kind, log.diff('storm', position, log.head()).kind]).toEqual(['unknown', 'unknown']);
  });

  test('a diff against the direction of time is unknown', async () => {
    const { log } = await fresh();
    await publish(log, 'storm', 1, lead('one'));
    await publish(log, 'storm', 2, lead('two'));
    expect(log.diff('storm', at(log, 2), at(log, 1))).toEqual({ kind: 'unknown' });
  });

  test('a withdrawn story keeps its state, and goes on when it is put back', async () => {
    const { log } = await fresh();
    await publish(log, 'storm', 1, lead('one'));
    expect(await log.withdraw('storm', timeOf(2))).toMatchObject({ kind: 'withdrawal', story: 'storm', position: at(log, 2), previous: at(log, 1), at: timeOf(2) });
    expect(await log.withdraw('storm', timeOf(3))).toBeUndefined();
    expect(log.find('storm')).toMatchObject({ kind: 'withdrawn', position: at(log, 2), at: timeOf(2), state: { revision: 1 } });
    expect(log.published()).toEqual([]);
    expect(log.files()).toEqual([{ story: 'storm', fileHash: 'file 1', withdrawn: true }]);
    expect(log.diff('storm', at(log, 1), at(log, 2))).toEqual({ kind: 'same', position: at(log, 2) });
    const back = await publish(log, 'storm', 4, lead('two'));
    expect(back).toMatchObject({ previous: at(log, 2), state: { revision: 2 }, diff: { from: at(log, 2), to: at(log, 3), folded: 1 } });
    expect(log.find('storm')).toMatchObject({ kind: 'published', position: at(log, 3) });
  });

  test('a moved story keeps its history, and a new file at the old slug is a new story', async () => {
    const { log } = await fresh();
    await publish(log, 'storm', 1, lead('one'));
    await publish(log, 'storm', 2, lead('two'));
    expect(await log.move('storm', 'gale', timeOf(3))).toMatchObject({ kind: 'move', story: 'storm', to: 'gale', previous: at(log, 2), position: at(log, 3) });
    await publish(log, 'gale', 4, lead('three'));

    expect(log.find('storm')).toEqual({ kind: 'moved', position: at(log, 3), to: 'gale' });
    expect(log.memory('storm')).toBeUndefined();
    expect(log.revisions('gale', { limit: 9 }).map(({ revision }) => revision)).toEqual([3, 2, 1]);
    expect(log.diff('gale', at(log, 1), at(log, 4))).toMatchObject({ kind: 'found', diff: { story: 'gale', folded: 2 } });
    expect(log.revision('gale', 1)).toMatchObject({ kind: 'found', state: { story: 'gale', revision: 1 } });
    expect(log.locate('storm', at(log, 4))).toBe(at(log, 3));
    expect(log.revisions('storm', { limit: 9 }).map(({ revision }) => revision)).toEqual([2, 1]);
    expect(log.revision('storm', 3)).toEqual({ kind: 'unknown' });

    const fresher = await publish(log, 'storm', 5, lead('another'));
    expect(fresher).toMatchObject({ state: { revision: 1 } });
    expect([fresher.previous, fresher.diff]).toEqual([undefined, undefined]);
    expect(log.locate('storm', at(log, 4))).toBeUndefined();
    expect(log.find('gale')).toMatchObject({ kind: 'published', state: { revision: 3 } });
  });

  test('a move leads on to where the story stands now, also back again', async () => {
    const { log } = await fresh();
    await publish(log, 'a', 1, lead('one'));
    await log.move('a', 'b', timeOf(2));
    await log.move('b', 'c', timeOf(3));
    expect([log.find('a'), log.find('b')]).toMatchObject([{ to: 'c', position: at(log, 2) }, { to: 'c', position: at(log, 3) }]);
    await log.move('c', 'a', timeOf(4));
    expect([log.find('a')?.kind, log.find('b')]).toMatchObject(['published', { to: 'a' }]);
    expect(log.locate('a', log.head())).toBe(at(log, 4));
  });

  test('a move takes the place of a withdrawn story, not of a published one', async () => {
    const { log } = await fresh();
    await publish(log, 'a', 1, lead('one'));
    await publish(log, 'b', 2, lead('two'));
    expect(await log.move('a', 'b', timeOf(3))).toBeUndefined();
    expect(await log.move('a', 'a', timeOf(3))).toBeUndefined();
    await log.withdraw('b', timeOf(4));
    expect(await log.move('b', 'b', timeOf(4))).toBeUndefined();
    expect(await log.move('a', 'b', timeOf(5))).toMatchObject({ to: 'b' });
    expect(log.find('b')).toMatchObject({ kind: 'published', state: { revision: 1, sections: [{ blocks: ['<p>one</p>'] }] } });
  });

  test('published stories stand with the latest update first; a minor revision does not count', async () => {
    const { log } = await fresh();
    await publish(log, 'a', 1, lead('one'));
    await publish(log, 'b', 2, lead('one'));
    await publish(log, 'a', 3, lead('two'), { change: 'minor', updated: timeOf(1) });
    expect(log.published().map(({ story }) => story)).toEqual(['b', 'a']);
    await publish(log, 'a', 4, lead('three'));
    expect(log.published().map(({ story }) => story)).toEqual(['a', 'b']);
  });

  test('the loudest revision between two positions names a folded diff', async () => {
    const { log } = await fresh();
    const loudness: Change[] = ['update', 'minor', 'correction', 'minor', 'update', 'minor'];
    for (const [step, change] of loudness.entries()) await publish(log, 'storm', step, lead(`text ${step}`), { change });
    const changeFrom = (from: number, to: number) => {
      const lookup = log.diff('storm', at(log, from), at(log, to));
      return lookup.kind === 'found' ? [lookup.diff.change, lookup.diff.folded] : lookup.kind;
    };
    expect([changeFrom(1, 2), changeFrom(1, 3), changeFrom(2, 6), changeFrom(3, 4), changeFrom(3, 6), changeFrom(5, 6)]).toEqual([
      ['minor', 1],
      ['correction', 2],
      ['correction', 4],
      ['minor', 1],
      ['update', 3],
      ['minor', 1],
    ]);
  });

  test('what was split from a part of a section was, folded, split from that section', async () => {
    const { log } = await fresh();
    const part = (id: string) => sectionOf(id, `the part called ${id}`);
    await publish(log, 'storm', 1, [part('lead'), part('a')]);
    await publish(log, 'storm', 2, [part('lead'), part('a'), part('b')], { splits: { b: 'a' } });
    await publish(log, 'storm', 3, [part('lead'), part('a'), part('b'), part('c')], { splits: { c: 'b' } });
    const splitsFrom = (from: number) => {
      const lookup = log.diff('storm', at(log, from), log.head());
      const ops = lookup.kind === 'found' ? lookup.diff.ops : [];
      return ops.flatMap((op) => (op.op === 'insert' ? [[op.section.id, op.splitFrom]] : []));
    };
    expect(splitsFrom(1)).toEqual([['b', 'a'], ['c', 'a']]);
    expect(splitsFrom(2)).toEqual([['c', 'b']]);
  });

  test('a section that left is remembered as it was, until it is back', async () => {
    const { log } = await fresh();
    const [a, b] = [sectionOf('a', 'of a'), sectionOf('b', 'of b')];
    await publish(log, 'storm', 1, [a, b, sectionOf('c', 'of c')]);
    await publish(log, 'storm', 2, [a, b]);
    await publish(log, 'storm', 3, [{ ...a, was: ['b'] }]);
    expect(log.memory('storm')?.removed).toEqual([sectionOf('c', 'of c'), b]);
    await publish(log, 'storm', 4, [a, b]);
    expect(log.memory('storm')?.removed).toEqual([sectionOf('c', 'of c')]);
    await publish(log, 'storm', 5, [{ ...a, id: 'pin', was: ['a'] }, b]);
    expect(log.memory('storm')).toEqual({ removed: [sectionOf('c', 'of c')], origin: { source: 'source', fileHash: 'file 5' } });
  });

  test('changedSince names what a follower of all must hear of', async () => {
    const { log } = await fresh();
    for (const [step, story] of ['a', 'b', 'c', 'd'].entries()) await publish(log, story, step, lead('one'));
    await log.withdraw('c', timeOf(5));
    const since = log.head();
    await publish(log, 'c', 6, lead('back'));
    await publish(log, 'a', 7, lead('two'));
    await log.move('b', 'e', timeOf(8));
    expect(log.changedSince(since)).toEqual([{ story: 'c' }, { story: 'a', held: at(log, 1) }, { story: 'b', held: at(log, 2) }, { story: 'e' }]);
    expect(log.changedSince(log.head())).toEqual([]);
  });

  test('revisions are listed in pages, newest first', async () => {
    const { log } = await fresh();
    for (let step = 1; step <= 5; step += 1) await publish(log, 'storm', step, lead(`text ${step}`));
    const page = (before?: number) => log.revisions('storm', { limit: 2, ...(before !== undefined && { before }) }).map(({ revision }) => revision);
    expect([page(), page(4), page(2), page(1)]).toEqual([[5, 4], [3, 2], [1], []]);
  });

  redactionExamples(fresh);

  test('a closed log takes nothing more; what was under way before is done', async () => {
    const { log } = await fresh();
    const told: Entry[] = [];
    log.subscribe('storm', start(log), (entry) => void told.push(entry));
    const underWay = publish(log, 'storm', 1, lead('one'));
    const closing = log.close();
    await expect(log.withdraw('storm', timeOf(2))).rejects.toThrow(LogClosedError);
    expect((await underWay).sequence).toBe(1);
    await closing;
    await log.close();
    expect(told).toHaveLength(1);
    expect(() => log.subscribe('storm', start(log), () => undefined)).toThrow(LogClosedError);
  });
};

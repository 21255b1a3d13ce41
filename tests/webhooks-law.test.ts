/** Whatever a receiver does, and whenever the program is killed: it is told of every entry it wants, in order, and what it is told leads from one state to the next. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply } from '../server/core/diff.ts';
import type { Diff, Snapshot } from '../server/core/protocol.ts';
import type { Change, Content, Position, State } from '../server/core/story.ts';
import type { Entry, RevisionLog } from '../server/revision-log.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { coverage, type Hook } from '../server/webhooks/config.ts';
import { contents } from './generate.ts';
import { draftOf, timeOf, type Command } from './revision-log-model.ts';
import { createQueueUnderTest, hookOf, hour, minute, type Mood, type Taken } from './webhook-queue.ts';

type Step = Command | { kind: 'pass'; ms: number } | { kind: 'mood'; moods: Mood[] } | { kind: 'restart' } | { kind: 'retry' };

const slug = fc.constantFrom('a', 'b', 'uk/a');
const appends: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('append' as const), slug, content: contents, change: fc.constantFrom<Change>('minor', 'update', 'correction'), note: fc.constant(undefined), split: fc.boolean(),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: appends },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), slug }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), slug, to: slug }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('redact' as const), slug, which: fc.constantFrom<(number | 'all')[]>(1, 2, 'all') }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 5_000, 10 * minute, 3 * hour, 30 * hour, 100 * hour) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('mood' as const), moods: fc.array(fc.constantFrom<Mood[]>('up', 'down', 'lost', 'dead'), { minLength: 1, maxLength: 6 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('mood' as const), moods: fc.constant<Mood[]>(['down']) }) },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'restart' }) },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'retry' }) },
  ),
  { minLength: 3, maxLength: 30 },
);
const hooks: fc.Arbitrary<Hook> = fc.record({ stories: fc.constantFrom<string[][]>(['*'], ['a'], ['uk/*', 'b']), minor: fc.boolean() }).map(hookOf);

const change = async (log: RevisionLog, command: Command, at: string): Promise<unknown> => {
  switch (command.kind) {
    case 'append': return log.append(draftOf(log, command, at));
    case 'withdraw': return log.withdraw(command.slug, at);
    case 'move': return log.move(command.slug, command.to, at);
    default: return log.redact(command.slug, command.which);
  }
};

const sequenceOf = (position: string): number => Number(position.split('_')[1]);

const contentOf = ({ hash, meta, sections }: State): Content => ({ hash, meta, sections });
const isRedacted = (log: RevisionLog, story: string, position: Position): boolean => log.revision(story, position).kind === 'redacted';

/** What a receiver holds that takes messages as the protocol says. Returns what did not fit. */
const follow = (accepted: Taken[], hook: Hook, log: RevisionLog): { problems: string[]; held: Map<string, { position: Position; content: Content }> } => {
  const covers = coverage(hook.stories);
  const held = new Map<string, { position: Position; content: Content }>();
  const problems: string[] = [];
  let last = -1;
  for (const { event: { type, data } } of accepted) {
    if (sequenceOf(data.position) <= last) continue; // one that had been parked: it is behind what is held
    last = sequenceOf(data.position);
    const before = held.get(data.story);
    if (type === 'story.withdrawn') held.delete(data.story);
    if (type === 'story.moved') {
      const { to, position } = data.message as unknown as { to: string; position: Position };
      held.delete(data.story);
      held.delete(to);
      if (before && covers(to)) held.set(to, { ...before, position });
    }
    if (type !== 'story.revised') continue;
    if (data.message?.type === 'snapshot') {
      const { state, position } = data.message as unknown as Snapshot;
      held.set(data.story, { position, content: contentOf(state) });
    } else if (data.message?.type === 'diff') {
      const diff = data.message as unknown as Diff;
      const found = log.revision(data.story, diff.to);
      if (!before) problems.push(`${data.position}: a diff for one who holds nothing`);
      // It took a revision, could not say so, and the revision was redacted before it was told again: it reads the state.
      else if (before.position !== diff.from && isRedacted(log, data.story, before.position)) {
        if (found.kind === 'found') held.set(data.story, { position: diff.to, content: contentOf(found.state) });
        else held.delete(data.story);
      }
      else if (before.position !== diff.from) problems.push(`${data.position}: a diff from ${diff.from}, held ${before.position}`);
      else {
        const content = apply(before.content, diff.ops, diff.at);
        if (content.hash !== diff.hash) problems.push(`${data.position}: hash ${content.hash}, not ${diff.hash}`);
        held.set(data.story, { position: diff.to, content });
      }
    } else held.delete(data.story);
  }
  return { problems, held };
};

test('law: every entry that is wanted is taken in order, or parked, and each leads on from what was taken before', { timeout: 120_000 }, () =>
  fc.assert(
    fc.asyncProperty(hooks, steps, async (hook, steps) => {
      const log = createMemoryLog({ epoch: '7f3a9c21' });
      const entries: Entry[] = [];
      log.subscribe('*', log.head(), (entry) => void entries.push(entry));
      const queue = createQueueUnderTest({ log, hook });
      let moods: Mood[] = ['up'];
      let died = false;
      queue.react(() => {
        const mood = moods.length > 1 ? (moods.shift() ?? 'up') : (moods[0] ?? 'up');
        if (mood === 'dead') {
          died = true;
          moods = ['up'];
        }
        return mood;
      });
      const revive = async () => {
        for (await queue.settled(); died; await queue.settled()) {
          died = false;
          queue.restart();
        }
      };

      for (const [n, step] of steps.entries()) {
        if (step.kind === 'pass') await queue.pass(step.ms, hour);
        else if (step.kind === 'mood') moods = [...step.moods];
        else if (step.kind === 'restart') queue.restart();
        else if (step.kind === 'retry') queue.delivery().retry('all');
        else await change(log, step, timeOf(n));
        await revive();
      }
      moods = ['up'];
      queue.delivery().retry('nothing');
      await queue.pass(minute);

      const accepted = queue.accepted();
      const parked = new Map(queue.delivery().status().parked.map(({ position }) => [position, true]));
      const inOrder = accepted.filter(({ event }, n) => accepted.slice(0, n).every((earlier) => sequenceOf(earlier.event.data.position) < sequenceOf(event.data.position)));
      const late = accepted.filter((one) => !inOrder.includes(one));
      expect(late.length === 0 || steps.some(({ kind }) => kind === 'retry')).toBe(true);

      const covers = coverage(hook.stories);
      const told = new Set(accepted.map(({ event }) => event.data.position));
      const redacted = (entry: Entry) => entry.kind === 'revision' && log.next(`${log.epoch}_${entry.sequence - 1}`, () => true).entry?.position !== entry.position;
      for (const entry of entries) {
        const isWanted = covers(entry.story) || (entry.kind === 'move' && covers(entry.to));
        const mayBeLeftOut = redacted(entry) || (entry.kind === 'move' && !covers(entry.story)) || (!hook.minor && entry.kind === 'revision' && entry.diff?.change === 'minor');
        if (!isWanted) expect(told).not.toContain(entry.position);
        else if (!mayBeLeftOut && !parked.has(entry.position)) expect(told).toContain(entry.position);
      }
      for (const { id, event } of queue.taken) expect(id).toBe(`archive_${event.data.position}`);

      const { problems, held } = follow(accepted, hook, log);
      expect(problems).toEqual([]);
      if (parked.size === 0 && late.length === 0) {
        const published = log.published().filter(({ story }) => covers(story));
        expect(published.filter(({ story }) => !held.has(story))).toEqual([]);
        if (hook.minor) for (const { story, state } of published) expect(held.get(story)?.content).toEqual(contentOf(state));
      }
      expect(queue.errors).toEqual([]);
      expect(queue.delivery().status()).toMatchObject({ state: 'idle', behind: 0 });
      queue.end();
    }),
    { numRuns: Number(process.env['RUNS'] ?? 150) },
  ));

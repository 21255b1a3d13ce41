/** What every revision log promises, as laws against the naive model and as examples. Run on each implementation. */
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { apply } from '../server/core/diff.ts';
import { everyStory, formatPosition } from '../server/core/protocol.ts';
import type { Change } from '../server/core/story.ts';
import { UnknownPositionError, type Ancestor, type Entry, type RevisionLog } from '../server/revision-log.ts';
import { contents } from './generate.ts';
import { examples } from './revision-log-examples.ts';
import { createFollower, type Held } from './revision-log-follower.ts';
import { createModel, draftOf, timeOf, type Command, type Model } from './revision-log-model.ts';
import type { LogFixture } from './revision-log-stories.ts';

/** ms that a law may take on a machine that is busy with something else */
const patience = 120_000;

export const slugs = ['a', 'b', 'c', 'uk/vote'];
const slug = fc.constantFrom(...slugs);
const appends: fc.Arbitrary<Command> = fc.record({
  kind: fc.constant('append' as const),
  slug,
  content: contents,
  change: fc.constantFrom<Change>('minor', 'update', 'correction'),
  note: fc.option(fc.constantFrom('first figures', 'second thoughts'), { nil: undefined }),
  split: fc.boolean(),
});
const endings: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), slug }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), slug, to: slug }) },
);
const redactions: fc.Arbitrary<Command> = fc.record({ kind: fc.constant('redact' as const), slug, which: fc.constantFrom<(number | 'all')[]>(1, 2, 3, 'all') });
export const history = fc.array(fc.oneof({ weight: 5, arbitrary: appends }, { weight: 2, arbitrary: endings }), { minLength: 1, maxLength: 16 });
export const redactedHistory = fc.array(fc.oneof({ weight: 8, arbitrary: appends }, { weight: 4, arbitrary: endings }, { weight: 3, arbitrary: redactions }), {
  minLength: 1,
  maxLength: 18,
});

/** Does what a command says; where an answer is another one now, so is the version. */
export const run = async (log: RevisionLog, model: Model, command: Command, step: number): Promise<void> => {
  const answers = () => JSON.stringify([log.head(), log.published(), log.files(), slugs.map((slug) => [log.find(slug), log.revisions(slug, { limit: 100 })])]);
  const [version, before] = [log.version(), answers()];
  await carryOut(log, model, command, step);
  if (answers() !== before) expect(log.version()).not.toBe(version);
};

/** Does to the log and to the model what a command says; both must answer alike. */
const carryOut = async (log: RevisionLog, model: Model, command: Command, step: number): Promise<void> => {
  const at = timeOf(step);
  switch (command.kind) {
    case 'append': {
      const draft = draftOf(log, command, at);
      model.append(draft);
      const revision = await log.append(draft);
      expect(revision.position).toBe(model.position(model.head()));
      return;
    }
    case 'withdraw':
      expect((await log.withdraw(command.slug, at)) !== undefined).toBe(model.withdraw(command.slug, at));
      return;
    case 'move':
      expect((await log.move(command.slug, command.to, at)) !== undefined).toBe(model.move(command.slug, command.to, at));
      return;
    default:
      expect(await log.redact(command.slug, command.which)).toEqual(model.redact(command.slug, command.which));
  }
};

const positions = (model: Model) => Array.from({ length: model.head() + 1 }, (_, sequence) => sequence);

/** All entries of a story, or of all, from a position, as a new subscriber is told them. */
const historyOf = (log: RevisionLog, story: string, after: string): Entry[] => {
  const entries: Entry[] = [];
  log.subscribe(story, after, (entry) => void entries.push(entry))();
  return entries;
};

const expectStandings = (log: RevisionLog, model: Model): void => {
  for (const story of slugs) {
    const standing = model.standing(story);
    const { redacted = false } = standing?.kind === 'stands' ? (standing.revision ?? {}) : {};
    if (standing?.kind !== 'stands') {
      expect(log.find(story)).toEqual(standing);
      expect(log.memory(story)).toBeUndefined();
      continue;
    }
    const { position, withdrawnAt, revision } = standing;
    if (!revision) throw new Error('a story without a revision');
    const state = { story, position: model.position(revision.sequence), revision: revision.number, ...model.contentLeft(revision) };
    expect(log.find(story)).toEqual(withdrawnAt === undefined ? { kind: 'published', position, state } : { kind: 'withdrawn', position, state, at: withdrawnAt });
    expect(log.memory(story)).toEqual({ removed: model.removed(story), origin: redacted ? { source: '', fileHash: '' } : revision.draft.origin });
  }
};

const expectListings = (log: RevisionLog, model: Model): void => {
  const stand = slugs.flatMap((story) => {
    const standing = model.standing(story);
    return standing?.kind === 'stands' && standing.revision ? [{ story, ...standing, revision: standing.revision }] : [];
  });
  const published = stand.filter(({ withdrawnAt }) => withdrawnAt === undefined);
  const updated = ({ revision }: (typeof stand)[number]) => revision.draft.content.meta.updated;
  const latestFirst = published.sort((a, b) => (updated(a) < updated(b) ? 1 : updated(a) > updated(b) ? -1 : b.sequence - a.sequence));
  expect(log.published().map(({ story, position }) => ({ story, position }))).toEqual(latestFirst.map(({ story, position }) => ({ story, position })));
  expect(log.published().map(({ story, state }) => log.find(story)?.kind === 'published' && state.story === story)).toEqual(latestFirst.map(() => true));
  const files = stand.map(({ story, revision, withdrawnAt }) => ({ story, fileHash: revision.redacted ? '' : revision.draft.origin.fileHash, withdrawn: withdrawnAt !== undefined }));
  expect(log.files().sort((a, b) => (a.story < b.story ? -1 : 1))).toEqual(files.sort((a, b) => (a.story < b.story ? -1 : 1)));
};

const expectPlaces = (log: RevisionLog, model: Model, story: string): void => {
  for (const sequence of positions(model)) {
    const entry = model.locate(story, sequence);
    expect(log.locate(story, model.position(sequence))).toBe(entry && model.position(entry.sequence));
    const revision = entry && model.revisionAt(entry.story, entry.sequence);
    const found = log.revision(story, model.position(sequence));
    expect(found).toMatchObject(
      !revision
        ? { kind: 'unknown' }
        : revision.redacted
          ? { kind: 'redacted', position: model.position(revision.sequence) }
          : { kind: 'found', state: { story, revision: revision.number, ...revision.draft.content }, summary: { at: revision.at, change: revision.draft.change } },
    );
    if (revision) expect(log.revision(story, revision.number)).toEqual(found);
    expect(log.source(story, model.position(sequence))).toBe(revision?.redacted ? undefined : revision?.draft.origin.source);
    if (revision) expect(log.source(story, revision.number)).toBe(log.source(story, model.position(sequence)));
  }
};

const loudnesses: Change[] = ['minor', 'update', 'correction'];

/** For any two positions p and q: the diff leads from the state at p to the state at q. */
const expectDiffs = (log: RevisionLog, model: Model, story: string): void => {
  const places = positions(model).map((sequence) => ({ sequence, entry: model.locate(story, sequence) }));
  for (const p of places) {
    for (const q of places.slice(p.sequence)) {
      const lookup = log.diff(story, model.position(p.sequence), model.position(q.sequence));
      const before = p.entry && model.revisionAt(p.entry.story, p.entry.sequence);
      const after = q.entry && model.revisionAt(q.entry.story, q.entry.sequence);
      if (!before || !after) expect(lookup).toEqual({ kind: 'unknown' });
      else if (before === after) expect(lookup).toEqual({ kind: 'same', position: model.position(q.entry?.sequence ?? 0) });
      else if (before.redacted || after.redacted) expect(lookup).toEqual({ kind: 'gone' });
      else {
        if (lookup.kind !== 'found') throw new Error(`no diff of ${story} from ${p.sequence} to ${q.sequence}`);
        const between = model.entries.filter((entry) => entry.kind === 'revision' && entry.story === after.story && entry.number > before.number && entry.number <= after.number);
        const change = loudnesses.findLast((each) => between.some((entry) => entry.kind === 'revision' && entry.draft.change === each));
        const { note, content, at } = after.draft;
        const { ops, ...rest } = lookup.diff;
        const [from, to] = [model.position(p.entry?.sequence ?? 0), model.position(q.entry?.sequence ?? 0)];
        expect(rest).toEqual({ type: 'diff', story, from, to, revision: after.number, at, change, ...(note !== undefined && { note }), folded: between.length, hash: content.hash });
        expect(apply(before.draft.content, ops, at)).toEqual(content);
      }
    }
  }
};

/** What a reader holds who has followed everything up to a position: also what has been redacted since. */
export const heldAt = (model: Model, sequence: number): Map<string, Held> => {
  const held = new Map<string, Held>();
  const told = new Map<number, string>();
  for (const entry of model.entries.slice(0, sequence)) {
    if (entry.kind === 'revision') told.set(entry.story, entry.slug);
    if (entry.kind === 'move') {
      held.delete(entry.slug);
      told.set(entry.story, entry.to);
    }
    const revision = model.revisionAt(entry.story, entry.sequence);
    const at = told.get(entry.story);
    if (revision && at !== undefined) held.set(at, { position: model.position(entry.sequence), content: revision.draft.content });
  }
  return held;
};

/** Whoever is told all that came after any position ends with what the log has. */
const expectSubscribers = (log: RevisionLog, model: Model): void => {
  for (const sequence of positions(model)) {
    const follower = createFollower(heldAt(model, sequence));
    const entries = historyOf(log, everyStory, model.position(sequence));
    for (const entry of entries) follower.follow(entry);
    expect(follower.problems).toEqual([]);
    const readable = model.entries.slice(sequence).filter((entry) => entry.kind !== 'revision' || !entry.redacted);
    expect(entries.map((entry) => [entry.sequence, entry.kind, entry.story])).toEqual(readable.map((entry) => [entry.sequence, entry.kind, entry.slug]));
    for (const { story, position, state } of log.published()) {
      const { hash, meta, sections } = state;
      expect(follower.held.get(story)).toEqual({ position, content: { hash, meta, sections } });
    }
  }
};

const expectStorySubscribers = (log: RevisionLog, model: Model): void => {
  for (const story of slugs) {
    const place = model.slugs.get(story);
    for (const sequence of positions(model)) {
      const mine = model.entries.filter((entry) => entry.story === place?.story && entry.sequence > sequence && entry.sequence <= model.untilOf(story));
      const readable = mine.filter((entry) => entry.kind !== 'revision' || !entry.redacted).map((entry) => entry.sequence);
      expect(historyOf(log, story, model.position(sequence)).map((entry) => entry.sequence)).toEqual(readable);
    }
  }
};

const expectChangedSince = (log: RevisionLog, model: Model): void => {
  for (const sequence of positions(model)) {
    const since = model.entries.slice(sequence);
    const touched = since.flatMap((entry) => (entry.kind === 'move' ? [entry.slug, entry.to] : [entry.slug]));
    const lasts = [...new Set(touched)].sort((a, b) => touched.lastIndexOf(a) - touched.lastIndexOf(b));
    expect(log.changedSince(model.position(sequence))).toEqual(
      lasts.map((story) => {
        const held = model.entries.findLast((entry) => entry.story === model.slugs.get(story)?.story && entry.sequence <= sequence);
        return { story, ...(held?.kind === 'revision' && held.slug === story && { held: model.position(held.sequence) }) };
      }),
    );
  }
};

/** Whoever asks for one entry after another is told what a subscriber is told, each as to a subscriber from just before it. */
const expectNext = (log: RevisionLog, model: Model): void => {
  const wanted = (story: string) => story !== 'a';
  const asked: Entry[] = [];
  for (let after = model.position(0); ; ) {
    const { position, entry } = log.next(after, wanted);
    if (position === after) break;
    if (entry) {
      expect(entry).toEqual(historyOf(log, everyStory, model.position(entry.sequence - 1))[0]);
      asked.push(entry);
    }
    after = position;
  }
  const told = historyOf(log, everyStory, model.position(0)).filter((entry) => wanted(entry.story) || (entry.kind === 'move' && wanted(entry.to)));
  expect(asked.map(({ sequence }) => sequence)).toEqual(told.map(({ sequence }) => sequence));
};

export const expectModel = (log: RevisionLog, model: Model): void => {
  expect(log.head()).toBe(model.position(model.head()));
  expectStandings(log, model);
  expectListings(log, model);
  for (const story of slugs) {
    expectPlaces(log, model, story);
    expectDiffs(log, model, story);
  }
  expectSubscribers(log, model);
  expectStorySubscribers(log, model);
  expectChangedSince(log, model);
  expectNext(log, model);
};

const ancestors: fc.Arbitrary<Ancestor[]> = fc
  .tuple(fc.nat({ max: 8 }), fc.nat({ max: 8 }))
  .map(([first, more]) => [{ epoch: '00c0ffee', until: first }, { epoch: '0badcafe', until: first + more }]);

/** A position of an ancestor is that of the same sequence here, up to where the ancestor was backed up; beyond, it is none. */
const expectAncestor = (log: RevisionLog, model: Model, { epoch, until }: Ancestor): void => {
  const old = (sequence: number) => formatPosition(epoch, sequence);
  const place = (sequence: number) => (sequence <= Math.min(until, model.head()) ? model.position(sequence) : 'nowhere');
  for (let sequence = 0; sequence <= model.head() + 2; sequence += 1) {
    const [former, now] = [old(sequence), place(sequence)];
    expect(log.resolve(former)).toBe(now === 'nowhere' ? undefined : now);
    for (const story of slugs) {
      expect(log.locate(story, former)).toBe(log.locate(story, now));
      expect(log.revision(story, former)).toEqual(log.revision(story, now));
      expect(log.source(story, former)).toBe(log.source(story, now));
      expect(log.diff(story, former, log.head())).toEqual(log.diff(story, now, log.head()));
      expect(log.diff(story, old(0), former)).toEqual(log.diff(story, model.position(0), now));
    }
    const asked = (after: string) => [() => log.changedSince(after), () => log.next(after, () => true), () => historyOf(log, everyStory, after), () => historyOf(log, 'a', after)];
    for (const [index, ask] of asked(former).entries()) {
      if (now === 'nowhere') expect(ask).toThrow(UnknownPositionError);
      else expect(ask()).toEqual(asked(now)[index]?.());
    }
  }
};

export const revisionLogSuite = (name: string, createFixture: (ancestors?: Ancestor[]) => Promise<LogFixture>, { runs, durable }: { runs: number; durable: boolean }): void => {
  describe(name, () => {
    const made: LogFixture[] = [];
    afterEach(async () => {
      for (const fixture of made.splice(0)) await fixture.remove();
    });
    const fresh = async (): Promise<LogFixture> => {
      const fixture = await createFixture();
      made.push(fixture);
      return fixture;
    };

    /** Runs commands on a new log and its model. */
    const play = async (commands: Command[], fixture: LogFixture): Promise<Model> => {
      const model = createModel(fixture.log.epoch);
      for (const [step, command] of commands.entries()) await run(fixture.log, model, command, step);
      return model;
    };
    const law = (arbitrary: fc.Arbitrary<Command[]>, check: (commands: Command[], fixture: LogFixture) => Promise<void>) =>
      fc.assert(
        fc.asyncProperty(arbitrary, async (commands) => {
          const fixture = await createFixture();
          try {
            await check(commands, fixture);
          } finally {
            await fixture.remove();
          }
        }),
        { numRuns: runs },
      );

    test('law: every answer is that of the naive model', () =>
      law(history, async (commands, fixture) => expectModel(fixture.log, await play(commands, fixture))), patience);

    test('law: also when revisions have been redacted', () =>
      law(redactedHistory, async (commands, fixture) => expectModel(fixture.log, await play(commands, fixture))), patience);

    if (durable) test('law: a restart changes no answer', () =>
      law(redactedHistory, async (commands, fixture) => {
        const model = await play(commands, fixture);
        expectModel(await fixture.reopen(), model);
      }), patience);

    test('law: who listened live was told what history tells', () =>
      law(history, async (commands, fixture) => {
        const { log } = fixture;
        const live: Entry[] = [];
        const liveOf = new Map(slugs.map((story) => [story, [] as Entry[]]));
        log.subscribe(everyStory, log.head(), (entry) => void live.push(entry));
        for (const [story, entries] of liveOf) log.subscribe(story, log.head(), (entry) => void entries.push(entry));
        await play(commands, fixture);
        expect(historyOf(log, everyStory, formatPosition(log.epoch, 0))).toEqual(live);
        for (const [story, entries] of liveOf) {
          expect(entries).toEqual(live.filter((entry) => entry.story === story || (entry.kind === 'move' && entry.to === story)));
        }
      }), patience);

    test('law: who followed live, and who came in between, ends with what the log has, whatever was redacted meanwhile', () =>
      law(redactedHistory, async (commands, fixture) => {
        const { log, errors } = fixture;
        const model = createModel(log.epoch);
        const followers: ReturnType<typeof createFollower>[] = [];
        for (const [step, command] of commands.entries()) {
          const after = step % 3 === 0 ? model.head() : Math.floor(model.head() / 2);
          const follower = createFollower(heldAt(model, after));
          log.subscribe(everyStory, model.position(after), follower.follow);
          followers.push(follower);
          await run(log, model, command, step);
        }
        expect(errors).toEqual([]);
        for (const { problems, held } of followers) {
          expect(problems).toEqual([]);
          for (const { story, position, state } of log.published()) {
            const { hash, meta, sections } = state;
            expect(held.get(story)).toEqual({ position, content: { hash, meta, sections } });
          }
        }
      }), patience);

    test('law: positions of the logs that it was restored from are its own, as far as they were backed up', () =>
      fc.assert(
        fc.asyncProperty(redactedHistory, ancestors, async (commands, former) => {
          const fixture = await createFixture(former);
          try {
            const model = await play(commands, fixture);
            expect(fixture.log.ancestors).toEqual(former);
            for (const ancestor of former) expectAncestor(fixture.log, model, ancestor);
            for (const stranger of ['0ddba115_0', `${fixture.log.epoch}_${model.head() + 1}`, 'storm']) expect(fixture.log.resolve(stranger)).toBeUndefined();
            expectModel(fixture.log, model);
          } finally {
            await fixture.remove();
          }
        }),
        { numRuns: runs },
      ), patience);

    examples(fresh);
  });
};

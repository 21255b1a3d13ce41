/**
 * What a replica promises beyond what every log does (`revision-log.test.ts` holds it to that): one past for all its answers, and every entry once whatever becomes of messages.
 * RUNS (12) of each law are taken from the environment.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { everyStory, parsePosition } from '../server/core/protocol.ts';
import type { Entry, RevisionLog } from '../server/revision-log.ts';
import { createReplica, type News, type Replica } from '../server/revision-log/replica.ts';
import { createSqliteLog } from '../server/revision-log/sqlite.ts';
import { createFollower } from './revision-log-follower.ts';
import { createModel, draftOf, timeOf, type Command } from './revision-log-model.ts';
import { newsOf } from './revision-log-pair.ts';
import { lead, publish } from './revision-log-stories.ts';
import { expectModel, heldAt, history, redactedHistory, run, slugs } from './revision-log-suite.ts';

const patience = 120_000;
const runs = Number(process.env['RUNS'] ?? 12);

type Pair = { folder: string; writer: RevisionLog; open: () => Replica; errors: unknown[] };

const withLog = async (check: (pair: Pair) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'stop-press-log-'));
  const errors: unknown[] = [];
  const writer = createSqliteLog({ folder });
  const replicas: Replica[] = [];
  const open = () => {
    const replica = createReplica({ folder, onListenerError: (error) => errors.push(error) });
    replicas.push(replica);
    return replica;
  };
  try {
    await check({ folder, writer, open, errors });
    expect(errors).toEqual([]);
  } finally {
    for (const log of [...replicas, writer]) await log.close();
    rmSync(folder, { recursive: true });
  }
};

const law = <A, B>(some: fc.Arbitrary<A>, others: fc.Arbitrary<B>, check: (pair: Pair, a: A, b: B) => Promise<void>) =>
  fc.assert(fc.asyncProperty(some, others, (a, b) => withLog((pair) => check(pair, a, b))), { numRuns: runs });

/** Everything that a log says of these stories. */
const answersOf = (log: RevisionLog) => [log.head(), log.published(), log.files(), slugs.map((slug) => [log.find(slug), log.revisions(slug, { limit: 100 }), log.locate(slug, log.head())])];

/** Does to the writer what a command says. */
const write = async (writer: RevisionLog, command: Command, step: number): Promise<void> => {
  const at = timeOf(step);
  if (command.kind === 'append') await writer.append(draftOf(writer, command, at));
  if (command.kind === 'withdraw') await writer.withdraw(command.slug, at);
  if (command.kind === 'move') await writer.move(command.slug, command.to, at);
  if (command.kind === 'redact') await writer.redact(command.slug, command.which);
};

test('law: however far ahead the writer is, a replica answers as the log stood at the last entry that it has told', () =>
  law(history, history, async ({ writer, open }, first, then) => {
    const past = createModel(writer.epoch);
    for (const [step, command] of first.entries()) await run(writer, past, command, step);
    const replica = open();
    const memories = new Map(slugs.map((slug) => [slug, writer.memory(slug)]));
    const untold: News[] = [];
    writer.subscribe(everyStory, writer.head(), (entry) => void untold.push(newsOf(writer, entry)));
    for (const [step, command] of then.entries()) await write(writer, command, first.length + step);
    expectModel({ ...replica, memory: (slug) => memories.get(slug) }, past); // only who writes asks for it
    for (const slug of slugs) {
      const [last] = replica.revisions(slug, { limit: 1 });
      expect(replica.revision(slug, (last?.revision ?? 0) + 1)).toEqual({ kind: 'unknown' });
    }
    const live: Entry[] = [];
    replica.subscribe(everyStory, replica.head(), (entry) => {
      expect(entry.position).toBe(replica.head());
      live.push(entry);
    });
    for (const news of untold) replica.take(news);
    expect(answersOf(replica)).toEqual(answersOf(writer));
    expect(live).toEqual(untold.map(({ entry }) => JSON.parse(entry ?? '')));
  }), patience);

/** What becomes of one message: how often it arrives, and how many steps late. */
const fates = fc.infiniteStream(fc.record({ copies: fc.constantFrom(0, 1, 1, 2), late: fc.constantFrom(0, 0, 0, 1, 4) }));

/** A channel that loses, repeats and reorders what is sent. */
const createChannel = (replica: Replica, fate: Iterator<{ copies: number; late: number }>) => {
  const underWay: { news: News; due: number }[] = [];
  let now = 0;
  return {
    send: (news: News): void => {
      const { copies, late } = fate.next().value;
      for (let copy = 0; copy < copies; copy += 1) underWay.push({ news, due: now + late * (copy + 1) });
    },
    step: (): void => {
      const due = underWay.filter((message) => message.due <= now);
      underWay.splice(0, Infinity, ...underWay.filter((message) => message.due > now));
      for (const { news } of due.toReversed()) replica.take(news);
      now += 1;
    },
  };
};

/** Who comes at every step, and follows from the head or from long ago. */
const follow = async ({ writer, open }: Pair, commands: Command[], fate: Iterator<{ copies: number; late: number }>) => {
  const replica = open();
  const model = createModel(writer.epoch);
  const channel = createChannel(replica, fate);
  writer.subscribe(everyStory, writer.head(), (entry) => channel.send(newsOf(writer, entry)));
  const followers = [];
  for (const [step, command] of commands.entries()) {
    const head = parsePosition(replica.head())?.sequence ?? 0;
    const after = step % 3 === 0 ? head : Math.floor(head / 2);
    const follower = { after, told: [] as number[], ...createFollower(heldAt(model, after)) };
    replica.subscribe(everyStory, model.position(after), (entry) => {
      follower.told.push(entry.sequence);
      follower.follow(entry);
    });
    followers.push(follower);
    await run(writer, model, command, step);
    if (command.kind === 'redact') channel.send(newsOf(writer));
    channel.step();
  }
  replica.take(newsOf(writer));
  return { replica, model, followers };
};

test('law: a channel that loses, repeats and reorders: every listener is told each entry once, in order', () =>
  law(history, fates, async (pair, commands, fate) => {
    const { replica, model, followers } = await follow(pair, commands, fate);
    for (const { after, told, problems } of followers) {
      expect(told).toEqual(model.entries.slice(after).map(({ sequence }) => sequence));
      expect(problems).toEqual([]);
    }
    expectModel(replica, model);
  }), patience);

test('law: the same while revisions are redacted, which may then be left out; all end with what stands', () =>
  law(redactedHistory, fates, async (pair, commands, fate) => {
    const { replica, model, followers } = await follow(pair, commands, fate);
    const readable = model.entries.filter((entry) => entry.kind !== 'revision' || !entry.redacted).map(({ sequence }) => sequence);
    for (const [index, { after, told, held, problems }] of followers.entries()) {
      expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
      expect(readable.filter((sequence) => sequence > after && !told.includes(sequence))).toEqual([]);
      if (index === 0) expect(problems).toEqual([]); // who came later may hold what the others were never told
      for (const { story, position, state } of replica.published()) {
        const { hash, meta, sections } = state;
        expect(held.get(story)).toEqual({ position, content: { hash, meta, sections } });
      }
    }
    expectModel(replica, model);
    expect(answersOf(replica)).toEqual(answersOf(pair.writer));
  }), patience);


test('what follows on a revision that was missed, and is redacted by now, follows on what was told before it', () =>
  withLog(async ({ writer, open }) => {
    const { position } = await publish(writer, 'storm', 1, lead('one'));
    const replica = open();
    const told: Entry[] = [];
    replica.subscribe('storm', replica.head(), (entry) => void told.push(entry));
    await publish(writer, 'storm', 2, lead('two'));
    const late = [newsOf(writer)];
    late.push(newsOf(writer, await publish(writer, 'storm', 3, lead('three'))));
    await writer.redact('storm', 2);
    for (const news of late) replica.take(news);
    const history: Entry[] = [];
    writer.subscribe('storm', position, (entry) => void history.push(entry));
    expect(told).toEqual(history);
    expect(told).toMatchObject([{ sequence: 3, previous: position, diff: { from: position, folded: 2 } }]);
  }));

test('what is read in one go is all from before a redaction, or all from after it', () =>
  withLog(async ({ folder, writer, open }) => {
    await publish(writer, 'storm', 1, lead('one'));
    await publish(writer, 'storm', 2, lead('two'));
    const replica = open();
    await turn();
    expect(replica.revisions('storm', { limit: 1 })).toMatchObject([{ revision: 2, redacted: false }]);
    const other = new DatabaseSync(join(folder, 'log.db'));
    other.exec('UPDATE revisions SET redacted = 1 WHERE number = 1');
    other.close();
    expect(replica.revision('storm', 1).kind).toBe('found');
    await turn();
    expect(replica.revision('storm', 1).kind).toBe('redacted');
  }));

test('a replica takes no entries, and says so', () =>
  withLog(async ({ open }) => {
    const replica = open();
    await expect(replica.withdraw('storm', timeOf(1))).rejects.toThrow('the process that writes the revision log is another');
    await replica.close();
    replica.take({ version: 1, head: 1 });
    expect(() => replica.subscribe('storm', replica.head(), () => undefined)).toThrow();
  }));

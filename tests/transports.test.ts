/**
 * Whatever the transport and the format: a subscriber that is cut off and comes back, at whatever moments, reaches the states of the log, each once, in order.
 * `MOMENTS=1000 npx vitest run tests/transports.test.ts` for the long run; `SEED` repeats one.
 */
import { expect, test } from 'vitest';
import { everyStory, formats, parsePosition } from '../server/core/protocol.ts';
import type { RevisionLog } from '../server/revision-log.ts';
import { historiesOf } from './histories.ts';
import { contentOf, createNewsroom, createRandom, reworked, type Random } from './newsroom.ts';
import { eventSubscriber, pollSubscriber, socketSubscriber, type Subscriber } from './transports.ts';
import { startWholeServer } from './whole-server.ts';

const moments = Number(process.env['MOMENTS'] ?? 40);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const slugs = ['storm', 'uk/vote é', 'real-0', 'real-1', 'real-2'];

const subscribersAt = (port: number): Subscriber[] => [
  ...formats.flatMap((format, index) => [
    socketSubscriber(port, slugs[index] ?? 'storm', format), socketSubscriber(port, everyStory, format),
    eventSubscriber(port, slugs[index + 1] ?? 'storm', format), eventSubscriber(port, everyStory, format),
    pollSubscriber(port, slugs[index + 2] ?? 'storm', format),
  ]),
  eventSubscriber(port, 'storm', 'ops'), pollSubscriber(port, 'storm', 'json-patch'), pollSubscriber(port, slugs[1] ?? 'storm', 'compact'),
];

/** What happens to the stories: their real histories where there are some, else anything; withdrawals, returns and moves among it. */
const createHappenings = (log: RevisionLog, random: Random) => {
  const newsroom = createNewsroom(log);
  const names = new Map(slugs.map((slug) => [slug, slug]));
  const real = historiesOf(Math.max(20, moments)).map(({ steps }) => steps.map(({ content }) => content));
  const publish = async (slug: string): Promise<void> => {
    const story = names.get(slug) ?? slug;
    const standing = log.find(story);
    const next = slug.startsWith('real') ? real[Number(slug.slice(5))]?.shift() : undefined;
    const before = standing && standing.kind !== 'moved' ? standing.state : contentOf(slug, ['Lead.'], long, ['Second.']);
    await newsroom.publish(story, next ?? reworked(before, random));
  };
  return {
    publishAll: async () => {
      for (const slug of slugs) await publish(slug);
    },
    happen: async () => {
      const slug = random.pick(slugs) ?? 'storm';
      const story = names.get(slug) ?? slug;
      const dice = random.below(30);
      if (dice === 0) await newsroom.withdraw(story);
      else if (dice === 1 && log.find(story)?.kind === 'published') {
        const to = `${slug}-${random.below(1_000_000)}`;
        if (await newsroom.move(story, to)) names.set(slug, to);
      } else await publish(slug);
    },
  };
};

/** ms after which somebody must have missed something */
const patienceMs = 60_000;

const whereIs = ({ name, story, at, reached }: Subscriber): string => `${name}, following ${story()}, at ${at(story())}, after ${JSON.stringify(reached.at(-1))}`;

/** So much that most diffs are shorter. */
const long = Array.from({ length: 12 }, (_, n) => `Paragraph ${n} says what the storm has done to the line.`);

const turn = (): Promise<void> => new Promise(setImmediate);

/** One moment: everybody is cut off at a turn of their own, and comes back at another, mostly soon, while things happen. */
const live = async (subscribers: readonly Subscriber[], happen: () => Promise<void>, random: Random, away: Map<Subscriber, number>): Promise<void> => {
  const cuts = new Map(subscribers.map((subscriber) => [subscriber, random.below(12)]));
  for (let now = 0; now < 16; now += 1) {
    for (const [subscriber, left] of away) {
      away.set(subscriber, left - 1);
      if (left <= 0 && away.delete(subscriber)) subscriber.comeBack();
    }
    for (const [subscriber, at] of cuts) {
      if (at !== now || away.has(subscriber)) continue;
      subscriber.cut();
      away.set(subscriber, random.below(8) === 0 ? random.below(100) : random.below(4));
    }
    if (random.below(5) === 0) await happen();
    await turn();
  }
};

const sequenceOf = (position: string): number => parsePosition(position)?.sequence ?? 0;

/** Each of its states is the log's at that place; places rise; and a step over n revisions says so. */
const expectTrue = (log: RevisionLog, { name, reached }: Subscriber): void => {
  const last = new Map<string, { sequence: number; revision: number }>();
  for (const { story, position, hash, folded } of reached) {
    const found = log.revision(story, position);
    expect(found.kind === 'found' && found.state.hash, `${name}: ${story} at ${position}`).toBe(hash);
    const [sequence, revision] = [sequenceOf(position), found.kind === 'found' ? found.state.revision : 0];
    const before = last.get(story);
    if (before) expect(sequence, `${name}: ${story} at ${position}`).toBeGreaterThan(before.sequence);
    if (before && folded !== undefined) expect(revision - before.revision, `${name}: ${story} at ${position}`).toBe(folded);
    last.set(story, { sequence, revision });
  }
};

/** How many revisions the diffs stood for that subscribers of a kind were sent. */
const steps = (subscribers: readonly Subscriber[], kind: string): number[] =>
  subscribers.filter(({ name }) => name.startsWith(kind)).flatMap(({ reached }) => reached.flatMap(({ folded }) => folded ?? []));

test(`one subscriber on each transport, cut off at ${moments} moments (SEED=${seed})`, { timeout: 120_000 + moments * 500 }, async () => {
  const random = createRandom(seed);
  const { log, readers, errors, port, close } = await startWholeServer({ heartbeatMs: 40 });
  try {
    const { happen, publishAll } = createHappenings(log, random);
    await publishAll();
    const subscribers = subscribersAt(port);
    const isThere = (subscriber: Subscriber): boolean => {
      const stories = subscriber.story() === everyStory ? log.published().map(({ story }) => story) : [subscriber.story()];
      return stories.every((story) => {
        const standing = log.find(story);
        return standing?.kind !== 'published' || sequenceOf(subscriber.at(story) ?? '') >= sequenceOf(standing.state.position);
      });
    };
    const faults = (): string[] => subscribers.flatMap((subscriber) => subscriber.faults.map((fault) => `${subscriber.name}: ${fault}`));
    const allThere = async (): Promise<void> => {
      const waited = performance.now();
      while (faults().length === 0 && !subscribers.every(isThere)) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (performance.now() - waited > patienceMs) throw new Error(`still on the way: ${subscribers.filter((subscriber) => !isThere(subscriber)).map(whereIs).join('; ')}`);
      }
    };
    for (const subscriber of subscribers) subscriber.comeBack();
    const away = new Map<Subscriber, number>();
    for (let moment = 0; moment < moments; moment += 1) {
      await live(subscribers, happen, random, away);
      if (random.below(3) > 0) continue;
      for (const [subscriber] of away) subscriber.comeBack();
      away.clear();
      await allThere();
      for (let quiet = random.below(4); quiet > 0; quiet -= 1) {
        await happen();
        await allThere();
      }
    }
    for (const [subscriber] of away) subscriber.comeBack();
    await publishAll();
    await allThere();
    expect(faults()).toEqual([]);
    expect(errors).toEqual([]);
    for (const subscriber of subscribers) {
      expectTrue(log, subscriber);
      subscriber.cut();
    }
    for (const kind of ['socket', 'events', 'long-poll']) {
      expect(steps(subscribers, kind)).toContain(1);
      expect(steps(subscribers, kind).some((folded) => folded > 1), kind).toBe(true);
    }
    await expect.poll(() => readers.count()).toBe(0);
  } finally {
    await close();
  }
});

/**
 * The promise to every subscriber, over real sockets: however often it drops off, it gets each change once, in order, and ends equal.
 * `DISCONNECTS=1000 npx vitest run tests/disconnects.test.ts` for the long run; `SEED` repeats one.
 */
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { everyStory } from '../server/core/protocol.ts';
import type { Revision } from '../server/revision-log.ts';
import { createFollower } from './follower.ts';
import { contentOf, createNewsroom, createRandom, reworked, type Random } from './newsroom.ts';
import { serveSocket, type Served } from './socket-client.ts';

const disconnects = Number(process.env['DISCONNECTS'] ?? 100);
const revisions = 200;
const slugs = ['storm', 'vote', 'match', 'uk/fire'];
const wanted = [...Array.from({ length: 15 }, (_, n) => slugs[n % slugs.length] ?? 'storm'), ...Array.from({ length: 5 }, () => everyStory)];

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

/** A subscriber on one socket after another. */
const createSubscriber = (url: string, story: string) => {
  const follower = createFollower(story);
  const waiting = new Set<() => void>();
  let ws: WebSocket | undefined;

  const connect = () => {
    const opened = new WebSocket(url);
    ws = opened;
    opened.on('error', () => undefined);
    opened.on('open', () => follower.connect((message) => opened.send(JSON.stringify(message))));
    opened.on('message', (data) => {
      if (ws !== opened) return;
      follower.receive(JSON.parse(String(data)));
      for (const check of waiting) check();
    });
  };

  connect();
  return {
    follower,
    comeBack: connect,
    /** Cuts the line without a word, whatever is under way. */
    drop: () => {
      ws?.terminate();
      ws = undefined;
    },
    until: (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!holds()) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
};

/** Some turns of the event loop, so that drops fall into every stage of what goes on. */
const pass = async (random: Random) => {
  for (let turns = random.below(8); turns > 0; turns -= 1) await new Promise(setImmediate);
};

const run = async (seed: number) => {
  const random = createRandom(seed);
  served = await serveSocket({ heartbeatMs: 50 });
  const { log, url } = served;
  const newsroom = createNewsroom(log);
  for (const slug of slugs) await newsroom.publish(slug, contentOf(slug, ['Lead.'], ['First.'], ['Second.']));
  const subscribers = wanted.map((story) => createSubscriber(url, story));

  const published: Promise<Revision>[] = [];
  const edit = async (slug: string) => {
    const standing = log.find(slug);
    if (standing?.kind === 'published') published.push(newsroom.publish(slug, reworked(standing.state, random)));
    await published.at(-1);
  };
  const events = [...Array.from({ length: disconnects }, () => 'drop'), ...Array.from({ length: revisions }, () => 'edit')];
  /** Who is away, and for how many events: for none at all, or long enough to miss several revisions. */
  const away = new Map<(typeof subscribers)[number], number>();
  const dropOne = (): void => {
    const subscriber = random.pick(subscribers.filter((each) => !away.has(each)));
    subscriber?.drop();
    if (subscriber) away.set(subscriber, random.next() < 0.5 ? 0 : random.below(30));
  };
  const comeBack = (isTime: (left: number) => boolean): void => {
    for (const [subscriber, left] of away) {
      away.set(subscriber, left - 1);
      if (isTime(left) && away.delete(subscriber)) subscriber.comeBack();
    }
  };
  while (events.length > 0) {
    const [event] = events.splice(random.below(events.length), 1);
    if (event === 'edit') await edit(random.pick(slugs) ?? 'storm');
    else dropOne();
    comeBack((left) => left <= 0);
    await pass(random);
  }
  comeBack(() => true);
  expect(published).toHaveLength(revisions);

  for (const { follower, until, drop: end } of subscribers) {
    const stories = follower.story() === everyStory ? slugs : [follower.story()];
    const stands = (slug: string) => log.find(slug)?.position;
    await until(() => follower.faults.length > 0 || (follower.isLive() && stories.every((slug) => follower.held(slug)?.position === stands(slug))));
    expect(follower.faults).toEqual([]);
    for (const slug of stories) {
      const found = log.find(slug);
      expect(follower.held(slug)?.content).toEqual(found?.kind === 'published' ? contentIn(found.state) : undefined);
    }
    end();
  }
  expect(served.errors).toEqual([]);
  return subscribers.map(({ follower }) => follower.counts);
};

const contentIn = ({ hash, meta, sections }: Revision['state']) => ({ hash, meta, sections });

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

test(`${disconnects} random disconnects over ${revisions} revisions (SEED=${seed})`, { timeout: 60_000 + disconnects * 100 }, async () => {
  const counts = await run(seed);
  expect(counts.reduce((sum, { connections }) => sum + connections, 0)).toBeGreaterThan(wanted.length);
  expect(counts.reduce((sum, { folded }) => sum + folded, 0)).toBeGreaterThan(0);
});

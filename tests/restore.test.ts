/** Whoever followed a log goes on with the one that was restored from its backup: from before and at the backup's end without noticing, from beyond it anew. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../client/connection.ts';
import { follow, type Update } from '../client/follow.ts';
import { everyStory, formats, parsePosition, type AnyDiff, type Format, type ServerMessage } from '../server/core/protocol.ts';
import type { RevisionLog } from '../server/revision-log.ts';
import { openEvents } from './event-client.ts';
import { contentOf, createNewsroom, createRandom, reworked } from './newsroom.ts';
import { createLostLog } from './restored.ts';
import { connectClient } from './socket-client.ts';
import { eventSubscriber, pollSubscriber, socketSubscriber, type Subscriber } from './transports.ts';
import { createQueueUnderTest, hookOf } from './webhook-queue.ts';
import { startWholeServer, type WholeServer } from './whole-server.ts';

let lost: ReturnType<typeof createLostLog>;
let servers: WholeServer[];
beforeEach(() => {
  lost = createLostLog();
  servers = [];
});
afterEach(async () => {
  for (const { close, errors } of servers) {
    await close();
    expect(errors).toEqual([]);
  }
  await lost.remove();
});

const serve = async (log: RevisionLog, port?: number, more: { heartbeatMs?: number } = {}): Promise<WholeServer> => {
  const server = await startWholeServer({ log, closeGraceMs: 100, ...more, ...(port !== undefined && { port }) });
  servers.push(server);
  return server;
};
const stop = async (server: WholeServer): Promise<void> => {
  servers.splice(servers.indexOf(server), 1);
  await server.close();
  expect(server.errors).toEqual([]);
};

/** So much that diffs are shorter. */
const long = Array.from({ length: 12 }, (_, n) => `Paragraph ${n} says what the storm has done to the line.`);
const text = (n: number) => contentOf('Storm', [`This is text ${n}.`], long);

/** `storm` 1, 2 and `vote` 3 are backed up; `storm` 4 and 5 are lost. `old` and `now` are the positions of the two logs. */
const loseTwo = async () => {
  const { log } = lost;
  const newsroom = createNewsroom(log);
  for (const n of [1, 2]) await newsroom.publish('storm', text(n));
  await newsroom.publish('vote', text(3));
  lost.backup();
  for (const n of [4, 5]) await newsroom.publish('storm', text(n));
  const restored = lost.restore();
  return { log: restored, newsroom: createNewsroom(restored), old: (n: number) => `${log.epoch}_${n}`, now: (n: number) => `${restored.epoch}_${n}` };
};

const described = (message: ServerMessage | AnyDiff) => {
  if (message.type === 'diff') return ['diff', message.story, message.from, message.to, message.folded ?? 1];
  if (message.type === 'snapshot') return ['snapshot', message.story, message.position, message.reset];
  return 'position' in message && 'story' in message ? [message.type, message.story, message.position] : [message.type];
};

/** What a subscriber is told before and with `live`. */
const toldTo = async (server: WholeServer, story: string, after: string, format: Format) => {
  const client = connectClient(`ws://127.0.0.1:${server.port}/live`);
  await client.opened;
  client.say({ type: 'subscribe', story, after, format });
  await client.next('live');
  const told = client.messages.slice(1, client.messages.findIndex(({ type }) => type === 'live') + 1);
  return { client, told: told.map(described) };
};

describe('the socket', () => {
  test.each(formats)('a story, as %s: from before the end of the backup, at it, and beyond', async (format) => {
    const { log, newsroom, old, now } = await loseTwo();
    const server = await serve(log);
    expect((await toldTo(server, 'storm', old(1), format)).told).toEqual([['diff', 'storm', old(1), now(2), 1], ['live', 'storm', now(2)]]);
    expect((await toldTo(server, 'storm', old(2), format)).told).toEqual([['diff', 'storm', old(2), now(2), 0], ['live', 'storm', now(2)]]);
    expect((await toldTo(server, 'storm', old(4), format)).told).toEqual([['snapshot', 'storm', now(2), true], ['live', 'storm', now(2)]]);
    const { client, told } = await toldTo(server, 'storm', old(3), format);
    expect(told).toEqual([['diff', 'storm', old(3), now(2), 0], ['live', 'storm', now(2)]]);
    const before = client.messages.length;
    await newsroom.publish('storm', text(6));
    expect(described(await client.next('diff', before))).toEqual(['diff', 'storm', now(2), now(4), 1]);
    expect((await toldTo(server, 'storm', old(2), format)).told).toEqual([['diff', 'storm', old(2), now(4), 1], ['live', 'storm', now(4)]]);
  });

  test.each(formats)('every story, as %s: each gets its new name, so that what is held and not told of is there no more', async (format) => {
    const { log, old, now } = await loseTwo();
    const server = await serve(log);
    const vote = ['diff', 'vote', old(3), now(3), 0];
    expect((await toldTo(server, everyStory, old(3), format)).told.toSorted()).toEqual([['diff', 'storm', old(2), now(2), 0], vote, ['live', '*', now(3)]]);
    const { told } = await toldTo(server, everyStory, old(1), format);
    expect(told).toEqual([['diff', 'storm', old(1), now(2), 1], ['snapshot', 'vote', now(3), false], ['live', '*', now(3)]]);
    expect((await toldTo(server, everyStory, old(5), format)).told.toSorted()).toEqual([['live', '*', now(3)], ['snapshot', 'storm', now(2), true], ['snapshot', 'vote', now(3), true]]);
  });

  test('a story that was withdrawn stays so, and goes on from where its reader stands', async () => {
    const { log } = lost;
    const newsroom = createNewsroom(log);
    await newsroom.publish('storm', text(1));
    await newsroom.withdraw('storm');
    lost.backup();
    const restored = lost.restore();
    const server = await serve(restored);
    const client = connectClient(`ws://127.0.0.1:${server.port}/live?story=storm&after=${log.epoch}_2`);
    expect(await client.next('ended')).toMatchObject({ position: `${log.epoch}_2`, reason: 'withdrawn' });
    await createNewsroom(restored).publish('storm', text(2));
    expect(described(await client.next('diff'))).toEqual(['diff', 'storm', `${log.epoch}_2`, `${restored.epoch}_3`, 1]);
  });
});

test('over HTTP old addresses lead to the new ones, a long poll goes on, an event stream too', async () => {
  const { log, newsroom, old, now } = await loseTwo();
  const server = await serve(log);
  const get = async (path: string) => {
    const { status, headers } = await fetch(`${server.address}/api/stories/storm/${path}`, { redirect: 'manual' });
    return [status, headers.get('location') ?? headers.get('stop-press-position')];
  };
  expect(await get(`revisions/${old(1)}`)).toEqual([308, `/api/stories/storm/revisions/${now(1)}`]);
  expect(await get(`revisions/${old(4)}`)).toEqual([404, null]);
  expect(await get(`diffs/${old(1)}..${now(2)}`)).toEqual([308, `/api/stories/storm/diffs/${now(1)}..${now(2)}`]);
  expect(await get(`diffs/${old(1)}..${old(3)}`)).toEqual([308, `/api/stories/storm/diffs/${now(1)}..${now(2)}`]);
  expect(await get(`diffs/${old(1)}..${old(5)}`)).toEqual([404, null]);
  expect(await get(`diffs/${old(3)}..`)).toEqual([204, now(2)]);
  expect(await get(`diffs/${old(5)}..`)).toEqual([404, null]);
  const polled = fetch(`${server.address}/api/stories/storm/diffs/${old(2)}..?wait=20`);
  const stream = await openEvents(server.port, '/api/stories/storm/events', { 'Last-Event-ID': old(1) });
  await stream.until(() => stream.events.some(({ message }) => message.type === 'live'));
  expect(stream.events.map(({ id, message }) => [id, ...described(message)])).toEqual([[undefined, 'hello'], [now(2), 'diff', 'storm', old(1), now(2), 1], [now(2), 'live', 'storm', now(2)]]);
  await expect.poll(() => server.readers.count()).toBe(1);
  await newsroom.publish('storm', text(6));
  expect(described(await (await polled).json() as AnyDiff)).toEqual(['diff', 'storm', old(2), now(4), 1]);
  stream.cut();
});

test('feeds, and what was backed up of them, keep their names', async () => {
  const { log } = await loseTwo();
  const [first, second] = [await serve(lost.log), await serve(log)];
  const idsOf = async ({ address }: WholeServer) => [...(await (await fetch(`${address}/feed.atom`)).text()).matchAll(/<id>(.+?)<\/id>/g)].map(([, id]) => id);
  const [before, after] = [await idsOf(first), await idsOf(second)];
  expect(after).toHaveLength(4);
  expect(before).toEqual(expect.arrayContaining(after));
  expect(after[0]).toBe(before[0]);
});

test('who stands at the same place after it is told as one again', async () => {
  const { log, newsroom, old } = await loseTwo();
  const server = await serve(log);
  const clients = await Promise.all([old(1), old(2), old(3), old(5)].map((after) => toldTo(server, 'storm', after, 'ops')));
  await expect.poll(() => server.readers.alone()).toBe(0);
  await newsroom.publish('storm', text(6));
  await Promise.all(clients.map(({ client }) => expect.poll(() => client.messages.filter(({ type }) => type === 'diff').at(-1)).toMatchObject({ to: `${log.epoch}_4` })));
});

describe('the library', () => {
  const { backoffMs } = limits;
  beforeEach(() => void Object.assign(limits, { backoffMs: [1, 20] }));
  afterEach(() => void Object.assign(limits, { backoffMs }));

  const listen = (address: string, since?: string) => {
    const updates: Update[] = [];
    const following = follow(address, { since, onUpdate: (update) => updates.push(update) });
    const lives = (count: number) => expect.poll(() => updates.filter(({ type }) => type === 'live').length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count);
    return { following, updates, types: () => updates.map(({ type, story }) => `${type} ${story}`), lives };
  };

  test.each(['/stories/storm', '/'])('%s: goes on at the end of the backup without a word, and with diffs', async (path) => {
    const newsroom = createNewsroom(lost.log);
    for (const story of ['storm', 'vote', 'ferry']) await newsroom.publish(story, text(1));
    const first = await serve(lost.log);
    const { following, updates, types, lives } = listen(first.address + path);
    try {
      await lives(1);
      lost.backup();
      const count = updates.length;
      await stop(first);
      const restored = lost.restore();
      await serve(restored, first.port);
      await lives(2);
      expect(types().slice(count)).toEqual([path === '/' ? 'live *' : 'live storm']);
      expect(following.position).toBe(path === '/' ? restored.head() : `${restored.epoch}_1`);
      const again = createNewsroom(restored);
      for (const story of ['storm', 'storm', 'vote']) await again.publish(story, text(restored.version() + 5));
      await expect.poll(types).toHaveLength(count + (path === '/' ? 4 : 3));
      expect(types().slice(count + 1)).toEqual(['diff storm', 'diff storm', 'diff vote'].slice(0, path === '/' ? 3 : 2));
      expect(following.position).toBe(path === '/' ? restored.head() : `${restored.epoch}_5`);
    } finally {
      following.close();
    }
  });

  test.each(['/stories/storm', '/'])('%s: a program that kept a position goes on from it', async (path) => {
    const { log, newsroom, old, now } = await loseTwo();
    const server = await serve(log);
    const [before, at, beyond] = [old(1), old(3), old(5)].map((since) => listen(server.address + path, since));
    try {
      for (const each of [before, at, beyond]) await each?.lives(1);
      expect(before?.updates[0]).toMatchObject({ type: 'diff', story: 'storm', before: { revision: 1 }, state: { revision: 2 } });
      expect(at?.types()).toEqual([path === '/' ? 'live *' : 'live storm']);
      expect(beyond?.updates[0]).toMatchObject({ type: 'snapshot', reset: true });
      await newsroom.publish('storm', text(6));
      for (const each of [before, at, beyond]) await expect.poll(() => each?.updates.at(-1)).toMatchObject({ type: 'diff', position: now(4), before: { revision: 2 }, state: { revision: 3 } });
      for (const each of [before, at, beyond]) expect(each?.following.position).toBe(now(4));
    } finally {
      for (const each of [before, at, beyond]) each?.following.close();
    }
  });
});

test('a webhook goes on from where it was; told of more than was backed up, from the end of the backup, and whole', async () => {
  const { log } = lost;
  const newsroom = createNewsroom(log);
  const at = createQueueUnderTest({ log, hook: hookOf({ name: 'at' }) });
  const beyond = createQueueUnderTest({ log, hook: hookOf({ name: 'beyond' }) });
  for (const n of [1, 2]) await newsroom.publish('storm', text(n));
  await newsroom.publish('vote', text(3));
  await at.settled();
  await beyond.settled();
  at.react(() => 'down');
  lost.backup();
  await newsroom.publish('storm', text(4));
  await at.settled();
  await beyond.settled();
  const restored = lost.restore();
  const [atAgain, beyondAgain] = [createQueueUnderTest({ log: restored, hook: hookOf({ name: 'at' }), store: at.store }), createQueueUnderTest({ log: restored, hook: hookOf({ name: 'beyond' }), store: beyond.store })];
  const again = createNewsroom(restored);
  await again.publish('storm', text(5));
  await again.publish('vote', text(6));
  for (const queue of [atAgain, beyondAgain]) await queue.pass(600_000);
  const told = (queue: typeof at) => queue.accepted().map(({ event: { data } }) => [data.position, data.message?.type, data.message?.['from']]);
  const now = (n: number) => `${restored.epoch}_${n}`;
  expect(told(atAgain)).toEqual([[now(4), 'diff', now(2)], [now(5), 'diff', now(3)]]);
  expect(told(beyondAgain)).toEqual([[now(4), 'snapshot', undefined], [now(5), 'diff', now(3)]]);
  expect(beyondAgain.lines.join('\n')).toContain(`was told up to ${log.epoch}_4`);
  expect([...atAgain.errors, ...beyondAgain.errors]).toEqual([]);
  for (const queue of [atAgain, beyondAgain]) queue.end();
});

const slugs = ['storm', 'uk/vote é', 'ferry'];
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

test(`law: on each transport, cut off before, at or after the backup, everybody ends with the states of the restored log (SEED=${seed})`, { timeout: 120_000 }, async () => {
  const random = createRandom(seed);
  const [newsroom, first] = [createNewsroom(lost.log), await serve(lost.log, 0, { heartbeatMs: 40 })];
  const change = async (room: typeof newsroom, log: RevisionLog): Promise<void> => {
    const story = random.pick(slugs) ?? 'storm';
    const standing = log.find(story);
    if (standing?.kind === 'published' && random.below(8) === 0) await room.withdraw(story);
    else await room.publish(story, standing && standing.kind !== 'moved' ? reworked(standing.state, random) : text(0));
  };
  for (const story of slugs) await newsroom.publish(story, text(0));
  const subscribers: Subscriber[] = formats.flatMap((format, index) => {
    const story = slugs[index] ?? 'storm';
    return [
      socketSubscriber(first.port, story, format), socketSubscriber(first.port, everyStory, format), eventSubscriber(first.port, story, format),
      eventSubscriber(first.port, everyStory, format), pollSubscriber(first.port, story, format),
    ];
  });
  const allThere = async (log: RevisionLog): Promise<void> => {
    const missing = () => subscribers.filter((subscriber) => {
      const stories = subscriber.story() === everyStory ? log.published().map(({ story }) => story) : [subscriber.story()];
      return stories.some((story) => {
        const [standing, at] = [log.find(story), parsePosition(subscriber.at(story) ?? '')];
        const wanted = parsePosition(standing?.kind === 'published' ? standing.state.position : '');
        return wanted !== undefined && !(at && log.resolve(subscriber.at(story) ?? '') !== undefined && at.sequence >= wanted.sequence);
      });
    }).map(({ name }) => name);
    await expect.poll(missing, { timeout: 60_000, interval: 5 }).toEqual([]);
  };
  for (const subscriber of subscribers) subscriber.comeBack();
  await allThere(lost.log);
  for (let step = 0; step < 24; step += 1) {
    if (step === 12) lost.backup();
    await change(newsroom, lost.log);
    if (random.below(3) === 0) random.pick(subscribers)?.cut();
    await new Promise(setImmediate);
  }
  for (const subscriber of subscribers) subscriber.cut();
  await stop(first);
  const restored = lost.restore();
  await serve(restored, first.port, { heartbeatMs: 40 });
  const again = createNewsroom(restored);
  for (let step = random.below(6); step > 0; step -= 1) await change(again, restored);
  for (const subscriber of subscribers) subscriber.comeBack();
  await allThere(restored);
  for (let step = 0; step < 6; step += 1) await change(again, restored);
  for (const story of slugs) await again.publish(story, text(9));
  await allThere(restored);
  for (const { name, faults, reached } of subscribers) {
    expect(faults, name).toEqual([]);
    for (const { story, position, hash } of reached.filter(({ position: at }) => at.startsWith(restored.epoch))) {
      const found = restored.revision(story, position);
      expect(found.kind === 'found' && found.state.hash, `${name}: ${story} at ${position}`).toBe(hash);
    }
  }
  for (const subscriber of subscribers) subscriber.cut();
});

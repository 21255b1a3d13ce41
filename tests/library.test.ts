import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { WebSocketServer, type WebSocket as Peer } from 'ws';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { limits } from '../client/connection.ts';
import { follow, FollowError, type Following, type FollowOptions, type Update } from '../client/follow.ts';
import { everyStory, subprotocol, type ServerMessage } from '../server/core/protocol.ts';
import type { State } from '../server/core/story.ts';
import { contentOf, createNewsroom } from './newsroom.ts';
import { startWholeServer, type WholeServer } from './whole-server.ts';

const { backoffMs } = limits;
let server: WholeServer;
let newsroom: ReturnType<typeof createNewsroom>;
const open: Following[] = [];
beforeEach(async () => {
  Object.assign(limits, { backoffMs: [1, 20] });
  server = await startWholeServer({ closeGraceMs: 100 });
  newsroom = createNewsroom(server.log);
  await newsroom.publish('storm', contentOf('Storm', ['One.']));
});
afterEach(async () => {
  for (const each of open.splice(0)) each.close();
  Object.assign(limits, { backoffMs });
  await server.close();
  expect(server.errors).toEqual([]);
});

const publish = (story: string, text: string) => newsroom.publish(story, contentOf('Storm', [text]));

/** Follows by callback, keeps what it is told, and waits for it. */
const listen = (address: string, options: FollowOptions = {}) => {
  const updates: Update[] = [];
  const errors: FollowError[] = [];
  const following = follow(address, { onUpdate: (update) => updates.push(update), onError: (error) => errors.push(error), ...options });
  open.push(following);
  return {
    following, updates, errors,
    types: () => updates.map(({ type }) => type),
    until: (holds: () => unknown) => expect.poll(holds, { timeout: 10_000 }).toBeTruthy(),
    live: () => expect.poll(() => updates.filter(({ type }) => type === 'live').length, { timeout: 10_000 }).toBeGreaterThan(0),
  };
};

const storm = () => `${server.address}/stories/storm`;

describe('a story', () => {
  test('is told whole, then each change, by iterating; to leave the loop is to close', async () => {
    const following = follow(storm());
    const told: Update[] = [];
    for await (const update of following) {
      told.push(update);
      expect(following.position).toBe(update.position);
      if (update.type === 'live') void publish('storm', 'Two.');
      if (update.type === 'diff') break;
    }
    const [first, , last] = told;
    expect(told.map(({ type }) => type)).toEqual(['snapshot', 'live', 'diff']);
    expect(last?.type === 'diff' && first?.type === 'snapshot' && last.before === first.state).toBe(true);
    expect(last?.type === 'diff' && last.state).toEqual(server.log.revision('storm', 2).kind === 'found' && (await (await fetch(`${server.address}/api/stories/storm`)).json()));
    expect(following.status).toBe('over');
    await following.closed;
    await expect.poll(() => server.readers.count()).toBe(0);
  });

  test('that two loops take from ends both: each update goes to one of them', async () => {
    const following = follow(storm());
    const told: string[] = [];
    const loop = async (): Promise<void> => {
      for await (const { type } of following) told.push(type);
    };
    const loops = [loop(), loop()];
    await expect.poll(() => told.length).toBe(2);
    following.close();
    await Promise.all(loops);
    expect(told).toEqual(['snapshot', 'live']);
  });

  test('is told by callbacks, from after the call on, with its status', async () => {
    const statuses: string[] = [];
    const { following, types, live, until } = listen(storm(), { onStatus: (status) => statuses.push(status) });
    expect([types(), following.status, following.state]).toEqual([[], 'connecting', undefined]);
    await live();
    expect(following.state?.meta.headline).toBe('Storm');
    await publish('storm', 'Two.');
    await until(() => types().includes('diff'));
    expect(following.state?.sections[0]?.blocks).toEqual(['<p>Two.</p>']);
    following.close();
    following.close();
    await following.closed;
    await publish('storm', 'Three.');
    expect([types(), statuses]).toEqual([['snapshot', 'live', 'diff'], ['live', 'over']]);
  });

  test('goes on from `since` with one diff of what was missed, led on from the state there', async () => {
    const first = listen(storm());
    await first.live();
    const since = first.following.position;
    const before = first.following.state;
    first.following.close();
    await publish('storm', 'Two.');
    await publish('storm', 'Three.');
    const second = listen(storm(), { since });
    await second.live();
    expect(second.updates[0]).toMatchObject({ type: 'diff', before, diff: { folded: 2 } });
    const third = listen(storm(), { since: second.following.position });
    await third.live();
    expect(third.types()).toEqual(['live']);
    expect(third.following.state).toEqual(second.following.state);
  });

  test('of another log is told whole, as a reset', async () => {
    const { updates, live } = listen(storm(), { since: '00000000_7' });
    await live();
    expect(updates[0]).toMatchObject({ type: 'snapshot', reset: true });
  });

  test('is withdrawn, put back, and moved, and goes on', async () => {
    const { following, updates, types, live, until } = listen(storm());
    await live();
    await newsroom.withdraw('storm');
    await until(() => types().includes('withdrawn'));
    expect(following.state).toBeUndefined();
    await publish('storm', 'Back.');
    await until(() => types().includes('diff'));
    expect(following.state?.sections[0]?.blocks).toEqual(['<p>Back.</p>']);
    await newsroom.move('storm', 'uk/gale');
    await until(() => types().filter((type) => type === 'live').length === 2);
    expect(following.story).toBe('uk/gale');
    await publish('uk/gale', 'On.');
    await until(() => updates.at(-1)?.type === 'diff');
    expect(types()).toEqual(['snapshot', 'live', 'withdrawn', 'diff', 'moved', 'live', 'diff']);
    expect(updates.at(-1)).toMatchObject({ story: 'uk/gale', before: { sections: [{ blocks: ['<p>Back.</p>'] }] } });
  });

  test('that nobody knows ends with an error, told and thrown', async () => {
    const { following, errors } = listen(`${server.address}/stories/nowhere`);
    await following.closed;
    expect(errors).toMatchObject([{ code: 'unknown-story', story: 'nowhere' }]);
    const iterate = async () => { for await (const _ of follow(`${server.address}/stories/nowhere`)) expect.unreachable(); };
    await expect(iterate()).rejects.toBeInstanceOf(FollowError);
  });

  test.each(['storm', 'ftp://host/stories/storm', 'http://host/feed.atom', 'http://host/stories/', 'http://host/stories/%ff'])('cannot be followed at %s', (address) => {
    expect(() => follow(address)).toThrow(expect.objectContaining({ code: 'bad-address' }));
  });
});

describe('what is followed together', () => {
  test('shares one socket: several stories, one of them twice; who comes later is told the state', async () => {
    await publish('vote', 'One.');
    const [a, b, c] = [listen(storm()), listen(`${server.address}/stories/vote`), listen(storm())];
    await Promise.all([a.live(), b.live(), c.live()]);
    const d = listen(storm());
    await d.live();
    expect(server.readers.count()).toBe(1);
    expect(d.types()).toEqual(['snapshot', 'live']);
    await publish('storm', 'Two.');
    await Promise.all([a, c, d].map(({ until, types }) => until(() => types().includes('diff'))));
    expect(b.types()).toEqual(['snapshot', 'live']);
    for (const { following } of [a, c, d]) following.close();
    await expect.poll(() => server.readers.following('storm')).toBe(0);
    expect(server.readers.count()).toBe(1);
    b.following.close();
    await expect.poll(() => server.readers.count()).toBe(0);
  });

  test('takes one more socket where a server lets one carry no more', async () => {
    const slugs = Array.from({ length: 40 }, (_, n) => `story-${n}`);
    for (const slug of slugs) await publish(slug, 'One.');
    const all = slugs.map((slug) => listen(`${server.address}/stories/${slug}`));
    await Promise.all(all.map(({ live }) => live()));
    expect(server.readers.count()).toBe(2);

    const narrow = await startWholeServer({ limits: { maxSubscriptions: 2 }, closeGraceMs: 100 });
    const other = createNewsroom(narrow.log);
    for (const slug of slugs.slice(0, 5)) await other.publish(slug, contentOf('Storm', ['One.']));
    const few = slugs.slice(0, 5).map((slug) => listen(`${narrow.address}/stories/${slug}`));
    await Promise.all(few.map(({ live }) => live()));
    expect(narrow.readers.count()).toBe(3);
    await narrow.close();
  });

  test('every story: each once, those that come, go and move, and `live` when nothing is missing', async () => {
    await publish('vote', 'One.');
    const { following, updates, types, live, until } = listen(server.address);
    await live();
    expect(types()).toEqual(['snapshot', 'snapshot', 'live']);
    expect([...following.states().keys()].toSorted()).toEqual(['storm', 'vote']);
    await publish('vote', 'Two.');
    await newsroom.withdraw('storm');
    await newsroom.move('vote', 'election');
    await publish('election', 'Three.');
    await publish('storm', 'Back.');
    await until(() => following.states().size === 2 && following.states().get('storm')?.sections[0]?.blocks[0] === '<p>Back.</p>');
    expect(updates.slice(3).map(({ type, story }) => `${type} ${story}`)).toEqual(['diff vote', 'withdrawn storm', 'moved vote', 'diff election', 'snapshot storm']);
    expect([...following.states().keys()].toSorted()).toEqual(['election', 'storm']);
    expect(following.position).toBe(server.log.head());
    expect(following.story).toBe(everyStory);
  });
});

test('a slow reader holds a bounded number of updates, and misses none of what they lead to', async () => {
  const following = follow(storm());
  open.push(following);
  let last: Update | undefined;
  let [count, states] = [0, 0];
  for await (const update of following) {
    if (update.type === 'live' && count === 1) {
      for (let n = 0; n < 300; n += 1) await publish('storm', `Number ${n}.`);
      await expect.poll(() => server.readers.following('storm')).toBe(0);
    }
    if (update.type === 'diff') {
      expect(last && 'state' in last ? last.state.hash : '').toBe(update.before.hash);
      states += update.diff.folded;
    }
    if (update.type !== 'live') last = update;
    count += 1;
    if (update.position === server.log.head() && states === 300) break;
  }
  expect(count).toBeLessThan(80);
});

test('a slow reader does not hold up the others, and one that ends while it is slow opens nothing more', async () => {
  const fast = listen(storm());
  await fast.live();
  const stop = new AbortController();
  const slow = follow(storm(), { signal: stop.signal, onError: (error) => fast.errors.push(error) });
  let [last, count]: [Update | undefined, number] = [undefined, 0];
  for await (const update of slow) {
    if (update.type === 'live' && count === 1) {
      for (let n = 0; n < 100; n += 1) await publish('storm', `Number ${n}.`);
      await fast.until(() => fast.updates.at(-1)?.position === server.log.head());
      expect([slow.state?.revision, server.readers.count()]).toEqual([64, 1]); // that of the update that waits last
    }
    if (update.type === 'diff') expect(last && 'state' in last && last.state.hash).toBe(update.before.hash);
    if (update.type !== 'live') last = update;
    count += 1;
    if (update.position === server.log.head()) break;
  }
  expect(fast.errors).toEqual([]);

  const stopped = follow(storm(), { signal: stop.signal });
  for await (const update of stopped) {
    if (update.type !== 'live') continue;
    fast.following.close();
    for (let n = 0; n < 70; n += 1) await publish('storm', `Again ${n}.`);
    await expect.poll(() => server.readers.count()).toBe(0);
    stop.abort();
  }
  expect([stopped.status, server.readers.count()]).toEqual(['over', 0]);
});

test('a signal ends it, also before it begins', async () => {
  const stop = new AbortController();
  const following = follow(storm(), { signal: stop.signal });
  const seen: string[] = [];
  for await (const { type } of following) {
    seen.push(type);
    if (type === 'live') stop.abort();
  }
  expect([seen, following.status]).toEqual([['snapshot', 'live'], 'over']);
  const never = follow(storm(), { signal: stop.signal });
  for await (const _ of never) expect.unreachable();
  await never.closed;
});

/** A server that says what a test tells it to; each socket by its number. */
const scripted = async (script: (peer: Peer, number: number) => void) => {
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => subprotocol });
  let count = 0;
  wss.on('connection', (peer) => script(peer, (count += 1)));
  await once(wss, 'listening');
  return {
    address: `http://127.0.0.1:${(wss.address() as AddressInfo).port}/stories/storm`,
    sockets: () => count,
    close: () => new Promise((resolve) => {
      for (const peer of wss.clients) peer.terminate();
      wss.close(resolve);
    }),
  };
};
const hello = (heartbeatMs = 25_000): ServerMessage => ({ type: 'hello', protocol: subprotocol, session: 's', heartbeatMs, limits: { maxMessageBytes: 4096, maxSubscriptions: 32, messagesPerSecond: 10 } });
const say = (peer: Peer, ...messages: ServerMessage[]) => { for (const message of messages) peer.send(JSON.stringify(message)); };

test('every story: what has been fetched before `live` leaves the position where it was', async () => {
  const since = server.log.head();
  const state = (await (await fetch(`${server.address}/api/stories/storm`)).json()) as State;
  const snapshot = (story: string): ServerMessage => ({ type: 'snapshot', story, position: since, reset: false, state: { ...state, story } });
  let more = (): void => {};
  const other = await scripted((peer) => {
    say(peer, hello(), snapshot('storm'));
    more = () => say(peer, snapshot('vote'));
  });
  const { following, types, until } = listen(new URL('/', other.address).href, { since, fetch: () => Promise.resolve(new Response(null, { status: 404 })) });
  await until(() => types().length === 1);
  more();
  await until(() => types().length === 2);
  expect(following.position).toBe(since);
  await other.close();
});

describe('a close', () => {
  test.each([4000, 4001, 4003, 1002, 1003, 1007, 1008, 1009])('with %i ends it', async (code) => {
    const other = await scripted((peer) => peer.close(code));
    const { following, errors } = listen(other.address);
    await following.closed;
    expect(errors).toMatchObject([{ code: 'refused', closeCode: code }]);
    expect([following.status, other.sockets()]).toEqual(['over', 1]);
    await other.close();
  });

  test.each([1000, 1001, 1011, 1012, 1013, 4100, 4101, 4300, 4301, 4308])('with %i does not', async (code) => {
    const other = await scripted((peer) => {
      if (code === 4300) say(peer, hello(), { type: 'bye', code, retryAfterMs: [1, 5] });
      peer.close(code);
    });
    const { following, errors, until } = listen(other.address);
    await until(() => other.sockets() > 2);
    expect([following.status, errors]).toEqual(['offline', []]);
    following.close();
    await other.close();
  });

  test('is the answer to silence', async () => {
    const other = await scripted((peer) => say(peer, hello(20)));
    const { following, until } = listen(other.address);
    await until(() => other.sockets() > 2);
    following.close();
    await other.close();
  });
});

test.each([0, -1, Number.NaN])('a server that says that a socket carries %s stories does not get one after the other', async (maxSubscriptions) => {
  let asked: unknown;
  const other = await scripted((peer) => {
    peer.once('message', (text) => { asked = JSON.parse(String(text)); });
    say(peer, { ...hello(), limits: { maxMessageBytes: 4096, maxSubscriptions, messagesPerSecond: 10 } } as ServerMessage);
  });
  const { until } = listen(other.address);
  await until(() => asked ?? other.sockets() > 1);
  expect([asked, other.sockets()]).toEqual([{ type: 'subscribe', story: 'storm' }, 1]);
  await other.close();
});

test('a state whose hash does not agree is reported, and put right', async () => {
  await publish('storm', 'Two.');
  const [first, second] = [1, 2].map((number) => server.log.revision('storm', number));
  if (first?.kind !== 'found' || second?.kind !== 'found') return expect.unreachable();
  const diff = server.log.diff('storm', first.state.position, second.state.position);
  if (diff.kind !== 'found') return expect.unreachable();
  const other = await scripted((peer) => {
    say(peer, hello());
    peer.on('message', () => say(peer, { type: 'snapshot', story: 'storm', position: first.state.position, reset: false, state: first.state }, { ...diff.diff, hash: '00000000' }, { type: 'live', story: 'storm', position: second.state.position }));
  });
  const asked: string[] = [];
  const { updates, errors, live, following } = listen(other.address, { fetch: (url) => {
    asked.push(String(url));
    return Promise.resolve(new Response(JSON.stringify(second.state)));
  } });
  await live();
  expect(errors).toMatchObject([{ code: 'mismatch', story: 'storm' }]);
  expect(updates).toMatchObject([{ type: 'snapshot' }, { type: 'snapshot', before: first.state, state: second.state }, { type: 'live' }]);
  expect(asked).toHaveLength(1);
  following.close();
  await other.close();
});

test('a story that a server does not know any more, or not yet again, is asked for again', async () => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0);
  const standing = server.log.revision('storm', 1);
  if (standing.kind !== 'found') return expect.unreachable();
  const { state } = standing;
  const snapshot: ServerMessage[] = [{ type: 'snapshot', story: 'storm', position: state.position, reset: false, state }, { type: 'live', story: 'storm', position: state.position }];
  let asked = 0;
  const other = await scripted((peer, number) => {
    say(peer, hello());
    peer.on('message', () => {
      asked += 1;
      if (asked === 2 || asked === 3) say(peer, { type: 'error', code: 'unknown-story', message: 'there is no story storm', story: 'storm' });
      else say(peer, ...(asked === 1 ? snapshot : snapshot.slice(1)));
      if (number === 1) peer.close(1001);
    });
  });
  const { types, errors, following, until } = listen(other.address);
  await until(() => types().filter((type) => type === 'live').length === 2);
  expect([errors.map(({ code }) => code), following.status, other.sockets()]).toEqual([['unknown-story', 'unknown-story'], 'live', 2]);
  following.close();
  await other.close();
  random.mockRestore();
});

test('a program that has closed ends by itself', async () => {
  const library = new URL('../client/follow.ts', import.meta.url).href;
  const script = `
    import { follow } from ${JSON.stringify(library)};
    const [storm, all] = [follow('${storm()}'), follow('${server.address}/', { since: '${server.log.head()}', onUpdate: () => {} })];
    for await (const { type } of storm) if (type === 'live') break;
    all.close();
    console.log(storm.position);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 });
  expect(stdout.trim()).toBe(server.log.head());
});

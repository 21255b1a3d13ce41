/**
 * The promise of the library, over real sockets and a network that breaks: each state of the log once, in order, each leading on from the one before, however
 * often the line is cut or the program ends and goes on by `since`. `CUTS=1000 npx vitest run tests/library-law.test.ts` for the long run; `SEED` repeats one.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { limits } from '../client/connection.ts';
import { follow, type Following, type State, type Update } from '../client/follow.ts';
import { apply } from '../server/core/diff.ts';
import { parsePosition } from '../server/core/protocol.ts';
import type { RevisionLog } from '../server/revision-log.ts';
import { createProxy } from './browser/proxy.ts';
import { contentOf, createNewsroom, createRandom, reworked, type Random } from './newsroom.ts';
import { startWholeServer, type WholeServer } from './whole-server.ts';

const cuts = Number(process.env['CUTS'] ?? 40);
const slugs = ['storm', 'vote', 'uk/fire', 'what?'];

let server: WholeServer;
let proxy: Awaited<ReturnType<typeof createProxy>>;
const { backoffMs } = limits;
beforeEach(async () => {
  Object.assign(limits, { backoffMs: [1, 20] });
  server = await startWholeServer({ heartbeatMs: 50, closeGraceMs: 100 });
  proxy = await createProxy(server.address);
});
afterEach(async () => {
  Object.assign(limits, { backoffMs });
  await proxy.close();
  await server.close();
});

const sequenceOf = (position: string | undefined): number => parsePosition(position ?? '')?.sequence ?? 0;
const contentIn = ({ hash, meta, sections }: State) => ({ hash, meta, sections });

/** What somebody holds who believes every update, and what is wrong with them. */
const createReader = (log: RevisionLog, path: string) => {
  const states = new Map<string, { state: State; position: string }>();
  const faults: string[] = [];
  const counts = { diffs: 0, folded: 0, snapshots: 0, live: 0, ended: 0 };

  const take = (update: Update): void => {
    const fault = (what: string) => faults.push(`${what}: ${update.type} ${update.story} ${update.position}`);
    if (update.type === 'live') return void (counts.live += 1);
    if (update.type === 'withdrawn') {
      counts.ended += 1;
      if (path === '/') states.delete(update.story); // put back, it is told whole
      return;
    }
    const known = states.get(update.story);
    if (update.type === 'moved') {
      counts.ended += 1;
      states.delete(update.story);
      if (known) states.set(update.to, known);
      return;
    }
    if (known && sequenceOf(update.position) <= sequenceOf(known.position)) fault(`not after ${known.position}`);
    if ((known || update.type === 'diff') && update.before?.hash !== known?.state.hash) fault('does not follow on');
    if (update.type === 'diff') {
      counts.diffs += 1;
      counts.folded += update.diff.folded > 1 ? 1 : 0;
      if (apply(update.before, update.diff.ops, update.diff.at).hash !== update.state.hash) fault('the ops do not lead there');
    } else counts.snapshots += 1;
    const logged = log.revision(update.story, update.position);
    if (logged.kind !== 'found' || JSON.stringify(contentIn(logged.state)) !== JSON.stringify(contentIn(update.state))) fault('not a state of the log');
    states.set(update.story, { state: update.state, position: update.position });
  };

  /** Where a program goes on by a position, it holds the states there: what it had been handed must not lie before them. */
  const goOnFrom = (position: string | undefined): void => {
    for (const [slug, known] of states) {
      const logged = position === undefined ? undefined : log.revision(slug, position);
      if (logged?.kind !== 'found') states.delete(slug);
      else if (sequenceOf(logged.state.position) > sequenceOf(known.position)) faults.push(`${position} promises more of ${slug} than was handed over`);
      else states.set(slug, { state: logged.state, position: position ?? '' });
    }
  };
  return { states, faults, counts, take, goOnFrom };
};

/** A program that follows, ends, and goes on from where it was. */
const createProgram = (path: string, log: RevisionLog) => {
  const reader = createReader(log, path);
  let since: string | undefined;
  let following: Following;
  const stopping = { current: new AbortController() };
  let running: Promise<void>;

  const read = async (followed: Following): Promise<void> => {
    for await (const update of followed) {
      reader.take(update);
      since = followed.position;
    }
  };
  const start = (): void => {
    stopping.current = new AbortController();
    following = follow(`${proxy.address}${path}`, { since, signal: stopping.current.signal, onError: ({ message }) => reader.faults.push(message) });
    running = read(following);
  };
  start();
  return {
    ...reader,
    path,
    following: () => following,
    restart: async () => {
      stopping.current.abort();
      await running;
      reader.goOnFrom(since);
      start();
    },
    end: async () => {
      following.close();
      await running;
    },
  };
};

const pass = async (random: Random) => {
  for (let turns = random.below(8); turns > 0; turns -= 1) await new Promise(setImmediate);
};

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

test(`${cuts} cuts and ${cuts} endings (SEED=${seed})`, { timeout: 60_000 + cuts * 1_000 }, async () => {
  const random = createRandom(seed);
  const { log } = server;
  const newsroom = createNewsroom(log);
  for (const slug of slugs) await newsroom.publish(slug, contentOf(slug, ['Lead.'], ['First.'], ['Second.']));
  const paths = ['/stories/storm', '/stories/vote', '/stories/uk/fire', '/stories/what%3F', '/stories/storm', '/', '/'];
  const programs = paths.map((path) => createProgram(path, log));

  const edit = async () => {
    const slug = random.pick(slugs) ?? '';
    const standing = log.find(slug);
    if (standing?.kind === 'published' || standing?.kind === 'withdrawn') await newsroom.publish(slug, reworked(standing.state, random));
  };
  const events = [...Array.from({ length: cuts }, () => 'cut'), ...Array.from({ length: cuts }, () => 'restart'), ...Array.from({ length: cuts * 4 }, () => 'edit'), ...Array.from({ length: cuts / 4 }, () => 'withdraw')];
  while (events.length > 0) {
    const [event] = events.splice(random.below(events.length), 1);
    if (event === 'edit') await edit();
    else if (event === 'withdraw') await newsroom.withdraw(random.pick(slugs) ?? '');
    else if (event === 'restart') await random.pick(programs)?.restart();
    else {
      proxy.cut();
      if (random.next() < 0.5) await edit();
      await pass(random);
      proxy.mend();
    }
    await pass(random);
    if (random.next() < 0.1) await new Promise((resolve) => setTimeout(resolve, random.below(60)));
  }
  for (const slug of slugs) await newsroom.publish(slug, contentOf(slug, ['The end.'], [String(random.next())]));

  for (const { path, states, faults, following, end } of programs) {
    const wanted = path === '/' ? slugs : [following().story];
    const isThere = () => faults.length > 0 || wanted.every((slug) => states.get(slug)?.position === log.find(slug)?.position);
    await expect.poll(isThere, { timeout: 20_000 }).toBe(true);
    expect(faults).toEqual([]);
    for (const slug of wanted) expect(following().states().get(slug)).toEqual(log.revision(slug, log.head()).kind === 'found' ? states.get(slug)?.state : undefined);
    await end();
    expect(following().status).toBe('over');
  }
  expect(server.errors).toEqual([]);
  const count = (name: keyof (typeof programs)[number]['counts']) => programs.reduce((sum, { counts }) => sum + counts[name], 0);
  for (const name of ['diffs', 'folded', 'snapshots', 'live', 'ended'] as const) expect(count(name)).toBeGreaterThan(0);
});

/** However readers dawdle, drop off and come back, whatever happens to the stories: what they end up with is what stands, and on the way nothing comes twice or is left out. */
import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { everyStory, formats } from '../server/core/protocol.ts';
import type { ClientMessage } from '../server/core/protocol.ts';
import { createFrames } from '../server/frames.ts';
import type { RevisionLog } from '../server/revision-log.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { createFollower, type Follower } from './follower.ts';
import { contentOf, createNewsroom, createRandom, reworked, type Random } from './newsroom.ts';
import { createSharedWires, type Line } from './shared-wire.ts';
import { createWire } from './wire.ts';

type Reader = { follower: Follower; wire?: Line };

const slugs = ['storm', 'vote', 'uk/fire', 'match'];

/** What happens in the newsroom: mostly edits. */
const happen = async (log: RevisionLog, newsroom: ReturnType<typeof createNewsroom>, random: Random) => {
  const now = log.files().map(({ story }) => story);
  const story = random.pick([...slugs, ...now]) ?? 'storm';
  const standing = log.find(story);
  const dice = random.below(20);
  if (dice === 0) await newsroom.withdraw(story);
  else if (dice === 1 && standing?.kind === 'published') await newsroom.move(story, `${story}-${random.below(1_000)}`);
  else if (dice === 2 && standing?.kind === 'published') await log.redact(story, 1 + random.below(standing.state.revision));
  else await newsroom.publish(story, standing && standing.kind !== 'moved' ? reworked(standing.state, random) : reworked(contentOf(story, ['Lead.'], ['Text.']), random));
};

const connect = (reader: Reader, open: () => Line) => {
  const wire = open();
  reader.wire = wire;
  reader.follower.connect((message: ClientMessage) => {
    if (reader.wire === wire) wire.session.receive(JSON.stringify(message));
  });
};

const disconnect = (reader: Reader) => {
  reader.wire?.session.stop();
  delete reader.wire;
};

/** Lets at most `count` parcels through. Returns whether any was there. */
const read = ({ follower, wire }: Reader, count: number): boolean => {
  for (let left = count; left > 0; left -= 1) {
    const parcel = wire?.deliver();
    if (!parcel) return left < count;
    if (parcel.kind === 'frame') follower.receive(parcel.message);
  }
  return true;
};

const hashes = (pairs: Iterable<readonly [string, string]>) => Object.fromEntries([...pairs].sort());

/** What a reader has to end up with, by hashes; a story that has been withdrawn may be kept as it was. */
const expected = (log: RevisionLog, { follower }: Reader) => {
  if (follower.story() === everyStory) return hashes(log.published().map(({ story, state }) => [story, state.hash]));
  const found = log.find(follower.story());
  const hash = found?.kind === 'published' ? found.state.hash : follower.held()?.content.hash;
  return hash === undefined ? {} : { [follower.story()]: hash };
};

const check = (log: RevisionLog, reader: Reader) => {
  const { follower, wire } = reader;
  expect(follower.faults).toEqual([]);
  expect(wire?.errors).toEqual([]);
  expect(wire?.isFull()).toBe(false);
  expect(follower.isLive()).toBe(true);
  expect(hashes([...follower.holding()].map(([story, { content }]) => [story, content.hash]))).toEqual(expected(log, reader));
};

/** `shared`: through `createReaders`, where readers who stand at the same place are told as one; else each has a session. */
const simulate = async (seed: number, { steps = 120, windowBytes = 1_500, shared = false } = {}) => {
  const random = createRandom(seed);
  const log = createMemoryLog({ epoch: '7f3a9c21' });
  const newsroom = createNewsroom(log);
  const clock = { now: 0 };
  const options = { log, now: () => clock.now, heartbeatMs: 2_000, limits: { windowBytes, messagesPerSecond: 1_000, pongTimeoutMs: Infinity } };
  const frames = createFrames({ maxBytes: 20_000 });
  const wires = createSharedWires({ ...options, coalesceMs: () => (random.below(2) === 0 ? 0 : random.below(5_000)), isMoreComing: () => random.below(2) === 0, onWrite: () => void (clock.now += random.below(100)) });
  const open = (): Line => (shared ? wires.connect() : createWire({ ...options, frames }));
  for (const slug of slugs) await newsroom.publish(slug, contentOf(slug, ['Lead.'], ['First.'], ['Second.']));
  const wanted = [everyStory, everyStory, ...slugs, 'storm'];
  // Who is to stand where others do wants the same in the same format.
  const formatsWanted = shared ? formats.flatMap((format) => wanted.map(() => format)) : wanted.map((_story, index) => formats[index % formats.length]);
  const readers: Reader[] = formatsWanted.map((format = 'ops', index) => ({ follower: createFollower(wanted[index % wanted.length] ?? everyStory, { format }) }));
  let mostTogether = 0;

  for (let step = 0; step < steps; step += 1) {
    clock.now += random.below(1_000);
    const reader = random.pick(readers);
    const dice = random.below(10);
    if (dice < 4) await happen(log, newsroom, random);
    else if (reader && dice < 8) read(reader, random.below(12));
    else if (dice === 8) readers.forEach(({ wire }) => wire?.session.tick());
    else if (reader?.wire) disconnect(reader);
    else if (reader) connect(reader, open);
    if (shared && random.below(3) === 0) wires.run();
    mostTogether = Math.max(mostTogether, wires.readers.count() - wires.readers.alone());
  }
  for (const reader of readers) if (!reader.wire) connect(reader, open);
  do {
    clock.now += 5_000;
    wires.run();
  } while (readers.map((reader) => read(reader, Infinity)).some(Boolean));
  for (const reader of readers) check(log, reader);
  return { counts: readers.map(({ follower }) => follower.counts), mostTogether };
};

const runs = Number(process.env['SESSION_RUNS'] ?? 100);

test('readers that dawdle, drop off and resume end equal to what stands', { timeout: 120_000 }, async () => {
  const cases = fc.record({ seed: fc.nat(), windowBytes: fc.constantFrom(300, 1_500, 20_000), shared: fc.boolean() });
  await fc.assert(fc.asyncProperty(cases, async ({ seed, ...options }) => void (await simulate(seed, options))), { numRuns: runs });
});

test.each([
  ['a story that was withdrawn and put back while its reader was behind: snapshot, then live', 741_118_896, 1_500],
  ['a slug that changed hands twice: the reader of the first story follows to the last with nothing in hand', 1_709_546_680, 1_500],
  ['a moved story that goes on before its reader was told live: the diff starts from where the reader is', 1_015_989_195, 300],
  ['a reader of all that dropped off before its first live: begins anew', 1_748_694_292, 1_500],
])('%s', async (_what, seed, windowBytes) => void (await simulate(seed, { windowBytes })));

test.each([false, true])('the simulation reaches what it is about (shared: %s)', async (shared) => {
  const { counts, mostTogether } = await simulate(shared ? 6 : 1, { steps: shared ? 4_000 : 2_000, shared });
  expect(mostTogether > 2).toBe(shared);
  const total = (name: keyof (typeof counts)[number]) => counts.reduce((sum, each) => sum + each[name], 0);
  for (const name of ['diffs', 'folded', 'snapshots', 'asked', 'connections', ...(shared ? [] : ['dropped' as const])] as const) expect(total(name), name).toBeGreaterThan(shared ? 1 : 5);
});

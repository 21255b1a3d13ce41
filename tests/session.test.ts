import { beforeEach, describe, expect, test } from 'vitest';
import type { Diff, ServerMessage } from '../server/core/protocol.ts';
import { apply } from '../server/core/diff.ts';
import { createFrames } from '../server/frames.ts';
import type { RevisionLog } from '../server/revision-log.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { contentOf, createNewsroom } from './newsroom.ts';
import { createWire, type Wire, type WireOptions } from './wire.ts';

const epoch = '7f3a9c21';
const at = (sequence: number) => `${epoch}_${sequence}`;
const long = (word: string) => Array.from({ length: 40 }, () => `A paragraph about the ${word}.`);

let log: RevisionLog;
let newsroom: ReturnType<typeof createNewsroom>;
let now = 0;
beforeEach(() => {
  log = createMemoryLog({ epoch });
  newsroom = createNewsroom(log);
  now = 0;
});

const connect = (options: Partial<WireOptions> = {}): Wire => {
  const wire = createWire({ log, now: () => now, ...options });
  wire.deliverAll();
  return wire;
};

/** A message in one line: enough to compare sequences of them. */
const brief = (message: ServerMessage): string => {
  switch (message.type) {
    case 'snapshot': return `snapshot ${message.story} ${message.position}${message.reset ? ' reset' : ''}`;
    case 'diff': return `diff ${message.story} ${message.from} ${message.to}`;
    case 'live': return `live ${message.story} ${message.position}`;
    case 'ended': return `ended ${message.story} ${message.position} ${message.reason}${message.reason === 'moved' ? ` ${message.to}` : ''}`;
    case 'heartbeat': return `heartbeat ${message.position}`;
    case 'error': return `error ${message.code} ${message.story ?? ''}`.trim();
    case 'bye': return `bye ${message.code}`;
    case 'hello': return 'hello';
  }
};
const briefs = (messages: ServerMessage[]) => messages.map(brief);
const subscribe = (wire: Wire, story: string, after?: string) => briefs(wire.say({ type: 'subscribe', story, ...(after !== undefined && { after }) }));
const heard = (wire: Wire) => briefs(wire.deliverAll());

/** Revisions of a story with enough text that a diff is shorter than the whole. */
const revise = (story: string, ...words: string[]) => newsroom.publish(story, contentOf(story, ['Lead.', ...words], long('storm')));

describe('one story', () => {
  test('hello comes first and says what the session allows', () => {
    expect(createWire({ log }).deliverAll()).toEqual([
      { type: 'hello', protocol: 'stop-press.v1', session: 'session', heartbeatMs: 25_000, limits: { maxMessageBytes: 4_096, maxSubscriptions: 32, messagesPerSecond: 10 } },
    ]);
  });

  test('without a position: a snapshot, then live, then each diff', async () => {
    await revise('storm');
    const wire = connect();
    expect(subscribe(wire, 'storm')).toEqual([`snapshot storm ${at(1)}`, `live storm ${at(1)}`]);
    const { diff } = await revise('storm', 'More.');
    expect(wire.deliverAll()).toEqual([diff]);
  });

  test('from the current position, however it is called: live alone', async () => {
    await revise('storm');
    await revise('vote');
    expect(subscribe(connect(), 'storm', at(1))).toEqual([`live storm ${at(1)}`]);
    expect(subscribe(connect(), 'storm', at(2))).toEqual([`live storm ${at(1)}`]);
  });

  test('from an earlier position: one diff from exactly there, then live, then diffs that follow on', async () => {
    const { state } = await revise('storm');
    await revise('vote');
    await revise('storm', 'One.');
    await revise('storm', 'One.', 'Two.');
    const wire = connect();
    const [diff, live] = wire.say({ type: 'subscribe', story: 'storm', after: at(2) });
    expect(diff).toMatchObject({ type: 'diff', from: at(2), to: at(4), folded: 2 });
    expect(live).toMatchObject({ type: 'live', position: at(4) });
    if (diff?.type === 'diff') expect(apply(state, diff.ops, diff.at).hash).toBe(diff.hash);
    await revise('storm', 'Three.');
    expect(heard(wire)).toEqual([`diff storm ${at(4)} ${at(5)}`]);
  });

  test('from the current position by another name, and the story goes on before live could be said: one diff from exactly there', async () => {
    await revise('storm');
    await revise('vote');
    const wire = createWire({ log, limits: { windowBytes: 210 } });
    wire.session.receive(JSON.stringify({ type: 'subscribe', story: 'storm', after: at(2) }));
    await revise('storm', 'More.');
    expect(heard(wire)).toEqual(['hello', `diff storm ${at(2)} ${at(3)}`, `live storm ${at(3)}`]);
  });

  test.each(['0badc0de_1', `${epoch}_99`, 'yesterday', ''])('from %j, which is no position of this log: a snapshot that resets', async (after) => {
    await revise('storm');
    expect(subscribe(connect(), 'storm', after)).toEqual([`snapshot storm ${at(1)} reset`, `live storm ${at(1)}`]);
  });

  test('from a position before the story: a snapshot', async () => {
    await revise('vote');
    await revise('storm');
    expect(subscribe(connect(), 'storm', at(1))).toEqual([`snapshot storm ${at(2)}`, `live storm ${at(2)}`]);
    expect(subscribe(connect(), 'storm', at(0))).toEqual([`snapshot storm ${at(2)}`, `live storm ${at(2)}`]);
  });

  test('where the diff would be longer: a snapshot', async () => {
    await newsroom.publish('storm', contentOf('Storm', ...Array.from({ length: 60 }, (_, n) => [`Old ${n}.`])));
    await newsroom.publish('storm', contentOf('Quiet', ['All over.']));
    expect(subscribe(connect(), 'storm', at(1))).toEqual([`snapshot storm ${at(2)}`, `live storm ${at(2)}`]);
  });

  test('where the position was redacted: a snapshot', async () => {
    await revise('storm', 'A name.');
    await revise('storm');
    await log.redact('storm', 1);
    expect(subscribe(connect(), 'storm', at(1))).toEqual([`snapshot storm ${at(2)}`, `live storm ${at(2)}`]);
  });

  test('a reset is said once', async () => {
    await revise('storm');
    const wire = connect();
    expect(subscribe(wire, 'storm', '0badc0de_1')).toContain(`snapshot storm ${at(1)} reset`);
    await newsroom.withdraw('storm');
    await log.redact('storm', 1);
    await revise('storm', 'Back.');
    expect(heard(wire)).toEqual([`ended storm ${at(2)} withdrawn`, `snapshot storm ${at(3)}`]);
  });

  test('that is not there: an error, and no subscription', async () => {
    const wire = connect();
    expect(subscribe(wire, 'storm')).toEqual(['error unknown-story storm']);
    await revise('storm');
    expect(heard(wire)).toEqual([]);
    expect(wire.session.follows('storm')).toBe(false);
  });

  test('subscribing again starts again from there; unsubscribing ends it; an unknown one is ignored', async () => {
    await revise('storm');
    const wire = connect();
    subscribe(wire, 'storm');
    expect(subscribe(wire, 'storm')).toEqual([`snapshot storm ${at(1)}`, `live storm ${at(1)}`]);
    await revise('storm', 'More.');
    expect(heard(wire)).toEqual([`diff storm ${at(1)} ${at(2)}`]);
    expect(wire.say({ type: 'unsubscribe', story: 'storm' })).toEqual([]);
    expect(wire.say({ type: 'unsubscribe', story: 'vote' })).toEqual([]);
    await revise('storm', 'Yet more.');
    expect(heard(wire)).toEqual([]);
  });
});

describe('withdrawn', () => {
  test('while a reader follows: it is told, and goes on with a diff when the story is put back', async () => {
    await revise('storm');
    const wire = connect();
    subscribe(wire, 'storm');
    await newsroom.withdraw('storm');
    await revise('storm', 'Back.');
    expect(heard(wire)).toEqual([`ended storm ${at(2)} withdrawn`, `diff storm ${at(2)} ${at(3)}`]);
  });

  test('before the reader came: it is told, without live; it gets the return whole if it holds nothing, else from where it is', async () => {
    await revise('storm');
    await revise('storm', 'Unseen.');
    await newsroom.withdraw('storm');
    const [fresh, behind, stranger] = [connect(), connect(), connect()];
    expect(subscribe(fresh, 'storm')).toEqual([`ended storm ${at(0)} withdrawn`]);
    expect(subscribe(behind, 'storm', at(1))).toEqual([`ended storm ${at(1)} withdrawn`]);
    expect(subscribe(stranger, 'storm', '0badc0de_7')).toEqual([`ended storm ${at(0)} withdrawn`]);
    await revise('storm', 'Back.');
    expect(heard(fresh)).toEqual([`snapshot storm ${at(4)}`]);
    expect(heard(behind)).toEqual([`diff storm ${at(1)} ${at(4)}`]);
    expect(heard(stranger)).toEqual([`snapshot storm ${at(4)} reset`]);
  });

  test('and put back before a slow reader heard of it: as if nothing had been, and live', async () => {
    await revise('storm');
    const wire = createWire({ log, limits: { windowBytes: 300 } });
    wire.session.receive(JSON.stringify({ type: 'subscribe', story: 'storm' }));
    await newsroom.withdraw('storm');
    await revise('storm', 'Back.');
    expect(heard(wire)).toEqual(['hello', `snapshot storm ${at(3)}`, `live storm ${at(3)}`]);
  });
});

describe('moved', () => {
  test('while a reader follows: it is told where to, and from the same position there is nothing new', async () => {
    await revise('storm');
    const wire = connect();
    subscribe(wire, 'storm');
    await newsroom.move('storm', 'flood');
    expect(heard(wire)).toEqual([`ended storm ${at(2)} moved flood`]);
    expect(wire.session.follows('storm')).toBe(false);
    expect(subscribe(wire, 'flood', at(2))).toEqual([`live flood ${at(2)}`]);
    await revise('flood', 'More.');
    expect(heard(wire)).toEqual([`diff flood ${at(2)} ${at(3)}`]);
  });

  test('before the reader came: it is told where to, and gets there what it missed, or all of it', async () => {
    await revise('storm');
    await revise('storm', 'Missed.');
    await newsroom.move('storm', 'flood');
    const wire = connect();
    expect(subscribe(wire, 'storm', at(1))).toEqual([`ended storm ${at(1)} moved flood`]);
    expect(subscribe(wire, 'flood', at(1))).toEqual([`diff flood ${at(1)} ${at(3)}`, `live flood ${at(3)}`]);
    expect(subscribe(connect(), 'storm')).toEqual([`ended storm ${at(0)} moved flood`]);
    expect(subscribe(connect(), 'flood', at(0))).toEqual([`snapshot flood ${at(3)}`, `live flood ${at(3)}`]);
  });

  test('and the slug has a new story: that one', async () => {
    await revise('storm');
    await newsroom.move('storm', 'flood');
    await revise('storm', 'Another storm.');
    expect(subscribe(connect(), 'storm', at(1))).toEqual([`snapshot storm ${at(3)}`, `live storm ${at(3)}`]);
  });
});

describe('every story', () => {
  test('without a position: a snapshot each, then live at the head; then whatever happens', async () => {
    await revise('storm');
    await revise('vote');
    await revise('gone');
    await newsroom.withdraw('gone');
    const wire = connect();
    const first = subscribe(wire, '*');
    expect(first.slice(0, 2).sort()).toEqual([`snapshot storm ${at(1)}`, `snapshot vote ${at(2)}`]);
    expect(first.slice(2)).toEqual([`live * ${at(4)}`]);
    await revise('vote', 'More.');
    await revise('fire');
    await revise('gone', 'Back.');
    await newsroom.withdraw('storm');
    await newsroom.move('fire', 'uk/fire');
    expect(heard(wire)).toEqual([
      `diff vote ${at(2)} ${at(5)}`,
      `snapshot fire ${at(6)}`,
      `snapshot gone ${at(7)}`,
      `ended storm ${at(8)} withdrawn`,
      `ended fire ${at(9)} moved uk/fire`,
      `snapshot uk/fire ${at(9)}`,
    ]);
  });

  test('from a position: one message for each story that has changed since, then live at the head', async () => {
    for (const story of ['same', 'storm', 'vote', 'fire', 'gone']) await revise(story);
    await newsroom.withdraw('gone');
    for (const words of [['One.'], ['One.', 'Two.']]) await revise('storm', ...words);
    await newsroom.withdraw('vote');
    await newsroom.move('fire', 'uk/fire');
    await revise('new');
    await revise('gone', 'Back.');
    expect(subscribe(connect(), '*', at(6))).toEqual([
      `diff storm ${at(2)} ${at(8)}`,
      `ended vote ${at(3)} withdrawn`,
      `ended fire ${at(4)} moved uk/fire`,
      `snapshot uk/fire ${at(10)}`,
      `snapshot new ${at(11)}`,
      `snapshot gone ${at(12)}`,
      `live * ${at(12)}`,
    ]);
    expect(subscribe(connect(), '*', at(12))).toEqual([`live * ${at(12)}`]);
  });

  test('from a position that is not of this log: a snapshot each, that reset', async () => {
    await revise('storm');
    expect(subscribe(connect(), '*', '0badc0de_3')).toEqual([`snapshot storm ${at(1)} reset`, `live * ${at(1)}`]);
  });

  test('beside a story of its own: that one is sent once, and goes on when either ends', async () => {
    await revise('storm');
    await revise('vote');
    const wire = connect();
    subscribe(wire, 'storm');
    expect(subscribe(wire, '*')).toEqual([`snapshot vote ${at(2)}`, `live * ${at(2)}`]);
    await revise('storm', 'One.');
    expect(heard(wire)).toEqual([`diff storm ${at(1)} ${at(3)}`]);
    wire.say({ type: 'unsubscribe', story: 'storm' });
    await revise('storm', 'Two.');
    expect(heard(wire)).toEqual([`diff storm ${at(3)} ${at(4)}`]);
    expect(subscribe(wire, 'storm', at(1))).toEqual([`diff storm ${at(1)} ${at(4)}`, `live storm ${at(4)}`]);
    wire.say({ type: 'unsubscribe', story: '*' });
    await revise('vote', 'More.');
    await revise('storm', 'Three.');
    expect(heard(wire)).toEqual([`diff storm ${at(4)} ${at(6)}`]);
  });
});

test('beside every story: one that moves is told once, one that came back meanwhile goes on', async () => {
  await revise('storm');
  await revise('vote');
  await newsroom.withdraw('vote');
  const wire = connect();
  for (const story of ['*', 'storm', 'vote']) subscribe(wire, story);
  await newsroom.move('storm', 'flood');
  await revise('vote', 'Back.');
  expect(heard(wire)).toEqual([`ended storm ${at(4)} moved flood`, `snapshot flood ${at(4)}`, `snapshot vote ${at(5)}`]);
  wire.say({ type: 'unsubscribe', story: 'vote' });
  await revise('vote', 'More.');
  await revise('storm', 'Another.');
  expect(heard(wire)).toEqual([`diff vote ${at(5)} ${at(6)}`, `snapshot storm ${at(7)}`]);
});

test('a move to the slug of a withdrawn story brings whoever waits there the other story, whole', async () => {
  await revise('storm');
  await revise('vote');
  const wire = connect();
  subscribe(wire, 'storm');
  await newsroom.withdraw('storm');
  await newsroom.move('vote', 'storm');
  expect(heard(wire)).toEqual([`ended storm ${at(3)} withdrawn`, `snapshot storm ${at(4)}`]);
  await revise('storm', 'More.');
  expect(heard(wire)).toEqual([`diff storm ${at(4)} ${at(5)}`]);
});

describe('flow control', () => {
  test('a reader that does not read gets no more than the window, and then one diff', async () => {
    await revise('storm');
    const wire = connect({ limits: { windowBytes: 2_000 } });
    wire.session.receive(JSON.stringify({ type: 'subscribe', story: 'storm', after: at(1) }));
    for (let n = 0; n < 50; n += 1) await revise('storm', `Number ${n}.`);
    expect(wire.pings()).toBe(1);
    expect(wire.isFull()).toBe(false);
    const [live, ...diffs] = wire.deliverAll().filter(({ type }) => type !== 'heartbeat');
    expect(live?.type).toBe('live');
    const places = diffs.flatMap((message) => (message.type === 'diff' ? [message] : []));
    expect(places.map(({ from }) => from)).toEqual([at(1), ...places.slice(0, -1).map(({ to }) => to)]);
    expect(places.at(-1)).toMatchObject({ to: at(51), folded: 51 - places.length });
  });

  test('a frame larger than the window goes alone', async () => {
    await newsroom.publish('storm', contentOf('Storm', ['x'.repeat(5_000)]));
    const wire = createWire({ log, limits: { windowBytes: 1_000 } });
    wire.session.receive(JSON.stringify({ type: 'subscribe', story: 'storm' }));
    expect(wire.waiting().map(({ type }) => type)).toEqual(['hello']);
    expect(heard(wire)).toEqual(['hello', `snapshot storm ${at(1)}`, `live storm ${at(1)}`]);
    expect(wire.isFull()).toBe(false);
  });

  test('every story waits for the window too, and is live only when all has gone out', async () => {
    for (let n = 0; n < 20; n += 1) await revise(`story-${n}`);
    const wire = createWire({ log, limits: { windowBytes: 5_000 } });
    wire.session.receive(JSON.stringify({ type: 'subscribe', story: '*' }));
    expect(wire.waiting().length).toBeLessThan(5);
    await revise('story-3', 'Meanwhile.');
    const all = heard(wire);
    expect(all).toHaveLength(22);
    expect(all.slice(-2)).toEqual([`snapshot story-3 ${at(21)}`, `live * ${at(21)}`]);
  });

  test('no pong in time: bye and 4308', async () => {
    await newsroom.publish('storm', contentOf('Storm', ['x'.repeat(100_000)]));
    const wire = createWire({ log, now: () => now });
    wire.session.receive(JSON.stringify({ type: 'subscribe', story: 'storm' }));
    now = 29_999;
    wire.session.tick();
    expect(wire.closed()).toBeUndefined();
    now = 30_000;
    wire.session.tick();
    expect(wire.closed()).toBe(4308);
    expect(wire.waiting().at(-1)).toEqual({ type: 'bye', code: 4308, retryAfterMs: [500, 5_000] });
  });
});

describe('heartbeats', () => {
  test('come when nothing else did, with the head of the log; every second one with a ping', async () => {
    await revise('storm');
    const wire = connect();
    subscribe(wire, 'storm', at(1));
    const beats = [24_999, 25_000, 49_999, 50_000].map((time) => {
      now = time;
      wire.session.tick();
      const pings = wire.pings();
      return { pings, messages: heard(wire) };
    });
    expect(beats).toEqual([
      { pings: 0, messages: [] },
      { pings: 0, messages: [`heartbeat ${at(1)}`] },
      { pings: 0, messages: [] },
      { pings: 1, messages: [`heartbeat ${at(1)}`] },
    ]);
  });

  test('never come to a session that is behind', async () => {
    await revise('storm');
    const wire = createWire({ log, now: () => now, limits: { windowBytes: 1_000, pongTimeoutMs: Infinity } });
    wire.session.receive(JSON.stringify({ type: 'subscribe', story: '*' }));
    now = 60_000;
    wire.session.tick();
    expect(wire.waiting().map(({ type }) => type)).toEqual(['hello']);
  });
});

describe('what a client says', () => {
  test.each([
    ['{', 'must be JSON'],
    ['[]', 'type must be'],
    ['7', 'must be Object'],
    ['{"story":"storm"}', 'type must be'],
    ['{"type":"subscribe"}', 'story must be'],
    ['{"type":"subscribe","story":7}', 'story must be string, not 7'],
    ['{"type":"subscribe","story":"storm","after":null}', 'after must be string, not null'],
    ['{"type":"unsubscribe","story":{}}', 'story must be string'],
  ])('%s is answered with what is wrong, and 4000', (text, problem) => {
    const wire = connect();
    wire.session.receive(text);
    expect(wire.closed()).toBe(4000);
    const [error, ...more] = wire.deliverAll();
    expect(error).toMatchObject({ type: 'error', code: 'bad-message', message: expect.stringContaining(problem) });
    expect(more).toEqual([]);
  });

  test('unknown types and fields are ignored', async () => {
    await revise('storm');
    const wire = connect();
    expect(wire.saySomethingElse({ type: 'applaud', story: 7 })).toEqual([]);
    expect(briefs(wire.saySomethingElse({ type: 'subscribe', story: 'storm', mood: 'calm' }))).toEqual([`snapshot storm ${at(1)}`, `live storm ${at(1)}`]);
    expect(wire.closed()).toBeUndefined();
  });

  test('a format that is not spoken here is refused, the socket stays', async () => {
    await revise('storm');
    const wire = connect();
    expect(briefs(wire.say({ type: 'subscribe', story: 'storm', format: 'xml' }))).toEqual(['error unsupported-format storm']);
    expect(wire.session.follows('storm')).toBe(false);
    expect(wire.closed()).toBeUndefined();
  });

  test('each is told of changes in its own format; who asks for none, in ops', async () => {
    await revise('storm');
    const wires = [undefined, 'ops', 'compact', 'json-patch'].map((format) => {
      const wire = connect();
      wire.say({ type: 'subscribe', story: 'storm', after: at(1), ...(format !== undefined && { format }) });
      return wire;
    });
    await revise('storm');
    const [plain, ops, short, patch] = wires.map((wire) => wire.deliverAll().find(({ type }) => type === 'diff'));
    expect(plain).toHaveProperty('ops');
    expect(ops).toEqual(plain);
    expect(short).toHaveProperty('compact');
    expect(short).not.toHaveProperty('ops');
    const { ops: _, ...frame } = plain as Diff;
    expect(patch).toEqual({ ...frame, patch: expect.any(Array) as unknown });
    expect(Object.keys(patch ?? {}).at(-1)).toBe('patch');
  });

  test('a patch that would be longer than the state, or whose start is gone, is none: the state goes out', async () => {
    const shouted = (text: string) => contentOf('storm', Array.from({ length: 40 }, (_, n) => `${text}${n}`));
    await newsroom.publish('storm', shouted('a'));
    const wires = ['ops', 'json-patch'].map((format) => {
      const wire = connect();
      wire.say({ type: 'subscribe', story: 'storm', after: at(1), format });
      return wire;
    });
    await newsroom.publish('storm', shouted('b'));
    expect(wires.map(heard)).toEqual([[`diff storm ${at(1)} ${at(2)}`], [`snapshot storm ${at(2)}`]]);
    await revise('vote');
    await revise('vote', 'More.');
    await log.redact('vote', 1);
    expect(briefs(connect().say({ type: 'subscribe', story: 'vote', after: at(3), format: 'json-patch' }))).toEqual([`snapshot vote ${at(4)}`, `live vote ${at(4)}`]);
  });

  test('a message that is too large: 1009', () => {
    const wire = connect();
    wire.session.receive(JSON.stringify({ type: 'subscribe', story: 'é'.repeat(2_100) }));
    expect(wire.closed()).toBe(1009);
  });

  test('one subscription too many is refused, the socket stays; one that is there may be renewed', async () => {
    for (let n = 0; n < 4; n += 1) await revise(`story-${n}`);
    const wire = connect({ limits: { maxSubscriptions: 3 } });
    for (let n = 0; n < 3; n += 1) subscribe(wire, `story-${n}`);
    expect(subscribe(wire, 'story-3')).toEqual(['error too-many-subscriptions story-3']);
    expect(subscribe(wire, 'story-0', at(1))).toEqual([`live story-0 ${at(1)}`]);
    wire.say({ type: 'unsubscribe', story: 'story-1' });
    expect(subscribe(wire, 'story-3', at(4))).toEqual([`live story-3 ${at(4)}`]);
  });

  test('too many messages: an error, bye and 4100; at the allowed pace none', () => {
    const wire = connect();
    for (let n = 0; n < 40; n += 1) wire.say({ type: 'unsubscribe', story: 'storm' });
    for (let n = 0; n < 40; n += 1) {
      now += 100;
      wire.say({ type: 'unsubscribe', story: 'storm' });
    }
    expect(wire.closed()).toBeUndefined();
    wire.session.receive('{"type":"unsubscribe","story":"storm"}');
    expect(wire.closed()).toBe(4100);
    expect(heard(wire)).toEqual(['error rate', 'bye 4100']);
  });
});

test('what many readers are sent is encoded once', async () => {
  await revise('storm');
  const frames = createFrames();
  const sent: unknown[] = [];
  const wires = Array.from({ length: 3 }, () => createWire({ log, frames: { ...frames, diff: (...asked) => (sent.push(frames.diff(...asked)), frames.diff(...asked)) } }));
  for (const wire of wires) subscribe(wire, 'storm');
  await revise('storm', 'More.');
  expect(sent).toHaveLength(3);
  expect(new Set(sent).size).toBe(1);
});

test('a session that fails closes with 1011, so that its reader resumes elsewhere, and hears no more', async () => {
  await revise('storm');
  const broken = { ...log, diff: () => { throw new Error('broken'); } };
  const wire = connect({ log: broken });
  await revise('storm', 'More.');
  expect(subscribe(wire, 'storm', at(1))).toEqual(['bye 1011']);
  expect(wire.closed()).toBe(1011);
  expect(wire.errors).toHaveLength(1);
  await revise('storm', 'Yet more.');
  expect(heard(wire)).toEqual([]);
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServerMessage } from '../server/core/protocol.ts';
import { closeCodes } from '../server/core/protocol.ts';
import type { Line, LineEvent, SocketListener } from '../client/connection.ts';
import { createConnection, dueAt, firstLine, limits } from '../client/connection.ts';
import { stepOfPage as step } from '../client/presence.ts';
import { createFakeClock } from './fake-clock.ts';
import { checked } from './checked.ts';

const hello: ServerMessage = { type: 'hello', protocol: 'stop-press.v1', session: 's', heartbeatMs: 25_000, limits: { maxMessageBytes: 1, maxSubscriptions: 1, messagesPerSecond: 1 } };
const live: ServerMessage = { type: 'live', story: 'storm', position: '7f3a9c21_1' };
const bye = (min: number, max: number): ServerMessage => ({ type: 'bye', code: closeCodes.restart, retryAfterMs: [min, max] });

const stayAwayCodes = [4000, 4001, 4003, 1002, 1003, 1007, 1008, 1009];
const otherCodes = [1000, 1001, 1005, 1006, 1011, 1012, 1013, 4100, 4101, 4300, 4301, 4308];

const messages = fc.oneof(fc.constantFrom(hello, live), fc.tuple(fc.nat(3_000), fc.nat(3_000)).map(([min, more]) => bye(min, min + more)));
const events: fc.Arbitrary<LineEvent> = fc.oneof(
  messages.map((message) => ({ type: 'heard' as const, message })),
  fc.constantFrom(...otherCodes).map((code) => ({ type: 'closed' as const, code })),
  fc.constantFrom('renewed' as const, 'looked' as const, 'left' as const, 'ticked' as const).map((type) => ({ type })),
  fc.nat(100_000).map((patienceMs) => ({ type: 'hidden' as const, patienceMs })),
);
const moments = fc.array(fc.record({ event: events, passed: fc.nat(40_000), random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }) }), { maxLength: 40 });

/** Each line on the way, with the time and the event that led to it. `heard` and `closed` come only where there is a socket. */
const walk = (all: { event: LineEvent; passed: number; random: number }[]) => {
  let [now, line] = [0, firstLine(0)];
  return all.flatMap(({ event, passed, random }) => {
    const before = line;
    if ((event.type === 'heard' || event.type === 'closed') && before.phase.kind !== 'open' && before.phase.kind !== 'connecting') return [];
    now += passed;
    line = step(before, event, now, random);
    return [{ before, event, now, line }];
  });
};

const waitOf = ({ phase }: Line, now: number): number | undefined => (phase.kind === 'waiting' ? phase.until - now : undefined);

describe('the line', () => {
  it('waits within the bounds of back-off, or within the window of the bye', () => {
    fc.assert(fc.property(moments, (all) => {
      for (const { before, line, now } of walk(all)) {
        const ms = line.phase === before.phase ? undefined : waitOf(line, now);
        if (ms === undefined) continue;
        const window = before.phase.kind === 'open' ? before.phase.comeBackMs : undefined;
        const [min, max] = window ?? [limits.backoffMs[0], Math.min(limits.backoffMs[1], 1_000 * 2 ** line.attempt)];
        expect(ms).toBeGreaterThanOrEqual(min);
        expect(ms).toBeLessThanOrEqual(max);
      }
    }));
  });

  it('always has something coming to it, unless nobody looks or the server wants it no more', () => {
    fc.assert(fc.property(moments, (all) => {
      for (const { line } of walk(all)) expect(dueAt(line) < Infinity).toBe(line.phase.kind !== 'resting' && line.phase.kind !== 'over');
    }));
  });

  it('rests until somebody looks, and then connects at once', () => {
    fc.assert(fc.property(moments, (all) => {
      for (const { before, event, line } of walk(all)) {
        if (before.phase.kind === 'resting') expect(line.phase.kind).toBe(event.type === 'looked' ? 'connecting' : 'resting');
        if (event.type === 'looked') expect(['connecting', 'open', 'over']).toContain(line.phase.kind);
      }
    }));
  });

  it('never comes back after a close that was its own fault, whatever happens then', () => {
    fc.assert(fc.property(moments, fc.constantFrom(...stayAwayCodes), moments, (some, code, more) => {
      const before = walk(some).at(-1)?.line ?? firstLine(0);
      fc.pre(before.phase.kind === 'open' || before.phase.kind === 'connecting');
      const closed = step(before, { type: 'closed', code }, 0, 0);
      expect(more.reduce((line, { event }) => step(line, event, 0, 0), closed).phase).toEqual({ kind: 'over' });
    }));
  });

  it('waits longer after each failure, up to the longest wait, and starts over once it has worked', () => {
    const fail = (line: Line) => step({ ...line, phase: { kind: 'connecting', heard: 0, silenceMs: 10_000 } }, { type: 'closed', code: 1006 }, 0, 1);
    const waits = [1, 2, 3, 4, 5, 6].reduce<Line[]>((lines) => [...lines, fail(lines.at(-1) ?? firstLine(0))], []).map((line) => waitOf(line, 0));
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    const tired: Line = { phase: { kind: 'connecting', heard: 0, silenceMs: 10_000 }, attempt: 9, restAt: Infinity };
    expect(step(tired, { type: 'heard', message: hello }, 0, 0).attempt).toBe(9);
    expect(step(tired, { type: 'heard', message: live }, 0, 0).attempt).toBe(0);
  });
});

type FakeSocket = { readyState: number; sent: string[]; closed: boolean; listener: SocketListener; address: number };

const createScene = (random: () => number = () => 0.5) => {
  const clock = createFakeClock();
  const sockets: FakeSocket[] = [];
  const heard: ServerMessage[] = [];
  const phases: string[] = [];
  const connection = createConnection({
    open: (listener) => {
      const socket: FakeSocket = { readyState: 0, sent: [], closed: false, listener, address: heard.length };
      sockets.push(socket);
      return { get readyState() { return socket.readyState; }, send: (text) => { socket.sent.push(text); }, close: () => { socket.closed = true; } };
    },
    now: clock.now,
    after: clock.after,
    random,
    onMessage: (message) => heard.push(message),
    onPhase: (phase) => phases.push(phase),
    step,
  });
  const current = (): FakeSocket => {
    const socket = sockets.at(-1);
    if (!socket) throw new Error('no socket was opened');
    return socket;
  };
  const answer = (...all: ServerMessage[]) => {
    const socket = current();
    socket.readyState = 1;
    for (const message of all) socket.listener.heard(JSON.stringify(checked(message)));
  };
  return { clock, sockets, heard, phases, connection, current, answer };
};

describe('the connection', () => {
  it('holds at most one socket, and is live again whenever the network has been good for a minute', () => {
    const troubles = fc.array(fc.record({
      what: fc.oneof(fc.constantFrom('silence', 'renewed', 'looked', 'garbage', 'bye'), fc.constantFrom(...otherCodes)),
      passed: fc.nat(70_000),
      answered: fc.boolean(),
    }), { maxLength: 25 });
    fc.assert(fc.property(troubles, fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), (all, chance) => {
      const scene = createScene(() => chance.next().value ?? 0);
      for (const { what, passed, answered } of all) {
        const before = scene.current();
        if (answered && !before.closed) scene.answer(hello, live);
        if (typeof what === 'number') scene.current().listener.closed(what);
        else if (what === 'garbage') scene.current().listener.heard('{');
        else if (what === 'bye') scene.answer(bye(100, 200));
        else if (what !== 'silence') scene.connection.notify({ type: what });
        expect(scene.sockets.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(1);
        scene.clock.advance(passed);
      }
      for (let second = 0; second < 60; second += 1) {
        if (!scene.current().closed) scene.answer(hello, live);
        scene.clock.advance(1_000);
      }
      expect(scene.phases.at(-1)).toBe('open');
      expect(scene.heard.at(-1)).toEqual(live);
      expect(scene.clock.waiting()).toBe(1);
    }));
  });

  it('closes a socket that says nothing for two heartbeats, and takes up the line again', () => {
    const { clock, answer, sockets } = createScene();
    answer({ ...hello, heartbeatMs: 1_000 }, live);
    clock.advance(1_999);
    expect(sockets.map(({ closed }) => closed)).toEqual([false]);
    clock.advance(1);
    expect(sockets.map(({ closed }) => closed)).toEqual([true]);
    clock.advance(2_000);
    expect(sockets.map(({ closed }) => closed)).toEqual([true, false]);
  });

  it('hears nothing more from a socket it has let go', () => {
    const { connection, heard, sockets, answer } = createScene();
    answer(hello, live);
    connection.notify({ type: 'renewed' });
    sockets[0]?.listener.heard(JSON.stringify(live));
    sockets[0]?.listener.closed(4000);
    expect(heard).toHaveLength(2);
    answer(hello);
    expect(heard).toHaveLength(3);
  });

  it('lets a hidden page’s socket go when its patience ends, not before, and comes back when it is looked at', () => {
    const { connection, clock, sockets, answer, phases } = createScene();
    answer({ ...hello, heartbeatMs: 1_000_000 }, live);
    connection.notify({ type: 'hidden', patienceMs: 300_000 });
    clock.advance(299_999);
    expect(sockets[0]?.closed).toBe(false);
    clock.advance(1);
    expect(sockets[0]?.closed).toBe(true);
    clock.advance(10_000_000);
    expect(sockets).toHaveLength(1);
    connection.notify({ type: 'looked' });
    expect(sockets).toHaveLength(2);
    expect(phases.at(-1)).toBe('connecting');
  });

  it('sends on an open socket; one that is still connecting is opened anew, with what is wanted now', () => {
    const { connection, sockets, answer, current } = createScene();
    connection.send({ type: 'subscribe', story: 'storm' });
    expect(sockets).toHaveLength(2);
    answer(hello);
    connection.send({ type: 'subscribe', story: 'storm' });
    expect(current().sent).toEqual(['{"type":"subscribe","story":"storm"}']);
    expect(sockets).toHaveLength(2);
  });

  it('ends for good when it is closed, also twice', () => {
    const { connection, clock, sockets } = createScene();
    connection.close();
    connection.close();
    connection.notify({ type: 'looked' });
    clock.advance(1_000_000);
    expect(sockets.map(({ closed }) => closed)).toEqual([true]);
    expect(clock.waiting()).toBe(0);
  });
});

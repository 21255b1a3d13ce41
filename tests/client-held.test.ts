import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompactDiff, Diff, ServerMessage, Subscribe } from '../server/core/protocol.ts';
import { formatPosition, parsePosition } from '../server/core/protocol.ts';
import type { Content, Position, State } from '../server/core/story.ts';
import { compact } from '../server/core/compact.ts';
import { apply, diff } from '../server/core/diff.ts';
import { hashOfContent } from '../server/core/hash.ts';
import { applyDiff } from '../client/apply-diff.ts';
import { createHeld } from '../client/held.ts';
import { contents as anyContents } from './generate.ts';

const epoch = '7f3a9c21';
const at = '2026-11-22T14:05:00.000Z';
/** States of one story: all say alike when it was first published. */
const contents = anyContents.map(({ meta, sections }): Content => {
  const ofOne = { ...meta, published: at };
  return { hash: hashOfContent(ofOne, sections), meta: ofOne, sections };
});
type Message = ServerMessage | CompactDiff;
type Entry = { sequence: number; kind: 'revision' | 'withdrawal' | 'move'; content: Content; story: string };

/** A server with one story that speaks the protocol: history as one diff, then what happens. */
const createServer = (first: Content) => {
  const log: Entry[] = [{ sequence: 1, kind: 'revision', content: first, story: 'storm' }];
  const last = (): Entry => log.at(-1) ?? { sequence: 0, kind: 'revision', content: first, story: 'storm' };
  const place = ({ sequence }: Entry): Position => formatPosition(epoch, sequence);
  const revision = () => log.filter(({ kind }) => kind === 'revision').length;
  const stateOf = (entry: Entry): State => ({ story: last().story, position: place(entry), revision: revision(), ...entry.content });
  const diffOf = (from: Entry, to: Entry, story: string): Diff =>
    ({ type: 'diff', story, from: place(from), to: place(to), revision: revision(), at, change: 'update', folded: 1, hash: to.content.hash, ops: diff(from.content, to.content, { at }) });

  /** As a server may: every second diff in the format that was asked for, the others as ops. */
  const say = (message: Diff, from: Entry): Diff | CompactDiff => ((parsePosition(message.to)?.sequence ?? 0) % 4 === 1 ? compact(message, from.content) : message);

  /** The position of an end is that of what the reader holds: of the end itself, if that is the last state. */
  const endOf = (from: Entry | undefined, now: Entry, story: string): ServerMessage => {
    const position = from?.content === now.content ? place(now) : from ? place(from) : formatPosition(epoch, 0);
    return story === now.story ? { type: 'ended', story, position, reason: 'withdrawn' } : { type: 'ended', story, position, reason: 'moved', to: now.story };
  };

  const catchUp = ({ story, after }: Subscribe): Message[] => {
    const now = last();
    const from = log.findLast(({ sequence }) => after !== undefined && sequence <= (parsePosition(after)?.sequence ?? -1));
    const live: ServerMessage = { type: 'live', story, position: place(now) };
    if (story !== now.story || now.kind === 'withdrawal') return [endOf(from, now, story)];
    if (!from) return [{ type: 'snapshot', story, position: place(now), reset: after !== undefined, state: stateOf(now) }, live];
    return from.content === now.content ? [live] : [say(diffOf(from, now, story), from), live];
  };

  /** Appends an entry; returns what a subscriber that has followed so far is sent. */
  const append = (kind: Entry['kind'], content: Content): Message => {
    const before = last();
    const entry = { sequence: before.sequence + 2, kind, content, story: kind === 'move' ? `${before.story}-on` : before.story };
    log.push(entry);
    return kind === 'revision' ? say(diffOf(before, entry, before.story), before) : endOf(before, entry, before.story);
  };
  return { last, place, stateOf, catchUp, append };
};

type Step = { before: Content | undefined; after: Content; diff?: Diff };

/** A reader of that server on a line that loses things. What arrives before the state has been loaded waits for it. */
const createReader = (server: ReturnType<typeof createServer>) => {
  const steps: Step[] = [];
  const seen = { mismatches: 0, resets: 0, withdrawn: false, live: false };
  let wire: Message[] = [];
  let inbox: Message[] | undefined = [];
  /** A server tells of what was subscribed to: of where a story went, only once that is asked for. */
  let subscribed = 'storm';
  const ask = (wish: Subscribe): Message[] => {
    subscribed = wish.story;
    return server.catchUp(wish);
  };
  const held = createHeld({
    follow: applyDiff,
    story: 'storm',
    position: server.place(server.last()),
    onDiff: (diff, before, after) => { steps.push({ before, after, diff }); seen.withdrawn = false; },
    onSnapshot: (after, before) => { steps.push({ before, after }); seen.withdrawn = false; },
    onReset: () => { seen.resets += 1; },
    onLive: () => Object.assign(seen, { live: true, withdrawn: false }),
    onWithdrawn: () => { seen.withdrawn = true; },
    onMoved: () => {},
    onMismatch: () => { seen.mismatches += 1; },
    ask: (message) => wire.push(...ask(message)),
  });
  const deliver = (count: number) => {
    for (const message of wire.splice(0, count)) {
      if (inbox) inbox.push(message);
      else held.receive(structuredClone(message));
    }
  };
  return {
    held, steps, seen,
    deliver,
    load: (state: State | undefined) => {
      const waiting = inbox;
      if (!waiting) return;
      inbox = undefined;
      held.load(state);
      for (const message of waiting) held.receive(message);
    },
    /** Delivers all that is under way, and what is asked for meanwhile. */
    settle: () => {
      for (let round = 0; wire.length > 0; round += 1) {
        if (round > 1_000) throw new Error('the reader never stops asking');
        deliver(1);
      }
    },
    hear: (message: Message) => { if ('story' in message && message.story === subscribed) wire.push(message); },
    spoil: (change: (messages: Message[]) => Message[]) => { wire = change(wire); },
    reconnect: () => { wire = ask(held.resume()); },
  };
};

const happenings = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ what: fc.constant('publish' as const), content: contents }) },
    { weight: 4, arbitrary: fc.record({ what: fc.constant('deliver' as const), count: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('withdraw' as const, 'move' as const, 'reconnect' as const, 'load' as const, 'fail to load' as const, 'lose one' as const, 'repeat' as const) }) },
  ),
  { maxLength: 30 },
);

describe('the story held', () => {
  it('ends equal to the server’s, whatever is lost, repeated or late, and every step follows on the one before', () => {
    fc.assert(fc.property(contents, happenings, (first, all) => {
      const server = createServer(first);
      const reader = createReader(server);
      const initial = server.stateOf(server.last());
      reader.reconnect();
      for (const happening of all) {
        switch (happening.what) {
          case 'publish': reader.hear(server.append('revision', happening.content)); break;
          case 'withdraw': reader.hear(server.append('withdrawal', server.last().content)); break;
          case 'move': reader.hear(server.append('move', server.last().content)); break;
          case 'deliver': reader.deliver(happening.count); break;
          case 'reconnect': reader.reconnect(); break;
          case 'load': reader.load(initial); break;
          case 'fail to load': reader.load(undefined); break;
          case 'lose one': reader.spoil((messages) => (messages[1]?.type === 'diff' ? messages.slice(1) : messages)); break;
          case 'repeat': reader.spoil((messages) => messages.flatMap((message) => [message, message])); break;
        }
      }
      reader.load(initial);
      server.append('revision', server.last().content);
      reader.reconnect();
      reader.settle();
      const { content, sequence } = server.last();
      expect(reader.held.content()?.hash).toBe(content.hash);
      expect(reader.held.story()).toBe(server.last().story);
      expect(parsePosition(reader.held.position())?.sequence).toBe(sequence);
      expect(reader.seen).toEqual({ mismatches: 0, resets: 0, withdrawn: false, live: true });
      for (const [index, { before, after, diff }] of reader.steps.entries()) {
        if (before) expect(before.hash).toBe((reader.steps[index - 1]?.after ?? first).hash);
        else expect(index).toBe(0);
        if (before && diff) expect(apply(before, diff.ops, diff.at).hash).toBe(after.hash);
      }
    }), { numRuns: 300 });
  });

  it('never shows a state whose hash does not agree: it counts, and asks for a snapshot', () => {
    fc.assert(fc.property(contents, contents, contents, (first, second, third) => {
      const server = createServer(first);
      const reader = createReader(server);
      reader.load(server.stateOf(server.last()));
      const message = server.append('revision', second);
      server.append('revision', third);
      reader.hear({ ...message, ...(message.type === 'diff' && { hash: hashOfContent(first.meta, []) + 'x' }) });
      reader.deliver(1);
      expect(reader.seen.mismatches).toBe(1);
      expect(reader.steps).toEqual([]);
      expect(reader.held.resume()).toEqual({ type: 'subscribe', story: 'storm', format: 'compact' });
      reader.settle();
      expect(reader.held.content()?.hash).toBe(third.hash);
      expect(reader.seen.mismatches).toBe(1);
    }));
  });

  it('puts what a reset brings in place of what it held', () => {
    fc.assert(fc.property(contents, contents, (first, second) => {
      const server = createServer(first);
      const reader = createReader(server);
      reader.load(server.stateOf(server.last()));
      reader.held.receive({ type: 'snapshot', story: 'storm', position: '00000000_1', reset: true, state: { story: 'storm', position: '00000000_1', revision: 1, ...second } });
      expect(reader.held.content()?.hash).toBe(second.hash);
      expect(reader.held.position()).toBe('00000000_1');
      expect(reader.steps).toHaveLength(1);
    }));
  });

  it('shows another story that has taken the address whole, not as changes of the one it held', () => {
    fc.assert(fc.property(contents, contents, (first, second) => {
      const server = createServer(first);
      const reader = createReader(server);
      reader.load(server.stateOf(server.last()));
      const other = { ...second, meta: { ...second.meta, published: '2030-01-01T00:00:00.000Z' } };
      reader.held.receive({ type: 'snapshot', story: 'storm', position: '7f3a9c21_999', reset: false, state: { story: 'storm', position: '7f3a9c21_999', revision: 1, ...other } });
      expect(reader.seen.resets).toBe(1);
      expect(reader.steps).toEqual([{ before: undefined, after: expect.anything() }]);
    }));
  });

  it('asks once for what it missed, not for each message that shows it', () => {
    const [first] = fc.sample(contents, 1);
    if (!first) throw new Error('no content');
    const server = createServer(first);
    const asked: Subscribe[] = [];
    const held = createHeld({
    follow: applyDiff,
      story: 'storm', position: '7f3a9c21_1', onDiff: () => {}, onSnapshot: () => {}, onReset: () => {}, onLive: () => {}, onWithdrawn: () => {}, onMoved: () => {}, onMismatch: () => {},
      ask: (message) => asked.push(message),
    });
    held.load(server.stateOf(server.last()));
    server.append('revision', { ...first });
    for (let n = 0; n < 5; n += 1) held.receive(server.append('revision', { ...first }));
    expect(asked).toEqual([{ type: 'subscribe', story: 'storm', after: '7f3a9c21_1', format: 'compact' }]);
  });
});

/**
 * A client that does exactly what the protocol's rules say, and no more: it holds states, applies diffs, proves their hashes and resumes.
 * It also keeps an eye on the server: `faults` says what no server may do.
 */
import { applyPatch } from 'rfc6902';
import { expand } from '../server/core/compact.ts';
import { apply } from '../server/core/diff.ts';
import { hashOfContent } from '../server/core/hash.ts';
import { everyStory, parsePosition } from '../server/core/protocol.ts';
import type { AnyDiff, ClientMessage, Ended, Format, Live, ServerMessage, Snapshot } from '../server/core/protocol.ts';
import type { Content, Position, State } from '../server/core/story.ts';

/** `state` is the whole of it, as far as its reader can know it: where patches were asked for. */
import { checked, sent } from './checked.ts';

type Held = { position: Position; content: Content; state?: State };

export type Follower = ReturnType<typeof createFollower>;

/** Follows one story, or every story. It hears nothing until `connect`, which is called anew for each socket. Without a format it asks for none. `onState` is told of each state that it reaches. */
export const createFollower = (wanted: string, { format, onState = () => undefined }: { format?: Format; onState?: (story: string, position: Position, hash: string) => void } = {}) => {
  const follows = wanted === everyStory;
  const held = new Map<string, Held>();
  /** Stories asked for by themselves, since a diff did not follow on; only where every story is followed. */
  const asked = new Set<string>();
  const faults: string[] = [];
  const counts = { diffs: 0, short: 0, folded: 0, snapshots: 0, dropped: 0, asked: 0, connections: 0 };
  let story = wanted;
  let resumeFrom: Position | undefined;
  let live = false;
  let send: (message: ClientMessage) => void = () => {};
  /** How far this socket has told each story. */
  let told = new Map<string, Position>();
  /** Stories that it may start anew, once for each time that it was asked to: the answer crosses with what was under way. */
  let restarts: string[] = [];

  const fault = (what: string, message: ServerMessage | AnyDiff) => faults.push(`${what}: ${JSON.stringify(message).slice(0, 300)}`);

  const subscribe = (slug: string, after: Position | undefined) => {
    if (follows) restarts.push(slug);
    else if (after !== undefined) told.set(slug, after);
    send({ type: 'subscribe', story: slug, ...(after !== undefined && { after }), ...(format && { format }) });
  };

  /** Rule 1: subscribe again from your position. */
  const askAgain = (slug: string) => {
    if (asked.has(slug)) return;
    if (!follows) faults.push(`asked again for ${slug}`);
    asked.add(slug);
    counts.asked += 1;
    subscribe(slug, held.get(slug)?.position);
  };

  const answered = (slug: string) => {
    if (asked.delete(slug) && follows) send({ type: 'unsubscribe', story: slug });
  };

  const hold = (message: Snapshot | AnyDiff, content: Content, state?: State) => {
    const position = message.type === 'diff' ? message.to : message.position;
    const { meta, sections } = content;
    if (hashOfContent(meta, sections) !== (message.type === 'diff' ? message.hash : message.state.hash)) fault('the hash does not agree', message);
    held.set(message.story, { position, content: { hash: content.hash, meta, sections }, ...(state && { state }) });
    onState(message.story, position, content.hash);
  };

  const mayRestart = (slug: string): boolean => {
    if (follows && !told.has(slug)) return true;
    const index = restarts.indexOf(slug);
    if (index >= 0) restarts.splice(index, 1);
    return index >= 0;
  };

  /** What is said otherwise than as ops may only be said to who asked for it. */
  const follow = (message: AnyDiff, { content, state }: Held): void => {
    if ('ops' in message) return hold(message, apply(content, message.ops, message.at));
    if (format !== ('patch' in message ? 'json-patch' : 'compact')) fault('a format that was not asked for', message);
    counts.short += 1;
    if ('compact' in message) return hold(message, apply(content, expand(message, content).ops, message.at));
    const patched = structuredClone(state ?? { meta: {}, sections: [] }) as State;
    if (applyPatch(patched, structuredClone(message.patch) as Parameters<typeof applyPatch>[1]).some((error) => error !== null)) fault('a patch that does not fit', message);
    if (patched.revision !== message.revision) fault('another revision', message);
    hold(message, patched, patched);
  };

  const onDiff = (message: AnyDiff) => {
    const before = told.get(message.story);
    if (before !== message.from && !mayRestart(message.story)) fault(`a gap or a repeat after ${before}`, message);
    // Of a log that has been restored: then it says what the same place is called now.
    if (isAtOrBefore(message.to, message.from)) fault('a diff that leads nowhere', message);
    if (message.folded === 0 && epochOf(message.from) === epochOf(message.to)) fault('a diff that says nothing', message);
    told.set(message.story, message.to);
    const now = held.get(message.story);
    if (now?.position === message.from) {
      counts.diffs += 1;
      counts.folded += (message.folded ?? 1) > 1 ? 1 : 0;
      follow(message, now);
    } else if (now && isAtOrBefore(message.to, now.position)) counts.dropped += 1;
    else askAgain(message.story);
  };

  const onSnapshot = (message: Snapshot) => {
    const before = told.get(message.story);
    if (before !== undefined && isAtOrBefore(message.position, before) && !message.reset && !mayRestart(message.story)) fault(`a repeat after ${before}`, message);
    if (message.state.story !== message.story) fault('a state of another story', message);
    told.set(message.story, message.position);
    const now = held.get(message.story);
    counts.snapshots += 1;
    if (!now || message.reset || !isAtOrBefore(message.position, now.position)) hold(message, message.state, message.state);
  };

  const onLive = (message: Live) => {
    if (message.story === everyStory) {
      live = true;
      resumeFrom = message.position;
      // Of a log that has been restored: what it has not told of is there no more.
      for (const [slug, { position }] of held) if (epochOf(position) !== epochOf(message.position) && !told.has(slug)) held.delete(slug);
      return;
    }
    const now = held.get(message.story);
    if (now) now.position = message.position;
    told.set(message.story, message.position);
    if (!follows) live = true;
    answered(message.story);
  };

  const onEnded = (message: Ended) => {
    const now = held.get(message.story);
    told.delete(message.story);
    answered(message.story);
    if (follows) return void held.delete(message.story);
    live = message.reason === 'withdrawn';
    if (message.reason === 'withdrawn') {
      if (now) told.set(message.story, (now.position = message.position));
      return;
    }
    held.clear();
    story = message.to;
    if (now) held.set(story, { ...now, position: message.position, ...(now.state && { state: { ...now.state, story } }) });
    subscribe(story, message.position);
  };

  /** Rule 4: what moves the position from which `*` is resumed. */
  const moveOn = (position: Position, message: ServerMessage | AnyDiff) => {
    if (!follows || !live) return;
    const isBack = resumeFrom !== undefined && isBefore(position, resumeFrom);
    if (isBack && asked.size === 0) fault(`back behind ${resumeFrom}`, message);
    if (!isBack) resumeFrom = position;
  };

  /** Who subscribes without a position begins anew: what the last socket did not finish may have ended since. */
  const forgetAll = () => {
    held.clear();
    asked.clear();
  };

  return {
    connect: (sendMessage: (message: ClientMessage) => void) => {
      send = (message) => sendMessage(sent(message));
      live = false;
      told = new Map();
      restarts = [];
      counts.connections += 1;
      if (!follows) return subscribe(story, held.get(story)?.position);
      if (resumeFrom === undefined) forgetAll();
      for (const slug of asked) subscribe(slug, held.get(slug)?.position);
      send({ type: 'subscribe', story: everyStory, ...(resumeFrom !== undefined && { after: resumeFrom }), ...(format && { format }) });
    },

    receive: (message: ServerMessage | AnyDiff): void => {
      checked(message);
      switch (message.type) {
        case 'snapshot': return onSnapshot(message);
        case 'diff': onDiff(message); return moveOn(message.to, message);
        case 'live': return onLive(message);
        case 'ended': return onEnded(message);
        case 'heartbeat': return moveOn(message.position, message);
        case 'error': {
          if (message.code === 'unknown-story' && message.story !== undefined && follows) return void asked.delete(message.story);
          return void fault('an error', message);
        }
        case 'hello':
        case 'bye': return undefined;
      }
    },

    story: () => story,
    /** Caught up on this socket, as far as the server has said so. */
    isLive: () => live && asked.size === 0,
    held: (slug = story): Held | undefined => held.get(slug),
    holding: () => held,
    faults,
    counts,
  };
};

const epochOf = (position: Position): string | undefined => parsePosition(position)?.epoch;

export const isAtOrBefore = (a: Position, b: Position): boolean => a === b || isBefore(a, b);

/** Positions of different logs have no order. */
export const isBefore = (a: Position, b: Position): boolean => {
  const [one, other] = [parsePosition(a), parsePosition(b)];
  return one !== undefined && one.epoch === other?.epoch && one.sequence < other.sequence;
};

/**
 * The story as this reader holds it: the exact state, its position, and what to do with each message about it.
 * Whatever comes, what is held either follows on exactly, proved by its hash, or is asked for again.
 */
import type { CompactDiff, Diff, Ended, ServerMessage, Snapshot, Subscribe } from '../server/core/protocol.ts';
import { parsePosition } from '../server/core/protocol.ts';
import type { Content, Position, State } from '../server/core/story.ts';
import { unreachable } from '../server/core/story.ts';

export type HeldOptions = {
  story: string;
  position: Position;
  /** A diff led from one state to the next. */
  onDiff(diff: Diff, before: Content, after: Content): void;
  /** A snapshot put a state in place of another, or of one that could not be had. */
  onSnapshot(after: State, before: Content | undefined): void;
  /** A snapshot of another history: earlier marks mean nothing any more. Called before `onSnapshot`. */
  onReset(): void;
  /** Caught up, and the story is published. */
  onLive(): void;
  onWithdrawn(): void;
  /** `story` goes on under another slug. */
  onMoved(to: string): void;
  /** The hash did not agree: must never happen. */
  onMismatch(): void;
  ask(message: Subscribe): void;
  follow: Follow;
};

/** The diff in its long form, and the state after it, if it is the one that the server means. */
export type Follow = (state: Content, message: Diff | CompactDiff) => { diff: Diff; after: Content } | undefined;

type Holding =
  | { kind: 'fetching' }
  | { kind: 'held'; state: Content }
  /** Only a snapshot helps; until it comes the page shows `state`, or what it was rendered with. */
  | { kind: 'lost'; state?: Content };

/** Holds nothing until `load` is called. */
export const createHeld = (options: HeldOptions) => {
  let { story, position } = options;
  /** Where the held state begins: from there to `position` it is the same. */
  let since = position;
  let holding: Holding = { kind: 'fetching' };
  let asked = false;
  /** Something was missed, or is withheld: then an end, or `live`, does not speak of what is held. */
  let behind = false;

  const resume = (): Subscribe => {
    asked = true;
    behind = false;
    return { type: 'subscribe', story, ...(holding.kind !== 'lost' && { after: position }), format: 'compact' };
  };

  /** Once is enough until something of use has come. */
  const ask = () => {
    if (!asked) options.ask(resume());
  };

  const miss = () => {
    ask();
    behind = true;
  };

  const lose = (state?: Content) => {
    holding = { kind: 'lost', ...(state && { state }) };
    asked = false;
    ask();
  };

  const hold = (state: Content, from: Position, to = from) => {
    holding = { kind: 'held', state };
    [since, position] = [from, to];
    asked = behind = false;
  };

  const follow = (state: Content, message: Diff | CompactDiff) => {
    if (isAtOrBefore(message.to, position)) return;
    // What a restored log calls by another name is the same place where the server says so.
    if (message.from !== position && (!isAtOrBefore(since, message.from) || !isAtOrBefore(message.from, position))) return miss();
    const followed = options.follow(state, message);
    if (!followed) {
      options.onMismatch();
      return lose(state);
    }
    hold(followed.after, message.to);
    if (message.folded !== 0) options.onDiff(followed.diff, state, followed.after);
  };

  const adopt = ({ state, reset, position: at }: Snapshot) => {
    if (holding.kind === 'held' && !reset && isAtOrBefore(at, position)) return;
    const before = holding.kind === 'fetching' ? undefined : holding.state;
    hold(state, at);
    // A story that was first published at another time is another story, which has taken this address.
    const isOther = reset || (before && before.meta.published !== state.meta.published);
    if (isOther) options.onReset();
    options.onSnapshot(state, isOther ? undefined : before);
  };

  /** What is held is also the state at a later position, unless something was missed on the way. */
  const advance = (to: Position) => {
    if (!behind && isAtOrBefore(position, to)) position = to;
  };

  const end = (message: Ended) => {
    advance(message.position);
    asked = false;
    behind = true;
    if (message.reason === 'withdrawn') return options.onWithdrawn();
    story = message.to;
    options.onMoved(story);
    ask();
  };

  const arrive = (at: Position) => {
    advance(at);
    options.onLive();
  };

  const receive = (message: ServerMessage | CompactDiff): void => {
    if (!('story' in message) || message.story !== story) return;
    switch (message.type) {
      case 'diff': return holding.kind === 'held' ? follow(holding.state, message) : undefined;
      case 'snapshot': return adopt(message);
      case 'ended': return end(message);
      case 'live':
        asked = false;
        return behind ? undefined : arrive(message.position);
      case 'error': return;
      default: return unreachable(message);
    }
  };

  return {
    /** Once `load` has been called. */
    receive,
    /** The state at the page's position; `undefined` where it could not be had: then a snapshot is asked for. */
    load: (state: State | undefined): void => (state ? hold(state, state.position, position) : lose()),
    /** What a new socket is to subscribe to. */
    resume,
    position: () => position,
    story: () => story,
    content: () => (holding.kind === 'fetching' ? undefined : holding.state),
  };
};

/** In one log. */
export const isAtOrBefore = (a: Position, b: Position): boolean => {
  const [one, other] = [parsePosition(a), parsePosition(b)];
  return one !== undefined && one.epoch === other?.epoch && one.sequence <= other.sequence;
};

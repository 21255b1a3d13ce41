/** Every story, followed by one. What does not follow on is fetched over HTTP; until it has come, the position from which to resume stands still. */
import type { CompactDiff, Diff, Ended, Snapshot } from '../server/core/protocol.ts';
import { everyStory, parsePosition } from '../server/core/protocol.ts';
import type { Position, State } from '../server/core/story.ts';
import { applyDiff } from './apply-diff.ts';
import type { FetchState } from './fetch-state.ts';
import type { Follower } from './follower.ts';
import { isAtOrBefore } from './held.ts';
import type { Lanes, Message, Topic } from './lanes.ts';
import { FollowError } from './update.ts';

export type NewsroomTopicOptions = {
  since: Position | undefined;
  /** What is held at `since`, as far as it is known. */
  states: ReadonlyMap<string, State>;
  follower: Follower;
  lanes: Lanes;
  fetchState: FetchState;
};

type Held = { state: State; position: Position };
type Fetching = { next?: Diff | CompactDiff };

export const createNewsroomTopic = ({ since, states: known, follower, lanes, fetchState }: NewsroomTopicOptions) => {
  const held = new Map<string, Held>([...known].map(([story, state]) => [story, { state, position: state.position }]));
  /** Stories of which a state is being fetched, each with the last diff that came meanwhile. */
  const busy = new Map<string, Fetching>();
  const ending = new AbortController();
  let position = since;
  /** How far this session has told, once it is caught up. */
  let head: Position | undefined;
  /** Stories that this session has told of. */
  let told = new Set<string>();
  /** Fetches go one by one: there may be as many as there are stories. */
  let turn = Promise.resolve();

  const moveOn = (to: Position): void => {
    if (head === undefined) return;
    if (isAtOrBefore(head, to)) head = to;
    if (busy.size > 0) return;
    position = head;
    follower.advance(head);
  };

  const hold = (story: string, state: State, at: Position, { diff, reset = false }: { diff?: Diff; reset?: boolean } = {}): void => {
    const before = held.get(story)?.state;
    held.set(story, { state, position: at });
    busy.delete(story);
    moveOn(at);
    if (diff && before) follower.tell({ type: 'diff', story, position: at, state, before, diff }, position);
    else follower.tell({ type: 'snapshot', story, position: at, reset, state, ...(before && { before }) }, position);
  };

  const withdraw = (story: string, at: Position): void => {
    held.delete(story);
    busy.delete(story);
    moveOn(at);
    follower.tell({ type: 'withdrawn', story, position: at }, position);
  };

  const takeSnapshot = ({ story, position: at, state, reset }: Snapshot): void => {
    const known = held.get(story);
    if (known && !reset && isAtOrBefore(at, known.position)) moveOn(at);
    else hold(story, state, at, { reset });
  };

  const takeDiff = (message: Diff | CompactDiff): void => {
    const { story, from, to } = message;
    const [known, fetching] = [held.get(story), busy.get(story)];
    if (fetching) fetching.next = message;
    else if (known && isAtOrBefore(to, known.position)) moveOn(to);
    else if (!known || !isAtOrBefore(known.state.position, from) || !isAtOrBefore(from, known.position)) fetchFor(message);
    else follow(known, message);
  };

  const follow = ({ state }: Held, message: Diff | CompactDiff): void => {
    const { story, to } = message;
    const followed = applyDiff(state, message);
    if (followed) return hold(story, followed.after, to, followed);
    follower.report(new FollowError('mismatch', `the state of ${story} at ${to} did not agree with its hash`, { story }));
    fetchFor(message);
  };

  const fetchFor = (message: Diff | CompactDiff): void => {
    const fetching: Fetching = {};
    busy.set(message.story, fetching);
    turn = turn.then(() => (busy.get(message.story) === fetching ? fetchNow(message, fetching) : undefined));
  };

  /** Where nothing is held, the state that the diff starts from; else, or where that is gone, the one that it leads to. */
  const fetchNow = async (message: Diff | CompactDiff, fetching: Fetching): Promise<void> => {
    const { story, from, to } = message;
    try {
      const base = held.has(story) ? undefined : await fetchState(story, from, ending.signal);
      const followed = base && applyDiff(base, message);
      const state = followed?.after ?? (await fetchState(story, to, ending.signal));
      if (busy.get(story) !== fetching) return;
      if (base && followed) held.set(story, { state: base, position: from });
      if (state) hold(story, state, to, followed);
      else busy.delete(story); // withdrawn since: the end is on its way
      if (fetching.next) takeDiff(fetching.next);
    } catch {
      if (busy.get(story) !== fetching) return;
      busy.delete(story);
      head = undefined; // a new session tells it again
      lanes.doubt(topic);
    }
  };

  const takeEnd = (message: Ended): void => {
    const { story, position: at } = message;
    if (message.reason === 'withdrawn') return withdraw(story, at);
    const known = held.get(story);
    held.delete(story);
    busy.delete(story);
    if (known) held.set(message.to, { ...known, position: at });
    moveOn(at);
    follower.tell({ type: 'moved', story, to: message.to, position: at }, position);
  };

  const arrive = (at: Position): void => {
    const isNew = position === undefined || parsePosition(position)?.epoch !== parsePosition(at)?.epoch;
    for (const story of Array.from(held.keys())) if (isNew && !told.has(story)) withdraw(story, at);
    head = at;
    moveOn(at);
    follower.tell({ type: 'live', story: everyStory, position: at }, position);
    follower.show('live');
  };

  const hear = (message: Message): void => {
    if ('story' in message && message.story !== undefined) told.add(message.story);
    switch (message.type) {
      case 'snapshot': return takeSnapshot(message);
      case 'diff': return takeDiff(message);
      case 'ended': return takeEnd(message);
      case 'live': return arrive(message.position);
      case 'heartbeat': return moveOn(message.position);
      case 'error': return end(new FollowError(message.code, message.message));
      default:
    }
  };

  const close = (): void => {
    ending.abort();
    lanes.leave(topic);
  };

  const end = (error: FollowError): void => {
    close();
    follower.fail(error);
  };

  const topic: Topic = {
    story: () => everyStory,
    greet: () => {
      head = undefined;
      told = new Set();
      lanes.send(topic, { type: 'subscribe', story: everyStory, ...(position !== undefined && { after: position }), format: 'compact' });
    },
    hear,
    lose: () => follower.show('offline'),
    fail: end,
  };
  lanes.place(topic);
  return { close, story: topic.story, states: (): ReadonlyMap<string, State> => new Map([...held].map(([story, { state }]) => [story, state])) };
};

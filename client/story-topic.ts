/** One story, followed by one or by several: messages in, updates out. What a position alone stands for is fetched when the first message needs it. */
import type { ErrorMessage, Subscribe } from '../server/core/protocol.ts';
import type { Position, State } from '../server/core/story.ts';
import { applyDiff } from './apply-diff.ts';
import type { FetchState } from './fetch-state.ts';
import type { Follower } from './follower.ts';
import { createHeld } from './held.ts';
import type { Lanes, Message, Topic } from './lanes.ts';
import { FollowError, type Status, type Update } from './update.ts';

export type StoryTopicOptions = {
  story: string;
  since: Position | undefined;
  /** The state at `since`, where it is known. */
  state: State | undefined;
  lanes: Lanes;
  fetchState: FetchState;
  /** Called when nothing more comes; perhaps twice. */
  onOver(): void;
};

export type StoryTopic = ReturnType<typeof createStoryTopic>;

/** times that a state is asked for before it is given up */
const maxAttempts = 3;

export const createStoryTopic = ({ story, since, state, lanes, fetchState, onOver }: StoryTopicOptions) => {
  const followers = new Set<Follower>();
  const ending = new AbortController();
  let status: Status = 'connecting';
  let name = story;
  let [isWithdrawn, isReset] = [false, false];
  /** What the first update leads on from is still to be fetched. */
  let isBare = since !== undefined && state === undefined;
  let [isFetching, hasMissed, attempts] = [false, false, 0];
  /** What the followers hold. */
  let last = state;

  const each = (act: (follower: Follower) => void): void => [...followers].forEach(act);
  const tell = (update: Update): void => each((follower) => follower.tell(update, update.position));
  const show = (now: Status): void => {
    status = now;
    each((follower) => follower.show(now));
  };
  const end = (error: FollowError): void => {
    close();
    each((follower) => follower.fail(error));
  };

  const arrive = (state: State, update: Update): void => {
    last = state;
    [isWithdrawn, isReset] = [false, false];
    tell(update);
  };

  const ask = (message: Subscribe): void => lanes.send(topic, message);

  const held = createHeld({
    story,
    position: since ?? '',
    onDiff: (diff, before, state) => arrive(state, { type: 'diff', story: diff.story, position: diff.to, state, before, diff }),
    onSnapshot: (state) => arrive(state, { type: 'snapshot', story: held.story(), position: held.position(), reset: isReset, state, ...(last && { before: last }) }),
    onReset: () => { isReset = true; },
    onLive: () => {
      isWithdrawn = false;
      tell({ type: 'live', story: held.story(), position: held.position() });
      show('live');
    },
    onWithdrawn: () => {
      const isNews = !isWithdrawn;
      isWithdrawn = true;
      if (isNews) tell({ type: 'withdrawn', story: held.story(), position: held.position() });
      show('live');
    },
    onMoved: (to) => {
      tell({ type: 'moved', story: name, to, position: held.position() });
      name = to;
      if (lanes.isTwice(topic)) lanes.place(topic);
    },
    onMismatch: () => each((follower) => follower.report(new FollowError('mismatch', `the state of ${held.story()} at ${held.position()} did not agree with its hash`, { story: held.story() }))),
    ask,
    follow: applyDiff,
  });

  /** What comes meanwhile is asked for again. */
  const begin = async (message: Message): Promise<void> => {
    [isFetching, hasMissed] = [true, false];
    try {
      const state = await fetchState(held.story(), held.position(), ending.signal);
      if (isBare) load(state, message);
    } catch {
      attempts += 1;
      if (attempts < maxAttempts) lanes.doubt(topic);
      else if (isBare) load(undefined, message);
    } finally {
      isFetching = false;
    }
  };

  const load = (state: State | undefined, message: Message): void => {
    isBare = false;
    last = state;
    held.load(state);
    if (!state) return;
    held.receive(message);
    if (hasMissed) ask(held.resume());
  };

  const refuse = ({ code, message, story }: ErrorMessage): void => end(new FollowError(code, message, { ...(story !== undefined && { story }) }));

  const hear = (message: Message): void => {
    if (message.type === 'error') return refuse(message);
    if (message.type === 'snapshot') isBare = false;
    if (isBare && isFetching) hasMissed = true;
    else if (isBare && message.type !== 'ended') void begin(message);
    else held.receive(message);
  };

  const close = (): void => {
    ending.abort();
    lanes.leave(topic);
    onOver();
  };

  const topic: Topic = {
    story: () => held.story(),
    greet: () => ask(held.resume()),
    hear,
    lose: () => show('offline'),
    fail: end,
  };

  if (!isBare) held.load(state);

  lanes.place(topic);
  return {
    /** Whether who holds the story at `since`, or nothing of it, can be told the same as the others. */
    suits: (wanted: string, from: Position | undefined): boolean => wanted === held.story() && (from === undefined ? !isBare : from === held.position()),
    /** Tells the newcomer what the others know. */
    add: (follower: Follower, from: Position | undefined): void => {
      followers.add(follower);
      const [story, position] = [held.story(), held.position()];
      if (last && from === undefined) follower.tell({ type: 'snapshot', story, position, reset: false, state: last }, position);
      if (isWithdrawn || status === 'live') follower.tell({ type: isWithdrawn ? 'withdrawn' : 'live', story, position }, position);
      follower.show(status);
    },
    /** With the last one it is over. */
    remove: (follower: Follower): void => {
      followers.delete(follower);
      if (followers.size === 0) close();
    },
    states: (): ReadonlyMap<string, State> => new Map(last && !isWithdrawn ? [[held.story(), last]] : []),
    story: () => held.story(),
  };
};

/** Who follows a log: history first, then what is told. */
import { everyStory } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';
import { LogClosedError, UnknownPositionError, type RevisionLog } from '../revision-log.ts';
import { readPosition } from './reader.ts';
import { createReplay } from './replay.ts';
import type { States } from './states.ts';
import type { Store } from './store.ts';
import { createSubscribers } from './subscribers.ts';

export type FollowingOptions = {
  store: Store;
  states: States;
  /** From then on nobody is taken in. */
  isClosed: () => boolean;
  /** Is given what a listener threw. */
  onListenerError: (error: unknown) => void;
};

export const createFollowing = ({ store, states, isClosed, onListenerError }: FollowingOptions) => {
  const replay = createReplay(store, states);
  const { add, ...subscribers } = createSubscribers(onListenerError);

  const sequenceOf = (after: Position): number => {
    if (isClosed()) throw new LogClosedError();
    const sequence = readPosition(store, after);
    if (sequence === undefined) throw new UnknownPositionError(after);
    return sequence;
  };

  const methods: Pick<RevisionLog, 'subscribe' | 'next'> = {
    subscribe: (story, after, listener) => {
      const sequence = sequenceOf(after);
      const place = store.slug(story);
      const history = story === everyStory ? replay.history(sequence) : place ? replay.history(sequence, place) : [];
      return add(story, history, store.head(), listener);
    },
    next: (after, wanted) => replay.next(sequenceOf(after), wanted),
  };
  return { methods, ...subscribers };
};

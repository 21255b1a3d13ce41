/** The caller's end: updates wait in a bounded queue for the iterator, or go to the callback at once. */
import type { Position } from '../server/core/story.ts';
import type { Follower } from './follower.ts';
import type { FollowError, Status, Update } from './update.ts';

/** updates that wait for a slow iterator; beyond, nothing more is read until they have been taken */
const maxWaiting = 64;

export type FollowingOptions = {
  since: Position | undefined;
  onUpdate?: ((update: Update) => void) | undefined;
  onStatus?: ((status: Status) => void) | undefined;
  onError?: ((error: FollowError) => void) | undefined;
  /** Stops what comes, or lets it come on from the position that has been reached. */
  pause(): void;
  resume(): void;
  /** Called once. */
  onOver(): void;
};

type Waiting = { update: Update; from: Position | undefined };
type Next = { resolve(result: IteratorResult<Update, undefined>): void; reject(error: unknown): void };

export const createFollowing = ({ since, onUpdate, onStatus, onError, pause, resume, onOver }: FollowingOptions) => {
  const waiting: Waiting[] = [];
  const asking: Next[] = [];
  let [status, reached]: [Status, Position | undefined] = ['connecting', since];
  let [isCaughtUp, isPaused] = [false, false];
  let failure: FollowError | undefined;
  const { promise: closed, resolve: resolveClosed } = Promise.withResolvers<void>();

  const show = (now: Status): void => {
    if (now === status || status === 'over') return;
    status = now;
    safely(onStatus, now);
  };

  const settle = ({ resolve, reject }: Next): void => {
    const next = waiting.shift();
    if (next) resolve({ done: false, value: next.update });
    else if (failure) [, failure] = [reject(failure), undefined];
    else resolve({ done: true, value: undefined });
  };

  const end = (error?: FollowError): void => {
    if (status === 'over') return;
    failure = error;
    show('over');
    asking.splice(0).forEach(settle);
    onOver();
    if (error) safely(onError, error);
    resolveClosed();
  };

  const close = (): void => {
    waiting.length = 0;
    end();
  };

  const follower: Follower = {
    tell: (update, position) => {
      const from = reached;
      reached = position;
      if (update.type === 'live') isCaughtUp = true;
      if (onUpdate) return safely(onUpdate, update);
      waiting.push({ update, from });
      const next = asking.shift();
      if (next) settle(next);
      else if (isCaughtUp && waiting.length >= maxWaiting && !isPaused) {
        isPaused = true;
        pause();
      }
    },
    advance: (position) => { reached = position; },
    show,
    report: (error) => safely(onError, error),
    fail: end,
  };

  const iterator: AsyncIterator<Update, undefined> = {
    next: () => {
      const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<Update, undefined>>();
      if (waiting.length > 0 || status === 'over') settle({ resolve, reject });
      else asking.push({ resolve, reject });
      if (isPaused && waiting.length === 0) {
        isPaused = isCaughtUp = false;
        resume();
      }
      return promise;
    },
    return: () => {
      close();
      return Promise.resolve({ done: true, value: undefined });
    },
  };

  return {
    follower,
    close,
    closed,
    iterator,
    status: () => status,
    /** Where those updates lead to that have been handed over. */
    position: () => (waiting[0] ? waiting[0].from : reached),
    /** Where all that has come leads to. */
    reached: () => reached,
  };
};

/** What a callback throws is the program's affair, as from any listener: it does not disturb what comes after it. */
const safely = <T>(callback: ((value: T) => void) | undefined, value: T): void => {
  try {
    callback?.(value);
  } catch (error) {
    queueMicrotask(() => { throw error; });
  }
};

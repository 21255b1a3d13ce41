/** The caller's end: updates go to the callback at once, or wait in a bounded queue for whoever iterates. */
import type { Position } from '../server/core/story.ts';
import type { Follower } from './audience.ts';
import type { FollowError, Status, Update } from './update.ts';

/** updates that wait for a slow iterator; beyond, nothing more is read until they have been taken */
const maxWaiting = 64;

export type FollowingOptions = {
  since: Position | undefined;
  onUpdate?: ((update: Update) => void) | undefined;
  onStatus?: ((status: Status) => void) | undefined;
  onError?: ((error: FollowError) => void) | undefined;
  /** Stops what comes. */
  pause(): void;
  /** Lets it come on from the position that has been reached. */
  resume(from: Position | undefined): void;
  /** Called once. */
  onOver(): void;
};

export const createFollowing = ({ since, onUpdate, onStatus, onError, pause, resume, onOver }: FollowingOptions) => {
  const waiting: { update: Update; from: Position | undefined }[] = [];
  const { promise: closed, resolve: resolveClosed } = Promise.withResolvers<void>();
  let status: Status = 'connecting';
  /** Where all that has come leads to. */
  let reached = since;
  let [isCaughtUp, isPaused] = [false, false];
  let failure: FollowError | undefined;
  let news = Promise.withResolvers<void>();

  const wake = (): void => {
    news.resolve();
    news = Promise.withResolvers();
  };

  const show = (now: Status): void => {
    if (now === status || status === 'over') return;
    status = now;
    safely(onStatus, now);
  };

  const fail = (error?: FollowError): void => {
    if (status === 'over') return;
    failure = error;
    show('over');
    onOver();
    if (error) safely(onError, error);
    resolveClosed();
    wake();
  };

  const position = (): Position | undefined => (waiting[0] ? waiting[0].from : reached);

  const close = (): void => {
    reached = position();
    waiting.length = 0;
    fail();
  };

  const tell = (update: Update, position: Position | undefined): void => {
    const from = reached;
    reached = position;
    isCaughtUp ||= update.type === 'live';
    if (onUpdate) return safely(onUpdate, update);
    waiting.push({ update, from });
    isPaused ||= isCaughtUp && waiting.length >= maxWaiting;
    if (isPaused) pause();
    wake();
  };

  /** To take the last of what waits is to be ready for more. */
  const take = (): Update | undefined => {
    const update = waiting.shift()?.update;
    if (isPaused && waiting.length === 0 && status !== 'over') {
      isPaused = isCaughtUp = false;
      resume(reached);
    }
    return update;
  };

  const follower: Follower = { tell, show, report: (error) => safely(onError, error), fail };

  return {
    follower,
    close,
    closed,
    status: () => status,
    /** Where those updates lead to that have been handed over. */
    position,
    async *[Symbol.asyncIterator](): AsyncGenerator<Update, undefined> {
      try {
        for (;;) {
          for (let update = take(); update; update = take()) yield update;
          if (failure) throw failure;
          if (status === 'over') return;
          await news.promise;
        }
      } finally {
        close();
      }
    },
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

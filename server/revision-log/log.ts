/** A revision log on a store: one queue of writers, durable before visible, history before live. */
import { LogClosedError, RedactionUnfinishedError, WriteFailedError, type Entry, type RevisionLog } from '../revision-log.ts';
import { createFollowing } from './following.ts';
import { createQueue } from './queue.ts';
import { createReader } from './reader.ts';
import { createStates } from './states.ts';
import type { Store } from './store.ts';
import { createWriter } from './writer.ts';

export type LogOptions = {
  /** Is given what a listener threw; by default it is printed. */
  onListenerError?: ((error: unknown) => void) | undefined;
};

export const createLog = (store: Store, { onListenerError = console.error }: LogOptions): RevisionLog => {
  const states = createStates(store);
  const writer = createWriter(store, states);
  const following = createFollowing({ store, states, isClosed: () => closed !== undefined, onListenerError });
  const queue = createQueue();
  let version = 0;
  let closed: Promise<void> | undefined;

  const inOrder = <T>(work: () => T): Promise<T> => (closed ? Promise.reject(new LogClosedError()) : queue.run(work));

  const write = <T>(what: string, step: () => T): T => {
    try {
      return store.transact(step);
    } catch (cause) {
      throw new WriteFailedError(what, cause);
    }
  };

  /** Durable first, then remembered, then told. */
  const commit = <T extends Entry | undefined>(what: string, step: () => T): Promise<T> =>
    inOrder(() => {
      const entry = write(what, step);
      version += 1;
      if (entry?.kind === 'revision') states.keep(entry);
      if (entry) following.tell(entry);
      return entry;
    });

  const scrub = () => {
    try {
      store.scrub();
    } catch (cause) {
      throw new RedactionUnfinishedError(cause);
    }
  };

  const end = async (): Promise<void> => {
    await queue.idle();
    following.clear();
    store.close();
  };

  return {
    ...createReader(store, states),
    ...following.methods,

    version: () => version,

    append: (draft) => commit(`a revision of ${draft.story}`, () => writer.append(draft)),

    withdraw: (story, at) => commit(`the withdrawal of ${story}`, () => writer.withdraw(story, at)),

    move: (story, to, at) => commit(`the move of ${story} to ${to}`, () => writer.move(story, to, at)),

    redact: (story, which) =>
      inOrder(() => {
        const result = write(`the redaction of ${story}`, () => writer.redact(story, which));
        version += 1;
        states.clear();
        if (result.kind === 'redacted') scrub();
        return result;
      }),

    close: () => (closed ??= end()),
  };
};

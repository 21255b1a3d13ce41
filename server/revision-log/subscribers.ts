/** Who is told of new entries. */
import { everyStory } from '../core/protocol.ts';
import type { Entry } from '../revision-log.ts';

type Subscriber = { story: string; last: number; listener: (entry: Entry) => void };

const concerns = (entry: Entry, story: string): boolean => story === everyStory || entry.story === story || (entry.kind === 'move' && entry.to === story);

/** `onListenerError` is given what a listener threw; the others are called all the same. */
export const createSubscribers = (onListenerError: (error: unknown) => void) => {
  const subscribers = new Set<Subscriber>();

  const tell = (subscriber: Subscriber, entry: Entry) => {
    if (entry.sequence <= subscriber.last) return;
    subscriber.last = entry.sequence;
    try {
      subscriber.listener(entry);
    } catch (error) {
      onListenerError(error);
    }
  };

  return {
    /** Tells a listener the history, then lets it follow what comes after the sequence `last`. Returns what ends it. */
    add: (story: string, history: Iterable<Entry>, last: number, listener: (entry: Entry) => void): (() => void) => {
      const subscriber = { story, last: -1, listener };
      for (const entry of history) tell(subscriber, entry);
      subscriber.last = last;
      subscribers.add(subscriber);
      return () => void subscribers.delete(subscriber);
    },

    /** Each subscriber once, in the order in which they came; not one that has gone, or that came and read this entry as history, meanwhile. */
    tell: (entry: Entry): void => {
      for (const subscriber of subscribers) if (concerns(entry, subscriber.story)) tell(subscriber, entry);
    },

    clear: (): void => subscribers.clear(),
  };
};

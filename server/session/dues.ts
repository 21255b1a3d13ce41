/**
 * What is due to one reader, in the order in which it goes out. A story stands in it once, however often it changes meanwhile: so a slow reader gets one diff.
 * Each change puts its story last. Stories thus go out in the order of their last entries, and who follows every story and has been sent something up to
 * a position has missed no story whose last entry is before it.
 */
import type { ErrorMessage } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';
import { unreachable } from '../core/story.ts';
import type { Entry } from '../revision-log.ts';

/**
 * `from` is what the reader holds of the story; `undefined`: nothing, or nothing that a diff could start from; with `reset` that is void.
 * `entry` is the last that was heard of the story; without one it goes out as it stands when its turn comes.
 */
export type StoryDue = { kind: 'story'; story: string; from: Position | undefined; reset: boolean; entry?: Entry };
/** A subscription is caught up. */
export type LiveDue = { kind: 'live'; story: string; position: Position };
export type ReplyDue = { kind: 'reply'; message: ErrorMessage };
export type Due = StoryDue | LiveDue | ReplyDue;

export type Dues = ReturnType<typeof createDues>;

/** `start` is what is due from the beginning, in this order. */
export const createDues = (start: readonly Due[] = []) => {
  const dues = new Map<string | ReplyDue, Due>(start.map((due) => [keyOf(due), due]));
  const story = (slug: string): StoryDue | undefined => {
    const due = dues.get(slug);
    return due?.kind === 'story' ? due : undefined;
  };

  return {
    first: (): Due | undefined => dues.values().next().value,
    all: (): Due[] => [...dues.values()],
    story,

    /** Puts it last; another of the same story and kind goes. */
    add: (due: Due): void => {
      dues.delete(keyOf(due));
      dues.set(keyOf(due), due);
    },

    /** A `live` that has not gone out yet waits until this entry has; `undefined` drops it. */
    postponeLive: (slug: string, position: Position | undefined): void => {
      const waited = dues.delete(liveKey(slug));
      if (waited && position !== undefined) dues.set(liveKey(slug), { kind: 'live', story: slug, position });
    },

    remove: (due: Due): void => void dues.delete(keyOf(due)),

    /** Drops what is due of the stories that `concerns` names. */
    drop: (concerns: (story: string) => boolean): void => {
      for (const [key, due] of dues) if (due.kind !== 'reply' && concerns(due.story)) dues.delete(key);
    },

    clear: (): void => dues.clear(),
  };
};

/** No slug holds a NUL: it is the path of a file. */
const liveKey = (slug: string): string => `\0${slug}`;

const keyOf = (due: Due): string | ReplyDue => {
  switch (due.kind) {
    case 'story': return due.story;
    case 'live': return liveKey(due.story);
    case 'reply': return due;
    default: return unreachable(due);
  }
};

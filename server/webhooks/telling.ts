/** What an entry of the log means to a hook: what is posted, and what the receiver holds afterwards, so that the next diff leads on from there. */
import { formatPosition, type Diff, type Ended } from '../core/protocol.ts';
import { unreachable, type Position } from '../core/story.ts';
import { createFrames, type Frame } from '../frames.ts';
import type { Entry, Move, Revision, RevisionLog } from '../revision-log.ts';
import { coverage, type Hook } from './config.ts';
import { eventBody, type StoryEvent } from './event.ts';
import type { Held } from './store.ts';

/**
 * Without a body there is nothing to post. `taken` is what the receiver holds once it has taken it; `missed` where it was given up: whether it took it all the same
 * and could not say so, nobody knows, so that what comes next has to be whole.
 */
export type Telling = { body?: string; taken: Held[]; missed: Held[] };

export type TellerOptions = { log: RevisionLog; publicUrl: string; maxMessageBytes: number };

export type Teller = ReturnType<typeof createTeller>;

/** Returns what tells an entry; `held` is what the receiver holds of the entry's story, `undefined` where it was never told of it: then it is taken to hold what stood before. */
export const createTeller = ({ log, publicUrl, maxMessageBytes }: TellerOptions) => {
  const frames = createFrames({ maxBytes: 0 });

  const isWithdrawn = (story: string): boolean => {
    const standing = log.find(story);
    return (standing?.kind === 'moved' ? log.find(standing.to) : standing)?.kind === 'withdrawn';
  };

  const stateAt = (story: string, position: Position) => {
    const lookup = log.revision(story, position);
    return lookup.kind === 'found' ? lookup.state : undefined;
  };

  /** The diff that leads to a revision from what the receiver holds, over all that it was not told. */
  const diffFrom = ({ story, position, previous, diff }: Revision, held: Position | null): Diff | undefined => {
    if (held === null) return undefined;
    if (held === previous && diff) return diff;
    const lookup = log.diff(story, held, position);
    return lookup.kind === 'found' && lookup.diff.to === position ? lookup.diff : undefined;
  };

  const frameOf = (entry: Revision, held: Position | null, { format }: Hook): Frame => {
    const { story, position, state } = entry;
    const diff = diffFrom(entry, held);
    return (diff && frames.diff(diff, { format, stateAt })) ?? frames.snapshot({ story, position, reset: false, state });
  };

  const post = (event: StoryEvent, frame: Frame | undefined): string => {
    const fits = frame && frame.bytes <= maxMessageBytes;
    return eventBody({ ...event, ...(fits && { message: frame.data.toString() }) }, publicUrl);
  };

  const tellRevision = (hook: Hook, entry: Revision, held: Position | null): Telling => {
    const { story, position, at, diff } = entry;
    const missed: Held[] = [[story, null]];
    if (!hook.minor && held !== null && diff?.change === 'minor') return { taken: [[story, held]], missed };
    // What has been withdrawn since is told of, in its turn, but no longer handed out.
    const frame = isWithdrawn(story) ? undefined : frameOf(entry, held, hook);
    const body = post({ type: 'story.revised', at, story, position, slug: story, state: position }, frame);
    return { body, taken: [[story, frame ? position : null]], missed };
  };

  const tellEnd = (entry: Exclude<Entry, Revision>, held: Position | null): string => {
    const { story, position, previous, at } = entry;
    // As on the socket: where the receiver stands.
    const stands = held === previous ? position : (held ?? formatPosition(log.epoch, 0));
    const ended = { type: 'ended', story, position: stands } as const;
    const message: Ended = entry.kind === 'move' ? { ...ended, reason: 'moved', to: entry.to } : { ...ended, reason: 'withdrawn' };
    const [type, slug] = entry.kind === 'move' ? (['story.moved', entry.to] as const) : (['story.withdrawn', story] as const);
    return post({ type, at, story, position, slug }, frames.encode(message));
  };

  /** A story comes to a slug of the hook's from one that is not: it is new to the receiver. */
  const tellArrival = ({ to, position, at }: Move): Telling => {
    const missed: Held[] = [[to, null]];
    const state = isWithdrawn(to) ? undefined : stateAt(to, position);
    if (!state) return { taken: missed, missed };
    const frame = frames.snapshot({ story: to, position, reset: false, state });
    return { body: post({ type: 'story.revised', at, story: to, position, slug: to, state: state.position }, frame), taken: [[to, position]], missed };
  };

  const tellMove = (hook: Hook, entry: Move, held: Position | null): Telling => {
    const covers = coverage(hook.stories);
    if (!covers(entry.story)) return tellArrival(entry);
    const missed: Held[] = [[entry.story, null], [entry.to, null]];
    const taken: Held[] = [[entry.story, null], [entry.to, held === entry.previous ? entry.position : null]];
    return { body: tellEnd(entry, held), taken, missed };
  };

  return (hook: Hook, entry: Entry, told: Position | null | undefined): Telling => {
    const held = told === undefined ? (entry.previous ?? null) : told;
    switch (entry.kind) {
      case 'revision':
        return tellRevision(hook, entry, held);
      case 'withdrawal':
        return { body: tellEnd(entry, held), taken: [[entry.story, null]], missed: [[entry.story, null]] };
      case 'move':
        return tellMove(hook, entry, held);
      default:
        return unreachable(entry);
    }
  };
};

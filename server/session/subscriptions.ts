/**
 * What one client has subscribed to, and what therefore becomes due to it: first what it has missed, then what the log tells.
 *
 * A story that has a subscription of its own is due to that one alone, also where its client follows every story: it goes out once.
 */
import { everyStory, formatPosition, formats, parsePosition, type ErrorCode, type Format, type Subscribe } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';
import type { Entry, RevisionLog } from '../revision-log.ts';
import type { Answer } from './answers.ts';
import type { Due, Dues } from './dues.ts';

/**
 * `at` is the position at which the client holds the story, `undefined` where it holds nothing that a diff could start from; with `reset` that is void.
 * `absent` are the stories that are withdrawn now: one that comes back comes whole, for nobody knows whether the client has kept it.
 */
export type Subscription = { format: Format } & (
  | { kind: 'story'; story: string; at: Position | undefined; reset: boolean }
  | { kind: 'every'; story: typeof everyStory; absent: Set<string> }
);

export type SubscriptionsOptions = {
  log: RevisionLog;
  dues: Dues;
  /** subscriptions at once */
  max: number;
  /** Is called with each entry that concerns this client, once, in order; it hands them to `hear`. */
  listener: (entry: Entry) => void;
  /** What is subscribed to from the beginning. */
  start?: readonly Subscription[];
};

export type Subscriptions = ReturnType<typeof createSubscriptions>;

export const createSubscriptions = ({ log, dues, max, listener, start = [] }: SubscriptionsOptions) => {
  const subscriptions = new Map<string, Subscription>(copied(start).map((each) => [each.story, each]));
  /** What ends listening, by story: to `*` alone where that is subscribed to, so that each entry is heard once. */
  const listening = new Map<string, () => void>();

  const covering = (story: string): Subscription | undefined => subscriptions.get(story) ?? subscriptions.get(everyStory);

  const listen = (): void => {
    const wanted = new Set(subscriptions.has(everyStory) ? [everyStory] : subscriptions.keys());
    for (const [story, stopListening] of listening) {
      if (wanted.has(story)) continue;
      stopListening();
      listening.delete(story);
    }
    for (const story of wanted) if (!listening.has(story)) listening.set(story, log.subscribe(story, log.head(), listener));
  };

  const refuse = (code: ErrorCode, message: string, story: string): void => dues.add({ kind: 'reply', message: { type: 'error', code, message, story } });

  /** What has changed of every story; where the client calls its place by a former name, every other story too, so that it learns the new ones. */
  const missedSince = (after: Position): { story: string; held?: Position }[] => {
    const changed = log.changedSince(after);
    if (log.resolve(after) === after) return changed;
    const others = new Map(log.published().map(({ story, position }) => [story, { story, held: position }]));
    for (const { story } of changed) others.delete(story);
    return [...others.values(), ...changed].map(({ story, held }) => ({ story, ...(held !== undefined && { held: inEpochOf(after, held) }) }));
  };

  /**
   * The first diff starts from `after` as the client wrote it, also where the story calls that place by an earlier position, or by that of another epoch.
   * What is no position of this log leads nowhere: what its client holds is void.
   */
  const subscribeToStory = (story: string, after: string | undefined, format: Format): void => {
    const standing = log.find(story);
    if (!standing) return refuse('unknown-story', `there is no story ${story}`, story);
    forget(story);
    const place = after === undefined ? undefined : log.resolve(after);
    const reset = after !== undefined && place === undefined;
    const own = after === undefined ? undefined : log.locate(story, after);
    const isCurrent = standing.kind === 'published' && own === standing.position && place === after;
    const at = own && after;
    if (!isCurrent) dues.add({ kind: 'story', story, from: at, reset });
    if (standing.kind === 'moved') return;
    subscriptions.set(story, { kind: 'story', story, at, reset, format });
    dues.add({ kind: 'live', story, position: standing.position });
  };

  const subscribeToEvery = (after: string | undefined, format: Format): void => {
    forget(everyStory);
    const reset = after !== undefined && log.resolve(after) === undefined;
    const missed: { story: string; held?: Position }[] = after === undefined || reset ? log.published() : missedSince(after);
    for (const { story, held } of missed) {
      if (!subscriptions.has(story)) dues.add({ kind: 'story', story, from: held, reset });
    }
    const absent = log.files().flatMap(({ story, withdrawn }) => (withdrawn ? [story] : []));
    subscriptions.set(everyStory, { kind: 'every', story: everyStory, absent: new Set(absent), format });
    dues.add({ kind: 'live', story: everyStory, position: log.head() });
  };

  const forget = (story: string): void => {
    subscriptions.delete(story);
    dues.drop(story === everyStory ? (slug) => !subscriptions.has(slug) : (slug) => slug === story);
  };

  const unsubscribe = (story: string): void => {
    const every = subscriptions.get(everyStory);
    if (!subscriptions.has(story)) return;
    if (story !== everyStory && every?.kind === 'every') handOver(story, every.absent);
    else forget(story);
    listen();
  };

  /** `*` goes on with the story, and with what is still due of it. */
  const handOver = (story: string, absent: Set<string>): void => {
    subscriptions.delete(story);
    dues.postponeLive(story, undefined);
    if (log.find(story)?.kind === 'withdrawn') absent.add(story);
    else absent.delete(story);
  };

  const owe = (subscription: Subscription, entry: Entry): void => {
    const held = heldBefore(subscription, entry);
    const { from, reset } = dues.story(entry.story) ?? held;
    dues.add({ kind: 'story', story: entry.story, from, reset, entry });
    dues.postponeLive(subscription.story, entry.position);
  };

  /** A move brings another story to a slug: whatever the client holds under it does not lead there. */
  const oweArrival = (subscription: Subscription, story: string, position: Position): void => {
    if (log.find(story)?.kind === 'published') dues.add({ kind: 'story', story, from: undefined, reset: false });
    else if (subscription.kind === 'every') subscription.absent.add(story);
    dues.postponeLive(subscription.story, position);
  };

  listen();

  return {
    /** What is subscribed to, and what the client holds, as it stands. */
    all: (): Subscription[] => copied([...subscriptions.values()]),

    /** Slugs are NFC, however a client writes them. */
    subscribe: ({ after, ...wish }: Omit<Subscribe, 'type'>): void => {
      const story = wish.story.normalize('NFC');
      const format = formats.find((known) => known === (wish.format ?? 'ops'));
      if (!format) refuse('unsupported-format', `this server knows no format ${wish.format}, but ${formats.join(', ')}`, story);
      else if (!subscriptions.has(story) && subscriptions.size >= max) refuse('too-many-subscriptions', `a socket carries at most ${max} subscriptions`, story);
      else if (story === everyStory) subscribeToEvery(after, format);
      else subscribeToStory(story, after, format);
      listen();
    },

    /** Of one that is not there, nothing becomes of it. */
    unsubscribe: (story: string): void => unsubscribe(story.normalize('NFC')),

    hear: (entry: Entry): void => {
      const subscription = covering(entry.story);
      if (subscription) owe(subscription, entry);
      const arrival = entry.kind === 'move' ? covering(entry.to) : undefined;
      if (entry.kind === 'move' && arrival) oweArrival(arrival, entry.to, entry.position);
    },

    /**
     * Something that was due has gone out: takes note of where the client is from now on; `live` tells it the story's own name for that. That a story is withdrawn says all there is to say
     * instead of `live`; of one that has moved nothing more is told.
     */
    settle: (due: Due, { held, stands }: Answer): void => {
      const subscription = due.kind === 'reply' ? undefined : subscriptions.get(due.story);
      if (due.kind === 'reply' || subscription?.kind !== 'story') return;
      if (due.kind === 'live') {
        subscription.at = due.position;
        return;
      }
      subscription.at = held;
      subscription.reset = due.reset && held === undefined;
      if (stands === 'withdrawn') dues.postponeLive(due.story, undefined);
      if (stands === 'moved') unsubscribe(due.story);
    },

    /** How its client wants to be told of changes. */
    formatOf: (due: Due): Format => (due.kind === 'reply' ? undefined : covering(due.story)?.format) ?? 'ops',

    /** Whether a story is subscribed to, by itself or with every other. */
    covers: (story: string): boolean => covering(story) !== undefined,

    clear: (): void => {
      subscriptions.clear();
      listen();
    },
  };
};

const copied = (subscriptions: readonly Subscription[]): Subscription[] =>
  subscriptions.map((each) => (each.kind === 'every' ? { ...each, absent: new Set(each.absent) } : { ...each }));

/** A position of this log, as the log calls it that `after` is of. */
const inEpochOf = (after: Position, position: Position): Position => {
  const [there, here] = [parsePosition(after), parsePosition(position)];
  return there && here ? formatPosition(there.epoch, here.sequence) : position;
};

/** What the client holds of the entry's story where nothing is due of it. */
const heldBefore = (subscription: Subscription, entry: Entry): { from: Position | undefined; reset: boolean } => {
  if (subscription.kind === 'story') return { from: subscription.at, reset: subscription.reset };
  if (entry.kind === 'withdrawal') subscription.absent.add(entry.story);
  const returns = entry.kind === 'revision' && subscription.absent.delete(entry.story);
  return { from: returns ? undefined : entry.previous, reset: false };
};

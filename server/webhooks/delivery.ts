/** The queue of one hook: one delivery at a time, strictly in order; a failed one is tried again until it is parked. */
import { v4 as uuid } from 'uuid';
import { formatPosition, parsePosition } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';
import type { Entry, RevisionLog } from '../revision-log.ts';
import type { WebhookStatus } from '../webhooks.ts';
import { coverage, type Hook } from './config.ts';
import { eventId, testBody } from './event.ts';
import { openPlace, unhindered } from './place.ts';
import type { Outcome, Post } from './post.ts';
import type { Reporter } from './report.ts';
import { delayAfter } from './schedule.ts';
import type { Slots } from './slots.ts';
import type { HookStore, Parked, Place } from './store.ts';
import { statusOf, targetOf } from './status.ts';
import type { Teller, Telling } from './telling.ts';

/** `after` calls back once, and returns what prevents it. */
export type Clock = { now: () => number; after: (ms: number, callback: () => void) => () => void };

export type DeliveryOptions = {
  hook: Hook;
  log: RevisionLog;
  store: HookStore;
  teller: Teller;
  post: Post;
  clock: Clock;
  /** 0 to 1 */
  random: () => number;
  slots: Slots;
  report: Reporter;
  publicUrl: string;
  limits: { newsMs: number; shutdownMs: number };
  onError: (error: unknown) => void;
};

export type Delivery = ReturnType<typeof createDelivery>;

/** `parked` is set where it was given up before and is tried once more. */
type Due = { position: Position; entry: Entry; telling: Telling & { body: string }; parked?: Parked };

export const createDelivery = ({ hook, log, store, teller, post, clock, random, slots, report, publicUrl, limits, onError }: DeliveryOptions) => {
  const { name } = hook;
  const target = targetOf(hook);
  const covers = coverage(hook.stories);
  const stop = new AbortController();
  let place = openPlace({ hook, log, store, report });
  let failing = place.error !== undefined;
  let running: Promise<void> | undefined;
  let disarm: (() => void) | undefined;
  let closing = false;
  /** Something came since the log was looked at last. */
  let news = false;
  /** Before that, no news calls for an attempt. ms since 1970 */
  let quietUntil = 0;

  const keep = (next: Place, changes?: Parameters<HookStore['keep']>[3]): void => {
    store.keep(name, target, next, changes);
    place = next;
  };

  /** What an editor has asked to try again comes first: it is older than all that is to come. */
  const parkedDue = (): Due | undefined => {
    for (const parked of store.parked(name).filter(({ again }) => again)) {
      const { entry } = log.next(before(parked.position), () => true);
      const telling = entry?.position === parked.position ? teller(hook, entry, null) : undefined;
      if (entry && telling?.body !== undefined) return { position: parked.position, entry, telling: { ...telling, body: telling.body }, parked };
      keep(place, { unpark: [parked.position] }); // its content has been redacted, or the hook no longer wants it
    }
    return undefined;
  };

  /** The next entry that is to be told; `looked` where so many others came first that others should have a turn. */
  const nextDue = (): Due | 'looked' | undefined => {
    const { position, entry } = log.next(place.position, covers);
    if (position === place.position) return undefined;
    const telling = entry && teller(hook, entry, store.held(name, entry.story));
    if (entry && telling?.body !== undefined) return { position, entry, telling: { ...telling, body: telling.body } };
    if (telling) keep({ ...place, position }, { held: telling.taken });
    else place = { ...place, position }; // looked at again after a crash: it costs no write
    return 'looked';
  };

  /** One step; resolves to whether another follows. */
  const step = async (): Promise<boolean> => {
    if (closing) return false;
    news = false;
    const due = parkedDue() ?? nextDue();
    if (due === undefined) return false;
    if (due === 'looked') {
      await new Promise<void>((resolve) => void clock.after(0, resolve));
      return true;
    }
    const startedAt = clock.now();
    const outcome = await post(hook, { id: eventId(name, due.position), body: due.telling.body }, stop.signal);
    return settle(due, outcome, startedAt);
  };

  const settle = (due: Due, outcome: Outcome, startedAt: number): boolean => {
    if (outcome.kind === 'taken') return taken(due);
    if (closing) return false;
    if (outcome.kind === 'gone') {
      keep({ ...place, gone: true, error: 'answered 410 Gone' });
      report.gone();
      return false;
    }
    quietUntil = Math.max(startedAt + limits.newsMs, clock.now() + (outcome.retryAfterMs ?? 0));
    return due.parked ? stayParked(due.parked, outcome.reason) : failed(due, outcome);
  };

  const taken = (due: Due): boolean => {
    if (due.parked) keep(unhindered(place.position), { unpark: [due.position] });
    else keep(unhindered(due.position), { held: due.telling.taken });
    if (failing) report.works();
    failing = false;
    return true;
  };

  const stayParked = (parked: Parked, error: string): boolean => {
    keep(place, { park: [{ ...parked, attempts: parked.attempts + 1, error, again: false }] });
    return true;
  };

  const failed = (due: Due, { reason: error, retryAfterMs }: Extract<Outcome, { kind: 'failed' }>): boolean => {
    const now = clock.now();
    // An attempt ahead of the schedule leaves that as it is.
    const next = place.nextAt !== undefined && now < place.nextAt ? { ...place, nextAt: Math.max(place.nextAt, now + (retryAfterMs ?? 0)) } : afterFailure(retryAfterMs, now);
    if (next.nextAt === undefined) return park(due, next.attempts, error);
    keep({ ...next, error });
    if (!failing) report.fails(error, next.nextAt);
    failing = true;
    return false;
  };

  /** Without a next attempt they are used up. */
  const afterFailure = (retryAfterMs: number | undefined, now: number): Place => {
    const { position, gone } = place;
    const attempts = place.attempts + 1;
    const delay = delayAfter(attempts, { random: random(), retryAfterMs });
    return { position, gone, attempts, ...(delay !== undefined && { nextAt: Math.ceil(now + delay) }) };
  };

  const park = ({ position, entry: { story }, telling }: Due, attempts: number, error: string): boolean => {
    keep({ ...unhindered(position), error }, { held: telling.missed, park: [{ position, story, attempts, at: clock.now(), error, again: false }] });
    report.parked(position, story, attempts, error);
    return true;
  };

  const run = async (): Promise<void> => {
    try {
      while (await slots.run(step));
    } catch (error) {
      onError(error);
      place = { ...place, nextAt: clock.now() + limits.newsMs };
    } finally {
      running = undefined;
      goOn();
    }
  };

  const goOn = (): void => {
    if (closing || place.gone) return;
    if (place.nextAt !== undefined) arm(place.nextAt - clock.now());
    else if (news) arm(0);
  };

  const arm = (ms: number): void => {
    disarm?.();
    disarm = clock.after(Math.max(0, ms), () => {
      disarm = undefined;
      if (!closing) running ??= run();
    });
  };

  const wake = (): void => {
    news = true;
    if (running || closing || place.gone) return;
    if (place.nextAt === undefined || clock.now() >= quietUntil) arm(0);
  };

  return {
    /** There may be something new. Returns at once. */
    wake,

    status: (): WebhookStatus => statusOf(hook, { place, parked: store.parked(name), delivering: running !== undefined, head: log.head() }),

    /** Sends what is parked once more, and what waits for its next attempt at once. Returns how many parked ones were meant. */
    retry: (which: Position | 'all'): number => {
      const again = store.parked(name).filter(({ position }) => which === 'all' || position === which);
      keep({ ...place, gone: false }, { park: again.map((parked) => ({ ...parked, again: true })) });
      quietUntil = 0;
      wake();
      return again.length;
    },

    /** Sends a test event, beside the queue. */
    test: (): Promise<Outcome> => {
      const at = new Date(clock.now()).toISOString();
      return post(hook, { id: `${name}_test_${uuid()}`, body: testBody(name, at, publicUrl) }, stop.signal);
    },

    /** Waits a little for the answer that is under way. May be called twice. */
    close: async (): Promise<void> => {
      closing = true;
      disarm?.();
      const give = clock.after(limits.shutdownMs, () => stop.abort());
      await running;
      give();
      stop.abort();
    },
  };
};

const before = (position: Position): Position => {
  const { epoch = '', sequence = 1 } = parsePosition(position) ?? {};
  return formatPosition(epoch, sequence - 1);
};

/** All hooks of a server: those of the file, as it stands now. */
import { join } from 'node:path';
import { defaults } from '../config.ts';
import type { Answer, WebhookWish } from '../control.ts';
import { everyStory } from '../core/protocol.ts';
import { unreachable } from '../core/story.ts';
import type { RevisionLog } from '../revision-log.ts';
import { createQueue } from '../revision-log/queue.ts';
import type { WebhookStatus } from '../webhooks.ts';
import type { Hook } from './config.ts';
import { createDelivery, type Clock, type Delivery } from './delivery.ts';
import { createPost, type Outcome, type Post } from './post.ts';
import { createReporter } from './report.ts';
import { createSlots } from './slots.ts';
import { describeWebhook } from './status.ts';
import { createHookStore } from './store.ts';
import { createTeller } from './telling.ts';

export type DispatchOptions = {
  hooks: Hook[];
  log: RevisionLog;
  /** Where the queues are kept: `webhooks.db` of this folder. */
  folder: string;
  /** Where readers find the server, without a slash at its end. */
  publicUrl: string;
  terminal: { say: (line: string) => void; complain: (line: string) => void };
  onError: (error: unknown) => void;
  clock?: Clock;
  post?: Post;
  /** 0 to 1 */
  random?: () => number;
};

export type Dispatch = ReturnType<typeof createDispatch>;

const systemClock: Clock = {
  now: Date.now,
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Begins to tell the hooks at once. Throws `UsageError` where their queues cannot be opened. */
export const createDispatch = ({ hooks, log, folder, publicUrl, terminal, onError, clock = systemClock, random = Math.random, post }: DispatchOptions) => {
  const { webhookTimeoutMs: timeoutMs, webhookNewsMs: newsMs, webhookMessageBytes: maxMessageBytes, webhooksAtOnce, shutdownMs } = defaults;
  const store = createHookStore(join(folder, 'webhooks.db'));
  const shared = {
    log, store, publicUrl, clock, random, onError,
    teller: createTeller({ log, publicUrl, maxMessageBytes }),
    post: post ?? createPost({ now: clock.now, timeoutMs }),
    slots: createSlots(webhooksAtOnce),
    limits: { newsMs, shutdownMs },
  };
  const deliveries = new Map<string, { hook: Hook; delivery: Delivery }>();
  const queue = createQueue();
  let order = hooks.map(({ name }) => name);
  let closed: Promise<void> | undefined;

  const start = (hook: Hook): void => {
    const delivery = createDelivery({ ...shared, hook, report: createReporter(hook.name, terminal, clock.now) });
    deliveries.set(hook.name, { hook, delivery });
    delivery.wake();
  };

  /** A hook that stays as it is goes on undisturbed; one that changes ends before it begins again, so that nothing is told out of order. */
  const change = async (next: Hook[]): Promise<void> => {
    const same = new Set(next.filter((hook) => JSON.stringify(deliveries.get(hook.name)?.hook) === JSON.stringify(hook)).map(({ name }) => name));
    await Promise.all([...deliveries].filter(([name]) => !same.has(name)).map(([name, { delivery }]) => delivery.close().then(() => deliveries.delete(name))));
    if (closed) return;
    for (const hook of next) if (!same.has(hook.name)) start(hook);
    order = next.map(({ name }) => name);
  };

  const end = async (): Promise<void> => {
    unsubscribe();
    await Promise.all([...deliveries.values()].map(({ delivery }) => delivery.close()));
    await queue.idle();
    store.close();
  };

  const list = (): WebhookStatus[] => order.flatMap((name) => deliveries.get(name)?.delivery.status() ?? []);

  const unsubscribe = log.subscribe(everyStory, log.head(), () => {
    for (const { delivery } of deliveries.values()) delivery.wake();
  });
  for (const hook of hooks) start(hook);

  return {
    /** In the order of the file. */
    list,

    /** From now on these are the hooks. */
    change: async (next: Hook[]): Promise<void> => {
      await queue.run(() => change(next));
    },

    /** Does what an operator's command asks for. */
    fulfil: async (wish: WebhookWish): Promise<Answer> => {
      if (wish.action === 'list') return { done: true, message: wish.json ? JSON.stringify(list(), null, 2) : describe(list()) };
      const known = deliveries.get(wish.name);
      if (!known) return { done: false, message: `there is no webhook ${wish.name}: known are ${[...deliveries.keys()].join(', ')}` };
      switch (wish.action) {
        case 'retry':
          return retried(wish.name, wish.which, known.delivery.retry(wish.which));
        case 'test':
          return tested(wish.name, await known.delivery.test());
        default:
          return unreachable(wish);
      }
    },

    /** Ends every queue where it stands, and waits a little for answers that are under way. May be called twice. */
    close: (): Promise<void> => (closed ??= end()),
  };
};

const describe = (list: WebhookStatus[]): string => list.map(describeWebhook).join('\n') || 'there are no webhooks';

const retried = (name: string, which: string, parked: number): Answer => {
  if (parked === 0 && which !== 'all') return { done: false, message: `${name} has nothing parked at ${which}` };
  return { done: true, message: `${name}: ${parked === 0 ? 'nothing is parked; what waits is tried now' : `${parked} parked ${parked === 1 ? 'delivery is' : 'deliveries are'} sent once more`}` };
};

const tested = (name: string, outcome: Outcome): Answer => {
  switch (outcome.kind) {
    case 'taken':
      return { done: true, message: `${name} answered ${outcome.status}: it takes what it is sent` };
    case 'gone':
      return { done: false, message: `${name} answered 410 Gone` };
    case 'failed':
      return { done: false, message: `${name} does not take it: ${outcome.reason}` };
    default:
      return unreachable(outcome);
  }
};

/** One hook's queue with a clock that stands still, and a receiver that does as it is told. */
import { setImmediate as turn } from 'node:timers/promises';
import type { RevisionLog } from '../server/revision-log.ts';
import type { Hook } from '../server/webhooks/config.ts';
import { createDelivery, type Delivery } from '../server/webhooks/delivery.ts';
import type { Outcome } from '../server/webhooks/post.ts';
import { createReporter } from '../server/webhooks/report.ts';
import { createSlots } from '../server/webhooks/slots.ts';
import { createHookStore, type HookStore } from '../server/webhooks/store.ts';
import { createTeller } from '../server/webhooks/telling.ts';
import { createFakeClock } from './fake-clock.ts';
import { secretA, type Event } from './webhook-receiver.ts';

export const minute = 60_000;
export const hour = 60 * minute;

export const hookOf = (given: Partial<Hook> = {}): Hook => ({
  name: 'archive', url: 'https://archive.example/hook?key=hidden', stories: ['*'], secrets: [secretA], format: 'ops', minor: true, from: 'start', ...given,
});

/** `lost`: it took the event, and we never hear of it. `dead`: the same, and the program ends at that moment. `silent`: it never answers. */
export type Mood = 'up' | 'down' | 'lost' | 'dead' | 'gone' | 'busy' | 'silent';
export type Taken = { id: string; event: Event };

const outcomes: Record<Exclude<Mood, 'dead' | 'silent'>, Outcome> = {
  up: { kind: 'taken', status: 200 },
  down: { kind: 'failed', reason: 'answered 503 Service Unavailable' },
  lost: { kind: 'failed', reason: 'no answer within 15 s' },
  gone: { kind: 'gone' },
  busy: { kind: 'failed', reason: 'answered 429 Too Many Requests', retryAfterMs: 3 * hour },
};

type Options = { log: RevisionLog; hook?: Hook; maxMessageBytes?: number; store?: HookStore };

export const createQueueUnderTest = ({ log, hook = hookOf(), maxMessageBytes = 1_000_000, store = createHookStore(':memory:') }: Options) => {
  const clock = createFakeClock(Date.UTC(2026, 10, 22));
  const lines: string[] = [];
  const errors: unknown[] = [];
  const taken: Taken[] = [];
  const attempts: { at: number; id: string }[] = [];
  let mood: (event: Event) => Mood = () => 'up';
  let activity = 0;
  let life = 0;
  let delivery: Delivery | undefined;

  /** A life of the program: what is left of an earlier one does nothing any more. */
  const begin = (current: Hook): void => {
    const mine = (life += 1);
    const isAlive = () => mine === life;
    delivery = createDelivery({
      hook: current, log, store,
      teller: createTeller({ log, publicUrl: 'https://news.example', maxMessageBytes }),
      post: (_hook, { id, body }, signal) => {
        activity += 1;
        const event: Event = JSON.parse(body);
        const how = mood(event);
        attempts.push({ at: clock.now(), id });
        if (how === 'silent') return new Promise((resolve) => signal.addEventListener('abort', () => resolve(outcomes.lost)));
        if (how !== 'down' && how !== 'gone' && how !== 'busy') taken.push({ id, event });
        if (how !== 'dead') return Promise.resolve(outcomes[how]);
        life += 1;
        return new Promise(() => undefined);
      },
      clock: {
        now: clock.now,
        after: (ms, callback) => {
          activity += 1;
          return clock.after(ms, () => isAlive() && callback());
        },
      },
      random: () => 0.5,
      slots: createSlots(1),
      report: createReporter(current.name, { say: (line) => void lines.push(line), complain: (line) => void lines.push(line) }, clock.now),
      publicUrl: 'https://news.example',
      limits: { newsMs: 5 * minute, shutdownMs: 3_000 },
      onError: (error) => void errors.push(error),
    });
    const { wake } = delivery;
    log.subscribe('*', log.head(), () => isAlive() && wake());
    wake();
  };
  begin(hook);

  const settled = async (): Promise<void> => {
    for (let before = -1; before !== activity; ) {
      before = activity;
      clock.advance(0);
      await turn();
    }
  };

  return {
    lines, errors, taken, attempts, clock, store,
    react: (next: (event: Event) => Mood) => {
      mood = next;
    },
    settled,
    /** Lets time pass, in steps in which answers can arrive. */
    pass: async (ms: number, step = 10 * minute): Promise<void> => {
      await settled();
      for (let left = ms; left > 0; left -= step) {
        clock.advance(Math.min(left, step));
        await settled();
      }
    },
    /** The program ends without a word, and begins again. */
    restart: (next: Hook = hook) => begin(next),
    delivery: (): Delivery => {
      if (!delivery) throw new Error('nothing has begun');
      return delivery;
    },
    /** What was taken, each once, in the order of the first time. */
    accepted: (): Taken[] => [...new Map(taken.toReversed().map((one) => [one.id, one])).values()].toReversed(),
    end: () => {
      life += 1;
      store.close();
    },
  };
};

/**
 * What somebody is to be told next, whoever carries it there: first what was missed, then what the log tells, each story once, as the shortest message.
 * Whoever stands at the same place is told the same: a standpoint can be handed on, and another course goes on from there as if it were this one.
 */
import type { Subscribe } from '../core/protocol.ts';
import type { Frame, Frames } from '../frames.ts';
import type { Entry, RevisionLog } from '../revision-log.ts';
import { createAnswers } from './answers.ts';
import { createDues, type Due } from './dues.ts';
import { createSubscriptions, type Subscription } from './subscriptions.ts';

/** What is subscribed to, what is held of it, and what is due. */
export type Standpoint = { readonly subscriptions: readonly Subscription[]; readonly dues: readonly Due[] };

export type CourseOptions = {
  log: RevisionLog;
  frames: Frames;
  /** subscriptions at once */
  max: number;
  /** Is called with each entry that concerns this course; it hands them to `hear`. */
  listener(entry: Entry): void;
  /** Default: nothing is subscribed to. */
  start?: Standpoint | undefined;
};

export type Course = ReturnType<typeof createCourse>;

export const createCourse = ({ log, frames, max, listener, start }: CourseOptions) => {
  const answers = createAnswers({ log, frames });
  const dues = createDues(start?.dues);
  const subscriptions = createSubscriptions({ log, dues, max, listener, ...(start && { start: start.subscriptions }) });

  return {
    subscribe: (wish: Omit<Subscribe, 'type'>): void => subscriptions.subscribe(wish),
    unsubscribe: subscriptions.unsubscribe,
    hear: subscriptions.hear,

    /** Whether a story is subscribed to, by itself or with every other. */
    covers: subscriptions.covers,

    /** Whether nothing is due. */
    isIdle: (): boolean => dues.first() === undefined,

    /** Gives out what is due, in order, for as long as `admit` takes it. What is not taken stays due, and may change until it is. */
    take: (admit: (frame: Frame) => boolean): void => {
      for (let due = dues.first(); due; due = dues.first()) {
        const answer = answers.to(due, subscriptions.formatOf(due));
        if (answer.frame && !admit(answer.frame)) return;
        dues.remove(due);
        subscriptions.settle(due, answer);
      }
    },

    standpoint: (): Standpoint => ({ subscriptions: subscriptions.all(), dues: dues.all() }),

    /** Nothing is heard of the log any more. */
    end: (): void => {
      subscriptions.clear();
      dues.clear();
    },
  };
};

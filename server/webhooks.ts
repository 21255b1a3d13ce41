/**
 * Webhooks: services that cannot hold a socket are told of each revision by a signed POST. Each hook has a queue of its own, which is nothing but a place in the revision log:
 * what comes next is read from there when its turn has come. A hook is told of every entry it wants in order, one at a time, and of none twice but with the same id.
 */
import type { Position, Time } from './core/story.ts';

/** How a hook stands, for editors. Says nothing that is secret. */
export type WebhookStatus = {
  name: string;
  /** Without what stands behind the path. */
  url: string;
  stories: string[];
  state: 'idle' | 'delivering' | 'retrying' | 'gone';
  /** All up to here has been told, parked or left out. */
  position: Position;
  /** Entries of the log that come after it, also of stories that the hook does not want. */
  behind: number;
  /** Of what comes next, where it has failed. */
  attempts?: number;
  nextAttempt?: Time;
  lastError?: string;
  parked: ParkedStatus[];
};

/** A delivery that was given up. `since` is when. */
export type ParkedStatus = { position: Position; story: string; attempts: number; since: Time; error: string };

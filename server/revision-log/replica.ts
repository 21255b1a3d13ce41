/**
 * A revision log that another process writes. It stands at the last entry that it has told: whoever reads and listens here finds what it would find there, a moment later.
 * Of new entries it hears by messages, which may get lost, come twice or in another order: it takes the next one only, and reads whatever it has missed from the database.
 */
import type { Entry, RevisionLog } from '../revision-log.ts';
import { openReadOnly } from './database.ts';
import { createFollowing } from './following.ts';
import type { LogOptions } from './log.ts';
import { createReader } from './reader.ts';
import { createReplay } from './replay.ts';
import { createStandingStore } from './standing-store.ts';
import { createStates } from './states.ts';
import type { EntryRow } from './store.ts';

/** How the log stands there: its version, and the sequence of its last entry. `entry` is that entry as JSON. MUST NOT be sent before it is durable. */
export type News = { version: number; head: number; entry?: string };

export type Replica = RevisionLog & {
  /** Tells every listener what has come since. */
  take: (news: News) => void;
};

/** Opens the log of a data directory for reading; `append` and the like reject. Throws where there is none. */
export const createReplica = ({ folder, onListenerError = console.error }: LogOptions & { folder: string }): Replica => {
  const database = openReadOnly(folder);
  const { standing, whole, hold, advance } = createStandingStore(database);
  const states = createStates(standing);
  const ahead = createReplay(whole, states);
  let version = 0;
  /** That of the writer, as far as it is known. */
  let heard: number | undefined;
  /** Stories of which a redacted revision was found too late to be told, and up to where all had been told. */
  const leftOut = new Map<number, number>();
  const following = createFollowing({ store: standing, states, isClosed: () => !database.isOpen, onListenerError });

  /** What listeners are told of an entry: what the writer has told its own, unless they have missed what that follows on. */
  const entryOf = (row: EntryRow, given: string | undefined): Entry | undefined => {
    if (given !== undefined && !leftOut.has(row.story)) return JSON.parse(given) as Entry;
    return ahead.entryOf(row, leftOut.get(row.story));
  };

  const goOn = (row: EntryRow, given?: string): void => {
    const entry = entryOf(row, given);
    if (entry) leftOut.delete(row.story);
    else if (!leftOut.has(row.story)) leftOut.set(row.story, row.sequence - 1);
    advance(row);
    version += 1;
    if (entry?.kind === 'revision') states.keep(entry);
    if (entry) following.tell(entry);
  };

  /** Where anything but the very next entry has happened, something may have been redacted. */
  const forget = ({ version: now, entry }: News): void => {
    if (heard !== undefined && now <= heard) return;
    const isNext = heard !== undefined && now === heard + 1 && entry !== undefined;
    heard = now;
    if (isNext) return;
    version += 1;
    states.clear();
  };

  const take = (news: News): void => {
    hold();
    forget(news);
    const { head, entry } = news;
    while (database.isOpen && standing.head() < head) {
      const [row] = whole.entries({ after: standing.head(), until: head, limit: 1 });
      if (!row) return; // told before it was durable: somebody else's log
      goOn(row, row.sequence === head ? entry : undefined);
    }
  };

  const refuse = async (): Promise<never> => {
    throw new Error('this is a replica: the process that writes the revision log is another');
  };

  return {
    ...createReader(standing, states),
    ...following.methods,
    version: () => version,
    take: (news) => {
      if (database.isOpen) take(news);
    },
    append: refuse,
    withdraw: refuse,
    move: refuse,
    redact: refuse,
    close: async () => {
      following.clear();
      if (database.isOpen) database.close();
    },
  };
};

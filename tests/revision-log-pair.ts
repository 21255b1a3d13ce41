/** A log on disk and its replica as one log: written to the one, read from the other. */
import { everyStory, parsePosition } from '../server/core/protocol.ts';
import type { Entry, RevisionLog } from '../server/revision-log.ts';
import { createReplica, type News } from '../server/revision-log/replica.ts';
import { createSqliteLog } from '../server/revision-log/sqlite.ts';

/** What the writer of a log tells its replicas. */
export const newsOf = (log: RevisionLog, entry?: Entry): News => ({
  version: log.version(),
  head: parsePosition(log.head())?.sequence ?? 0,
  ...(entry && { entry: JSON.stringify(entry) }),
});

export const createPair = (folder: string, onListenerError?: (error: unknown) => void): RevisionLog => {
  const writer = createSqliteLog({ folder });
  const replica = createReplica({ folder, onListenerError });
  const told = new Map<string, Entry>();
  writer.subscribe(everyStory, writer.head(), (entry) => replica.take(newsOf(writer, entry)));
  replica.subscribe(everyStory, replica.head(), (entry) => void told.set(entry.position, entry));
  return {
    ...replica,
    append: async (draft) => {
      const { position } = await writer.append(draft);
      const entry = told.get(position);
      if (entry?.kind !== 'revision') throw new Error(`the replica has told no revision ${position}`);
      return entry;
    },
    withdraw: writer.withdraw,
    move: writer.move,
    redact: async (story, which) => {
      const result = await writer.redact(story, which);
      replica.take(newsOf(writer));
      return result;
    },
    close: async () => {
      await writer.close();
      await replica.close();
    },
  };
};

/** The operator's commands: done here, or by the server that runs on the data folder, since a log has one writer. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './config.ts';
import { send, type Answer, type StoryWish } from './control.ts';
import { redact, withdrawal } from './desk.ts';
import { DataDirectoryInUseError } from './revision-log/lock.ts';
import { createSqliteLog } from './revision-log/sqlite.ts';

/** Carries out a wish. Throws `UsageError` where the folder holds no log: none is made. */
export const operate = async (data: string, wish: StoryWish): Promise<Answer> => {
  if (!existsSync(join(data, 'log.db'))) throw new UsageError(`there is no revision log in ${data}: name its folder with --data`);
  try {
    return await operateHere(data, wish);
  } catch (error) {
    if (error instanceof DataDirectoryInUseError) return send(data, wish);
    throw error;
  }
};

const operateHere = async (data: string, wish: StoryWish): Promise<Answer> => {
  const log = createSqliteLog({ folder: data });
  try {
    if (wish.command === 'redact') return await redact(log, wish.story, wish.which);
    const entry = await log.withdraw(wish.story, new Date().toISOString());
    return withdrawal(undefined, wish.story, entry !== undefined);
  } finally {
    await log.close();
  }
};

/** `stop-press backup` and `stop-press restore`: what they refuse, and what they tell the operator. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from './config.ts';
import { backupLog, restoreLog, type Copy } from './revision-log/backup.ts';

/** Copies the log of a data folder into a file. Returns one line for the operator. Throws `UsageError`, and the errors of `backupLog`. */
export const backup = (data: string, file: string, { force }: { force: boolean }): string => {
  if (!existsSync(join(data, 'log.db'))) throw new UsageError(`there is no revision log in ${data}: name its folder with --data`);
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`${file} is a folder: name a file in it`);
  const folder = dirname(resolve(file));
  if (!existsSync(folder)) throw new UsageError(`there is no folder ${folder}: make it, or name a file in another`);
  if (realpathSync(folder) === realpathSync(data)) throw new UsageError(`${file} lies beside the log, and would be lost with it: name a file outside ${data}`);
  return `${file} holds ${describe(backupLog({ folder: data, file, force }))}`;
};

/** Begins the log of a data folder with a backup. Returns one line for the operator. Throws the errors of `restoreLog`. */
export const restore = (data: string, file: string): string => {
  const { log, head } = restoreLog({ folder: data, file });
  return `${data} holds ${describe(log)}: what was ${head} in ${file}`;
};

const describe = ({ revisions, head, bytes }: Copy): string => `${count(revisions, 'revision')} up to ${head}, ${megabytes(bytes)}`;

const count = (n: number, noun: string): string => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1, minimumFractionDigits: 1 })} MB`;

/** A log on disk that is backed up, goes on, is lost, and is restored. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupLog, restoreLog } from '../server/revision-log/backup.ts';
import { createSqliteLog } from '../server/revision-log/sqlite.ts';
import type { RevisionLog } from '../server/revision-log.ts';

export const createLostLog = () => {
  const root = mkdtempSync(join(tmpdir(), 'stop-press-restore-'));
  const file = join(root, 'backup.db');
  const opened: RevisionLog[] = [];
  let folder = join(root, 'first');

  const open = (): RevisionLog => {
    const log = createSqliteLog({ folder });
    opened.push(log);
    return log;
  };

  return {
    log: open(),
    file,
    backup: () => backupLog({ folder, file, force: true }),
    /** As if on another machine. */
    restore: (): RevisionLog => {
      folder = join(root, `restored-${opened.length}`);
      restoreLog({ folder, file });
      return open();
    },
    remove: async () => {
      for (const log of opened) await log.close();
      rmSync(root, { recursive: true });
    },
  };
};

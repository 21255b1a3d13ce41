/** Where something may have happened, as chokidar says. Hints only: each is looked into, and a missed one is found by the next scan. */
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import { isInside, rootOf } from './look.ts';
import { isForeign, parseName } from './names.ts';

export type HintsOptions = {
  folder: string;
  onFile: (file: string) => void;
  /** Something that may concern any file: a folder came or went, a hidden entry moved that links may lead through. */
  onFolder: (cause: 'folder' | 'hidden') => void;
  /** The system gives no more watches; from then on there are no hints. Called at most once. */
  onLimit: (reason: string) => void;
};

const limits: Record<string, string> = {
  ENOSPC: 'the limit of inotify watches is reached (raise fs.inotify.max_user_watches)',
  EMFILE: 'the limit of open files or inotify instances is reached (raise it with ulimit -n, or fs.inotify.max_user_instances)',
};

/** Hints flow after the first `renew`. */
export const createHints = ({ folder, onFile, onFolder, onLimit }: HintsOptions) => {
  let watcher: FSWatcher | undefined;
  let root: string | undefined;
  let isPolling = false;
  let isClosed = false;
  /** Folders and links that were seen. What is gone from its folder, was none of them and is no story by its name was made and renamed by a save: chokidar would read the whole folder because of it. */
  const lasting = new Set<string>();
  const fileOf = (path: string): string => relative(folder, path).split(sep).join('/');

  const isIgnored = (path: string, stats?: Stats): boolean => {
    const file = fileOf(path);
    if (file === '') return false;
    if (file.split('/').some(isForeign)) return true;
    if (stats && !stats.isFile()) lasting.add(path);
    if (stats?.isSymbolicLink()) return leadsOut(folder, path);
    if (stats?.isDirectory() || parseName(file).kind !== 'ignored') return false;
    return stats ? stats.isFile() : !lasting.has(path) && isGone(path) && !isGone(dirname(path));
  };

  const fail = (error: unknown): void => {
    const reason = error instanceof Error && 'code' in error ? limits[String(error.code)] : undefined;
    if (reason === undefined) return onFolder('folder');
    if (isPolling) return;
    isPolling = true;
    onLimit(reason);
  };

  const open = async (): Promise<void> => {
    lasting.clear();
    const opened = watch(folder, { atomic: false, ignoreInitial: true, followSymlinks: true, ignored: isIgnored });
    watcher = opened;
    opened.on('all', (event, path) => (event === 'addDir' || event === 'unlinkDir' ? onFolder('folder') : onFile(fileOf(path))));
    // chokidar says nothing of what it ignores, and has no other event for it.
    opened.on('raw', (_event, path) => (typeof path === 'string' && path.startsWith('.') ? onFolder('hidden') : undefined));
    opened.on('error', fail);
    await new Promise<void>((resolve) => opened.once('ready', () => resolve()));
  };

  return {
    /** Watches the folder that is there now, if it is another one than that watched. Resolves when it is watched, or cannot be. */
    renew: async (): Promise<void> => {
      const found = isPolling ? root : await rootOf(folder);
      if (found !== undefined && found !== root && !isClosed) {
        root = found;
        await watcher?.close();
        if (!isClosed) await open();
      }
      if (isPolling) await watcher?.close();
    },
    isPolling: (): boolean => isPolling,
    close: async (): Promise<void> => {
      isClosed = true;
      await watcher?.close();
    },
  };
};

/** Not where nobody can tell. */
const isGone = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
};

const leadsOut = (folder: string, path: string): boolean => {
  try {
    return !isInside(realpathSync(folder), realpathSync(path));
  } catch {
    return false;
  }
};

/** The file of webhooks, read at the start and again whenever it has changed. */
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { UsageError } from '../config.ts';
import type { Answer, WebhookWish } from '../control.ts';
import type { WebhookStatus } from '../webhooks.ts';
import { parseHooks, type Hook } from './config.ts';
import { createDispatch, type Dispatch, type DispatchOptions } from './dispatch.ts';

type Environment = Record<string, string | undefined>;

/** The webhooks of a server; none without a file. Throws `UsageError` where the file cannot be read, or says something that cannot be meant. */
export const createWebhooks = (file: string | undefined, env: Environment) => {
  const hooks = file === undefined ? [] : readHooks(file, env);
  let dispatch: Dispatch | undefined;
  let unwatch: (() => void) | undefined;
  let closed: Promise<void> | undefined;

  /** A new version that is wrong changes nothing. */
  const reload = async (file: string, { say, complain }: DispatchOptions['terminal']): Promise<void> => {
    try {
      const next = readHooks(file, env);
      await dispatch?.change(next);
      say(`${file} has changed: ${next.length === 1 ? '1 webhook' : `${next.length} webhooks`}`);
    } catch (error) {
      complain(`${error instanceof Error ? error.message : String(error)}\n${file} is not used as it is now: the webhooks stay as they were`);
    }
  };

  const end = async (): Promise<void> => {
    unwatch?.();
    const ending = dispatch;
    dispatch = undefined; // nothing more is asked of it
    await ending?.close();
  };

  return {
    /** Begins to tell them, and to look for changes of the file. Throws `UsageError` where the queues cannot be opened. */
    begin: (options: Omit<DispatchOptions, 'hooks'>): void => {
      if (file === undefined) return;
      dispatch = createDispatch({ ...options, hooks });
      unwatch = watchHooks(file, () => void reload(file, options.terminal));
    },

    /** In the order of the file. */
    list: (): WebhookStatus[] => dispatch?.list() ?? [],

    /** Does what an operator's command asks for. */
    fulfil: async (wish: WebhookWish): Promise<Answer> => dispatch?.fulfil(wish) ?? { done: false, message: 'this server has no webhooks: start it with --webhooks FILE' },

    /** Waits a little for answers that are under way. May be called twice. */
    close: (): Promise<void> => (closed ??= end()),
  };
};

const readHooks = (file: string, env: Environment): Hook[] => parseHooks(readText(file), { file, env });

const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`the file of webhooks ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};

/** ms between two looks at the file: at its status, which also works on network disks and through links */
const lookMs = 1_000;
/** ms that it must stand still: an editor may write it in two steps */
const settleMs = 300;

/** Calls back when the file has changed and stands still. Returns what ends it. */
const watchHooks = (file: string, changed: () => void): (() => void) => {
  let settling: NodeJS.Timeout | undefined;
  const look = (): void => {
    clearTimeout(settling);
    settling = setTimeout(changed, settleMs);
  };
  watchFile(file, { interval: lookMs }, look);
  return () => {
    clearTimeout(settling);
    unwatchFile(file, look);
  };
};

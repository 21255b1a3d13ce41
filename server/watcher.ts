/**
 * Which story file settled into which text. Knows editors' saving habits and nothing about stories.
 *
 * chokidar only hints at where to look; what is true is read from the disk, and everything is looked through every few seconds, so that a lost hint costs time
 * and never a save.
 */
import { resolve } from 'node:path';
import { createAlarm } from './watcher/alarm.ts';
import { createClaims } from './watcher/claims.ts';
import type { KnownStory, WatchEvent } from './watcher/events.ts';
import { createFollower } from './watcher/follow.ts';
import { createHints } from './watcher/hints.ts';
import { createLedger } from './watcher/ledger.ts';
import { rootOf } from './watcher/look.ts';
import { createProblems } from './watcher/problems.ts';
import { createScanner } from './watcher/scan.ts';

export type { KnownStory, WatchEvent } from './watcher/events.ts';

export type WatcherOptions = {
  folder: string;
  /** ms that a doubtful save must stand still before it is believed */
  settleMs: number;
  /** ms that a story may be without a file before it is told as gone */
  withdrawAfterMs: number;
  /** bytes of a file that may be read */
  maxBytes: number;
  /** ms between two looks through the whole folder, for what was not hinted at; default 5,000 */
  rescanMs?: number;
  /** What had been published before this start. */
  known: KnownStory[];
  /** Called in the order in which things are found; it must not throw, nor change the bytes. */
  onEvent: (event: WatchEvent) => void;
};

export type Watcher = {
  /** Whether something may be told at once: a file is being looked at, or only has to be seen once more. */
  isLooking: () => boolean;
  /** No event follows once this was called. Resolves when nothing is read any more. May be called twice. */
  close: () => Promise<void>;
};

export class StoryFolderError extends Error {
  override name = 'StoryFolderError';
  readonly folder: string;
  constructor(folder: string) {
    super(`there is no folder at ${folder}`);
    this.folder = folder;
  }
}

/** ms between two looks through the folder where the system gives no watches */
const pollingMs = 500;
/** ms in which hints at folders are gathered */
const gatherMs = 10;

/**
 * Watches a folder of story files. When it resolves, every text that could be believed at once has been told.
 * Rejects with a `StoryFolderError` where there is no folder to watch; later it may come and go.
 */
export const createWatcher = async ({ settleMs, withdrawAfterMs, rescanMs = 5_000, ...options }: WatcherOptions): Promise<Watcher> => {
  const folder = resolve(options.folder);
  const { maxBytes, known } = options;
  if ((await rootOf(folder)) === undefined) throw new StoryFolderError(folder);

  let phase: 'starting' | 'running' | 'closed' = 'starting';
  const isClosed = (): boolean => phase === 'closed';
  const emit = (event: WatchEvent): void => {
    if (!isClosed()) options.onEvent(event);
  };

  const ledger = createLedger(known, performance.now(), emit);
  const problems = createProblems(emit);
  const moveAfterMs = (): number => (phase === 'starting' ? 0 : Math.min(settleMs, withdrawAfterMs / 2));
  const follower = createFollower({ folder, maxBytes, settleMs, moveAfterMs, ledger, claims: createClaims(emit), problems, onLoss: () => awaitReturn() });
  const scan = createScanner({ folder, follower, problems });

  const grace = createAlarm();
  const awaitReturn = (): void => {
    const since = ledger.firstAbsence();
    if (since !== undefined && !isClosed()) grace.set(giveUp, Math.max(0, since + withdrawAfterMs - performance.now()));
  };
  const giveUp = async (): Promise<void> => {
    await scan();
    ledger.withdraw(performance.now() - withdrawAfterMs, (await rootOf(folder)) !== undefined);
    awaitReturn();
  };

  const gather = createAlarm();
  const scanSoon = (): void => {
    if (!isClosed()) gather.set(scan, gatherMs);
  };
  const hints = createHints({
    folder,
    // A new file may come with another of the same slug, and the two are found together only by a scan.
    onFile: (file) => (follower.follows(file) ? void follower.attend(file) : scanSoon()),
    onFolder: (cause) => {
      if (cause === 'folder' || follower.hasLinks()) scanSoon();
    },
    onLimit: (reason) => emit({ kind: 'polling', reason }),
  });

  const patrol = createAlarm();
  const patrolOn = (): void => {
    if (!isClosed()) patrol.set(lookThrough, hints.isPolling() ? Math.min(pollingMs, rescanMs) : rescanMs);
  };
  const lookThrough = async (): Promise<void> => {
    await hints.renew();
    await scan();
    patrolOn();
  };

  await hints.renew();
  await scan();
  // A folder that may not be entered hides its stories: they are looked for by name, and not taken for gone.
  await Promise.all(ledger.missing().map((slug) => follower.seek(slug)));
  phase = 'running';
  awaitReturn();
  patrolOn();

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    phase = 'closed';
    for (const alarm of [grace, gather, patrol]) alarm.clear();
    await Promise.all([hints.close(), follower.close()]);
  };
  return { isLooking: follower.isLooking, close: () => (closing ??= close()) };
};

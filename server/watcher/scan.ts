/** Looks through the whole folder for what no hint has told of: two `stat` a file, and a look at each that is not as it was. */
import type { Follower } from './follow.ts';
import { glance } from './look.ts';
import type { Problems } from './problems.ts';
import { walk } from './walk.ts';

/** files looked at together */
const batch = 16;

const inBatches = async (files: string[], task: (file: string) => Promise<void>): Promise<void> => {
  for (let i = 0; i < files.length; i += batch) await Promise.all(files.slice(i, i + batch).map(task));
};

export type ScannerOptions = { folder: string; follower: Follower; problems: Problems };

/** Returns what scans. Calls that come during a scan share the one that follows it. */
export const createScanner = ({ folder, follower, problems }: ScannerOptions): (() => Promise<void>) => {
  let unlisted = new Map<string, string>();
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  /** Does not look at the file, but lets it stand for its slug: one of two files with one slug must not be told before the other is found. */
  const announce = async (file: string): Promise<void> => {
    if ((await glance(folder, file)) !== undefined) await follower.announce(file);
  };

  const visit = async (file: string): Promise<void> => {
    if (!follower.isSettled(file, await glance(folder, file))) await follower.attend(file);
  };

  const scan = async (): Promise<void> => {
    const listing = await walk(folder);
    for (const [file, reason] of listing.unlisted) problems.tell(file, reason);
    for (const file of unlisted.keys()) if (!listing.unlisted.has(file)) problems.clear(file);
    unlisted = listing.unlisted;
    const files = [...new Set([...follower.files(), ...listing.files])];
    await inBatches(listing.files, announce);
    await inBatches(files, visit);
  };

  const start = (): Promise<void> =>
    (current = scan().finally(() => {
      current = undefined;
    }));

  const startNext = (): Promise<void> => {
    next = undefined;
    return start();
  };

  return () => (current ? (next ??= current.then(startNext)) : start());
};

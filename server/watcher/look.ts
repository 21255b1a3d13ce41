/** One look at one file: the only place that reads stories from the disk. */
import type { BigIntStats } from 'node:fs';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, parse, sep } from 'node:path';

/** What one look has read; `changedAt` is when this text came to stand there, in ms since 1970. Two looks with the same version have seen the same inode, size and times. */
export type Text = { kind: 'text'; bytes: Uint8Array; fileHash: string; version: string; identity: string | undefined; linked: boolean; mtimeMs: number; changedAt: number };
export type Look =
  | { kind: 'absent' }
  /** It was written to while it was read. */
  | { kind: 'torn' }
  | { kind: 'refused'; reason: string }
  | Text;

const reasons: Record<string, string> = {
  EACCES: 'this may not be read: permission denied',
  EPERM: 'this may not be read: permission denied',
  EISDIR: 'this is a folder: a story is a file',
  ELOOP: 'this is a link that leads to itself',
};

export const outward = 'this is a link out of the story folder, which is not followed';

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error));

/** Nothing is there, or else why what is there cannot be read. */
export const failure = (error: unknown): { kind: 'absent' } | { kind: 'refused'; reason: string } => {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
  return { kind: 'refused', reason: reasons[code] ?? `this could not be read (${code})` };
};

export const isInside = (root: string, path: string): boolean => path.startsWith(root.endsWith(sep) ? root : root + sep);

const versionOf = (stats: BigIntStats): string => [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join('.');

/** Survives a rename, and is not inherited by the next file to get the same inode number, as that number alone would be on ext4. */
const identityOf = (stats: BigIntStats): string | undefined =>
  stats.birthtimeNs > 0n ? [stats.dev, stats.ino, stats.birthtimeNs].join('.') : undefined;

/** Why what is there is no story, by its kind and size alone. */
export const refusalOf = (stats: BigIntStats, maxBytes: number): string | undefined => {
  if (stats.isDirectory()) return reasons.EISDIR;
  if (!stats.isFile()) return 'this is not a regular file';
  return stats.size > maxBytes ? `this has ${stats.size} bytes, more than the ${maxBytes} that a story may have: split it` : undefined;
};

// Not blocking, because opening a pipe would wait for its writer; not following, because the path is already resolved.
const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** More links than any system follows. */
const maxSteps = 1_000;

/** When one of the links on the way to a file was last made or swapped: a link that is swapped brings an old file, and its old times, to a new place. */
const relinkedAt = async (folder: string, file: string): Promise<number> => {
  let at = parse(folder).root;
  let latest = 0;
  const steps = join(folder, file).slice(at.length).split(sep);
  for (let taken = 0; steps.length > 0 && taken < maxSteps; taken += 1) {
    const step = join(at, steps.shift() ?? '');
    const stats = await lstat(step);
    if (stats.isSymbolicLink()) {
      latest = Math.max(latest, stats.ctimeMs);
      const target = await readlink(step);
      if (isAbsolute(target)) at = parse(target).root;
      steps.unshift(...target.split(sep));
    } else at = step;
  }
  return latest;
};

const read = async (path: string, linked: boolean, maxBytes: number): Promise<Look> => {
  await using handle = await open(path, flags);
  const before = await handle.stat({ bigint: true });
  const reason = refusalOf(before, maxBytes);
  if (reason !== undefined) return { kind: 'refused', reason };
  const bytes = await handle.readFile();
  const after = await handle.stat({ bigint: true });
  if (versionOf(before) !== versionOf(after) || BigInt(bytes.length) !== after.size) return { kind: 'torn' };
  const fileHash = createHash('sha256').update(bytes).digest('hex');
  const times = { mtimeMs: Number(after.mtimeMs), changedAt: Number(after.ctimeMs) };
  return { kind: 'text', bytes, fileHash, version: versionOf(after), identity: identityOf(after), linked, ...times };
};

/** Reads a file of the folder, whatever it is. Never reads anything that really lies elsewhere. */
export const look = async (folder: string, file: string, maxBytes: number): Promise<Look> => {
  try {
    const [root, path] = await Promise.all([realpath(folder), realpath(join(folder, file))]);
    if (!isInside(root, path)) return { kind: 'refused', reason: outward };
    const seen = await read(path, path !== join(root, file), maxBytes);
    if (seen.kind !== 'text' || path === join(folder, file)) return seen;
    return { ...seen, changedAt: Math.max(seen.changedAt, await relinkedAt(folder, file)) };
  } catch (error) {
    return failure(error);
  }
};

/** The version that a look would see, at the price of one system call; `undefined` where only a look can tell. */
export const glance = async (folder: string, file: string): Promise<string | undefined> => {
  try {
    return versionOf(await stat(join(folder, file), { bigint: true }));
  } catch {
    return undefined;
  }
};

/** What the folder itself is, to tell when another one has taken its place; `undefined` where there is none. */
export const rootOf = async (folder: string): Promise<string | undefined> => {
  try {
    const stats = await stat(folder, { bigint: true });
    return stats.isDirectory() ? [stats.dev, stats.ino, stats.birthtimeNs].join('.') : undefined;
  } catch {
    return undefined;
  }
};

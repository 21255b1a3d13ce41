/** Everything in the folder that is a story by its name. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, isInside, outward } from './look.ts';
import { isForeign, parseName } from './names.ts';

/** `unlisted`: folders that were not entered, and why. */
export type Listing = { files: string[]; unlisted: Map<string, string> };

/** Lists the story files of a folder, in no order, through links that stay inside it. A folder that is not there has none. */
export const walk = async (folder: string): Promise<Listing> => {
  const listing: Listing = { files: [], unlisted: new Map() };

  /** `above`: the real paths of the folders on the way here; a link to one of them would lead in circles. */
  const enter = async (dir: string, above: string[]): Promise<void> => {
    const real = await realpath(join(folder, dir));
    const root = above[0] ?? real;
    if (above.includes(real)) return;
    if (real !== root && !isInside(root, real)) return void listing.unlisted.set(dir, outward);
    for (const entry of await readdir(real, { withFileTypes: true })) await visit(entry, dir === '' ? entry.name : `${dir}/${entry.name}`, [...above, real]);
  };

  const attempt = async (dir: string, above: string[]): Promise<void> => {
    try {
      await enter(dir, above);
    } catch (error) {
      const found = failure(error);
      if (found.kind === 'refused') listing.unlisted.set(dir || '.', found.reason);
    }
  };

  const visit = async (entry: Dirent, file: string, above: string[]): Promise<void> => {
    if (isForeign(entry.name)) return;
    if (parseName(file).kind !== 'ignored') listing.files.push(file);
    else if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(join(folder, file))))) await attempt(file, above);
  };

  await attempt('', []);
  return listing;
};

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
};

/** Which file names are stories, which are none of our business, and which an editor has to be told about. Pure. */

export type Name = { kind: 'story'; slug: string } | { kind: 'refused'; reason: string } | { kind: 'ignored' };

/** Path parts that an address of a story needs for itself. */
const reserved = new Set(['revisions', 'compare', 'diffs', 'events', 'problems', 'embed', 'feed.atom', 'feed.json', 'ninjs']);

const extensions = ['.md', '.txt', '.MD', '.TXT'];
const extension = /\.(?:md|txt|MD|TXT)$/;

/** What is served beside a story: a story with such a name would have the address of a picture. */
const asset = /\.(?:jpg|jpeg|png|gif|webp|avif|svg|mp4|webm|mp3|vtt|pdf)$/i;

/**
 * Names that programs make for themselves. Most temporary and backup files end in something else than a story does
 * (`storm.md~`, `#storm.md#`, `4913`, `storm.md___jb_tmp___`, `lu12ab.tmp`) and need no entry here.
 */
const foreign = [
  /^\./, // hidden files and folders, `.git`, `..data`, `.#storm.md`, `._storm.md`, `.goutputstream-1A2B3C`
  /^node_modules$/,
  /^~\$/, // the lock of an office program
  /\.sb-[0-9a-f]{8}-\w{6}$/, // the folder in which macOS writes before it renames
  /\.sync-conflict-\d{8}-\d{6}/, // Syncthing's copy of the losing side
];

/** Whether one part of a path makes everything at and below it none of our business. */
export const isForeign = (part: string): boolean => foreign.some((pattern) => pattern.test(part));

const isReserved = (part: string): boolean => reserved.has(part) || /\.(?:md|txt)$/i.test(part);

const refusal = (slug: string): string | undefined => {
  if (!slug.isWellFormed() || slug.includes('\uFFFD')) return 'this name is not valid UTF-8: rename the file';
  if (/\p{Cc}/u.test(slug)) return 'this name has a control character in it: rename the file';
  if (slug === '*') return '"*" stands for every story and cannot be the name of one: rename the file';
  if (asset.test(slug)) return `the address of this story would end in "${slug.slice(slug.lastIndexOf('.'))}", like that of a picture or another file beside a story: rename the file`;
  const part = slug.split('/').find(isReserved);
  return part === undefined ? undefined : `"${part}" in this path would stand in the way of other addresses: rename it`;
};

/** What a path, relative to the story folder and with `/`, is by its name alone. */
export const parseName = (file: string): Name => {
  if (!extension.test(file) || file.split('/').some(isForeign)) return { kind: 'ignored' };
  const slug = file.replace(extension, '').normalize('NFC');
  const reason = refusal(slug);
  return reason === undefined ? { kind: 'story', slug } : { kind: 'refused', reason };
};

/** The names that the file of a story may have. */
export const fileNames = (slug: string): string[] => extensions.map((end) => slug + end);

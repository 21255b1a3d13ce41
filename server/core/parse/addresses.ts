/** Where links and pictures of a story may lead, and how they are written so that they mean the same on every page. */

/** A `link` is followed by the reader, a `source` is loaded by the page. */
export type Use = 'link' | 'source';

const scheme = /^[a-z][a-z0-9+.-]*:/i;
const parts = /^([^?#]*)(\?[^#]*)?(#[^]*)?$/;

/** The prefix of section ids in the page, so that no content can shadow the page's own. */
const idPrefix = 's-';

/**
 * The address as it may be published, or `undefined` where it may not. http, https, root-relative and, for links, mailto, tel and `//host`
 * stay as they are; what is relative to the story's file becomes root-relative (`photo.jpg`, `#section`, `other.md#section`).
 * Nothing climbs above `/stories/`.
 */
export const safeAddress = (address: string, use: Use, story: string): string | undefined => {
  // Browsers ignore tabs and line ends in an address, and read a backslash in its path as a slash.
  const plain = address.replace(/[\t\n\r]/g, '').trim();
  // oxlint-disable-next-line no-control-regex -- an address with one is never meant
  if (plain === '' || /[\0-\x1f\x7f]/.test(plain)) return undefined;
  if (scheme.test(plain)) return isAllowedAbsolute(plain, use) ? plain : undefined;
  const slashed = plain.replace(/^[^?#]+/, (path) => path.replaceAll('\\', '/'));
  if (slashed.startsWith('//')) return use === 'link' ? slashed : undefined;
  return slashed.startsWith('/') ? slashed : rootRelative(slashed, use, story);
};

const isAllowedAbsolute = (address: string, use: Use): boolean =>
  /^https?:\/\/[^/?#\\]/i.test(address) || (use === 'link' && /^(?:mailto|tel):/i.test(address));

const rootRelative = (address: string, use: Use, story: string): string | undefined => {
  const [, path = '', query = '', fragment = ''] = parts.exec(address) ?? [];
  const folders = story.toWellFormed().split('/').map(encodeURIComponent);
  const segments = path === '' ? folders : resolve(folders.slice(0, -1), path.split('/'));
  if (!segments) return undefined;
  const file = segments.at(-1) ?? '';
  const target = `/stories/${segments.join('/').replace(use === 'link' ? /\.(?:md|txt)$/i : /$^/, '')}`;
  const toStory = path === '' || /\.(?:md|txt)$/i.test(file) || !file.includes('.');
  return target + query + (toStory && fragment.length > 1 ? `#${idPrefix}${fragment.slice(1)}` : fragment);
};

/** The folders that a relative path leads to, or `undefined` where it climbs above the top one. `%2e` is a dot to browsers. */
const resolve = (base: readonly string[], path: readonly string[]): string[] | undefined => {
  const result = [...base];
  for (const segment of path) {
    const name = segment.replace(/%2e/gi, '.');
    if (name === '..') {
      if (result.pop() === undefined) return undefined;
    } else if (name !== '.' && name !== '') result.push(segment);
  }
  return result;
};

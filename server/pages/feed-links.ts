/** Where feed readers find the feeds of a page. */
import { escapeHtml } from '../core/render.ts';

/** `path` is that of the page; empty for the list of stories. */
export const feedLinks = (path: string, title: string): string =>
  [['application/atom+xml', 'feed.atom'], ['application/feed+json', 'feed.json']]
    .map(([type, file]) => `<link rel="alternate" type="${type}" href="${path}/${file}" title="${escapeHtml(title)}">`)
    .join('\n');

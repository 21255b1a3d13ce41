/** A feed as JSON Feed 1.1. It has no word for entries that are gone: they are simply left out. */
import type { Feed, Links } from '../feeds.ts';
import type { Entry } from './entry.ts';
import { wellFormedJson } from './well-formed.ts';

export const renderJsonFeed = (feed: Feed, { self, next, hub }: Links): string =>
  wellFormedJson({
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.home,
    feed_url: self,
    description: feed.description,
    ...(next !== undefined && { next_url: next }),
    language: feed.lang,
    authors: [{ name: feed.publisher }],
    ...(hub !== undefined && { hubs: [{ type: 'WebSub', url: hub }] }),
    items: feed.entries.map(itemOf),
  });

const itemOf = ({ id, url, title, summary, html, lang, at, authors, change }: Entry) => ({
  id,
  url,
  title,
  summary,
  content_html: html,
  date_published: at,
  date_modified: at,
  ...(authors.length > 0 && { authors: authors.map((name) => ({ name })) }),
  tags: [change],
  language: lang,
});

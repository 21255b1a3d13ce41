/** A feed as Atom (RFC 4287), with tombstones (RFC 6721), further pages (RFC 5005) and a hub (WebSub). */
import type { Feed, Links, Tombstone } from '../feeds.ts';
import type { Entry } from './entry.ts';
import { element, renderXml, type Element } from './xml.ts';

export const renderAtom = (feed: Feed, { self, next, hub }: Links): string =>
  renderXml(
    element(
      'feed',
      { xmlns: 'http://www.w3.org/2005/Atom', 'xmlns:at': 'http://purl.org/atompub/tombstones/1.0', 'xml:lang': feed.lang },
      element('id', {}, feed.id),
      element('title', {}, feed.title),
      element('subtitle', {}, feed.description),
      element('updated', {}, feed.updated),
      author(feed.publisher),
      element('link', { rel: 'self', type: 'application/atom+xml', href: self }),
      element('link', { rel: 'alternate', type: 'text/html', href: feed.home }),
      ...(next === undefined ? [] : [element('link', { rel: 'next', type: 'application/atom+xml', href: next })]),
      ...(hub === undefined ? [] : [element('link', { rel: 'hub', href: hub })]),
      ...feed.entries.map(entryElement),
      ...feed.tombstones.map(tombstoneElement),
    ),
  );

const author = (name: string): Element => element('author', {}, element('name', {}, name));

const entryElement = ({ id, url, story, title, summary, html, lang, at, authors, change, label }: Entry): Element =>
  element(
    'entry',
    { 'xml:lang': lang },
    element('id', {}, id),
    element('title', {}, title),
    element('published', {}, at),
    element('updated', {}, at),
    ...authors.map(author),
    element('link', { rel: 'alternate', type: 'text/html', href: url }),
    ...(url === story ? [] : [element('link', { rel: 'related', type: 'text/html', href: story })]),
    element('category', { term: change, label }),
    element('summary', {}, summary),
    element('content', { type: 'html' }, html),
  );

const tombstoneElement = ({ id, at }: Tombstone): Element => element('at:deleted-entry', { ref: id, when: at });

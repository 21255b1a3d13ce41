/** The sitemap for search engines (sitemaps.org): every published story with the time of its last change, in parts where there are many. */
import type { Time } from '../core/story.ts';
import { element, renderXml } from './xml.ts';

/** addresses in one part, as the protocol allows */
export const maxAddresses = 50_000;

const xmlns = 'http://www.sitemaps.org/schemas/sitemap/0.9';

/** A page by its path; `updated` is when readers last saw something change. */
export type Listed = { path: string; updated?: Time };

/** One part where everything stands in `/sitemap.xml`. */
export const partsOf = (pages: readonly Listed[], limit = maxAddresses): Listed[][] => {
  // By name, so that a page stays in its part whatever changes.
  const sorted = pages.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return Array.from({ length: Math.ceil(sorted.length / limit) }, (_, index) => sorted.slice(index * limit, (index + 1) * limit));
};

export const renderSitemap = (pages: readonly Listed[], origin: string): string =>
  renderXml(element('urlset', { xmlns }, ...pages.map(({ path, updated }) => dated('url', origin + path, updated))));

/** Names the parts: `/sitemap-1.xml` and on. */
export const renderSitemapIndex = (parts: readonly Listed[][], origin: string): string =>
  renderXml(element('sitemapindex', { xmlns }, ...parts.map((part, index) => dated('sitemap', `${origin}/sitemap-${index + 1}.xml`, latest(part)))));

const dated = (name: string, address: string, at: Time | undefined) => element(name, {}, element('loc', {}, address), ...(at === undefined ? [] : [element('lastmod', {}, at)]));

const latest = (pages: readonly Listed[]): Time | undefined =>
  pages.reduce<Time | undefined>((last, { updated }) => (updated !== undefined && updated > (last ?? '') ? updated : last), undefined);

/** What a page looks like where its address is shared: Open Graph, and what else is asked for beside it. */
import { picturesIn, type Picture } from '../core/pictures.ts';
import { escapeHtml } from '../core/render.ts';
import type { Meta, Section } from '../core/story.ts';

export type Card = {
  title: string;
  description: string;
  /** BCP 47 */
  lang: string;
  /** The whole address, with host. */
  url: string;
  site: string;
  story?: { meta: Meta; sections: Section[]; origin: string };
};

/** The card's elements for a page's head, one a line. */
export const renderCard = ({ title, description, lang, url, site, story }: Card): string[] => [
  property('og:site_name', site),
  property('og:type', story ? 'article' : 'website'),
  property('og:title', title),
  property('og:description', description),
  property('og:url', url),
  property('og:locale', localeOf(lang)),
  ...(story ? articleOf(story) : [named('twitter:card', 'summary')]),
];

const property = (name: string, content: string): string => `<meta property="${name}" content="${escapeHtml(content)}">`;
const named = (name: string, content: string): string => `<meta name="${name}" content="${escapeHtml(content)}">`;

const articleOf = ({ meta, sections, origin }: NonNullable<Card['story']>): string[] => {
  const picture = origin === '' ? undefined : sections.flatMap(({ blocks }) => picturesIn(blocks)).find(({ src }) => isShareable(src));
  return [
    ...meta.authors.map((author) => named('author', author)),
    property('article:published_time', meta.published),
    property('article:modified_time', meta.updated),
    ...(picture ? imageOf(picture, origin) : []),
    named('twitter:card', picture ? 'summary_large_image' : 'summary'),
  ];
};

/** Those who show cards draw no vectors, and few of them the newest formats. */
const isShareable = (src: string): boolean => /\.(?:jpe?g|png|gif|webp)(?:[?#]|$)/i.test(src);

const imageOf = ({ src, alt, width, height }: Picture, origin: string): string[] => [
  property('og:image', src.startsWith('/') ? origin + src : src),
  ...(width !== undefined && height !== undefined ? [property('og:image:width', String(width)), property('og:image:height', String(height))] : []),
  ...(alt === '' ? [] : [property('og:image:alt', alt)]),
];

/** `sv` -> `sv_SE`: the format wants a country, so a language stands for the largest that speaks it. */
const localeOf = (lang: string): string => {
  try {
    const { language, region } = new Intl.Locale(lang).maximize();
    return region === undefined ? language : `${language}_${region}`;
  } catch {
    return lang;
  }
};

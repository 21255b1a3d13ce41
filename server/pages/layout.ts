/** What every page has around its content. */
import { clientTexts, textsFor } from '../core/languages.ts';
import type { Texts } from '../core/languages/texts.ts';
import { escapeHtml, ownLang } from '../core/render.ts';
import { renderCard, type Card } from './card.ts';
import { style } from './style.ts';

export type ScriptName = 'story' | 'index' | 'walk' | 'frame';

/** What pages need to know of the site that serves them. */
export type Site = {
  /** BCP 47: what pages speak that belong to no story. */
  lang: string;
  /** The address of a browser script. */
  script: (name: ScriptName) => string;
};

export type Page = {
  lang: string;
  dir: 'ltr' | 'rtl';
  title: string;
  description?: string;
  /** The whole address, with host, that search engines should keep. */
  canonical?: string;
  noindex?: true;
  /** Shown in a frame of another page: without what leads around the site. */
  framed?: true;
  /** More of `<head>`, as HTML. */
  head?: string;
  /** How it looks where it is shared; only what has a canonical address does. */
  card?: Pick<Card, 'title' | 'story'>;
  /** Addresses of the pages before and after this one, in a walk through a story's past. */
  prev?: string;
  next?: string;
  /** From `<main>` on. */
  body: string;
  /** The script that keeps the page up to date. */
  script?: 'story' | 'index';
};

export const siteName = 'Stop Press';

/** A whole document. All but `head` and `body` is escaped here. */
export const renderPage = (site: Site, page: Page): string => {
  const texts = textsFor(page.lang);
  const own = ownLang(texts, page.lang);
  return `<!doctype html>
<html lang="${escapeHtml(page.lang)}" dir="${page.dir}">
<head>
<meta charset="utf-8">
<title>${escapeHtml(page.title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
${headLinks(page)}${shareCard(page)}
</head>
<body>
${page.framed ? '' : masthead(texts, own)}<div id="content" tabindex="-1">
${page.body}
</div>
${page.script === undefined ? '' : live(site, page.script, texts, own)}</body>
</html>
`;
};

const masthead = (texts: Texts, own: string): string =>
  `<a class="skip" href="#content"${own}>${escapeHtml(texts.pages.skip)}</a>
<header class="masthead"><a class="brand" href="/" lang="en">${siteName}</a></header>
`;

const headLinks = ({ description, canonical, noindex, prev, next, head }: Page): string =>
  [
    ...(description ? [`<meta name="description" content="${escapeHtml(description)}">`] : []),
    ...(noindex ? ['<meta name="robots" content="noindex">'] : []),
    ...(canonical === undefined ? [] : [`<link rel="canonical" href="${escapeHtml(canonical)}">`]),
    ...(prev === undefined ? [] : [`<link rel="prev" href="${escapeHtml(prev)}">`]),
    ...(next === undefined ? [] : [`<link rel="next" href="${escapeHtml(next)}">`]),
    '<meta name="color-scheme" content="light dark">',
    '<meta name="theme-color" media="(prefers-color-scheme: light)" content="#fdfcf9">',
    '<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#16171a">',
    '<link rel="icon" type="image/svg+xml" href="/favicon.svg">',
    `<style>${style}</style>`,
    ...(head === undefined ? [] : [head]),
  ].join('\n');

const shareCard = ({ card, canonical, description = '', lang }: Page): string =>
  card && canonical !== undefined ? `\n${renderCard({ ...card, description, lang, url: canonical, site: siteName }).join('\n')}` : '';

/** What the script needs: where to announce, where to say that the line is down, and its texts. */
const live = (site: Site, script: 'story' | 'index', texts: Texts, own: string): string =>
  `<div id="announcer" role="status" aria-live="polite" class="visually-hidden"${own}></div>
<p id="connection" class="connection"${own} hidden></p>
<script type="application/json" id="texts">${json(clientTexts(texts))}</script>
<script type="module" src="${escapeHtml(site.script(script))}"></script>
`;

/** JSON that nothing in it can end a `<script>`. */
const json = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

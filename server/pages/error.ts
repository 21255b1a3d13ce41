/** What people see where a story is not. */
import { textsFor } from '../core/languages.ts';
import type { Texts } from '../core/languages/texts.ts';
import { escapeHtml, ownLang } from '../core/render.ts';
import { renderPage, siteName, type Site } from './layout.ts';

/** A page that says what failed, in the language of the story where there is one, else of the site. */
export const renderError = (site: Site, failure: keyof Texts['pages']['errors'], lang = site.lang): string => {
  const { pages, ...texts } = textsFor(lang);
  const { title, text } = pages.errors[failure];
  const own = ownLang(texts, lang);
  return renderPage(site, {
    lang: own === '' ? lang : texts.lang,
    dir: texts.dir,
    title: `${title} – ${siteName}`,
    noindex: true,
    body: `<main class="message"><h1 class="headline">${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p><p><a href="/">${escapeHtml(pages.toStories)}</a></p></main>`,
  });
};

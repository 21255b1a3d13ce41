/** A story's page as it is now. */
import { textsFor } from '../core/languages.ts';
import type { Texts } from '../core/languages/texts.ts';
import { escapeHtml, excerptOf, ownLang, renderContents, renderCorrections, renderHeader, renderSection, storyPath } from '../core/render.ts';
import type { Position, State } from '../core/story.ts';
import type { Update } from '../feeds/updates.ts';
import { renderChangeBar } from './change-bar.ts';
import { feedLinks } from './feed-links.ts';
import { renderPage, siteName, type Page, type Site } from './layout.ts';
import { renderStructuredData, structuredData } from './structured-data.ts';

/** The live page. `position` is the place in the log from which its script goes on; `updates` are what search engines are told of its history. */
export const renderStory = (site: Site, state: State, { position, origin, updates = [] }: { position: Position; origin: string; updates?: Update[] }): string => {
  const texts = textsFor(state.meta.lang);
  const path = storyPath(state.story);
  return renderPage(site, {
    ...storyPage(state, texts),
    canonical: origin + path,
    head: `${feedLinks(path, state.meta.headline)}\n${renderStructuredData(structuredData(state, updates, origin))}`,
    card: { title: state.meta.headline, story: { ...state, origin } },
    script: 'story',
    body:
      `${renderMain(state, position, texts)}\n` +
      `<nav class="after"${ownLang(texts, state.meta.lang)} aria-label="${siteName}"><a href="${path}/revisions">${escapeHtml(texts.pages.history)}</a> <a href="/">${escapeHtml(texts.pages.toStories)}</a></nav>\n${renderChangeBar(texts, state.meta.lang)}`,
  });
};

/** The story as its script keeps it up to date from `position` on. */
export const renderMain = (state: State, position: Position, texts: Texts): string =>
  `<main id="story" data-story="${escapeHtml(state.story)}" data-position="${position}" data-revision="${state.revision}">${renderArticle(state, texts)}` +
  `<p id="notice" class="notice"${ownLang(texts, state.meta.lang)} hidden></p></main>`;

/** What every page that shows the story's text says of it. */
export const storyPage = (state: State, texts: Texts): Omit<Page, 'body'> => {
  const { headline, lang, dir } = state.meta;
  return { lang, dir, title: `${headline} – ${siteName}`, description: excerptOf(state.sections, 160) || headline || texts.pages.latest };
};

/** The story's text from its head to its corrections. */
export const renderArticle = ({ meta, sections }: State, texts: Texts): string =>
  `<article>\n${renderHeader(sections, meta, texts)}\n${renderContents(sections, meta, texts)}\n<div id="sections">\n${sections.map((section) => renderSection(section, meta, texts)).join('\n')}\n</div>\n${renderCorrections(meta, texts)}\n</article>`;

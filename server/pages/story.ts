/** A story's page, as it is now and as it was. */
import { textsFor } from '../core/languages.ts';
import type { Texts } from '../core/languages/texts.ts';
import { escapeHtml, excerptOf, fillHtml, ownLang, renderContents, renderCorrections, renderHeader, renderSection, renderTime, storyPath } from '../core/render.ts';
import type { Position, State } from '../core/story.ts';
import type { Summary } from '../revision-log.ts';
import { renderChangeBar } from './change-bar.ts';
import { renderPage, siteName, type Page, type Site } from './layout.ts';

/** The live page. `position` is the place in the log from which its script goes on. */
export const renderStory = (site: Site, state: State, { position, origin }: { position: Position; origin: string }): string => {
  const texts = textsFor(state.meta.lang);
  const path = storyPath(state.story);
  return renderPage(site, {
    ...storyPage(state, texts),
    canonical: origin + path,
    script: 'story',
    body:
      `<main id="story" data-story="${escapeHtml(state.story)}" data-position="${position}" data-revision="${state.revision}">${renderArticle(state, texts)}` +
      `<p id="notice" class="notice"${ownLang(texts, state.meta.lang)} hidden></p></main>\n` +
      `<nav class="after"${ownLang(texts, state.meta.lang)} aria-label="${siteName}"><a href="${path}/revisions">${escapeHtml(texts.pages.history)}</a> <a href="/">${escapeHtml(texts.pages.toStories)}</a></nav>\n${renderChangeBar(texts, state.meta.lang)}`,
  });
};

/** A page of the past, labelled as such. `newest` is the number of the current revision. */
export const renderRevision = (site: Site, state: State, { summary, newest, origin }: { summary: Summary; newest: number; origin: string }): string => {
  const texts = textsFor(state.meta.lang);
  const path = storyPath(state.story);
  return renderPage(site, {
    ...storyPage(state, texts),
    canonical: origin + path,
    noindex: true,
    body:
      `<main class="past"><div class="notice"${ownLang(texts, state.meta.lang)}><p>${fillHtml(texts.pages.asItWas, { n: String(state.revision), time: renderTime(summary.at, texts) })}</p>` +
      `<p><a href="${path}">${escapeHtml(texts.pages.readCurrent)}</a></p></div>\n` +
      `${renderArticle(state, texts)}</main>\n${neighbours(path, state, newest, texts)}`,
  });
};

const storyPage = (state: State, texts: Texts): Omit<Page, 'body'> => {
  const { headline, lang, dir } = state.meta;
  return { lang, dir, title: `${headline} – ${siteName}`, description: excerptOf(state.sections, 160) || headline || texts.pages.latest };
};

const renderArticle = ({ meta, sections }: State, texts: Texts): string =>
  `<article>\n${renderHeader(meta, texts)}\n${renderContents(sections, meta, texts)}\n<div id="sections">\n${sections.map((section) => renderSection(section, meta, texts)).join('\n')}\n</div>\n${renderCorrections(meta, texts)}\n</article>`;

const neighbours = (path: string, { revision, meta }: State, newest: number, { pages, ...texts }: Texts): string => {
  const link = (address: string, text: string) => `<a href="${path}/${address}">${escapeHtml(text)}</a>`;
  const links = [
    ...(revision > 1 ? [link(`revisions/${revision - 1}`, pages.previousRevision), link(`compare/${revision - 1}..${revision}`, pages.compareWithPrevious)] : []),
    ...(revision < newest ? [link(`revisions/${revision + 1}`, pages.nextRevision)] : []),
    link('revisions', pages.history),
  ];
  return `<nav class="after"${ownLang(texts, meta.lang)} aria-label="${escapeHtml(pages.historyTitle)}">${links.join(' ')}</nav>`;
};

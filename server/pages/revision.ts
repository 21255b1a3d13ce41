/** A page of the past: the story as it was, labelled as such, with a way to walk on from there. */
import { textsFor } from '../core/languages.ts';
import { fill, type Texts } from '../core/languages/texts.ts';
import { escapeHtml, fillHtml, ownLang, renderTime, storyPath } from '../core/render.ts';
import type { State } from '../core/story.ts';
import type { Summary } from '../revision-log.ts';
import { renderPage, siteName, type Page, type Site } from './layout.ts';
import type { HistoryEntry } from './revisions.ts';
import { renderArticle, storyPage } from './story.ts';
import { renderWhatChanged } from './what-changed.ts';

/** Where in a story's history a page stands. */
export type Place = {
  revision: number;
  /** The numbers of the nearest revisions that can be read, on either side. */
  previous?: number;
  next?: number;
  /** The number of the current revision. */
  newest: number;
  origin: string;
};

export const renderRevision = (site: Site, state: State, { summary, made, ...place }: Place & HistoryEntry): string => {
  const { meta, story, revision } = state;
  const texts = textsFor(meta.lang);
  const { pages } = texts;
  const path = storyPath(story);
  const own = ownLang(texts, meta.lang);
  const isNow = revision === place.newest;
  const said = fillHtml(isNow ? pages.asItIs : pages.asItWas, { n: String(revision), time: renderTime(summary.at, texts) });
  const changed = made ? renderMade(made, summary, path, texts, meta.lang) : '';
  const since = isNow ? [] : [`<a href="${path}/compare/${revision}..${place.newest}">${escapeHtml(pages.changedSince)}</a>`];
  return renderWalk(site, story, place, {
    ...storyPage(state, texts),
    title: `${fill(pages.revision, { n: String(revision) })}: ${meta.headline} – ${siteName}`,
    canonical: place.origin + path,
    body:
      `<div class="notice"><p${own}>${said}</p>${changed}<p class="links"${own}>${[`<a href="${path}">${escapeHtml(pages.readCurrent)}</a>`, ...since].join(' ')}</p></div>\n` +
      `${renderArticle(state, texts)}`,
  }, renderTime(summary.at, texts));
};

/** A revision whose text has been removed. `state` is the current one: nothing else of the past is told. */
export const renderRedacted = (site: Site, { story, meta }: State, place: Place): string => {
  const texts = textsFor(meta.lang);
  const { title, text } = texts.pages.errors.redacted;
  const own = ownLang(texts, meta.lang);
  return renderWalk(site, story, place, {
    lang: meta.lang,
    dir: meta.dir,
    title: `${title} – ${siteName}`,
    body: `<div class="message"${own}><h1 class="headline">${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p><p><a href="${storyPath(story)}">${escapeHtml(texts.pages.readCurrent)}</a></p></div>`,
  });
};

const renderWalk = (site: Site, story: string, { revision, previous, next, newest }: Place, page: Page, time = ''): string => {
  const texts = textsFor(page.lang);
  const path = storyPath(story);
  const own = ownLang(texts, page.lang);
  const addressOf = (number: number) => `${path}/revisions/${number}`;
  const label = `<strong>${fillHtml(texts.pages.revisionOf, { n: String(revision), count: String(newest) })}</strong> ${time}`;
  return renderPage(site, {
    ...page,
    noindex: true,
    ...(previous !== undefined && { prev: addressOf(previous) }),
    ...(next !== undefined && { next: addressOf(next) }),
    body:
      `<main class="past"><div class="walk"${own}><p id="walk-label">${label}</p>` +
      `<nav id="walk-links" aria-label="${escapeHtml(texts.pages.walk)}">${renderStep(previous, 'prev', texts, addressOf)}${renderStep(next, 'next', texts, addressOf)}</nav>` +
      `${renderSlider(path, revision, newest, texts)}</div>\n<div id="past">${page.body}</div></main>\n` +
      `<nav class="after"${own} aria-label="${escapeHtml(texts.pages.historyTitle)}"><a href="${path}/revisions">${escapeHtml(texts.pages.history)}</a> <a href="${path}">${escapeHtml(texts.pages.backToStory)}</a></nav>` +
      `<script type="module" src="${escapeHtml(site.script('walk'))}"></script>`,
  });
};

/** An arrow; where there is nothing to go to it stays, so that the other one keeps its place. */
const renderStep = (number: number | undefined, rel: 'prev' | 'next', { pages }: Texts, addressOf: (number: number) => string): string => {
  const label = rel === 'prev' ? pages.previousRevision : pages.nextRevision;
  return number === undefined ? `<span class="step ${rel}"></span>` : `<a class="step ${rel}" href="${addressOf(number)}" rel="${rel}" aria-label="${escapeHtml(label)}"></a>`;
};

const renderSlider = (path: string, revision: number, newest: number, { pages }: Texts): string =>
  newest === 1
    ? ''
    : `<form action="${path}/revisions" autocomplete="off"><input type="range" name="n" min="1" max="${newest}" value="${revision}" aria-label="${escapeHtml(pages.walk)}"><button type="submit">${escapeHtml(pages.show)}</button></form>`;

const renderMade = ({ from, what }: NonNullable<HistoryEntry['made']>, { note, revision }: Summary, path: string, texts: Texts, lang: string): string => {
  const address = `${path}/compare/${from}..${revision}`;
  const own = ownLang(texts, lang);
  const said = note === undefined ? '' : `<p class="note">${escapeHtml(note)}</p>`;
  return `<p${own}><a href="${address}">${escapeHtml(texts.pages.compareWithPrevious)}</a></p>${said}${renderWhatChanged(what, address, { texts, lang })}`;
};

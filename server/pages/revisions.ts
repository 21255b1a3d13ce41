/** What changed in a story, and when: one line a revision, newest first. */
import { textsFor } from '../core/languages.ts';
import { sectionCounts, type Texts } from '../core/languages/texts.ts';
import { escapeHtml, fillHtml, ownLang, renderTime, storyPath } from '../core/render.ts';
import type { State } from '../core/story.ts';
import type { Summary } from '../revision-log.ts';
import { renderPage, siteName, type Site } from './layout.ts';

export type History = {
  summaries: Summary[];
  /** The number before which the page begins, where it is not the first page. */
  before?: number;
  /** Where older ones follow. */
  next?: number;
  origin: string;
};

export const renderRevisions = (site: Site, state: State, { summaries, before, next, origin }: History): string => {
  const { meta, story } = state;
  const texts = textsFor(meta.lang);
  const path = storyPath(story);
  const own = ownLang(texts, meta.lang);
  const entries = summaries.map((summary) => renderEntry(summary, { path, current: state.revision, texts, own }));
  const pager = [
    ...(before === undefined ? [] : [`<a href="${path}/revisions">${escapeHtml(texts.pages.newest)}</a>`]),
    ...(next === undefined ? [] : [`<a href="${path}/revisions?before=${next}" rel="next">${escapeHtml(texts.pages.older)}</a>`]),
  ];
  return renderPage(site, {
    lang: meta.lang,
    dir: meta.dir,
    title: `${texts.pages.historyTitle}: ${meta.headline} – ${siteName}`,
    description: `${texts.pages.historyTitle}: ${meta.headline}`,
    canonical: `${origin}${path}/revisions`,
    noindex: true,
    body:
      `<main class="history"><p class="kicker"${own}>${escapeHtml(texts.pages.historyTitle)}</p><h1 class="headline"><a href="${path}">${escapeHtml(meta.headline)}</a></h1>\n` +
      `<ol class="revisions" reversed>${entries.join('\n')}</ol></main>\n` +
      `<nav class="after"${own} aria-label="${escapeHtml(texts.pages.historyTitle)}">${[...pager, `<a href="${path}">${escapeHtml(texts.pages.backToStory)}</a>`].join(' ')}</nav>`,
  });
};

const renderEntry = (summary: Summary, { path, current, texts, own }: { path: string; current: number; texts: Texts; own: string }): string => {
  const { revision, at, change, note, redacted } = summary;
  const number = fillHtml(texts.pages.revision, { n: String(revision) });
  const name = redacted ? number : `<a href="${path}/revisions/${revision}">${number}</a>`;
  const now = revision === current ? ` <span class="current">${escapeHtml(texts.pages.currentRevision)}</span>` : '';
  const grade = revision === 1 ? '' : ` <span class="grade">${escapeHtml(texts.pages.grades[change])}</span>`;
  const said = note === undefined ? '' : `<p class="note">${escapeHtml(note)}</p>`;
  return (
    `<li class="${change}" value="${revision}"><p class="times"${own}>${renderTime(at, texts)}${grade}</p>` +
    `<h2${own}>${name}${now}</h2>${said}<p class="counts"${own}>${renderCounts(summary, path, texts)}</p></li>`
  );
};

const renderCounts = (summary: Summary, path: string, texts: Texts): string => {
  const { revision, redacted } = summary;
  if (redacted) return escapeHtml(texts.pages.redacted);
  if (revision === 1) return escapeHtml(texts.pages.firstPublished);
  const words = escapeHtml(sectionCounts(summary, texts) || texts.pages.nothingForReaders);
  return `<a href="${path}/compare/${revision - 1}..${revision}">${words}</a>`;
};

/** What changed in a story, and when, newest first: day by day, by name, with what the editors said of it. */
import { textsFor } from '../core/languages.ts';
import { plural, sectionCounts, type Texts } from '../core/languages/texts.ts';
import { escapeHtml, fillHtml, ownLang, storyPath } from '../core/render.ts';
import type { State, Time } from '../core/story.ts';
import type { Summary } from '../revision-log.ts';
import { renderPage, siteName, type Site } from './layout.ts';
import { renderWhatChanged, type WhatChanged } from './what-changed.ts';

/** `made` is what the revision changed since the last one before it that can be read; absent where there is none, or where it cannot be read itself. */
export type HistoryEntry = { summary: Summary; made?: { from: number; what: WhatChanged } };

export type History = {
  entries: HistoryEntry[];
  /** The number before which the page begins, where it is not the first page. */
  before?: number;
  /** Where older ones follow. */
  next?: number;
  origin: string;
};

type View = { path: string; current: number; texts: Texts; own: string; lang: string; day: Intl.DateTimeFormat; clock: Intl.DateTimeFormat };

export const renderRevisions = (site: Site, state: State, { entries, before, next, origin }: History): string => {
  const { meta, story } = state;
  const texts = textsFor(meta.lang);
  const path = storyPath(story);
  const own = ownLang(texts, meta.lang);
  const view: View = {
    path, current: state.revision, texts, own, lang: meta.lang,
    day: new Intl.DateTimeFormat(texts.locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }),
    clock: new Intl.DateTimeFormat(texts.locale, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC', timeZoneName: 'short' }),
  };
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
      `${byDay(entries).map((day) => renderDay(day, view)).join('\n')}</main>\n` +
      `<nav class="after"${own} aria-label="${escapeHtml(texts.pages.historyTitle)}">${[...pager, `<a href="${path}">${escapeHtml(texts.pages.backToStory)}</a>`].join(' ')}</nav>`,
  });
};

const dayOf = (time: Time): string => time.slice(0, 10);

const byDay = (entries: readonly HistoryEntry[]): HistoryEntry[][] => [...Map.groupBy(entries, ({ summary }) => dayOf(summary.at)).values()];

const renderDay = (entries: readonly HistoryEntry[], view: View): string => {
  const [first] = entries;
  if (!first) return '';
  const { at } = first.summary;
  const heading = `<h2${view.own}><time datetime="${dayOf(at)}">${escapeHtml(view.day.format(new Date(at)))}</time></h2>`;
  return `<section class="day">${heading}\n<ol class="revisions" reversed>${foldMinor(entries).map((run) => renderRun(run, view)).join('\n')}</ol></section>`;
};

/** Minor revisions that follow on each other become one run. */
const foldMinor = (entries: readonly HistoryEntry[]): HistoryEntry[][] => {
  const runs: HistoryEntry[][] = [];
  const isQuiet = ({ summary }: HistoryEntry) => summary.change === 'minor' && summary.revision > 1 && !summary.redacted;
  for (const entry of entries) {
    const last = runs.at(-1);
    if (last?.every(isQuiet) && isQuiet(entry)) last.push(entry);
    else runs.push([entry]);
  }
  return runs;
};

/** Several minor revisions are one line, which opens. */
const renderRun = (run: readonly HistoryEntry[], view: View): string => {
  const { texts, own } = view;
  const [first] = run;
  if (!first || run.length === 1) return run.map((entry) => renderEntry(entry, view)).join('');
  const summary = escapeHtml(plural(texts.pages.minorChanges, run.length, texts.locale));
  return `<li class="minor" value="${first.summary.revision}"><details><summary${own}>${summary}</summary><ol reversed>${run.map((entry) => renderEntry(entry, view)).join('\n')}</ol></details></li>`;
};

const renderEntry = ({ summary, made }: HistoryEntry, view: View): string => {
  const { path, current, texts, own } = view;
  const { revision, at, change, note, redacted } = summary;
  const number = fillHtml(texts.pages.revision, { n: String(revision) });
  const name = redacted ? `<span>${number}</span>` : `<a href="${path}/revisions/${revision}">${number}</a>`;
  const now = revision === current ? ` <span class="current">${escapeHtml(texts.pages.currentRevision)}</span>` : '';
  const grade = revision === 1 || change === 'update' ? '' : ` <span class="grade">${escapeHtml(texts.pages.grades[change])}</span>`;
  const said = note === undefined ? '' : `<p class="note">${escapeHtml(note)}</p>`;
  return `<li class="${change}" value="${revision}"><p class="times"${own}>${renderClock(at, view)}${grade} ${name}${now}</p>${said}${renderMade(summary, made, view)}</li>`;
};

const renderMade = (summary: Summary, made: HistoryEntry['made'], { path, texts, own, lang, current }: View): string => {
  const { revision, change, redacted } = summary;
  const plain = (text: string) => `<p class="counts"${own}>${escapeHtml(text)}</p>`;
  if (redacted) return plain(texts.pages.redacted);
  const link = (from: number, to: number, text: string) => `<a href="${path}/compare/${from}..${to}">${escapeHtml(text)}</a>`;
  const since = revision < current && change !== 'minor' ? link(revision, current, texts.pages.changedSince) : '';
  if (revision === 1 || !made) return `${plain(revision === 1 ? texts.pages.firstPublished : sectionCounts(summary, texts))}${since && `<p class="counts"${own}>${since}</p>`}`;
  const what = renderWhatChanged(made.what, `${path}/compare/${made.from}..${revision}`, { texts, lang });
  return `${what || plain(texts.pages.nothingForReaders)}<p class="counts"${own}>${link(made.from, revision, texts.pages.compareWithPrevious)} ${since}</p>`;
};

const renderClock = (time: Time, { clock }: View): string => `<time datetime="${time}">${escapeHtml(clock.format(new Date(time)))}</time>`;

/** Two revisions in one text: what was added, removed and moved between them. */
import { textsFor } from '../core/languages.ts';
import { fill, listOf, type Texts } from '../core/languages/texts.ts';
import type { Diff } from '../core/protocol.ts';
import { escapeHtml, fillHtml, ownLang, renderTime, storyPath } from '../core/render.ts';
import type { Correction, State } from '../core/story.ts';
import type { Lookup } from '../revision-log.ts';
import type { View } from './compared-blocks.ts';
import { renderSections } from './compared-sections.ts';
import { compareStates } from './comparison.ts';
import { renderPage, siteName, type Site } from './layout.ts';
import { newCorrections, renderWhatChanged, whatChanged } from './what-changed.ts';
import { del, ins, renderWords } from './woven.ts';

type Found = Extract<Lookup, { kind: 'found' }>;
type Range = { from: number; to: number };

export type Comparison = {
  /** Leads from the one to the other. */
  diff: Diff;
  /** Where to go on from here, in steps as wide as this one. */
  earlier?: Range;
  later?: Range;
  /** The number of the current revision. */
  newest: number;
  origin: string;
};

export const renderCompare = (site: Site, from: Found, to: Found, { diff, earlier, later, newest, origin }: Comparison): string => {
  const { meta, story } = to.state;
  const texts = textsFor(meta.lang);
  const { pages } = texts;
  const path = storyPath(story);
  const own = ownLang(texts, meta.lang);
  const view: View = { texts, own, voice: { lang: meta.lang, added: pages.added, removed: pages.removed } };
  const numbers = { from: String(from.state.revision), to: String(to.state.revision) };
  const parts = compareStates(from.state, to.state, diff.ops);
  const note = diff.folded === 1 && to.summary.note !== undefined ? `<p class="note">${escapeHtml(to.summary.note)}</p>` : '';
  const nothing = from.state.hash === to.state.hash ? [`<p${own}>${escapeHtml(pages.nothingChanged)}</p>`] : [];
  return renderPage(site, {
    lang: meta.lang,
    dir: meta.dir,
    title: `${fill(pages.compareTitle, numbers)}: ${meta.headline} – ${siteName}`,
    description: meta.headline,
    canonical: origin + path,
    noindex: true,
    ...(earlier && { prev: rangePath(path, earlier) }),
    ...(later && { next: rangePath(path, later) }),
    body:
      `<main class="compare"><header><p class="kicker"${own}>${fillHtml(pages.compareTitle, numbers)}</p>` +
      `<h1 class="headline">${renderWords(from.state.meta.headline, meta.headline, view.voice)}</h1>` +
      `<nav class="steps times"${own} aria-label="${escapeHtml(pages.historyTitle)}"><span>${[from, to].map((end) => renderEnd(end, path, view)).join(' – ')}</span>${renderStep(earlier, 'prev', path, texts)}${renderStep(later, 'next', path, texts)}</nav>${note}${renderMeta(from.state, to.state, view)}` +
      `${renderSummary(from.state, to.state, diff, view)}` +
      `<p class="legend"${own}>${ins(escapeHtml(pages.addedWords), view.voice)} ${del(escapeHtml(pages.removedWords), view.voice)}</p></header>\n` +
      `${[...renderCorrections(from.state, to.state, view), ...nothing, renderSections(parts, view)].join('\n')}</main>\n` +
      `<nav class="after"${own} aria-label="${escapeHtml(pages.history)}"><a href="${path}/revisions">${escapeHtml(pages.history)}</a> <a href="${path}">${escapeHtml(pages.backToStory)}</a>` +
      `${renderForm(path, { from: from.state.revision, to: to.state.revision }, newest, view)}</nav>`,
  });
};

const rangePath = (path: string, { from, to }: Range): string => `${path}/compare/${from}..${to}`;

/** An arrow; where there is nothing to go to it stays, so that the other one keeps its place. */
const renderStep = (range: Range | undefined, rel: 'prev' | 'next', path: string, { pages }: Texts): string => {
  const label = rel === 'prev' ? pages.earlierChanges : pages.laterChanges;
  return range ? `<a class="step ${rel}" href="${rangePath(path, range)}" rel="${rel}" aria-label="${escapeHtml(label)}"></a>` : `<span class="step ${rel}"></span>`;
};

const renderEnd = ({ state, summary }: Found, path: string, { texts }: View): string => `<a href="${path}/revisions/${state.revision}">${renderTime(summary.at, texts)}</a>`;

/** Both ends by their numbers, for a comparison of any two. */
const renderForm = (path: string, range: Range, newest: number, { texts: { pages } }: View): string => {
  const field = (name: keyof Range, label: string) => `<label>${escapeHtml(label)} <input type="number" name="${name}" min="1" max="${newest}" value="${range[name]}" required></label>`;
  return `<form class="ends" action="${path}/compare" autocomplete="off">${field('from', pages.compareFrom)} ${field('to', pages.compareTo)} <button type="submit">${escapeHtml(pages.compare)}</button></form>`;
};

const renderMeta = ({ meta: before }: State, { meta: after }: State, { texts, voice, own }: View): string => {
  const { pages, locale } = texts;
  const status = before.status === after.status ? [] : [`${escapeHtml(pages.status)}: ${del(escapeHtml(texts[before.status]), voice)} ${ins(escapeHtml(texts[after.status]), voice)}`];
  const [were, are] = [before, after].map(({ authors }) => listOf(authors, locale));
  const authors = were === are || were === undefined || are === undefined ? [] : [`${escapeHtml(pages.authors)}: ${renderWords(were, are, voice)}`];
  return [...status, ...authors].map((fact) => `<p class="fact"${own}>${fact}</p>`).join('');
};

/** The way to each section that changed, where there are several. */
const renderSummary = (from: State, to: State, { ops }: Diff, { texts, voice }: View): string => {
  const { headline: _headline, status: _status, authors: _authors, ...what } = whatChanged(from, to, ops);
  const sections = [what.edited, what.added, what.split, what.moved, what.merged, what.removed].reduce((count, each) => count + each.length, 0);
  return sections > 1 ? renderWhatChanged({ ...what, corrections: [] }, '', { texts, lang: voice.lang }) : '';
};

const renderCorrections = (from: State, to: State, view: View): string[] => [
  ...newCorrections(from, to).map((correction) => renderCorrection(correction, true, view)),
  ...newCorrections(to, from).map((correction) => renderCorrection(correction, false, view)),
];

const renderCorrection = ({ at, text }: Correction, came: boolean, { texts, voice, own }: View): string => {
  const { pages } = texts;
  const words = escapeHtml(text);
  return `<section class="section part"><h2 class="heading"${own}>${escapeHtml(came ? pages.correctionAdded : pages.correctionRemoved)}</h2><p class="times"${own}>${renderTime(at, texts)}</p><p>${came ? words : del(words, voice)}</p></section>`;
};

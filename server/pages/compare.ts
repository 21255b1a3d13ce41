/** Two revisions in one text: what was added, removed and moved between them. */
import { textsFor } from '../core/languages.ts';
import { fill, type Texts } from '../core/languages/texts.ts';
import type { Diff } from '../core/protocol.ts';
import { escapeHtml, fillHtml, ownLang, renderTime, storyPath } from '../core/render.ts';
import type { EditOp, Section, State } from '../core/story.ts';
import type { Lookup } from '../revision-log.ts';
import { renderEditedBlocks, renderWords } from './edits.ts';
import { renderPage, siteName, type Site } from './layout.ts';

type Found = Extract<Lookup, { kind: 'found' }>;
type Comparison = { from: State; to: State; diff: Diff; texts: Texts; own: string };

/** `diff` leads from the one to the other. */
export const renderCompare = (site: Site, from: Found, to: Found, { diff, origin }: { diff: Diff; origin: string }): string => {
  const { meta, story } = to.state;
  const texts = textsFor(meta.lang);
  const path = storyPath(story);
  const numbers = { from: String(from.state.revision), to: String(to.state.revision) };
  const comparison = { from: from.state, to: to.state, diff, texts, own: ownLang(texts, meta.lang) };
  const own = comparison.own;
  return renderPage(site, {
    lang: meta.lang,
    dir: meta.dir,
    title: `${fill(texts.pages.compareTitle, numbers)}: ${meta.headline} – ${siteName}`,
    description: meta.headline,
    canonical: origin + path,
    noindex: true,
    body:
      `<main class="compare"><header><p class="kicker"${own}>${fillHtml(texts.pages.compareTitle, numbers)}</p>` +
      `<h1 class="headline">${renderWords(from.state.meta.headline, meta.headline, meta.lang)}</h1>` +
      `<p class="times"${own}>${[from, to].map((end) => renderEnd(end, path, texts)).join(' – ')}</p>` +
      `<p class="legend"${own}><ins>${escapeHtml(texts.pages.addedWords)}</ins> <del>${escapeHtml(texts.pages.removedWords)}</del></p></header>\n` +
      `${renderChanges(comparison) || `<p${own}>${escapeHtml(texts.pages.nothingChanged)}</p>`}</main>\n` +
      `<nav class="after"${own} aria-label="${escapeHtml(texts.pages.historyTitle)}"><a href="${path}/revisions">${escapeHtml(texts.pages.history)}</a> <a href="${path}">${escapeHtml(texts.pages.backToStory)}</a></nav>`,
  });
};

const renderEnd = ({ state, summary }: Found, path: string, texts: Texts): string => `<a href="${path}/revisions/${state.revision}">${renderTime(summary.at, texts)}</a>`;

/** The corrections that came, then every section that changed in the order of the new text, then those that went. */
const renderChanges = (comparison: Comparison): string => [renderNewCorrections(comparison), ...comparison.to.sections.map((section) => renderChanged(section, comparison)), renderRemoved(comparison)].filter((part) => part !== '').join('\n');

const renderNewCorrections = ({ from, to, texts, own }: Comparison): string => {
  const known = new Set(from.meta.corrections.map(({ text }) => text));
  return to.meta.corrections
    .filter(({ text }) => !known.has(text))
    .map(({ text }) => `<section class="section"><h2 class="heading"${own}>${escapeHtml(texts.pages.correctionAdded)}</h2><p>${escapeHtml(text)}</p></section>`)
    .join('\n');
};

const renderChanged = (section: Section, { from, to, diff, texts, own }: Comparison): string => {
  const { pages } = texts;
  const edit = diff.ops.find((op): op is EditOp => op.op === 'edit' && (op.newId ?? op.id) === section.id);
  const oldId = edit?.id ?? section.id;
  const old = from.sections.find(({ id }) => id === oldId);
  const moved = diff.ops.some((op) => op.op === 'move' && (op.id === section.id || op.id === oldId));
  if (!old) return renderPart({ label: pages.sectionAdded, heading: headingOf(section, texts), blocks: `<ins>${section.blocks.join('')}</ins>`, own });
  const rewritten = edit?.blocks !== undefined || edit?.heading !== undefined;
  if (!rewritten && !moved) return '';
  return renderPart({
    label: [...(rewritten ? [pages.sectionEdited] : []), ...(moved ? [pages.sectionMoved] : [])].join(' · '),
    heading: section.level === 0 ? headingOf(section, texts) : renderWords(old.heading, section.heading, to.meta.lang),
    blocks: edit?.blocks ? renderEditedBlocks(old.blocks, section.blocks, edit.blocks, to.meta.lang) : '',
    own,
  });
};

const renderRemoved = ({ from, to, diff, texts, own }: Comparison): string =>
  diff.ops
    .flatMap((op) => {
      const section = op.op === 'remove' ? from.sections.find(({ id }) => id === op.id) : undefined;
      if (op.op !== 'remove' || !section) return [];
      const target = to.sections.find(({ id }) => id === op.mergedInto);
      const label = target ? fill(texts.pages.mergedInto, { heading: target.heading || texts.opening }) : texts.pages.sectionRemoved;
      return [renderPart({ label, heading: headingOf(section, texts), blocks: `<del>${section.blocks.join('')}</del>`, own })];
    })
    .join('\n');

const headingOf = ({ heading }: Section, texts: Texts): string => escapeHtml(heading || texts.opening);

const renderPart = ({ label, heading, blocks, own }: { label: string; heading: string; blocks: string; own: string }): string =>
  `<section class="section"><p class="kicker"${own}>${escapeHtml(label)}</p><h2 class="heading">${heading}</h2><div class="blocks">${blocks}</div></section>`;

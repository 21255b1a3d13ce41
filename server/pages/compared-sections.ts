/** The sections of a comparison: what became of each in words, then its text; what has stayed the same is folded away. */
import { listOf, plural } from '../core/languages/texts.ts';
import { escapeHtml, fillHtml } from '../core/render.ts';
import { contentOf } from '../core/text.ts';
import { nameOf, renderBlocks, type View } from './compared-blocks.ts';
import type { SectionPart } from './comparison.ts';
import { del, ins, renderWords } from './woven.ts';

type Same = Extract<SectionPart, { kind: 'same' }>;
type Left = Extract<SectionPart, { kind: 'left' }>;
type Changed = Extract<SectionPart, { kind: 'changed' }>;
type Shown = Exclude<SectionPart, Same | Left>;

export const renderSections = (parts: readonly SectionPart[], view: View): string => {
  const taken = new Set(parts.flatMap((part) => (part.kind === 'changed' || part.kind === 'added' ? [part.section.id] : [])));
  return foldUnchanged(parts)
    .map((run) => {
      if ('same' in run) return renderUnchanged(run.same, view);
      if (run.part.kind === 'left') return renderLeft(run.part, view);
      return renderSection(run.part, run.part.kind === 'removed' && taken.has(run.part.section.id) ? '' : ` id="s-${escapeHtml(run.part.section.id)}"`, view);
    })
    .join('\n');
};

type Folded = { same: Same[] } | { part: Left | Shown };

const foldUnchanged = (parts: readonly SectionPart[]): Folded[] => {
  const runs: Folded[] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (part.kind !== 'same') runs.push({ part });
    else if (last && 'same' in last) last.same.push(part);
    else runs.push({ same: [part] });
  }
  return runs;
};

/** Their names; their text for those who want all of it. */
const renderUnchanged = (parts: readonly Same[], { texts, own }: View): string => {
  const count = escapeHtml(plural(texts.pages.sectionsUnchanged, parts.length, texts.locale));
  const names = escapeHtml(listOf(parts.map(({ section }) => section.heading || texts.opening), texts.locale));
  const sections = parts.map(({ section }) => `<h2 class="heading">${nameOf(section, texts)}</h2><div class="blocks">${section.blocks.join('')}</div>`);
  return `<details class="unchanged"><summary><span${own}>${count}</span> <span class="names">${names}</span></summary>${sections.join('')}</details>`;
};

const renderLeft = ({ section }: Left, { texts, own }: View): string =>
  `<p class="left"${own}><a href="#s-${escapeHtml(section.id)}">${fillHtml(texts.pages.stoodHere, { heading: nameOf(section, texts) })}</a></p>`;

const renderSection = (part: Shown, id: string, view: View): string => {
  const labels = labelsOf(part, view).map((label) => `<span>${label}</span>`).join(' ');
  return (
    `<section class="section part"${id}><p class="kicker"${view.own}>${labels}</p>` +
    `<h2 class="heading">${headingOf(part, view)}</h2><div class="blocks">${renderBlocks(part.blocks, view)}</div></section>`
  );
};

const headingOf = (part: Shown, { texts, voice }: View): string => {
  const name = nameOf(part.section, texts);
  switch (part.kind) {
    case 'added':
      return ins(name, voice);
    case 'removed':
      return del(name, voice);
    case 'changed':
      return part.section.level === 0 ? name : renderWords(part.old.heading, part.section.heading, voice);
  }
};

/** What became of a section, each as HTML. */
const labelsOf = (part: Shown, view: View): string[] => {
  const { texts } = view;
  const { pages } = texts;
  switch (part.kind) {
    case 'added':
      return [part.splitFrom ? fillHtml(pages.splitFrom, { heading: nameOf(part.splitFrom, texts) }) : escapeHtml(pages.sectionAdded)];
    case 'removed':
      return [part.mergedInto ? fillHtml(pages.mergedInto, { heading: nameOf(part.mergedInto, texts) }) : escapeHtml(pages.sectionRemoved)];
    case 'changed':
      return [...editLabels(part, view), ...moveLabels(part, view)];
  }
};

const editLabels = ({ old, section, edit, blocks }: Changed, { texts: { pages } }: View): string[] => {
  const rewritten = edit?.heading !== undefined || blocks.some((part) => part.kind !== 'kept' && !(part.kind === 'edited' && contentOf(part.old) === contentOf(part.block)));
  return [
    ...(rewritten ? [pages.sectionEdited] : edit?.blocks ? [pages.sectionDetails] : []),
    ...(old.level === section.level ? [] : [old.level > section.level ? pages.headingRaised : pages.headingLowered]),
    ...(old.attrs.pinned === section.attrs.pinned ? [] : [section.attrs.pinned ? pages.pinned : pages.unpinned]),
  ].map(escapeHtml);
};

const moveLabels = ({ moved }: Changed, { texts }: View): string[] => {
  if (!moved) return [];
  const { pages } = texts;
  if (!moved.after) return [escapeHtml(pages.movedFromTop)];
  return [fillHtml(moved.way === 'up' ? pages.movedUp : pages.movedDown, { heading: nameOf(moved.after, texts) })];
};

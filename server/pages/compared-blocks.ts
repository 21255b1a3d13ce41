/** The blocks of a compared section: edits in place, moves as moves, and what has stayed folded away where there is much of it. */
import { plural, type Texts } from '../core/languages/texts.ts';
import { escapeHtml, fillHtml } from '../core/render.ts';
import type { Block, Section } from '../core/story.ts';
import { textOf } from '../core/text.ts';
import type { BlockPart } from './comparison.ts';
import { renderEdited } from './edits.ts';
import { del, ins, type Voice } from './woven.ts';

export type View = {
  texts: Texts;
  voice: Voice;
  /** The `lang` attribute of the page's own words. */
  own: string;
};

/** Blocks left standing around a change. */
const context = 1;
/** Fewer are not worth folding. */
const fewestFolded = 2;

export const renderBlocks = (parts: readonly BlockPart[], view: View): string => {
  const runs = runsOf(parts);
  return runs.map((run, index) => renderRun(run, { first: index === 0, last: index === runs.length - 1 }, view)).join('');
};

/** Parts of one kind that follow on each other. */
const runsOf = (parts: readonly BlockPart[]): BlockPart[][] => {
  const runs: BlockPart[][] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last?.[0]?.kind === part.kind) last.push(part);
    else runs.push([part]);
  }
  return runs;
};

const renderRun = (run: readonly BlockPart[], { first, last }: { first: boolean; last: boolean }, view: View): string => {
  const each = (parts: readonly BlockPart[]) => parts.map((part) => renderPart(part, view)).join('');
  switch (run[0]?.kind) {
    case 'kept': {
      const [from, to] = [first ? 0 : context, last ? run.length : run.length - context];
      return to - from < fewestFolded ? each(run) : each(run.slice(0, from)) + renderFolded(run.slice(from, to), view) + each(run.slice(to));
    }
    case 'added':
      return ins(each(run), view.voice);
    case 'removed':
      return del(each(run), view.voice);
    default:
      return each(run);
  }
};

const renderFolded = (parts: readonly BlockPart[], view: View): string => {
  const { texts, own } = view;
  const summary = escapeHtml(plural(texts.pages.blocksUnchanged, parts.length, texts.locale));
  return `<details class="unchanged"><summary${own}>${summary}</summary>${parts.map((part) => renderPart(part, view)).join('')}</details>`;
};

/** What came or went is marked with all of its run. */
const renderPart = (part: BlockPart, view: View): string => {
  const { voice } = view;
  switch (part.kind) {
    case 'kept':
    case 'added':
      return part.block;
    case 'removed':
      return part.old;
    case 'edited':
      return renderEdited(part.old, part.block, voice) ?? del(part.old, voice) + ins(part.block, voice);
    case 'moved':
      return renderMoved(part, view);
    case 'left':
      return renderLeft(part, view);
  }
};

const renderMoved = ({ old, block, from, move, way }: Extract<BlockPart, { kind: 'moved' }>, { texts, voice, own }: View): string => {
  const { pages } = texts;
  const label = fillHtml({ elsewhere: pages.blockMovedFrom, up: pages.blockMovedUp, down: pages.blockMovedDown }[way], { heading: nameOf(from, texts) });
  return `<div class="moved-block" id="to-${move}"><p class="moved-label"${own}><a href="#from-${move}">${label}</a></p>${renderEdited(old, block, voice) ?? block}</div>`;
};

/** Letters of a moved block by which it is recognised. */
const excerptLength = 70;

const renderLeft = ({ old, to, move, way }: Extract<BlockPart, { kind: 'left' }>, { texts, own }: View): string => {
  const { pages } = texts;
  const label = fillHtml(way === 'elsewhere' ? pages.blockMovedTo : pages.blockStoodHere, { heading: nameOf(to, texts), excerpt: escapeHtml(beginningOf(old)) });
  return `<p class="left" id="from-${move}"${own}><a href="#to-${move}">${label}</a></p>`;
};

const beginningOf = (block: Block): string => {
  const text = textOf(block).replace(/\s+/g, ' ').trim();
  if (text.length <= excerptLength) return text;
  const cut = text.slice(0, excerptLength);
  return `${cut.includes(' ') ? cut.slice(0, cut.lastIndexOf(' ')) : cut.replace(/[\uD800-\uDBFF]$/, '')} …`;
};

/** A section's name as HTML. */
export const nameOf = ({ heading }: Pick<Section, 'heading'>, texts: Texts): string => escapeHtml(heading || texts.opening);

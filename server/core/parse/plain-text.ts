/** A story as people paste it from a page or a wire: headline first, then paragraphs, with headings to be guessed. */
import { cut, lineStarts, toBody, type Body, type Range } from './body.ts';
import { cleanHtml } from './clean.ts';
import { isByline, isFurniture, readClosing } from './furniture.ts';
import { parseHeading, readAttributes } from './heading-attributes.ts';
import { findLinks } from './markdown.ts';
import { createMemo } from './memo.ts';
import type { Piece } from '../parsed.ts';
import type { Problems } from './problems.ts';
import type { Block } from '../story.ts';
import { cutComments, reportPlainStrayMarks } from './unpublished.ts';

/** A paragraph, heading or list item in one line, the line of the file on which it begins, and whether it was more than one there. */
type Unit = { text: string; line: number; joined?: true };

export type PlainStory = {
  headline?: string;
  pieces: Piece[];
  /** The language in which the story says that it is developing. */
  developing?: string;
  /** Without comments and drafts. */
  body: Body;
};

/** Reads a plain text story. `undefined`, with a problem, where it cannot be told what is to be published. */
export const readPlainText = (text: string, story: string, problems: Problems): PlainStory | undefined => {
  const withoutComments = cutComments(toBody(text, 1), problems);
  if (!withoutComments) return undefined;
  const body = cut(withoutComments, findPlainDrafts(withoutComments.text));
  reportPlainStrayMarks(body, problems);
  const [first, ...rest] = withoutFurniture(toUnits(body), problems);
  if (first && /^---+$/.test(first.text)) problems.error({ line: first.line, column: 1 }, 'front matter belongs into a .md file: name this one .md, or leave out the lines from --- to ---');
  const headline = first?.text.replace(/^#{1,6}[ \t]+/, '');
  const own = rest.filter((unit) => !repeats(unit.text, headline));
  const closing = readClosing(own.at(-1)?.text ?? '');
  const pieces = toPieces(closing?.alone ? own.slice(0, -1) : own, story, problems);
  return { pieces, body, ...(headline && { headline }), ...(closing && { developing: closing.lang }) };
};

const markedHeading = /^(#{2,6})[ \t]+(\S.*)$/;

/** From a `## heading {.draft}` to the next marked heading that is not deeper. A guessed heading ends no draft. */
const findPlainDrafts = (text: string): Range[] => {
  if (!/\.draft/i.test(text)) return [];
  const drafts: Range[] = [];
  const starts = lineStarts(text);
  let open: { from: number; depth: number } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, marks = '', heading = ''] = markedHeading.exec(line.trim()) ?? [];
    const from = starts[index] ?? 0;
    const { draft, text: title } = parseHeading(heading);
    if (open && title !== '' && marks.length <= open.depth) {
      drafts.push({ from: open.from, to: from - 1 });
      open = undefined;
    }
    if (draft) open ??= { from, depth: marks.length };
  }
  return open ? [...drafts, { from: open.from, to: text.length }] : drafts;
};

/** Spaces, and marks of direction: those say nothing where a line begins or ends, and come along with text from right to left. */
const edges = /^[\s\u200e\u200f\u061c]+|[\s\u200e\u200f\u061c]+$/g;

/** Lines longer than this are whole paragraphs: nobody wraps so wide, so every line break is meant. */
const widestWrap = 120;

/**
 * Paragraphs, headings and list items. Where empty lines part them, the lines between two of these are one, but for list items,
 * what always stands alone, and a heading right above its text.
 */
const toUnits = (body: Body): Unit[] => {
  const lines = body.text.split('\n').map((line) => line.replace(/\s{2,}|[^\S ]/g, ' ').replace(edges, ''));
  const width = lines.reduce((widest, line) => Math.max(widest, line.length), 0);
  const isWrapped = width <= widestWrap && /\S\n+\n\S/.test(lines.join('\n'));
  const units: Unit[] = [];
  let headline = Infinity;
  for (const [index, line] of lines.entries()) {
    const above = lines[index - 1] ?? '';
    const isFirst = (lines[index - 2] ?? '') === '';
    const joins = isWrapped && above !== '' && ![above, line].some(standsAlone) && !isBullet(line) && !(isFirst && endsEarly(above, line, width));
    if (line !== '' && !isFurniture(line)) headline = Math.min(headline, units.length);
    // The first line of the story is the headline, whatever follows it.
    const unit = units.length > headline + 1 ? units.at(-1) : undefined;
    if (unit && joins && line !== '') units[units.length - 1] = { ...unit, text: `${unit.text} ${line}`, joined: true };
    else if (line !== '') units.push({ text: line, line: body.lines[index] ?? 1 });
  }
  return units;
};

/** Whether a line that could be a heading was ended long before it was full. */
const endsEarly = (line: string, next: string, width: number): boolean => isShort(line) && line.length + 1 + next.split(' ', 1).join().length <= width * 0.75;

const standsAlone = (line: string): boolean => markedHeading.test(line) || isFurniture(line);
const isBullet = (text: string): boolean => /^[-*•–] \S/.test(text);
const repeats = (text: string, headline: string | undefined): boolean => headline !== undefined && text.toLowerCase() === headline.toLowerCase();

const withoutFurniture = (units: readonly Unit[], problems: Problems): Unit[] =>
  units.filter(({ text, line }) => {
    const left = isFurniture(text);
    if (left) problems.note({ line, column: 1 }, `left out as page furniture: ${text}`);
    return !left;
  });

const toPieces = (units: readonly Unit[], story: string, problems: Problems): Piece[] => {
  const pieces: Piece[] = [];
  for (let index = 0; index < units.length; ) {
    const items = bulletsFrom(units, index);
    const unit = units[index];
    if (!unit) break;
    const heading = items.length > 0 ? undefined : toHeading(unit, units[index + 1], problems);
    if (heading) pieces.push(heading);
    else for (const html of toBlocks(items.length > 0 ? items : unit.text, story)) pieces.push({ kind: 'block', html });
    index += Math.max(items.length, 1);
  }
  return pieces;
};

const bulletsFrom = (units: readonly Unit[], first: number): string[] => {
  const items: string[] = [];
  for (let unit = units[first]; unit && isBullet(unit.text); unit = units[first + items.length]) items.push(unit.text.slice(2));
  return items;
};

const toHeading = (unit: Unit, next: Unit | undefined, problems: Problems): Piece | undefined => {
  const { text, line } = unit;
  const marked = markedHeading.exec(text);
  if (!marked && !looksLikeHeading(unit, next)) return undefined;
  if (!marked) problems.note({ line, column: 1 }, `taken for a heading: ${text}`);
  const [, marks = '##', title = text] = marked ?? [];
  const heading = parseHeading(title);
  const attributes = marked ? readAttributes(heading, (at) => ({ line, column: marks.length + 2 + at }), problems) : undefined;
  return { kind: 'heading', level: marks.length, text: marked ? heading.text : text, line, ...(attributes && { attributes }) };
};

const looksLikeHeading = (unit: Unit, next: Unit | undefined): boolean =>
  next !== undefined && isLabel(unit) && /\p{L}/u.test(unit.text) && !isByline(unit.text) && !isBullet(next.text) && !isLabel(next) && !markedHeading.test(next.text);

const isLabel = ({ text, joined }: Unit): boolean => !joined && isShort(text);

const cjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;

/** Short and without final punctuation, as headings are, and names, table cells and bylines. */
const isShort = (text: string): boolean => {
  if (/[.!?…:;,。！？：；，、؟؛،۔।]["'”“’‘»«›‹)\]\s]*$/u.test(text) || isBullet(text)) return false;
  const ideographs = text.match(cjk)?.length ?? 0;
  return ideographs > text.length / 3 ? text.length <= 30 : text.length <= 80 || text.split(' ').length <= 12;
};

const remembered = createMemo<Block[]>(4_000_000);

/** The blocks of a paragraph, or of the items of a list. */
const toBlocks = (content: string | readonly string[], story: string): Block[] =>
  remembered([story, typeof content, content].flat().join('\0'), () =>
    cleanHtml(typeof content === 'string' ? `<p>${linked(content)}</p>` : `<ul>${content.map((item) => `<li>${linked(item)}</li>`).join('')}</ul>`, story)
      .flatMap((piece) => (piece.kind === 'block' ? [piece.html] : [])),
  );

const linked = (text: string): string => {
  let [html, next] = ['', 0];
  for (const { from, to, address } of findLinks(text)) {
    html += `${escaped(text.slice(next, from))}<a href="${escaped(address)}">${escaped(text.slice(from, to))}</a>`;
    next = to;
  }
  return html + escaped(text.slice(next));
};

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The ops of a diff in words, changed words marked: `[-went-][+came+]`. For people at a terminal, and for expectations in tests. */
import { unreachable, type Block, type BlockEdit, type Content, type EditOp, type MetaPatch, type Op, type Section } from '../core/story.ts';
import { contentOf, textOf } from '../core/text.ts';
import { wordDiff, type Run } from '../core/words.ts';

/** `ops` lead from `before` to `after`. */
export type Change = { before: Content; after: Content; ops: readonly Op[] };

/** One line an op, those of its blocks indented below it. */
export const describeChange = (change: Change): string[] => change.ops.flatMap((op) => describeOp(op, change));

const describeOp = (op: Op, change: Change): string[] => {
  switch (op.op) {
    case 'set': return describeMeta(op.meta, change);
    case 'insert': return [`insert ${op.section.id} ${place(op.after)}${op.splitFrom === undefined ? '' : `, split from ${op.splitFrom}`}: ${titleOf(op.section)}`, ...op.section.blocks.map((block) => `  [+${excerpt(block)}+]`)];
    case 'remove': return [`remove ${op.id}${op.mergedInto === undefined ? '' : `, merged into ${op.mergedInto}`}`];
    case 'move': return [`move ${op.id} ${place(op.after)}`];
    case 'edit': return describeEdit(op, change);
    default: return unreachable(op);
  }
};

const place = (after: string | null): string => (after === null ? 'to the start' : `after ${after}`);
const titleOf = ({ heading, blocks }: Section): string => `"${heading}", ${blocks.length} ${blocks.length === 1 ? 'block' : 'blocks'}`;

/** Times are left out: they follow from the rest. */
const describeMeta = ({ headline, corrections, published: _published, updated: _updated, ...rest }: MetaPatch, { before, after }: Change): string[] => {
  const known = new Set(before.meta.corrections.map(({ text }) => text));
  return [
    ...(typeof headline === 'string' ? [`set headline: ${mark(before.meta.headline, headline, after.meta.lang)}`] : []),
    ...(corrections ?? []).filter(({ text }) => !known.has(text)).map(({ text, section }) => `set correction${section === undefined ? '' : ` of ${section}`}: [+${text}+]`),
    ...Object.entries(rest).map(([key, value]) => `set ${key}: ${[value].flat().join(', ')}`),
  ];
};

const describeEdit = (op: EditOp, { before, after }: Change): string[] => {
  const old = before.sections.find(({ id }) => id === op.id);
  const section = after.sections.find(({ id }) => id === (op.newId ?? op.id));
  if (!old || !section) return [];
  const { lang } = after.meta;
  const parts = [
    ...(op.newId === undefined ? [] : [`now ${op.newId}`]),
    ...(op.heading === undefined ? [] : [`heading ${mark(old.heading, op.heading, lang)}`]),
    ...(op.level === undefined ? [] : [`level ${old.level} to ${op.level}`]),
    ...(op.attrs === undefined ? [] : [op.attrs.pinned ? 'pinned' : 'no longer pinned']),
    ...(op.was === undefined ? [] : [op.was.length === 0 ? 'no former ids' : `former ids ${op.was.join(', ')}`]),
  ];
  const blocks = describeBlocks(old.blocks, section.blocks, op.blocks ?? [], lang);
  return parts.length + blocks.length === 0 ? [] : [`edit ${op.id}${parts.length > 0 ? `: ${parts.join('; ')}` : ''}`, ...blocks.map((line) => `  ${line}`)];
};

/** A line for each block that was edited, went or came; numbers count from 1, in the old text for one that went. */
const describeBlocks = (old: readonly Block[], fresh: readonly Block[], edits: readonly BlockEdit[], lang: string): string[] => {
  let shift = 0;
  return edits.flatMap(({ at, drop, put }) => {
    const from = at + shift;
    shift += put.length - drop;
    const pairs = Math.min(drop, put.length);
    return [
      ...Array.from({ length: pairs }, (_, index) => `block ${from + index + 1}: ${describeBlock(old[at + index] ?? '', fresh[from + index] ?? '', lang)}`),
      ...old.slice(at + pairs, at + drop).map((block, index) => `block ${at + pairs + index + 1} went: [-${excerpt(block)}-]`),
      ...fresh.slice(from + pairs, from + put.length).map((block, index) => `block ${from + pairs + index + 1} came: [+${excerpt(block)}+]`),
    ];
  });
};

const describeBlock = (old: Block, block: Block, lang: string): string => {
  const [before, after] = [linesOf(old), linesOf(block)];
  if (before !== after) return mark(before, after, lang);
  return contentOf(old) === contentOf(block) ? 'only its markup' : 'another picture';
};

/** The text of a block with its spaces put in order: a paragraph in one line, of other blocks a line each item, row or line of code. */
export const linesOf = (block: Block, text = textOf(block)): string => {
  const lines = text.split(block.startsWith('<p>') ? /$^/u : '\n').map((line) => line.replace(/\s+/gu, ' ').trim());
  return lines.filter((line) => line !== '').join('\n');
};

/** Letters shown of a text that stands still, at each of its ends. */
const context = 40;

const excerpt = (block: Block): string => shorten(linesOf(block, contentOf(block)), [context, context]);

/** Both ends of a text, cut between words where there are spaces. */
const shorten = (text: string, [start, end]: [number, number]): string => {
  const letters = Array.from(text.replaceAll('\n', ' / '));
  if (letters.length <= start + end + 20) return letters.join('');
  const [first, last] = [letters.slice(0, start).join(''), letters.slice(letters.length - end).join('')];
  return `${first.replace(/(?<=\s)\S*$/u, '')}…${last.replace(/^\S*(?=\s)/u, '')}`;
};

/** Both texts in one. */
export const mark = (before: string, after: string, lang: string): string => {
  const runs = wordDiff(before, after, lang);
  return runs.map((run, index) => markRun(run, [index === 0 ? 0 : context, index === runs.length - 1 ? 0 : context])).join('');
};

const markRun = ({ kind, text }: Run, ends: [number, number]): string => {
  switch (kind) {
    case 'kept': return shorten(text, ends);
    case 'removed': return `[-${text.replaceAll('\n', ' / ')}-]`;
    case 'added': return `[+${text.replaceAll('\n', ' / ')}+]`;
    default: return unreachable(kind);
  }
};

/** Edits inside a section: which blocks went, which came, and for a block that was only edited, a delta. Both directions side by side. */
import type { Block, BlockEdit, Delta } from './story.ts';
import type { Hunk } from './sequence.ts';
import { hunksBetween, joinHunks } from './sequence.ts';

/** Keeping fewer units than this costs more bytes in a delta than writing them again. */
const worthKeeping = 6;
/** Tokens dropped and put beyond which a text counts as replaced: so that the time for one stays bounded. */
const maxEdits = 1_000;
/** Blocks of a hunk are paired by likeness up to this many comparisons; beyond, by their place. */
const maxComparisons = 2_500;
/** Share of words in common from which a block counts as an edit of another. */
const alike = 0.4;

/** Tags and words whole, letters of scripts without spaces one by one, never half a surrogate pair. */
const token = /<[^>]*>|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}\p{M}]+|[^]/gu;
const tokensOf = (html: Block): string[] => html.match(token) ?? [];

/** The edits that lead from one list of blocks to another; none when they are equal. */
export const blockEdits = (a: readonly Block[], b: readonly Block[]): BlockEdit[] =>
  joinEdits(hunksBetween(a, b).flatMap((hunk) => editsOfHunk(a.slice(hunk.at, hunk.at + hunk.drop), b.slice(hunk.from, hunk.from + hunk.put), hunk.at)));

/** The blocks after the edits, or `undefined` where the edits do not fit. */
export const patchBlocks = (blocks: readonly Block[], edits: readonly BlockEdit[]): Block[] | undefined => {
  const result: Block[] = [];
  let next = 0;
  for (const { at, drop, put } of edits) {
    if (at < next || drop < 0 || at + drop > blocks.length) return undefined;
    result.push(...blocks.slice(next, at));
    for (const [index, piece] of put.entries()) {
      const block = typeof piece === 'string' ? piece : index < drop ? patchText(blocks[at + index] ?? '', piece.delta) : undefined;
      if (block === undefined) return undefined;
      result.push(block);
    }
    next = at + drop;
  }
  return [...result, ...blocks.slice(next)];
};

/** The delta that leads from one text to another; it accounts for every unit of the old one. */
export const deltaBetween = (old: string, text: string): Delta => {
  const [a, b] = [tokensOf(old), tokensOf(text)];
  const weak = (before: Hunk, after: Hunk) => lengthOf(a, before.at + before.drop, after.at) < worthKeeping;
  const delta: Delta = [];
  let kept = 0;
  for (const hunk of joinHunks(hunksBetween(a, b, maxEdits), weak)) {
    keep(delta, lengthOf(a, kept, hunk.at));
    replace(delta, a.slice(hunk.at, hunk.at + hunk.drop).join(''), b.slice(hunk.from, hunk.from + hunk.put).join(''));
    kept = hunk.at + hunk.drop;
  }
  keep(delta, lengthOf(a, kept, a.length));
  return delta;
};

/** The text after the delta, or `undefined` where the delta does not fit. */
export const patchText = (old: string, delta: Delta): string | undefined => {
  let [text, at] = ['', 0];
  for (const step of delta) {
    if (typeof step === 'string') text += step;
    else if (step > 0) text += old.slice(at, at += step);
    else at -= step;
  }
  return at === old.length ? text : undefined;
};

const lengthOf = (tokens: readonly string[], from: number, to: number): number => {
  let length = 0;
  for (let index = from; index < to; index += 1) length += tokens[index]?.length ?? 0;
  return length;
};

const keep = (delta: Delta, length: number): void => {
  const last = delta.at(-1);
  if (length === 0) return;
  if (typeof last === 'number' && last > 0) delta[delta.length - 1] = last + length;
  else delta.push(length);
};

const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number) => unit >= 0xdc00 && unit < 0xe000;

/** Replaces one piece by another, without what they share at both ends. */
const replace = (delta: Delta, old: string, text: string): void => {
  const most = Math.min(old.length, text.length);
  let start = 0;
  while (start < most && old.charCodeAt(start) === text.charCodeAt(start)) start += 1;
  if (start > 0 && isHigh(old.charCodeAt(start - 1))) start -= 1;
  let end = 0;
  while (end < most - start && old.charCodeAt(old.length - 1 - end) === text.charCodeAt(text.length - 1 - end)) end += 1;
  if (end > 0 && isLow(old.charCodeAt(old.length - end))) end -= 1;
  keep(delta, start);
  if (text.length > start + end) delta.push(text.slice(start, text.length - end));
  if (old.length > start + end) delta.push(start + end - old.length);
  keep(delta, end);
};

/** Inside a hunk: pairs of blocks that are edits of each other become deltas, what stands between them is replaced whole. */
const editsOfHunk = (old: readonly Block[], blocks: readonly Block[], at: number): BlockEdit[] => {
  const edits: BlockEdit[] = [];
  let [i, j] = [0, 0];
  for (const [oldIndex, index] of [...pairsOf(old, blocks), [old.length, blocks.length] as const]) {
    if (oldIndex > i || index > j) edits.push({ at: at + i, drop: oldIndex - i, put: blocks.slice(j, index) });
    if (index < blocks.length) edits.push({ at: at + oldIndex, drop: 1, put: [shorter(old[oldIndex] ?? '', blocks[index] ?? '')] });
    [i, j] = [oldIndex + 1, index + 1];
  }
  return edits;
};

const shorter = (old: Block, block: Block): Block | { delta: Delta } => {
  const edit = { delta: deltaBetween(old, block) };
  return JSON.stringify(edit).length < JSON.stringify(block).length ? edit : block;
};

/** Edits that touch become one where the places of their blocks still agree. */
const joinEdits = (edits: readonly BlockEdit[]): BlockEdit[] => {
  const joined: BlockEdit[] = [];
  for (const edit of edits) {
    const last = joined.at(-1);
    if (last && last.at + last.drop === edit.at && last.drop === last.put.length) joined[joined.length - 1] = { at: last.at, drop: last.drop + edit.drop, put: [...last.put, ...edit.put] };
    else joined.push(edit);
  }
  return joined;
};

/** A block of the old list, and the one of the new list that it became. */
export type Pair = readonly [oldIndex: number, index: number];

/** Which dropped block became which put block: in order, the pairs with the greatest likeness in all. */
export const pairsOf = (old: readonly Block[], blocks: readonly Block[]): Pair[] => {
  if (old.length * blocks.length > maxComparisons) return old.length === blocks.length ? old.map((_, index) => [index, index]) : [];
  const [a, b] = [old.map(countTokens), blocks.map(countTokens)];
  const likeness = a.map((one) => b.map((other) => likenessOf(one, other)));
  const best = bestSums(likeness, b.length);
  const pairs: Pair[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const here = best[i]?.[j] ?? 0;
    if (here === best[i + 1]?.[j]) i += 1;
    else if (here === best[i]?.[j + 1]) j += 1;
    else pairs.push([i++, j++]);
  }
  return pairs;
};

/** `best[i][j]`: the greatest sum of likenesses that pairs from i and j on can have. */
const bestSums = (likeness: readonly number[][], width: number): number[][] => {
  const best = [...likeness.map(() => Array<number>(width + 1).fill(0)), Array<number>(width + 1).fill(0)];
  for (let i = likeness.length - 1; i >= 0; i -= 1) {
    const [row, below] = [best[i] ?? [], best[i + 1] ?? []];
    for (let j = width - 1; j >= 0; j -= 1) {
      const like = likeness[i]?.[j] ?? 0;
      row[j] = Math.max(below[j] ?? 0, row[j + 1] ?? 0, like < alike ? 0 : like + (below[j + 1] ?? 0));
    }
  }
  return best;
};

type Counts = { total: number; of: Map<string, number> };

const countTokens = (html: Block): Counts => {
  const of = new Map<string, number>();
  const tokens = tokensOf(html).filter((each) => each.trim() !== '');
  for (const each of tokens) of.set(each, (of.get(each) ?? 0) + 1);
  return { total: tokens.length, of };
};

/** Dice's coefficient over the tokens of two blocks: 0 nothing in common, 1 the same tokens. */
const likenessOf = (a: Counts, b: Counts): number => {
  let shared = 0;
  for (const [each, count] of a.of) shared += Math.min(count, b.of.get(each) ?? 0);
  return (2 * shared) / Math.max(1, a.total + b.total);
};

/** HTML comments: notes between editors. What Markdown takes for code, or what a backslash escapes, is none. */
import type { Range } from './body.ts';
import { lineAt, lineStarts } from './body.ts';
import { isEscaped } from './heading-attributes.ts';
import { blockTokens, findCodeSpans, type Env, type Token } from './markdown.ts';

const opening = '<!--';
/** Without any of these nothing is code or escaped. */
const mayHoldCode = /[`\t]|~~~| {4}|\\<!--/;

/** `to` is absent where a comment is never closed. */
export type Comment = { from: number; to?: number };

/** Every comment of a Markdown text, in order; nothing follows one that is never closed. */
export const findComments = (text: string): Comment[] => commentsOutside(text, text.includes(opening) && mayHoldCode.test(text) ? literalOpenings(text) : new Set());

/** Every comment of a text in which nothing can be code. */
export const findPlainComments = (text: string): Comment[] => commentsOutside(text, new Set());

const commentsOutside = (text: string, literal: ReadonlySet<number>): Comment[] => {
  const comments: Comment[] = [];
  let at = text.indexOf(opening);
  while (at >= 0) {
    const to = literal.has(at) ? at + opening.length : endOf(text, at);
    if (!literal.has(at)) comments.push(to === undefined ? { from: at } : { from: at, to });
    at = to === undefined ? -1 : text.indexOf(opening, to);
  }
  return comments;
};

/** `<!-->` and `<!--->` are whole comments (HTML Standard, 13.2.5.43). */
const endOf = (text: string, from: number): number | undefined => {
  const short = /^<!---?>/.exec(text.slice(from, from + 6))?.[0];
  if (short !== undefined) return from + short.length;
  const end = text.indexOf('-->', from + opening.length);
  return end < 0 ? undefined : end + '-->'.length;
};

/**
 * A comment as it is cut: as though it had not been written. With it go its line where nothing else stands on it,
 * the white space before it at the end of a line, and otherwise the white space after it where there is some on both sides.
 */
export const widen = (text: string, { from, to }: Range): Range => {
  const lineStart = text.lastIndexOf('\n', from - 1) + 1;
  const before = from - (/[ \t]*$/.exec(text.slice(Math.max(lineStart, from - 1_000), from))?.[0].length ?? 0);
  const after = to + (/^[ \t]*/.exec(text.slice(to, to + 1_000))?.[0].length ?? 0);
  const endsLine = after === text.length || text[after] === '\n';
  if (endsLine && before === lineStart) return { from: before, to: Math.min(after + 1, text.length) };
  if (endsLine) return { from: before, to: after };
  return before < from || from === lineStart ? { from, to: after } : { from, to };
};

/** The content of a paragraph, heading or table row, and the lines of the text that it came from. */
type Leaf = { lines: [first: number, end: number]; contents: string[] };

/** The offsets of those `<!--` that are code or escaped. Where that cannot be told, it is a comment: better less than too much. */
const literalOpenings = (text: string): Set<number> => {
  const env: Env = {};
  const tokens = blockTokens(text, env);
  const starts = lineStarts(text);
  const literal = new Set<number>();
  const openingsByLine = Map.groupBy(openingsOf(text), (at) => lineAt(starts, at));
  const openingsIn = (first: number, end: number): number[] => linesBetween(first, end).flatMap((line) => openingsByLine.get(line) ?? []);
  for (const { type, map } of tokens) {
    // The first line of a fence names the language, and could hold a comment.
    if (map && (type === 'fence' || type === 'code_block')) openingsIn(type === 'fence' ? map[0] + 1 : map[0], map[1]).forEach((at) => literal.add(at));
  }
  for (const { lines, contents } of leavesOf(tokens)) {
    const marks = contents.flatMap((content) => literalMarks(content, env));
    const places = marks.includes(true) ? openingsIn(...lines) : [];
    if (places.length === marks.length) places.filter((_, index) => marks[index]).forEach((at) => literal.add(at));
  }
  return literal;
};

const leavesOf = (tokens: readonly Token[]): Leaf[] => {
  const leaves: Leaf[] = [];
  for (const { type, map, content } of tokens) {
    if (type === 'tr_open' && map) leaves.push({ lines: map, contents: [] });
    else if (type === 'inline' && map) leaves.push({ lines: map, contents: [content] });
    else if (type === 'inline') leaves.at(-1)?.contents.push(content);
  }
  return leaves;
};

/** For each `<!--` of inline content, whether it is code or escaped. */
const literalMarks = (content: string, env: Env): boolean[] => {
  const openings = openingsOf(content);
  const isCode = openings.length > 0 && content.includes('`') ? within(findCodeSpans(content, env)) : () => false;
  let end = 0;
  return openings.map((at, index) => {
    if (end >= 0 && end < at) end = content.indexOf('-->', at);
    // A stray backtick before a comment and another in it make no code of it: its end stands outside, and belongs to no other.
    const reachesOut = end >= 0 && !isCode(end) && (openings[index + 1] ?? Infinity) > end;
    return isEscaped(content, at) || (isCode(at) && !reachesOut);
  });
};

const within = (spans: readonly (readonly [from: number, to: number])[]): ((at: number) => boolean) => {
  const sorted = spans.toSorted(([a], [b]) => a - b);
  const starts = sorted.map(([from]) => from);
  return (at) => {
    const [from, to] = sorted[lineAt(starts, at)] ?? [0, 0];
    return from <= at && at < to;
  };
};

const openingsOf = (text: string): number[] => (text.includes(opening) ? Array.from(text.matchAll(/<!--/g), ({ index }) => index) : []);

const linesBetween = (first: number, end: number): number[] => Array.from({ length: end - first }, (_, index) => first + index);

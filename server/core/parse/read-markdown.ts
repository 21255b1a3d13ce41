/** A stretch of Markdown that stands on its own: its headings and blocks. */
import { lineAt } from './body.ts';
import { reportUndescribed } from './descriptions.ts';
import { cleanHtml, type CleanPiece } from './clean.ts';
import { parseHeading, readAttributes } from './heading-attributes.ts';
import { isSelfContained, TooDeepError } from './html-tree.ts';
import { blockTokens, maxLevels, renderTokens, type Env, type Token } from './markdown.ts';
import type { HeadingAttributes, Piece, Problem } from '../parsed.ts';
import { collectProblems, type Place, type Problems } from './problems.ts';

/** Lines count from 0, from where the text begins. `open`: something in it goes on beyond its end. */
export type Reading = { kind: 'closed'; pieces: Piece[]; problems: Problem[] } | { kind: 'open' };

/** One top-level block of the Markdown, and the line on which it begins. */
type Part = { html: string; line: number; attributes?: HeadingAttributes };

/** Half of what markdown-it reads is still far more than anybody means. */
const tooDeep = maxLevels / 2;

/** Stands behind a text to see whether it stands apart from it. */
const probe = '\n\nx';

/** Reads the text. With `isLast` nothing can go on beyond its end, so that it is always closed. */
export const readMarkdown = (text: string, story: string, env: Env, isLast: boolean): Reading => {
  const problems = collectProblems();
  const tokens = blockTokens(isLast ? text : text + probe, { ...env });
  const deep = tokens.findIndex(({ level }) => level >= tooDeep);
  if (deep >= 0) return tooDeepAt(tokens.slice(0, deep).findLast(({ map }) => map)?.map?.[0] ?? 0, 'lists or quotations');
  if (!isLast && !isProbe(tokens.splice(-3))) return { kind: 'open' };
  const lines = text.split('\n');
  const parts = topLevel(tokens).map((group) => toPart(group, lines, env, problems));
  try {
    if (!mayHoldHtml(tokens)) return { kind: 'closed', pieces: parts.flatMap((part) => toPieces([part], story)), problems: problems.list() };
    if (!isLast && !isSelfContained(parts.map(({ html }) => html).join(''))) return { kind: 'open' };
    return { kind: 'closed', pieces: toPieces(parts, story), problems: problems.list() };
  } catch (error) {
    if (error instanceof TooDeepError) return tooDeepAt(parts[0]?.line ?? 0, 'HTML elements');
    throw error;
  }
};

const tooDeepAt = (line: number, what: string): Reading => {
  const message = `${what} stand too deep within each other here: take some levels out`;
  return { kind: 'closed', pieces: [], problems: [{ severity: 'error', line, column: 1, message }] };
};

const isProbe = ([open, inline]: readonly Token[]): boolean => open?.type === 'paragraph_open' && open.level === 0 && inline?.content === probe.trim();

const mayHoldHtml = (tokens: readonly Token[]): boolean =>
  tokens.some(({ type, content }) => type === 'html_block' || (type === 'inline' && /<[a-z/!?]/i.test(content)));

/** The tokens, grouped by top-level block; definitions of links make none. */
const topLevel = (tokens: readonly Token[]): Token[][] => {
  const groups: Token[][] = [];
  let group: Token[] = [];
  for (const token of tokens) {
    if (token.level === 0 && token.type === 'reference_definition') continue;
    group.push(token);
    if (token.level > 0 || token.nesting > 0) continue;
    groups.push(group);
    group = [];
  }
  return groups;
};

const toPart = (tokens: readonly Token[], lines: readonly string[], env: Env, problems: Problems): Part => {
  const attributes = takeAttributes(tokens, lines, problems);
  const part = { html: renderTokens(tokens, env), line: tokens[0]?.map?.[0] ?? 0, ...(attributes && { attributes }) };
  reportUndescribed(tokens, part, problems);
  return part;
};

const mayHoldAttributes = /[{｛]|draft/i;

/** Takes the attributes off a heading. */
const takeAttributes = ([open, inline]: readonly Token[], lines: readonly string[], problems: Problems): HeadingAttributes | undefined => {
  if (open?.type !== 'heading_open' || !inline || !mayHoldAttributes.test(inline.content)) return undefined;
  const { content } = inline;
  const heading = parseHeading(content);
  inline.content = heading.text;
  const place = (at: number): Place => {
    const before = content.slice(0, at).split('\n');
    const line = (open.map?.[0] ?? 0) + before.length - 1;
    const indent = lines[line]?.indexOf(content.split('\n')[before.length - 1] ?? '') ?? 0;
    return { line, column: Math.max(indent, 0) + (before.at(-1)?.length ?? 0) + 1 };
  };
  return readAttributes(heading, place, problems);
};

/** The parts as one HTML tree. */
const toPieces = (parts: readonly Part[], story: string): Piece[] => {
  const html = parts.map((part) => part.html).join('');
  const plain = parts.length === 1 ? plainPiece(html) : undefined;
  const starts = startsOf(parts);
  return (plain ? [plain] : cleanHtml(html, story)).map((piece) => placed(piece, parts, starts));
};

const simple = /^<(p|h[1-6])>((?:[^<>&\r\u00a0]|&(?:amp|lt|gt);)+)<\/\1>\n$/;

/** Most blocks are paragraphs of nothing but text: they are what they look like, and need no tree to tell. */
const plainPiece = (html: string): CleanPiece | undefined => {
  const [, tag, text = ''] = simple.exec(html.replaceAll('&quot;', '"')) ?? [];
  if (tag === undefined || text.trim() === '') return undefined;
  if (tag === 'p') return { kind: 'block', html: `<p>${text}</p>` };
  const plain = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return { kind: 'heading', level: Number(tag[1]), text: plain.replace(/\s+/g, ' ').trim(), at: 0 };
};

const startsOf = (parts: readonly Part[]): number[] => {
  let start = 0;
  return parts.map(({ html }) => (start += html.length) - html.length);
};

/** Gives a heading its line and, where it is Markdown's own, its attributes: `starts` says at which offset each part begins. */
const placed = (piece: CleanPiece, parts: readonly Part[], starts: readonly number[]): Piece => {
  if (piece.kind === 'block') return piece;
  const { at, ...heading } = piece;
  const index = lineAt(starts, at);
  const { html, line, attributes } = parts[index] ?? { html: '', line: 0 };
  const offset = at - (starts[index] ?? 0);
  const further = offset === 0 ? 0 : html.slice(0, offset).split('\n').length - 1;
  return { ...heading, line: line + further, ...(offset === 0 && attributes && { attributes }) };
};

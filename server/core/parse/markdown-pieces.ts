/** Markdown becomes headings and blocks. What was read before is remembered, so that an edit costs what it touches. */
import { lineStarts, type Body } from './body.ts';
import { blockTokens, type Env } from './markdown.ts';
import { createMemo } from './memo.ts';
import type { Heading, Piece } from '../parsed.ts';
import type { Problems } from './problems.ts';
import { readMarkdown, type Reading } from './read-markdown.ts';

/** A stretch of the text, and the line of the body, from 0, on which it begins. */
type Segment = { text: string; line: number };

const remembered = createMemo<Reading>(8_000_000);

/** The headings and blocks of a Markdown text, as one HTML tree would have them. `story` is what addresses are relative to. */
export const markdownPieces = (body: Body, story: string, problems: Problems): Piece[] => markdownParts(body, story, problems).flatMap(({ pieces }) => pieces);

/** A stretch of the text that stands on its own, but for link definitions, and what it says. */
export type Part = { text: string; pieces: Piece[] };

/** The same, and where in the text it stands. Joined, the parts are the text. */
export const markdownParts = (body: Body, story: string, problems: Problems): Part[] => {
  const segments = segmentsOf(body.text);
  const env: Env = {};
  // Link definitions count everywhere in the text.
  if (body.text.includes(']:')) blockTokens(body.text, env);
  if (mayExplode(body.text, env)) {
    problems.error({ line: body.lines[0] ?? 1, column: 1 }, 'a link definition, [name]: address "title", is too long for how often it may be used: shorten it');
    return [];
  }
  const parts: Part[] = [];
  for (let first = 0; first < segments.length; ) {
    const { text, length, reading } = readFrom(segments, first, story, env);
    const start = segments[first]?.line ?? 0;
    const inFile: InFile = (thing) => ({ ...thing, line: body.lines[start + thing.line] ?? 1 });
    for (const { severity, message, ...place } of reading.problems) problems[severity](inFile(place), message);
    parts.push({ text, pieces: reading.pieces.map((piece) => (piece.kind === 'block' ? piece : headingInFile(piece, inFile))) });
    first += length;
  }
  return parts;
};

/** From lines of a segment to lines of the file. */
type InFile = <T extends { line: number }>(thing: T) => T;

const headingInFile = (heading: Heading, inFile: InFile): Heading => ({ ...inFile(heading), ...(heading.attributes && { attributes: inFile(heading.attributes) }) });

/**
 * Cuts before each line that is not indented, no list item, and follows an empty one: what stood before goes on beyond it only
 * where a fence or HTML is still open. Each segment keeps the empty lines at its end.
 */
const segmentsOf = (text: string): Segment[] => {
  const starts = lineStarts(text);
  const begins = (line: number, start: number): boolean => mayBegin.test(text.charAt(start)) && isBlank(text, starts[line - 1] ?? 0, start);
  const firsts = starts.flatMap((start, line) => (line === 0 || begins(line, start) ? [line] : []));
  return firsts.map((line, index) => ({ line, text: text.slice(starts[line], starts[firsts[index + 1] ?? starts.length]) }));
};

const mayBegin = /^[^\s\d*+-]/;
const isBlank = (text: string, from: number, to: number): boolean => text.slice(from, to).trim() === '';

/** Whether a long link definition that is used again and again could make the story many times as long as its file. */
const mayExplode = (text: string, { references = {} }: Env): boolean => {
  const longest = Object.values(references).reduce((most, { href, title }) => Math.max(most, href.length + title.length), 0);
  return longest * (text.split(']').length - 1) > 1_000_000 + 10 * text.length;
};

type Closed = { text: string; length: number; reading: Extract<Reading, { kind: 'closed' }> };

/** Reads a segment, together with as many of the next as it takes for it to be closed: twice as many each time. */
const readFrom = (segments: readonly Segment[], first: number, story: string, env: Env): Closed => {
  for (let length = 1; ; length *= 2) {
    const text = segments.slice(first, first + length).map((segment) => segment.text).join('');
    const isLast = first + length >= segments.length;
    const key = [story, isLast, text.includes(']') ? JSON.stringify(env.references ?? {}) : '', text].join('\0');
    const reading = remembered(key, () => readMarkdown(text, story, env, isLast));
    if (reading.kind === 'closed') return { text, length, reading };
  }
};

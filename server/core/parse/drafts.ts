/** Draft sections: a heading marked `{.draft}` with everything below it, up to the next heading that is not deeper. */
import type { Range } from './body.ts';
import { lineStarts } from './body.ts';
import { cleanHtml } from './clean.ts';
import { parseHeading } from './heading-attributes.ts';
import { isSelfContained, TooDeepError } from './html-tree.ts';
import { blockTokens, findCodeSpans, renderTokens, type Env, type Token } from './markdown.ts';

const mark = /\{[^{}\n]{0,200}?\.draft(?![\p{L}\p{N}_-])[^{}\n]{0,200}\}/giu;

type Heading = {
  line: number;
  level: number;
  draft: boolean;
  /** Without its attributes. */
  text: string;
  /** Text with a line under it that may have been meant as a rule. */
  ruled: boolean;
};

/** A heading that ends a draft and may be the draft's own text: its line, from 0, and what to do about it. */
export type Doubt = { line: number; message: string };

/**
 * The draft sections of a Markdown text; the blank line that each leaves keeps apart what stood around it.
 * Where it is in doubt whether a heading ends one, that is said.
 */
export const findDrafts = (text: string): { drafts: Range[]; doubts: Doubt[] } => {
  const drafts: Range[] = [];
  const doubts: Doubt[] = [];
  if (text.search(mark) < 0) return { drafts, doubts };
  const starts = lineStarts(text);
  const env: Env = {};
  let open: Heading | undefined;
  for (const heading of [...headingsOf(text, env), endOfText(starts.length)]) {
    if (open && heading.level <= open.level) {
      const draft = { from: starts[open.line] ?? 0, to: (starts[heading.line] ?? text.length + 1) - 1 };
      drafts.push(draft);
      const message = heading.level > 0 ? doubtAbout(heading, text.slice(draft.from, draft.to), env) : undefined;
      if (message !== undefined) doubts.push({ line: heading.line, message });
      open = undefined;
    }
    if (heading.draft) open ??= heading;
  }
  return { drafts, doubts };
};

const endOfText = (line: number): Heading => ({ line, level: 0, draft: false, text: '', ruled: false });

const doubtAbout = (end: Heading, draft: string, env: Env): string | undefined => {
  if (end.ruled) return 'a line of hyphens makes this text a heading, which ends the draft above: write # before a heading, or leave a line empty above a rule';
  if (!showsText(end, env)) return 'a heading without text would end the draft above: give it a text, or take the line out';
  if (leavesOpen(draft, env)) return 'this heading would end the draft above, in which an HTML element is still open: close the element first, or use a deeper heading';
  return undefined;
};

/** As HTML: `## <br>` and `## &nbsp;` show none. */
const showsText = ({ text }: Heading, env: Env): boolean => {
  if (/^[\p{L}\p{N}]/u.test(text)) return true;
  const html = renderTokens(blockTokens(`# ${text.replaceAll('\n', ' ')}`, env), env);
  return unlessTooDeep(() => cleanHtml(html, '').some((piece) => piece.kind === 'block' || piece.text !== ''), true);
};

const leavesOpen = (draft: string, env: Env): boolean =>
  /<[a-z]/i.test(draft) && unlessTooDeep(() => !isSelfContained(renderTokens(blockTokens(draft, { ...env }), env)), true);

const unlessTooDeep = (answer: () => boolean, otherwise: boolean): boolean => {
  try {
    return answer();
  } catch (error) {
    if (error instanceof TooDeepError) return otherwise;
    throw error;
  }
};

/** The same for a plain text, in which nothing is code or HTML. */
export const findPlainStrayMarks = (text: string): number[] => text.split('\n').flatMap((line, index) => (line.search(mark) < 0 ? [] : [index]));

/**
 * The lines, from 0, on which the mark stands where it holds back nothing: in a paragraph, in a list, in HTML.
 * An editor who wrote it there believes that it does.
 */
export const findStrayMarks = (text: string): number[] => {
  if (text.search(mark) < 0) return [];
  const env: Env = {};
  const lines: number[] = [];
  let line = 0;
  for (const token of blockTokens(text, env)) {
    line = token.map?.[0] ?? line;
    if (isMarked(token, env)) lines.push(line);
  }
  return lines;
};

const headingsOf = (text: string, env: Env): Heading[] => {
  const tokens = blockTokens(text, env);
  return tokens.flatMap(({ type, level, tag, map, markup }, index) => {
    if (type !== 'heading_open' || level > 0) return [];
    const { content } = tokens[index + 1] ?? { content: '' };
    const ruled = !markup.startsWith('#') && /\n|[.!?…]["'”’»)]*$/.test(content);
    const heading = parseHeading(content);
    return [{ line: map?.[0] ?? 0, level: Number(tag[1]), draft: heading.draft, text: heading.text, ruled }];
  });
};

const isMarked = ({ type, content }: Token, env: Env): boolean => {
  if (type !== 'inline' && type !== 'html_block') return false;
  const marks = Array.from(content.matchAll(mark), ({ index }) => index);
  const code = type === 'inline' && marks.length > 0 ? findCodeSpans(content, env) : [];
  return marks.some((at) => !code.some(([from, to]) => from < at && at < to));
};

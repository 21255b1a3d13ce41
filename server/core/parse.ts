/** A story file's text becomes what can be published, or a list of problems with their places. */
import { detectLanguage } from './parse/detect-language.ts';
import { directionOf } from './parse/direction.ts';
import { canonicalLang, readFrontMatter, type FrontMatter } from './parse/front-matter.ts';
import { markdownPieces } from './parse/markdown-pieces.ts';
import type { Parsed, ParsedMeta, ParsedSection, ParseOptions, Problem } from './parsed.ts';
import { readPlainText } from './parse/plain-text.ts';
import { collectProblems, type Problems } from './parse/problems.ts';
import { isEmpty, toSections } from './parse/sections.ts';
import { cutUnpublished } from './parse/unpublished.ts';

export type { Parsed, ParsedMeta, ParsedSection, ParseOptions, Problem } from './parsed.ts';

/**
 * Reads one story file. Takes any text, throws nothing. `parsed` is absent where there is an error among the problems: then nothing is to be published.
 * What is not to be published (drafts, comments of HTML and YAML) stands nowhere in the result, problems included.
 */
export const parseStory = (text: string, options: ParseOptions): { parsed?: Parsed; problems: Problem[] } => {
  const problems = collectProblems();
  const read = options.format === 'txt' ? parsePlainText : parseMarkdown;
  const parsed = read(normalise(text), options, problems);
  return { ...(parsed && !problems.failed() && { parsed }), problems: problems.list() };
};

/** `storm.md:4:1: error: what is wrong and how to mend it` */
export const formatProblem = (file: string, { line, column, severity, message }: Problem): string => `${file}:${line}:${column}: ${severity}: ${message}`;

/** Without byte order mark, CR, NUL and halves of characters. */
const normalise = (text: string): string => text.toWellFormed().replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n').replaceAll('\0', '\uFFFD');

const parseMarkdown = (text: string, options: ParseOptions, problems: Problems): Parsed | undefined => {
  const { front, head, body } = readFrontMatter(text, problems);
  const published = cutUnpublished(body, problems);
  if (!published) return undefined;
  const pieces = markdownPieces(published, options.story, problems);
  const { headline, sections } = toSections(pieces, front.headline, body.lines[0] ?? 1, problems);
  return toParsed(withHeadline(front, headline), sections, head + published.text, options, problems);
};

const parsePlainText = (text: string, options: ParseOptions, problems: Problems): Parsed | undefined => {
  const story = readPlainText(text, options.story, problems);
  if (!story) return undefined;
  const { sections } = toSections(story.pieces, story.headline, 1, problems);
  const lang = story.developing ?? detectLanguage(story.body.text);
  return toParsed(withHeadline(lang === undefined ? {} : { lang }, story.headline), sections, story.body.text, options, problems);
};

const withHeadline = (front: FrontMatter, headline: string | undefined): FrontMatter => (headline === undefined ? front : { ...front, headline });

const toParsed = (front: FrontMatter, sections: ParsedSection[], source: string, options: ParseOptions, problems: Problems): Parsed => {
  const isShown = front.status !== 'withdrawn' && front.status !== 'draft';
  if (isShown && front.headline === undefined && !problems.failed()) reportMissingHeadline(isEmpty(sections), problems);
  return { meta: toMeta(front, options), sections, source };
};

const reportMissingHeadline = (isEmpty: boolean, problems: Problems): void => {
  const start = { line: 1, column: 1 };
  if (isEmpty) problems.error(start, 'the story has no text: to withdraw it, remove the file or set `status: withdrawn`');
  else problems.warning(start, 'the story has no headline, so that its file name stands there: begin it with "# Headline"');
};

const toMeta = (front: FrontMatter, options: ParseOptions): ParsedMeta => {
  const lang = front.lang ?? canonicalLang(options.lang) ?? 'en';
  return {
    headline: front.headline ?? options.story.split('/').at(-1) ?? options.story,
    lang,
    dir: directionOf(lang),
    status: front.status ?? 'developing',
    authors: front.authors ?? [],
    corrections: front.corrections ?? [],
    ...(front.note !== undefined && { note: front.note }),
    ...(front.minor !== undefined && { minor: front.minor }),
  };
};

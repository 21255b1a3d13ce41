/** `{#id .pinned .draft}` at the end of a heading. */
import type { HeadingAttributes } from '../parsed.ts';
import type { Place, Problems } from './problems.ts';

export type ParsedHeading = {
  /** The heading without its attributes. */
  text: string;
  draft: boolean;
  pinned: boolean;
  pin?: string;
  /** Where the id begins, or else the first attribute, counted from 0 in the heading; -1 without any. */
  at: number;
  problems: { severity: 'error' | 'warning'; at: number; message: string }[];
};

const braces = /\{([^{}\n]*)\}[ \t]*$/;
/** What may have been meant for attributes: braces never closed, and `draft` in braces of another form, behind a stray full stop, before a stray brace. */
const nearMisses = [
  /[{｛]\s*[.#]\s*\p{L}[^{}｛｝`\n]*$/iu,
  /[{｛][^{}｛｝`\n]*\bdraft\b[^{}｛｝`\n]*[}｝\])]?\s*$/iu,
  /(?<=\s|^)[[(]?\.\s*draft\s*[)\]}｝]*\s*$/iu,
  /\bdraft\s*[}｝]\s*$/iu,
];
/** Only the end of a heading is looked at: the patterns would take long over a long one. */
const longestMiss = 200;
const attribute = /^(?:#.*|\.[\p{L}_-].*)$/u;
const id = /^[\p{Ll}\p{Lo}\p{Lm}\p{N}][\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}-]*$/u;

/** Takes the attributes off a heading. Braces that hold anything else are part of its text. */
export const parseHeading = (heading: string): ParsedHeading => {
  const found = braces.exec(heading);
  const words = Array.from((found?.[1] ?? '').matchAll(/\S+/g), (match) => ({ word: match[0], at: (found?.index ?? 0) + 1 + match.index }));
  const plain: ParsedHeading = { text: heading, draft: false, pinned: false, at: -1, problems: [] };
  const [first] = words;
  if (!found || !first || isEscaped(heading, found.index)) return { ...plain, problems: nearMiss(heading) };
  if (words.every(({ word }) => /^(?:draft|pinned)$/i.test(word))) return { ...plain, problems: [forgottenDot(first.word, found.index)] };
  if (!attribute.test(first.word)) return { ...plain, problems: nearMiss(heading) };
  const result: ParsedHeading = { ...plain, text: heading.slice(0, found.index).trimEnd(), at: first.at };
  for (const { word, at } of words) readAttribute(result, word, at);
  return result;
};

const readAttribute = (heading: ParsedHeading, word: string, at: number): void => {
  const problem = (severity: 'error' | 'warning', message: string): void => void heading.problems.push({ severity, at, message });
  const name = word.toLowerCase();
  if (name === '.draft') heading.draft = true;
  else if (name === '.pinned') heading.pinned = true;
  else if (word.startsWith('.')) problem('error', `${word} means nothing here: a heading can be .pinned or .draft`);
  else if (!word.startsWith('#')) problem('error', `${word} has neither # nor . before it: an id has no spaces, as in {#my-id .pinned}`);
  else if (heading.pin !== undefined) problem('error', 'a heading has one id: leave only one {#id}');
  else if (word === '#lead') problem('error', '#lead is the text before the first heading: choose another id');
  else if (!id.test(word.slice(1).normalize('NFC'))) problem('error', `${word} is no id: write small letters, digits and hyphens, as in {#my-id}`);
  else [heading.pin, heading.at] = [word.slice(1).normalize('NFC'), at];
};

const nearMiss = (heading: string): ParsedHeading['problems'] => {
  const from = Math.max(heading.length - longestMiss, 0);
  const offset = nearMisses.map((pattern) => heading.slice(from).search(pattern)).find((found) => found >= 0);
  const at = from + (offset ?? 0);
  if (offset === undefined || isEscaped(heading, at)) return [];
  return [{ severity: 'error', at, message: 'this looks like attributes and is none: write them as in ## Heading {.draft}, or a backslash before what is meant as text' }];
};

const forgottenDot = (word: string, at: number): ParsedHeading['problems'][number] => ({
  severity: 'error',
  at,
  message: `write a full stop before it: {.${word.toLowerCase()}}`,
});

/** Whether a backslash makes the character at `at` plain text. */
export const isEscaped = (text: string, at: number): boolean => {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
};

/** What a heading's attributes mean, with what is wrong with them reported. `place` turns an offset of the heading into a place in the file. */
export const readAttributes = (heading: ParsedHeading, place: (at: number) => Place, problems: Problems): HeadingAttributes | undefined => {
  for (const { severity, at, message } of heading.problems) problems[severity](place(at), message);
  if (!heading.pinned && heading.pin === undefined) return undefined;
  return { ...place(heading.at), ...(heading.pinned && { pinned: true as const }), ...(heading.pin !== undefined && { pin: heading.pin }) };
};

/** Lines that come along when a story is copied from a page: furniture to leave out, and the closing line that says that the story is developing. */
import { languages } from '../languages.ts';
import { fill } from '../languages/texts.ts';

/** Agencies that are quoted in every language, beside those that each names as its own. */
const international = 'afp|ntb|ritzau|stt|epa|ansa|lusa|anp|pap|tass|xinhua|kyodo|yonhap';
const agency = `(?:${[international, ...languages.map(({ pasted }) => pasted.agencies)].join('|')})`;
/** A word that begins with a capital, or in a script without capitals. */
const name = String.raw`(?-i:[\p{Lu}\p{Lo}])[^\s:/|,.]*`;
/** Not all of Unicode's: those cost many milliseconds where the patterns are first used. */
const digit = String.raw`[\d٠-٩۰-۹]`;
const number = String.raw`${digit}(?:[., ]?${digit})*`;

/** What may stand in the places of a language's patterns. */
const places = {
  n: number,
  count: String.raw`(?: ?[([]?${number}[)\]]?)?`,
  place: '[^.,:;!?…"«»]{1,20}',
  title: '(?: ?[:|] .+)?',
  end: String.raw`(?=[\s.…!)\]*_"»]*$)`,
  mark: String.raw`(?:(?= ?[:/|,]| ?[–—] | - |$)| ${name})`,
  agency,
  name,
};

/** One spelling of what is written in several: vowel signs and marks of direction go, the forms of alif are one, and so are apostrophes and spaces. */
const plain = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\p{Mn}\p{Cf}ـ]/gu, '')
    .replace(/[أإآ]/g, 'ا')
    .replaceAll('ى', 'ي')
    .replace(/[’‘ʼ`]/g, "'")
    .replace(/\s/g, ' ');

const alternatives = (patterns: readonly string[]): string => patterns.map((pattern) => plain(fill(pattern, places))).join('|');
const wholeLines = (patterns: readonly string[]): RegExp => new RegExp(`^(?:${alternatives(patterns)})$`, 'iu');
const beginnings = (patterns: readonly string[]): RegExp => new RegExp(`^(?:${alternatives(patterns)})(?![\\p{L}\\p{N}])`, 'iu');

const phrases = languages.map(({ lang, pasted }) => ({
  lang,
  furniture: wholeLines(pasted.furniture),
  developing: beginnings(pasted.developing),
  byline: beginnings(pasted.bylines),
}));

const longestLine = 200;

/** Whether a line is page furniture and no part of the story, in any language the pages speak. */
export const isFurniture = (line: string): boolean => {
  if (line.length > longestLine) return false;
  const bare = plain(line).replace(/^[\s»›→←«‹▶►]+|[\s.:!؛›»‹«>…→←]+$/gu, '');
  return phrases.some(({ furniture }) => furniture.test(bare));
};

/** `Jane Smith/Reuters`, `TT / AFP`, `(dpa)`. */
const credit = new RegExp(plain(`^[^/|]{1,60}[/|] ?${agency}$|^${agency} ?[/|][^/|]{1,60}$|^\\(?${agency}\\)?$`), 'iu');

/** Byline, caption, credit and time lines: short and without a full stop, but no headings. */
export const isByline = (line: string): boolean => {
  const text = plain(line).trim();
  return /^(?:©|\(c\)|@)/i.test(text) || credit.test(text) || phrases.some(({ byline }) => byline.test(text));
};

/** What a closing paragraph says: in which language it says that the story is developing, and whether it says nothing else. */
export const readClosing = (paragraph: string): { lang: string; alone: boolean } | undefined => {
  if (paragraph.length > longestLine) return undefined;
  const sentences = plain(paragraph).replace(/^[\s*_([—–«"-]+/u, '').split(/(?<=[.!?…؟])\s+/u);
  const language = phrases.find(({ developing }) => sentences.some((sentence) => developing.test(sentence)));
  return language && { lang: language.lang, alone: sentences.every((sentence) => language.developing.test(sentence)) };
};

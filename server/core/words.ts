/** Which words of a text changed, as a person would mark them. */
import type { Hunk } from './sequence.ts';
import { hunksBetween, joinHunks } from './sequence.ts';

/** In reading order; where one text was replaced by another, what was removed stands first. */
export type Run = { kind: 'kept' | 'removed' | 'added'; text: string };

/** A number with its sign, thousands, decimals and the unit written to it, also a date, a range or a score: it is marked whole. In one group, for `split`. */
const number = /((?<![\p{L}\p{N}])[-−+]?(?:\p{Nd}{1,3}(?:[ \u00a0\u2009\u202f]\p{Nd}{3}(?!\p{Nd}))+|\p{Nd}+)(?:[.,:'’٫٬/–-]\p{Nd}+)*\p{Script=Latin}*)/u;
const letter = /[\p{L}\p{N}]/gu;
const digit = /\p{Nd}/u;
/** Also of a line: of an item, a row, a line of code. */
const endOfSentence = /(?:[.!?…。！？؟।]["'”’»)]*\s*|\n\s*)$/u;
const unspaced = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** A word of so few letters, left standing between two changes, only disturbs. */
const shortWord = 3;
/** So many words may be swallowed by longer changes on both sides. */
const fewWords = 3;

/** The runs that turn one text into the other: kept and removed ones join to the old text, kept and added ones to the new. `lang` is BCP 47; one that is no language counts as none. */
export const wordDiff = (oldText: string, newText: string, lang: string): Run[] => {
  const [a, b] = [tokensOf(oldText, lang), tokensOf(newText, lang)];
  const weak = isIsland(a, b);
  return runsOf(a, b, joinHunks(joinHunks(slideAll(a, b, hunksBetween(a, b)), weak), weak)); // twice: only then is a change after an island weighed whole
};

const segmenters = new Map<string, Intl.Segmenter>();

/** One for each language; a text that names none is cut like English. */
const segmenterOf = (lang: string): Intl.Segmenter => {
  try {
    const segmenter = segmenters.get(lang) ?? new Intl.Segmenter(lang, { granularity: 'word' });
    segmenters.set(lang, segmenter);
    return segmenter;
  } catch {
    return segmenterOf('en');
  }
};

/** Words, numbers, and one by one the spaces and marks between them. */
const tokensOf = (text: string, lang: string): string[] =>
  text.split(number).flatMap((part, index) => (index % 2 === 1 ? part : Array.from(segmenterOf(lang).segment(part), ({ segment }) => segment)));

const lettersIn = (tokens: readonly string[]): number => tokens.join('').match(letter)?.length ?? 0;

/** Whether what was kept between two changes is too little to be read as kept: spaces, a comma, a short word, or few words between longer changes. A number beside it changed by itself. */
const isIsland = (a: readonly string[], b: readonly string[]) => (before: Hunk, after: Hunk): boolean => {
  const kept = a.slice(before.at + before.drop, after.at);
  const text = kept.join('');
  const isNumber = ({ at, drop }: Hunk) => drop === 1 && digit.test(a[at] ?? '');
  if (endOfSentence.test(text) || (text.trim() !== '' && (isNumber(before) || isNumber(after)))) return false;
  const words = kept.filter((token) => token.match(letter));
  if (words.length === 0) return true;
  if (words.length > fewWords || digit.test(text)) return false;
  const sizes = [before, after].map(({ at, drop, from, put }) => Math.max(lettersIn(a.slice(at, at + drop)), lettersIn(b.slice(from, from + put))));
  const size = lettersIn(words);
  return (words.length === 1 && size <= (unspaced.test(words[0] ?? '') ? 1 : shortWord)) || sizes.every((other) => other > size);
};

const slideAll = (a: readonly string[], b: readonly string[], hunks: readonly Hunk[]): Hunk[] => {
  const slid: Hunk[] = [];
  for (const [index, hunk] of hunks.entries()) slid.push(slide(a, b, hunk, slid[index - 1], hunks[index + 1]));
  return slid;
};

/** Among all equal ways to place something that was only added or only removed, the one that starts and ends between words, best between sentences. */
const slide = (a: readonly string[], b: readonly string[], hunk: Hunk, before: Hunk | undefined, after: Hunk | undefined): Hunk => {
  if (hunk.drop > 0 && hunk.put > 0) return hunk;
  const [tokens, start, length] = hunk.drop > 0 ? [a, hunk.at, hunk.drop] : [b, hunk.from, hunk.put];
  const least = before ? before.at + before.drop + 1 - hunk.at : -hunk.at;
  const most = (after ? after.at - 1 : a.length) - hunk.at - hunk.drop;
  let best = 0;
  const consider = (shift: number) => { if (fit(tokens, start + shift, length) > fit(tokens, start + best, length)) best = shift; };
  for (let shift = -1; shift >= least && tokens[start + shift] === tokens[start + shift + length]; shift -= 1) consider(shift);
  for (let shift = 1; shift <= most && tokens[start + shift - 1] === tokens[start + shift - 1 + length]; shift += 1) consider(shift);
  return { ...hunk, at: hunk.at + best, from: hunk.from + best };
};

const fit = (tokens: readonly string[], start: number, length: number): number => edge(tokens, start) + edge(tokens, start + length);

/** How natural a cut before a token is. */
const edge = (tokens: readonly string[], at: number): number => {
  const before = tokens[at - 1];
  if (before === undefined || at === tokens.length || before.includes('\n')) return 3;
  if (!/\s$/.test(before)) return 0;
  return endOfSentence.test(tokens[at - 2] ?? '') ? 2 : 1;
};

const runsOf = (a: readonly string[], b: readonly string[], hunks: readonly Hunk[]): Run[] => {
  const runs: Run[] = [];
  const add = (kind: Run['kind'], tokens: readonly string[]) => { if (tokens.length > 0) runs.push({ kind, text: tokens.join('') }); };
  let kept = 0;
  for (const { at, drop, from, put } of hunks) {
    add('kept', a.slice(kept, at));
    add('removed', a.slice(at, at + drop));
    add('added', b.slice(from, from + put));
    kept = at + drop;
  }
  add('kept', a.slice(kept));
  return runs;
};

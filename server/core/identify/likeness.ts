/** How alike two sections are: what the matcher weighs. */
import type { Block, Section } from '../story.ts';
import { textOf } from '../text.ts';

/** A section as the matcher sees it. */
export type Portrait = {
  level: number;
  heading: string;
  /** The heading without case, numbering and punctuation. */
  key: string;
  /** How often each pair of letters stands in the key. */
  letters: () => Counts;
  /** The blocks as they are. */
  content: string;
  /** How often each word stands in the text; in scripts without spaces, each pair of letters. Counted when first asked for. */
  words: () => Counts;
};

export type Counts = ReadonlyMap<string, number>;

export type Likeness = {
  /** 0..1, 1 where the heading keys are equal. */
  heading: number;
  /** 0..1: what both texts share of both, rare words counting more. */
  body: number;
};

const word = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+|[\p{L}\p{N}\p{M}]+/gu;
const unspaced = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const numbering = /^\d+(?:\.\d+)*[.)]\s+(?=\S)|^\d+(?:\.\d+)+\s+(?=\S)/;

const plain = (text: string): string => text.normalize('NFKC').toLowerCase();

/** `2.1 What we know:` and `What We Know` have one key; `C`, `C++` and `C#` three. */
export const keyOf = (heading: string): string => {
  const text = plain(heading).trim().replace(numbering, '');
  return text.replace(/[^\p{L}\p{N}\p{M}+#]+/gu, ' ').trim() || text;
};

const pairsOf = (text: string): string[] => {
  const letters = Array.from(text);
  return letters.length < 2 ? letters : letters.slice(1).map((letter, index) => `${letters[index] ?? ''}${letter}`);
};

const count = (items: Iterable<string>, counts = new Map<string, number>()): Map<string, number> => {
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
};

const countWords = (text: string): Counts => count((plain(text).match(word) ?? []).flatMap((each) => (unspaced.test(each) ? pairsOf(each) : each)));

/** What was counted of blocks, as long as they last: most sections stay as they are from save to save. */
const counted = new WeakMap<readonly Block[], Counts>();

/** How often each word stands in the text of blocks. */
export const wordsOf = (blocks: readonly Block[]): Counts => {
  const words = counted.get(blocks) ?? countWords(blocks.map(textOf).join(' '));
  counted.set(blocks, words);
  return words;
};

/** Words and letters are counted when they are first asked for: only for a section that no simpler sign tells apart. */
export const portray = ({ level, heading, blocks }: Pick<Section, 'level' | 'heading' | 'blocks'>): Portrait => {
  const key = keyOf(heading);
  let letters: Counts | undefined;
  return { level, heading, key, letters: () => (letters ??= count(pairsOf(` ${key} `))), content: blocks.join('\n'), words: () => wordsOf(blocks) };
};

/** Dice's coefficient over the letter pairs of two keys. */
const keyLikeness = (a: Portrait, b: Portrait): number => {
  if (a.key === b.key) return 1;
  const letters = b.letters();
  let shared = 0;
  for (const [pair, times] of a.letters()) shared += Math.min(times, letters.get(pair) ?? 0);
  return (2 * shared) / (pairCount(a.key) + pairCount(b.key));
};

/** Letter pairs of a key with a space on either side. */
const pairCount = (key: string): number => Array.from(key).length + 1;

/** Measures portraits against each other; a word counts the less, the more of them have it. */
export const createScale = (portraits: readonly Portrait[]) => {
  const spread = new Map<string, number>();
  for (const { words } of portraits) count(words().keys(), spread);
  const weights = new Map([...spread].map(([each, times]) => [each, Math.log(1 + portraits.length / times)]));
  const weightOf = (each: string): number => weights.get(each) ?? 0;

  const totals = new Map<Counts, number>();
  const totalOf = (words: Counts): number => {
    let total = totals.get(words) ?? 0;
    if (total > 0) return total;
    for (const [each, times] of words) total += times * weightOf(each);
    totals.set(words, total);
    return total;
  };

  const sharedOf = (a: Counts, b: Counts): number => {
    const [few, many] = a.size < b.size ? [a, b] : [b, a];
    let shared = 0;
    for (const [each, times] of few) {
      const other = many.get(each);
      if (other !== undefined) shared += Math.min(times, other) * weightOf(each);
    }
    return shared;
  };

  return {
    likeness: (a: Portrait, b: Portrait): Likeness => {
      const [one, other, shared] = [totalOf(a.words()), totalOf(b.words()), sharedOf(a.words(), b.words())];
      return { heading: keyLikeness(a, b), body: (2 * shared) / Math.max(1, one + other) };
    },

    /** 0..1: how much of a part's text stands in the whole, not counting what stands in the rest as well. */
    share: (part: Portrait, whole: Portrait, rest: Portrait): number => {
      const left = new Map([...whole.words()].map(([each, times]) => [each, times - (rest.words().get(each) ?? 0)] as const).filter(([, times]) => times > 0));
      return sharedOf(part.words(), left) / Math.max(1, totalOf(part.words()));
    },
  };
};

export type Scale = ReturnType<typeof createScale>;

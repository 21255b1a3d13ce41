/** How alike two sections are: what the matcher weighs. */

/** A section as the matcher sees it. */
export type Portrait = {
  level: number;
  heading: string;
  /** The heading without case, numbering and punctuation. */
  key: string;
  /** The blocks as they are. */
  content: string;
  /** How often each word stands in the text; in scripts without spaces, each pair of letters. Counted when first asked for. */
  words: () => Words;
};

export type Words = ReadonlyMap<string, number>;

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

const count = (items: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
};

const countWords = (text: string): Words => count((plain(text).match(word) ?? []).flatMap((each) => (unspaced.test(each) ? pairsOf(each) : [each])));

/** `text` is called at most once, and only for a section that no simpler sign tells apart. */
export const portray = ({ level, heading, content, text }: { level: number; heading: string; content: string; text: () => string }): Portrait => {
  let words: Words | undefined;
  return { level, heading, key: keyOf(heading), content, words: () => (words ??= countWords(text())) };
};

/** Dice's coefficient over the letter pairs of two keys. */
const keyLikeness = (a: string, b: string): number => {
  if (a === b) return 1;
  const [one, other] = [pairsOf(` ${a} `), pairsOf(` ${b} `)];
  const left = count(other);
  const shared = one.filter((pair) => {
    const times = left.get(pair) ?? 0;
    left.set(pair, times - 1);
    return times > 0;
  });
  return (2 * shared.length) / (one.length + other.length);
};

/** Measures portraits against each other; a word counts the less, the more of them have it. */
export const createScale = (portraits: readonly Portrait[]) => {
  const spread = count(portraits.flatMap(({ words }) => [...words().keys()]));
  const weightOf = (each: string): number => Math.log(1 + portraits.length / (spread.get(each) ?? 1));

  const totals = new Map<Words, number>();
  const totalOf = (words: Words): number => {
    let total = totals.get(words) ?? 0;
    if (total > 0) return total;
    for (const [each, times] of words) total += times * weightOf(each);
    totals.set(words, total);
    return total;
  };

  const sharedOf = (a: Words, b: Words): number => {
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
      return { heading: keyLikeness(a.key, b.key), body: (2 * shared) / Math.max(1, one + other) };
    },

    /** 0..1: how much of a part's text stands in the whole, not counting what stands in the rest as well. */
    share: (part: Portrait, whole: Portrait, rest: Portrait): number => {
      const left = new Map([...whole.words()].map(([each, times]) => [each, times - (rest.words().get(each) ?? 0)] as const).filter(([, times]) => times > 0));
      return sharedOf(part.words(), left) / Math.max(1, totalOf(part.words()));
    },
  };
};

export type Scale = ReturnType<typeof createScale>;

/** Blocks that went from one place and came to another: moves, where a diff between lists of blocks knows only what was dropped and what was put. */
import type { Pair } from './blocks.ts';
import { wordsOf, type Counts } from './identify/likeness.ts';
import type { Block } from './story.ts';
import { contentOf } from './text.ts';

/** Share of words in common from which a block that came is one that went. */
const nearlyEqual = 0.7;
/** Shorter texts ("Read more.") are alike by chance. */
const fewestWords = 4;
/** Beyond so many comparisons nobody could follow what moved where. */
const maxComparisons = 10_000;

type Face = { index: number; content: string; words: Counts; total: number };

/** Blocks that can be told from others: with words enough, or with a picture. */
const facesOf = (blocks: readonly Block[]): Face[] =>
  blocks
    .map((block, index) => {
      const words = wordsOf([block]);
      return { index, content: contentOf(block).replace(/\s+/g, ' ').trim(), words, total: [...words.values()].reduce((sum, times) => sum + times, 0), media: /<(?:img|video|audio)\b/.test(block) };
    })
    .filter(({ total, media }) => total >= fewestWords || media);

/** Pairs of a block that went and one that came with the same content, in their order. Each stands in one pair at most, and the pairs told backwards are the same. */
export const equalBlocks = (gone: readonly Block[], come: readonly Block[]): Pair[] => {
  const [a, b] = [facesOf(gone), facesOf(come)];
  const waiting = Map.groupBy(b, ({ content }) => content);
  return a.flatMap(({ index, content }) => {
    const other = waiting.get(content)?.shift();
    return other ? [[index, other.index] as const] : [];
  });
};

/** The same for blocks that are equal or nearly so, the likest first. Ascending by the one that went. */
export const alikeBlocks = (gone: readonly Block[], come: readonly Block[]): Pair[] => {
  const [a, b] = [facesOf(gone), facesOf(come)];
  if (a.length * b.length > maxComparisons) return [];
  const candidates = a.flatMap((one) => b.map((other) => ({ pair: [one.index, other.index] as const, likeness: likenessOf(one, other) }))).filter(({ likeness }) => likeness >= nearlyEqual);
  candidates.sort((one, other) => other.likeness - one.likeness || byPlace(one.pair, other.pair));
  const [usedA, usedB] = [new Set<number>(), new Set<number>()];
  const pairs = candidates.flatMap(({ pair }) => {
    if (usedA.has(pair[0]) || usedB.has(pair[1])) return [];
    usedA.add(pair[0]);
    usedB.add(pair[1]);
    return [pair];
  });
  return pairs.sort(([one], [other]) => one - other);
};

/** The same order from both sides: what is left equal shares no block. */
const byPlace = ([a, b]: Pair, [c, d]: Pair): number => a + b - c - d || Math.abs(a - b) - Math.abs(c - d);

/** Dice's coefficient over the words: 1 where both have the same ones. A picture is another picture, whatever stands under it. */
const likenessOf = (a: Face, b: Face): number => {
  if (a.total < fewestWords || b.total < fewestWords || 2 * Math.min(a.total, b.total) < nearlyEqual * (a.total + b.total)) return 0;
  let shared = 0;
  for (const [word, times] of a.words) shared += Math.min(times, b.words.get(word) ?? 0);
  return (2 * shared) / (a.total + b.total);
};

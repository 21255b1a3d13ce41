/** Splits and merges: where the text of a new section comes from, and where that of a vanished one went. */
import type { Portrait } from './likeness.ts';
import type { Links } from './match.ts';
import { createScale } from './likeness.ts';
import { promisingPairs } from './match.ts';

export type Relatives = {
  /** The old section that a new one was split from, by the new one's index. */
  splits: ReadonlyMap<number, number>;
  /** The new section that a vanished one went into, by the old one's index. */
  merges: ReadonlyMap<number, number>;
};

/** Different words below which nothing can be said of a section's text. */
const fewWords = 5;

/** `least` is the share of a section's text that must come from another, or go into it. Only text counts that the one section has lost, or the other gained: what a linked section had and still has says nothing. */
export const relate = (olds: readonly Portrait[], news: readonly Portrait[], links: Links, returned: ReadonlySet<number>, least: number): Relatives => {
  const columnOf = new Map([...links].map(([column, { old }]) => [old, column]));
  const changed = [...links].filter(([column, { old }]) => olds[old]?.content !== news[column]?.content);
  const added = [...news.keys()].filter((column) => !links.has(column) && !returned.has(column));
  const vanished = [...olds.keys()].filter((row) => !columnOf.has(row));
  const splits = promisingPairs(olds, news, changed.map(([, { old }]) => old), added);
  const merges = promisingPairs(olds, news, vanished, changed.map(([column]) => column));
  if (splits.length + merges.length === 0) return { splits: new Map(), merges: new Map() };

  const scale = createScale([...olds, ...news]);
  const share = (part: Portrait | undefined, whole: Portrait | undefined, rest: Portrait | undefined): number =>
    part && whole && rest && part.words().size >= fewWords ? scale.share(part, whole, rest) : 0;
  return {
    splits: largest(splits.map(([row, column]) => ({ of: column, to: row, share: share(news[column], olds[row], news[columnOf.get(row) ?? -1]) })), least),
    merges: largest(merges.map(([row, column]) => ({ of: row, to: column, share: share(olds[row], news[column], olds[links.get(column)?.old ?? -1]) })), least),
  };
};

/** For each `of` the `to` with the largest share, where that is most of it. */
const largest = (shares: readonly { of: number; to: number; share: number }[], least: number): Map<number, number> =>
  new Map(shares.filter(({ share }) => share >= least).sort((a, b) => a.share - b.share || b.to - a.to).map(({ of, to }) => [of, to]));

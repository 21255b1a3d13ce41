/** Which section of a new text is which of the old one, by everything that can be seen: content, headings, outline, neighbours. */
import type { Likeness, Portrait } from './likeness.ts';
import type { Edge } from './assign.ts';
import { assign } from './assign.ts';
import { createScale } from './likeness.ts';
import type { Weights } from './weights.ts';

export type Link = { old: number; why: string };

/** By the index of the new section; no old one twice. */
export type Links = ReadonlyMap<number, Link>;

/** Up to so many pairs each is measured; beyond, those with an equal heading or a rare word in common. */
const maxPairs = 20_000;
const maxRare = 16;

/** Links sections of which nothing else can be thought: the only two with one heading and text; the only two with one text, where both headings are found on one side only. */
export const linkEqual = (olds: readonly Portrait[], news: readonly Portrait[], known: Links, apart: ReadonlySet<number> = new Set()): Links => {
  const [oldKeys, newKeys] = [olds, news].map((portraits) => new Set(portraits.map(({ key }) => key)));
  const equal = linkOnly(olds, news, known, apart, ({ heading, content }) => `${heading}\n${content}`, 'same heading and text');
  return linkOnly(olds, news, equal, apart, ({ key, content }) => (oldKeys?.has(key) && newKeys?.has(key) ? undefined : content), 'same text under a new heading');
};

/** Links the sections that are the only ones with their sign on either side; those without text or sign are left out. */
const linkOnly = (olds: readonly Portrait[], news: readonly Portrait[], known: Links, apart: ReadonlySet<number>, sign: (portrait: Portrait) => string | undefined, why: string): Links => {
  const { rows, columns } = openIn(olds, news, known, apart);
  const signOf = (portrait: Portrait | undefined) => (portrait && portrait.content !== '' ? sign(portrait) : undefined);
  const rowsBy = Map.groupBy(rows, (row) => signOf(olds[row]));
  const found = [...Map.groupBy(columns, (column) => signOf(news[column]))].flatMap(([of, [column, ...others]]): [number, Link][] => {
    const [old, ...more] = rowsBy.get(of) ?? [];
    return of === undefined || old === undefined || column === undefined || more.length + others.length > 0 ? [] : [[column, { old, why }]];
  });
  return new Map([...known, ...found]);
};

/** Links what is alike enough, so that all links together are the best; `known` stays, the new sections in `apart` get none. */
export const linkAlike = (olds: readonly Portrait[], news: readonly Portrait[], known: Links, apart: ReadonlySet<number>, weights: Weights): Links => {
  const { rows, columns } = openIn(olds, news, known, apart);
  if (rows.length === 0 || columns.length === 0) return known;
  const pairs = scored(olds, news, promisingPairs(olds, news, rows, columns), weights);
  const first = new Map([...known, ...chosen(pairs, weights.threshold)]);
  return new Map([...known, ...chosen(inContext(pairs, olds, news, first, weights), weights.threshold)]);
};

const openIn = (olds: readonly Portrait[], news: readonly Portrait[], known: Links, apart: ReadonlySet<number>) => {
  const taken = new Set([...known.values()].map(({ old }) => old));
  return { rows: [...olds.keys()].filter((row) => !taken.has(row)), columns: [...news.keys()].filter((column) => !known.has(column) && !apart.has(column)) };
};

type Pair = Edge & { why: string };

/** The pairs of an old and a new section that are worth measuring: all of them or, where there are too many, those with something rare in common. */
export const promisingPairs = (olds: readonly Portrait[], news: readonly Portrait[], rows: readonly number[], columns: readonly number[]): [row: number, column: number][] => {
  if (rows.length * columns.length <= maxPairs) return rows.flatMap((row) => columns.map((column): [number, number] => [row, column]));
  const signs = (portrait: Portrait | undefined) => [`# ${portrait?.key ?? ''}`, ...(portrait?.words().keys() ?? [])];
  const rowsBy = index(rows, (row) => signs(olds[row]));
  const columnsBy = index(columns, (column) => signs(news[column]));
  const found = new Map(rows.slice(0, columns.length).map((row, place) => [row * news.length + (columns[place] ?? 0), [row, columns[place] ?? 0] as [number, number]]));
  for (const [sign, some] of rowsBy) {
    const others = columnsBy.get(sign) ?? [];
    if (some.length * others.length > maxRare) continue;
    for (const row of some) for (const column of others) found.set(row * news.length + column, [row, column]);
  }
  return [...found.values()];
};

const index = (items: readonly number[], signs: (item: number) => readonly string[]): Map<string, number[]> => {
  const by = new Map<string, number[]>();
  for (const item of items) {
    for (const sign of signs(item)) {
      const list = by.get(sign);
      if (list) list.push(item);
      else by.set(sign, [item]);
    }
  }
  return by;
};

/** Every pair with what its own headings and texts are worth. */
const scored = (olds: readonly Portrait[], news: readonly Portrait[], pairs: readonly (readonly [row: number, column: number])[], weights: Weights): Pair[] => {
  const [rows, columns] = [new Set(pairs.map(([row]) => row)), new Set(pairs.map(([, column]) => column))];
  const { likeness } = createScale([...olds.filter((_, row) => rows.has(row)), ...news.filter((_, column) => columns.has(column))]);
  const worth = headingWorths(olds, news, weights);
  const least = weights.threshold - 3 * weights.context;
  return pairs.flatMap(([row, column]) => {
    const [a, b] = [olds[row], news[column]];
    if (!a || !b) return [];
    const like = likeness(a, b);
    const place = weights.place * Math.abs(row / olds.length - column / news.length);
    const score = scoreOf(a, b, like, worth(a.key), weights) - place;
    return score > least ? [{ row, column, score, why: reason(a, b, like) }] : [];
  });
};

const scoreOf = (a: Portrait, b: Portrait, like: Likeness, equalHeading: number, weights: Weights): number => {
  const [noText, noOther] = [a.words().size === 0, b.words().size === 0];
  const text = noText && noOther ? 1 : noText || noOther ? 0.5 : like.body; // a text that is not there says neither yes nor no
  if (like.heading === 1) return equalHeading + weights.text * text;
  return noText || noOther ? weights.textAlone * like.heading : weights.textAlone * text + weights.headingAlike * like.heading; // without text the heading stands in for it
};

const reason = (a: Portrait, b: Portrait, { heading, body }: Likeness): string => {
  const text = a.words().size + b.words().size === 0 ? 'neither has a text' : `${Math.round(body * 100)} % of the text in common`;
  return `${heading === 1 ? 'same heading' : `headings ${Math.round(heading * 100)} % alike`}, ${text}`;
};

/** What an equal heading says about two sections, by how many others have it. */
const headingWorths = (olds: readonly Portrait[], news: readonly Portrait[], weights: Weights) => {
  const [ofOlds, ofNews] = [olds, news].map((portraits) => Map.groupBy(portraits, ({ key }) => key));
  return (key: string): number => (ofOlds?.get(key)?.length === 1 && ofNews?.get(key)?.length === 1 ? weights.heading : weights.headingOfSeveral);
};

/** The index of the section that each stands under; the lead's for those of the highest level. */
const parentsOf = (portraits: readonly Portrait[]): number[] => {
  const open: number[] = [];
  return portraits.map(({ level }, at) => {
    while ((portraits[open.at(-1) ?? 0]?.level ?? 0) >= level && open.length > 0) open.pop();
    const parent = open.at(-1) ?? 0;
    open.push(at);
    return parent;
  });
};

/** The pairs once more, each with what the links of its neighbours and its parent add. */
const inContext = (pairs: readonly Pair[], olds: readonly Portrait[], news: readonly Portrait[], links: Links, weights: Weights): Pair[] => {
  const [oldParents, newParents] = [parentsOf(olds), parentsOf(news)];
  const linked = (row: number, column: number) => links.get(column)?.old === row;
  const bothLast = (row: number, column: number) => row === olds.length - 1 && column === news.length - 1;
  return pairs.map((pair) => {
    const { row, column } = pair;
    const before = linked(row - 1, column - 1) ? weights.context : 0;
    const after = bothLast(row, column) || linked(row + 1, column + 1) ? weights.context : 0;
    const above = linked(oldParents[row] ?? 0, newParents[column] ?? 0) ? weights.context : 0;
    return { ...pair, score: pair.score + before + after + above };
  });
};

const chosen = (pairs: readonly Pair[], least: number): Links => {
  const edges = pairs.filter(({ score }) => score > least).map((pair) => ({ ...pair, score: pair.score - least }));
  return new Map(assign(edges).map(({ row, column, why }) => [column, { old: row, why }]));
};

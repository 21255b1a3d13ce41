/** Where on the page each item of news is, marked and ready to be listed and stepped to. */
import type { Time } from '../server/core/story.ts';
import { fill, type ClientTexts } from '../server/core/languages/texts.ts';
import { correctionIn, isLoud } from './announce.ts';
import type { Before, MarkName } from './marks.ts';
import { elementOf } from './morph.ts';
import type { Item, SectionItem, TextEdit } from './news.ts';
import type { Change } from './trail.ts';

/** letters of the changed words that a list shows */
const maxWords = 80;

export type PlacesOptions = {
  article: Element;
  texts: ClientTexts;
  /** Marks an element, and returns its marked words. */
  mark(element: Element, name: MarkName, before?: Before): string[];
};

type Context = PlacesOptions & { lang: string; at: Time };

/** What items cannot be found on the page is left out. */
export const placeItems = (items: Item[], context: Context): Change[] => items.flatMap((item) => placeItem(item, context));

export const sectionWith = (article: Element, id: string | undefined): Element | undefined =>
  [...(article.querySelector('#sections')?.children ?? [])].find((section) => section.getAttribute('data-id') === id);

const placeItem = (item: Item, context: Context): Change[] => {
  const { article, texts, at, lang } = context;
  switch (item.kind) {
    case 'headline': {
      const place = article.querySelector('.headline');
      return place ? [textChange([[place, item.old]], { kind: 'headline', label: texts.isEdited, name: item.headline, at }, context)] : [];
    }
    case 'status': {
      const place = article.querySelector('#story-header .kicker');
      return place ? [textChange([[place, texts[item.old]]], { kind: 'status', label: texts.isEdited, name: texts[item.status], at }, { ...context, lang: texts.lang })] : [];
    }
    case 'correction': {
      const note = article.querySelector(`.corrected a[href="#c-${item.index + 1}"]`)?.closest('.corrected');
      const place = note ?? article.querySelector(`#c-${item.index + 1}`);
      if (!place) return [];
      context.mark(place, 'block-changed', { old: '', lang });
      const loud = isLoud(item) ? { loud: correctionIn(item, texts) } : {};
      return [{ kind: 'correction', label: texts.correction, name: '', words: item.correction.text, at, place, marked: new Set([place]), read: false, ...loud }];
    }
    case 'edited': return placeEdit(item, context);
    case 'new': return placeWhole(item, 'is-new', texts.isNew, context);
    case 'moved': return placeWhole(item, 'is-moved', texts.isMoved, context);
    case 'merged': return placeWhole(item, 'is-merged', fill(texts.mergedFrom, { heading: item.from || texts.opening }), context);
    case 'removed': return placeWhole({ ...item, id: item.next ?? '', heading: '' }, 'is-removed', fill(texts.removedHere, { heading: item.heading || texts.opening }), context);
  }
};

const nameOf = ({ kind, heading }: SectionItem, texts: ClientTexts): string => heading || (kind === 'removed' ? '' : texts.opening);

const placeWhole = (item: SectionItem, mark: MarkName, label: string, context: Context): Change[] => {
  const place = sectionWith(context.article, item.id);
  if (!place) return [];
  context.mark(place, mark);
  return [{ kind: item.kind, label, name: nameOf(item, context.texts), words: '', at: context.at, place, marked: new Set([place]), read: false }];
};

/** One change for each stretch of blocks that stand together; where blocks only went, the section itself. */
const placeEdit = (item: Extract<Item, { kind: 'edited' }>, context: Context): Change[] => {
  const section = sectionWith(context.article, item.id);
  if (!section) return [];
  const blocks = section.querySelector('.blocks')?.children ?? [];
  const base = { kind: 'edited' as const, label: context.texts.isEdited, name: nameOf(item, context.texts), at: context.at };
  const heading = section.querySelector('.heading-text');
  const stretches = stretchesOf(item.texts).map((stretch) =>
    stretch.flatMap(({ at, old }): [Element, string][] => (blocks[at] ? [[blocks[at], old === undefined ? '' : elementOf(old).textContent]] : [])));
  const parts = [...(heading && item.oldHeading !== undefined ? [[[heading, item.oldHeading] as [Element, string]]] : []), ...stretches].filter((part) => part.length > 0);
  return parts.length > 0 ? parts.map((part) => textChange(part, base, context)) : placeWhole(item, 'is-edited', base.label, context);
};

const stretchesOf = (texts: TextEdit[]): TextEdit[][] => {
  const stretches: TextEdit[][] = [];
  for (const text of texts) {
    const last = stretches.at(-1);
    if (last?.at(-1)?.at === text.at - 1) last.push(text);
    else stretches.push([text]);
  }
  return stretches;
};

const textChange = (parts: [Element, string][], base: Pick<Change, 'kind' | 'label' | 'name' | 'at'>, context: Context): Change => {
  const [words, marked]: [string[], Set<Element>] = [[], new Set()];
  for (const [element, old] of parts) {
    words.push(...context.mark(element, 'block-changed', { old, lang: context.lang }));
    marked.add(element);
  }
  return { ...base, words: cut(words.map(bare).filter((text) => text !== '' && text !== base.name).join(' … ')), place: parts[0]?.[0] ?? context.article, marked, read: false };
};

/** Without the marks around it. */
const bare = (words: string): string => words.replaceAll(/\s+/g, ' ').replaceAll(/^[\s\p{P}]+|[\s\p{Pd},;:]+$/gu, '');

const cut = (text: string): string => (text.length <= maxWords ? text : `${text.slice(0, maxWords).replace(/\s\S*$|[\uD800-\uDBFF]$/, '')} …`);

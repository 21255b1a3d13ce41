/** What changed, in one polite sentence a batch, for readers who listen to the page. */
import type { ClientTexts } from '../server/core/languages/texts.ts';
import { fill, listOf, plural } from '../server/core/languages/texts.ts';
import { isOfSection, type Item } from './news.ts';

/** ms in which changes are gathered into one sentence */
const batchMs = 1_000;
/** names of sections that a sentence can hold */
const maxNames = 3;

/**
 * `add` gathers what happens; when the batch is over its sentence appears in `region`, which has been in the page from the start.
 * What happens while nobody looks waits, and is one sentence when somebody does.
 */
export const createAnnouncer = <T>(region: Element, sentenceOf: (batch: T[]) => string) => {
  let batch: T[] = [];
  const speak = () => {
    if (document.hidden || batch.length === 0) return;
    region.textContent = sentenceOf(batch);
    batch = [];
  };
  document.addEventListener('visibilitychange', () => setTimeout(speak, batchMs));
  return {
    add: (...items: T[]) => {
      if (batch.length === 0) setTimeout(speak, batchMs);
      batch.push(...items);
    },
    say: (text: string) => { region.textContent = text; },
  };
};

/** Empty where nothing happened that a reader would notice. A correction of what the reader has seen comes first, in full. */
export const announcementOf = (items: Item[], texts: ClientTexts): string => {
  const [loud, others] = [items.filter(isLoud), items.filter((item) => !isLoud(item))];
  const changes = changesIn(others, texts, maxNames);
  const rest = changes.length > 0 ? [fill(texts.announcement, { changes: listOf(changes, texts.locale) })] : [];
  return [...loud.map((item) => correctionIn(item, texts)), ...rest].join(' ');
};

export const isLoud = (item: Item): boolean => item.kind === 'correction' && item.seen;

export const correctionIn = (item: Item, texts: ClientTexts): string => (item.kind === 'correction' ? fill(texts.correctionToYou, { text: item.correction.text }) : '');

/** Counts of what happened, each with the names of its sections where these are few: `2 sections edited (Opening and Traffic)`. */
export const changesIn = (items: Item[], texts: ClientTexts, namesUpTo = 0): string[] => {
  const corrections = items.filter(({ kind }) => kind === 'correction').length;
  return [
    ...(corrections > 0 ? [plural(texts.correctionsAdded, corrections, texts.locale)] : []),
    ...headlineIn(items, texts),
    ...statusIn(items, texts),
    ...sectionsIn(items, texts, namesUpTo),
  ];
};

const headlineIn = (items: Item[], texts: ClientTexts): string[] => {
  const all = items.filter((item) => item.kind === 'headline');
  const last = all.at(-1);
  return last && last.headline !== all[0]?.old ? [fill(texts.newHeadline, { headline: last.headline })] : [];
};

const statusIn = (items: Item[], texts: ClientTexts): string[] => {
  const all = items.filter((item) => item.kind === 'status');
  const last = all.at(-1);
  return last && last.status !== all[0]?.old ? [last.status === 'final' ? texts.nowFinal : texts.nowDeveloping] : [];
};

/** What happens to a section, the most first: it counts once. */
const forms = { removed: 'sectionsRemoved', new: 'sectionsAdded', merged: 'sectionsMerged', edited: 'sectionsEdited', moved: 'sectionsMoved' } as const;

const sectionsIn = (items: Item[], texts: ClientTexts, namesUpTo: number): string[] => {
  const ofSections = items.filter(isOfSection);
  const headings = new Map(ofSections.map(({ id, heading }) => [id, heading || texts.opening]));
  const counted = new Set<string>();
  return Object.entries(forms).flatMap(([kind, form]) => {
    const ids = new Set(ofSections.filter((item) => item.kind === kind).map(({ id }) => id)).difference(counted);
    for (const id of ids) counted.add(id);
    const names = [...ids].map((id) => headings.get(id) ?? '');
    const list = names.length <= namesUpTo ? ` (${listOf(names, texts.locale)})` : '';
    return ids.size > 0 ? [plural(texts[form], ids.size, texts.locale) + list] : [];
  });
};

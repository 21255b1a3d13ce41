/** What changed, in one polite sentence a batch, for readers who listen to the page. */
import type { Meta } from '../server/core/story.ts';
import type { ClientTexts } from '../server/core/languages/texts.ts';
import { fill, listOf, plural } from '../server/core/languages/texts.ts';
import type { Touch } from './patch.ts';

/** ms in which changes are gathered into one sentence */
const batchMs = 1_000;
/** names of sections that a sentence can hold */
const maxNames = 3;

/** `add` gathers what happens; when the batch is over its sentence appears in `region`, which has been in the page from the start. */
export const createAnnouncer = <T>(region: Element, sentenceOf: (batch: T[]) => string) => {
  let batch: T[] = [];
  const speak = () => {
    region.textContent = sentenceOf(batch);
    batch = [];
  };
  return {
    add: (item: T) => {
      if (batch.length === 0) setTimeout(speak, batchMs);
      batch.push(item);
    },
  };
};

export type News = { before: Meta; after: Meta; touches: Touch[] };

/** Empty where nothing happened that a reader would notice. */
export const announcementOf = (news: News[], texts: ClientTexts): string => {
  const [first, last] = [news[0], news.at(-1)];
  const changes = first && last ? [...metaChanges(first.before, last.after, texts), ...sectionChanges(news, texts)].filter((change) => change !== '') : [];
  return changes.length > 0 ? fill(texts.announcement, { changes: listOf(changes, texts.locale) }) : '';
};

const metaChanges = (before: Meta, after: Meta, texts: ClientTexts): string[] => {
  const corrections = after.corrections.length - before.corrections.length;
  return [
    corrections > 0 ? plural(texts.correctionsAdded, corrections, texts.locale) : '',
    before.headline === after.headline ? '' : fill(texts.newHeadline, { headline: after.headline }),
    before.status === after.status ? '' : after.status === 'final' ? texts.nowFinal : texts.nowDeveloping,
  ];
};

/** What happens to a section, the most first: it counts once. */
const forms = { 'is-gone': 'sectionsRemoved', 'is-new': 'sectionsAdded', 'is-edited': 'sectionsEdited', 'is-moved': 'sectionsMoved' } as const;

const sectionChanges = (news: News[], texts: ClientTexts): string[] => {
  const counted = new Set<Element>();
  const sections = news.flatMap(({ touches }) => touches.filter((touch) => touch.kind === 'section'));
  return Object.entries(forms).map(([how, form]) => {
    const elements = new Set(sections.filter((touch) => touch.how === how).map(({ element }) => element)).difference(counted);
    for (const element of elements) counted.add(element);
    const names = [...elements].flatMap((element) => element.querySelector('.heading-text')?.textContent ?? element.ariaLabel ?? []);
    const list = names.length === elements.size && names.length <= maxNames ? ` (${listOf(names, texts.locale)})` : '';
    return elements.size > 0 ? plural(texts[form], elements.size, texts.locale) + list : '';
  });
};

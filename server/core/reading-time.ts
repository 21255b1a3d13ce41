/** How long a story takes to read. */
import type { Section } from './story.ts';

const wordsPerMinute = 238;
const signsPerMinute = 300;

/** Scripts that put no spaces between words. */
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/gu;
const word = /[\p{L}\p{N}]\S*/gu;
const tag = /<[^>]*>/g;

const minutes = new WeakMap<Section, number>();

/** Remembered by the section object: sections are never changed, only replaced. */
const minutesOf = (section: Section): number => {
  const known = minutes.get(section);
  if (known !== undefined) return known;
  const text = `${section.heading} ${section.blocks.join(' ').replace(tag, ' ')}`;
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const time = count(word) / wordsPerMinute + count(unspaced) / signsPerMinute;
  minutes.set(section, time);
  return time;
};

/**
 * Whole minutes that a grown-up needs to read the sections, 1 at least. 238 words a minute is what people read of non-fiction in silence
 * (M. Brysbaert, How many words do we read per minute?, Journal of Memory and Language 109, 2019). Where words have no spaces it is 300 signs, between
 * the 255 of Chinese and the 357 of Japanese (S. Trauzettel-Klosinski and K. Dietz, IReST, Investigative Ophthalmology & Visual Science 53, 2012).
 */
export const readingMinutes = (sections: readonly Section[]): number => Math.max(1, Math.round(sections.reduce((sum, section) => sum + minutesOf(section), 0)));

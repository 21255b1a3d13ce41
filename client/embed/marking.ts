/** What has changed in the embedded stories of a page: marked until it has been on the screen long enough to be read. */
import { createDwell } from '../dwell.ts';
import { compareWords } from '../words.ts';
import type { News } from './draw.ts';

/** ms for which a mark is on the screen before it fades: at least, for each character, at most */
const readingMs = { least: 8_000, perCharacter: 60, most: 60_000 };

/** What a style calls the words that are new. */
const wordsName = 'stop-press';

type Mark = { parts: Set<string>; labels: Set<string>; old: string | undefined; ranges: Range[] };

const marks = new Map<Element, Mark>();
const words = 'highlights' in CSS ? (CSS.highlights.get(wordsName) ?? new Highlight()) : undefined;
if (words) CSS.highlights.set(wordsName, words);

const forget = (element: Element, { parts, ranges }: Mark): void => {
  marks.delete(element);
  dwell.forget(element);
  element.part.remove(...parts);
  for (const range of ranges) words?.delete(range);
};

const dwell = createDwell((element) => {
  const mark = marks.get(element);
  if (mark) forget(element, mark);
  label(element.closest('section'));
});

/** What a section's marks say of it, in a line that stands above the text and moves nothing. */
const label = (section: Element | null): void => {
  const line = section?.querySelector<HTMLElement>('[part~=label]');
  if (!section || !line) return;
  const labels = new Set([...marks].flatMap(([element, mark]) => (section.contains(element) ? [...mark.labels] : [])));
  line.textContent = [...labels].join(' · ');
  line.hidden = labels.size === 0;
};

/** A mark that something has already stays, with the text that stood there before it, and its time begins anew. */
export const mark = ({ element, part, old, label }: News, lang: string): void => {
  const mark = marks.get(element) ?? { parts: new Set(), labels: new Set(), old, ranges: [] };
  marks.set(element, mark);
  if (part !== undefined || !element.matches('section')) mark.parts.add('changed');
  if (part !== undefined) mark.parts.add(part);
  mark.labels.add(label);
  for (const range of mark.ranges) words?.delete(range);
  mark.ranges = mark.old === undefined ? [] : compareWords(element, mark.old, lang).added;
  for (const range of mark.ranges) words?.add(range);
  const length = mark.parts.size > 0 ? element.textContent.length : 0;
  dwell.watch(element, Math.min(readingMs.most, readingMs.least + readingMs.perCharacter * length));
};

/** After the page was changed: marks whose elements have left it are forgotten, and the others are as they were. */
export const refreshMarks = (article: Element): void => {
  for (const [element, mark] of marks) {
    if (element.isConnected) element.part.add(...mark.parts);
    else forget(element, mark);
  }
  for (const section of article.querySelectorAll('section')) label(section);
};

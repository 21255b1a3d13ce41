/** Shows what changed: the words themselves where the browser can highlight ranges, a margin mark everywhere, until they have been on the screen long enough to be read. */
import { createDwell } from './dwell.ts';
import type { markClasses } from './morph.ts';
import { compareWords, textIn } from './words.ts';

export type MarkName = (typeof markClasses)[number];

/** What an element's text was before it was marked, and the language that its words are told apart in. */
export type Before = { old: string; lang: string };

/** ms for which a mark is on the screen before it fades: at least, for each character, at most */
const readingMs = { least: 8_000, perCharacter: 60, most: 60_000 };

/** `lost`: some of the old words are gone. */
type Mark = { names: Set<MarkName>; before?: Before; ranges: Range[]; lost: boolean };

/** Ranges that the browser paints. Their style is not in the pages': whoever checks those knows no `::highlight`. */
const paintAs = (name: string): Highlight => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`::highlight(${name}){background-color:var(--mark);color:inherit}@media(forced-colors:active){::highlight(${name}){background-color:Mark;color:MarkText}}`);
  document.adoptedStyleSheets.push(sheet);
  const highlight = new Highlight();
  CSS.highlights.set(name, highlight);
  return highlight;
};

/** Marks elements; each mark fades by itself, and `onFaded` is told. */
export const createMarks = (onFaded: (element: Element) => void = () => {}) => {
  const marks = new Map<Element, Mark>();
  const added = 'highlights' in CSS ? paintAs('added') : undefined;

  const unpaint = (mark: Mark) => {
    for (const range of mark.ranges) added?.delete(range);
    mark.ranges = [];
  };

  const paint = (element: Element) => {
    const mark = marks.get(element);
    if (!mark) return;
    unpaint(mark);
    element.classList.add(...mark.names);
    if (mark.before) ({ added: mark.ranges, lost: mark.lost } = compareWords(element, mark.before.old, mark.before.lang));
    for (const range of mark.ranges) added?.add(range);
  };

  const forget = (element: Element) => {
    const mark = marks.get(element);
    if (!mark) return;
    marks.delete(element);
    dwell.forget(element);
    unpaint(mark);
    element.classList.remove(...mark.names);
    if (element.className === '') element.removeAttribute('class');
  };

  const dwell = createDwell((element) => {
    forget(element);
    onFaded(element);
  });

  return {
    /** A mark that the element has already stays, with the text that stood there before it, and its time begins anew. */
    add: (element: Element, name: MarkName, before?: Before) => {
      const mark = marks.get(element) ?? { names: new Set(), ranges: [], lost: false, ...(before && { before }) };
      mark.names.add(name);
      marks.set(element, mark);
      paint(element);
      const length = mark.names.has('block-changed') || mark.names.has('is-new') ? textIn(element).length : 0;
      dwell.watch(element, Math.min(readingMs.most, readingMs.least + readingMs.perCharacter * length));
    },
    paint,
    /** What stood in an element before it was marked, where some of that is gone. */
    lostFrom: (element: Element) => {
      const mark = marks.get(element);
      return mark?.lost ? mark.before : undefined;
    },
    /** The words of an element that are marked. */
    wordsIn: (element: Element): string[] => marks.get(element)?.ranges.map(String) ?? [],
    forget,
    /** After the page was changed: marks whose elements have left it are forgotten, and the others are as they were. */
    refresh: () => {
      for (const [element, { names }] of marks) {
        if (!element.isConnected) forget(element);
        else element.classList.add(...names);
      }
    },
    clear: () => {
      for (const element of marks.keys()) forget(element);
    },
  };
};

/** Shows what changed: the words themselves where the browser can highlight ranges, a margin mark everywhere, until they have been on the screen long enough. */
import { wordDiff } from '../server/core/words.ts';
import type { Touch } from './patch.ts';

/** ms on the screen after which a mark fades */
const seenMs = 15_000;

type Mark = { classes: Set<string>; ranges: Range[]; timer?: ReturnType<typeof setTimeout> };

/** Marks what `add` is given and lets each mark fade by itself; `clear` voids all of them. */
export const createMarks = () => {
  const marks = new Map<Element, Mark>();
  const added = 'highlights' in CSS ? new Highlight() : undefined;
  if (added) CSS.highlights.set('added', added);

  const forget = (element: Element, mark: Mark) => {
    clearTimeout(mark.timer);
    observer.unobserve(element);
    marks.delete(element);
    for (const range of mark.ranges) added?.delete(range);
    element.classList.remove(...mark.classes);
    if (element.className === '') element.removeAttribute('class');
  };

  /** A mark that nobody can have seen, or whose section still shows others, stays for another while. */
  const watch = (element: Element, mark: Mark) => {
    clearTimeout(mark.timer);
    mark.timer = setTimeout(() => (document.hidden || element.querySelector('.block-changed') ? watch(element, mark) : forget(element, mark)), seenMs);
  };

  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const mark = marks.get(target);
      if (mark && isIntersecting) watch(target, mark);
      else clearTimeout(mark?.timer);
    }
  });

  const mark = (element: Element): Mark => {
    const known = marks.get(element) ?? { classes: new Set(), ranges: [] };
    marks.set(element, known);
    observer.unobserve(element); // observed anew it reports anew, and its time starts again
    observer.observe(element);
    return known;
  };

  const show = (touch: Touch, lang: string) => {
    if (!touch.element.isConnected) return;
    const { classes, ranges } = mark(touch.element);
    const name = touch.kind === 'section' ? touch.how : 'block-changed';
    classes.add(name);
    touch.element.classList.add(name);
    if (touch.kind === 'section') return;
    for (const range of changedWords(touch.element, touch.old ?? '', lang)) {
      ranges.push(range);
      added?.add(range);
    }
  };

  return {
    add: (touches: Touch[], lang: string) => {
      for (const touch of touches) show(touch, lang);
    },
    /** Forgets marks whose elements have left the page. */
    sweep: () => {
      for (const [element, each] of marks) if (!element.isConnected) forget(element, each);
    },
    clear: () => {
      for (const [element, each] of marks) forget(element, each);
    },
  };
};

/** Ranges over the words of an element that its old text did not have. */
const changedWords = (element: Element, old: string, lang: string): Range[] => {
  const rangeAt = rangesIn(element);
  let at = 0;
  return wordDiff(old, element.textContent, lang).flatMap(({ kind, text }) => {
    const words = text.trim();
    const start = at + text.indexOf(words);
    if (kind !== 'removed') at += text.length;
    return kind === 'added' && words !== '' ? [rangeAt(start, start + words.length)] : [];
  });
};

/** Makes ranges from offsets in an element's text, which must be asked for in ascending order. */
const rangesIn = (element: Element): ((start: number, end: number) => Range) => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let [passed, text] = [0, walker.nextNode()];
  const placeOf = (offset: number): [Node, number] => {
    while (text && passed + (text.nodeValue?.length ?? 0) < offset) {
      passed += text.nodeValue?.length ?? 0;
      text = walker.nextNode();
    }
    return text ? [text, offset - passed] : [element, element.childNodes.length];
  };
  return (start, end) => {
    const range = new Range();
    range.setStart(...placeOf(start));
    range.setEnd(...placeOf(end));
    return range;
  };
};

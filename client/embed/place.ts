/** What is read on a page stays where it is on the screen while a part of the page changes: whatever stands around that part is the reader's too. */
import { markHeld, standsAsHeld } from '../turns.ts';

/** lines of the screen on which what is being read is looked for */
const lines = 16;

type Place = { element: Element; top: number };

/** Where what was read belongs since the last change. */
let held: Place | undefined;

/**
 * Runs `change`, which changes what `root` shows, and scrolls back by as much as that has moved what is being read: what is selected, else what has the
 * focus, else the first text that begins in the middle of the screen, in this tree or around it. A browser that has made that good itself leaves nothing to do.
 */
export const keepPlace = (root: ShadowRoot, change: () => void): void => {
  const scroller = scrollerOf(root.host);
  const places = placesRead(root, scroller).map((element) => ({ element, top: wantedTop(element) }));
  change();
  held = places.find(({ element }) => element.isConnected);
  if (held) scroller.scrollBy({ top: topOf(held.element) - held.top, behavior: 'instant' });
  markHeld();
};

const topOf = (element: Element): number => element.getBoundingClientRect().top;

/** Pages scroll by steps: what was kept before is kept where it was at first, so that what is left over does not add up. */
const wantedTop = (element: Element): number => {
  const top = topOf(element);
  return held?.element === element && standsAsHeld() && Math.abs(held.top - top) < 1 ? held.top : top;
};

const parentOf = (element: Element): Element | null => {
  const root = element.getRootNode();
  return element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
};

/** What scrolls the element: a box around it, or the page. */
const scrollerOf = (element: Element): Element => {
  const page = document.scrollingElement ?? document.documentElement;
  for (let box = parentOf(element); box && box !== document.body; box = parentOf(box)) {
    if (/auto|scroll/.test(getComputedStyle(box).overflowY) && box.scrollHeight > box.clientHeight) return box;
  }
  return page;
};

/** Likeliest first: the next one counts where a change takes the first away. */
const placesRead = (root: ShadowRoot, scroller: Element): Element[] => {
  const box = scroller === document.scrollingElement ? new DOMRect(0, 0, innerWidth, innerHeight) : scroller.getBoundingClientRect();
  const own = root.host.getBoundingClientRect();
  const textsAt = (x: number) => Array.from({ length: lines }, (_, line) => textAt(root, x, box.top + (box.height * (line + 0.5)) / lines)).filter((text) => text !== undefined);
  const inMiddle = textsAt(box.left + box.width / 2);
  const texts = inMiddle.length > 0 ? inMiddle : textsAt(own.left + own.width / 2);
  return [...marked(root).filter((element) => isIn(element, box)), ...texts.filter((element) => topOf(element) >= box.top), ...texts];
};

const isIn = (element: Element, box: DOMRect): boolean => {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > box.top && top < box.bottom;
};

/** What the reader has selected, or reached by the keyboard. */
const marked = (root: ShadowRoot & Partial<Pick<Document, 'getSelection'>>): Element[] => {
  const selection = root.getSelection?.() ?? getSelection();
  const selected = selection && !selection.isCollapsed ? selection.anchorNode?.parentElement : null;
  const focused = root.querySelector(':focus-visible') ?? document.querySelector(':focus-visible');
  return [selected, focused].filter((element) => element instanceof Element).map(lineBoxOf).filter((element) => element !== root.host);
};

/** The text or picture at a point, whatever lies over it that does not scroll along. */
const textAt = (root: ShadowRoot, x: number, y: number): Element | undefined =>
  [...root.elementsFromPoint(x, y), ...document.elementsFromPoint(x, y)].filter(hasContent).map(lineBoxOf).find((element) => element !== root.host && scrollsAlong(element));

const hasContent = (element: Element): boolean =>
  element.matches('img, video, iframe') || [...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== '');

/** A word goes to another line when the text before it grows; the paragraph stays. */
const lineBoxOf = (element: Element): Element => {
  const parent = parentOf(element);
  return parent && getComputedStyle(element).display === 'inline' ? lineBoxOf(parent) : element;
};

const scrollsAlong = (element: Element): boolean => {
  const parent = parentOf(element);
  return !/fixed|sticky/.test(getComputedStyle(element).position) && (!parent || scrollsAlong(parent));
};

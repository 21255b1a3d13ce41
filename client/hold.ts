/**
 * The text under the reader's eyes does not move when something else on the page changes.
 *
 * What is being read is, in this order: the block that holds the selection or, reached by the keyboard, the focus, where it can be seen; what was being
 * read at the last change, until the reader scrolls; the first block that begins on the screen. It keeps its place on the screen to the pixel, also when
 * its section is moved: then everything else changes around it. Only at the very top nothing is held: there what is new comes into view.
 */
import { markHeld, standsAsHeld } from './turns.ts';

/** px of empty room before and after the story, so that what is read can stay where scrolling alone cannot keep it. */
const room = { before: 0, after: 0 };
/** px of such room that are not worth a scroll */
const slightPx = 3;
/** ms after the last scroll event in which room is taken back */
const restMs = 150;

/** What was read when the page was last held, and where on the screen that belongs. */
let held: { reading: Element; top: number } | undefined;

/**
 * Runs `change` and scrolls by as much as it has moved what is being read. Measured after layout in the same task, so that what the browser's
 * own scroll anchoring has already made good is not made good twice, and nothing is painted in between.
 */
export const holdReading = (article: HTMLElement, change: () => void): void => {
  const places = isAtTop() ? [] : placesRead(article).map((element) => ({ reading: element, top: wantedTop(element) }));
  change();
  const place = places.find(({ reading }) => reading.isConnected);
  if (place) moveBack(article, topOf(place.reading) - place.top);
  held = place;
  markHeld();
};

const isAtTop = (): boolean => scrollY <= 0 && room.before < slightPx;

/** Layout knows steps that are finer than what it can be told: what was read before is held where it was at first, so that they do not add up. */
const wantedTop = (element: Element): number => {
  const top = topOf(element);
  return held?.reading === element && standsAsHeld() && Math.abs(held.top - top) < 1 ? held.top : top;
};

/**
 * A page is scrolled by steps (of a pixel, or of one of the screen, as the browser likes), while what was inserted can be of any height; and it ends at
 * its top and its bottom. What scrolling leaves is done with room around the story, which is taken back when that can be done unseen.
 */
const moveBack = (article: HTMLElement, by: number): void => {
  if (Math.abs(by) < 0.001) return;
  const needed = by - room.before;
  const scrolled = needed > 0 || needed <= -slightPx ? scrollDown(article, Math.ceil(needed) + 1) : 0; // one more, for some round down
  room.before = Math.max(0, scrolled - needed);
  article.style.paddingBlockStart = `${room.before}px`;
  if (room.before > slightPx) takeBackLater(article);
};

/** Returns by how much the page has really been scrolled. Where it is not long enough, it is made so. */
const scrollDown = (article: HTMLElement, by: number): number => {
  const { scrollHeight, clientHeight } = document.documentElement;
  const start = scrollY;
  const below = scrollHeight - clientHeight - start - by - 1; // those are rounded
  room.after = Math.max(0, room.after - Math.floor(below));
  article.style.paddingBlockEnd = room.after > 0 ? `${room.after}px` : '';
  scrollTo({ top: start + by, behavior: 'instant' }); // not `scrollBy`: that begins where a page ends that has just become shorter
  return scrollY - start;
};

let isTakingBack = false;

/** Once the reader has scrolled, there may be enough above to do without the room. */
const takeBackLater = (article: HTMLElement): void => {
  if (isTakingBack) return;
  isTakingBack = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rest = () => {
    removeEventListener('scroll', wait);
    isTakingBack = false;
    holdReading(article, () => {
      room.before = 0;
      article.style.paddingBlockStart = '0px';
    });
  };
  const wait = () => {
    clearTimeout(timer);
    if (!standsAsHeld() && scrollY >= slightPx) timer = setTimeout(rest, restMs);
  };
  addEventListener('scroll', wait, { passive: true });
};

const topOf = (element: Element): number => element.getBoundingClientRect().top;

/** What may be meant by "being read", likeliest first: the next one counts where a change takes the first away. */
const placesRead = (article: Element): Element[] => {
  const visible = [...article.querySelectorAll('.blocks > *, .heading, .headline')].filter(isOnScreen);
  const isSeen = (element: Element) => visible.includes(element);
  const marked = [selected(), document.querySelector(':focus-visible')].flatMap((node) => visible.filter((element) => node && element.contains(node)));
  const before = standsAsHeld() && held?.reading ? [held.reading].filter(isSeen) : [];
  const begun = visible.filter((element) => topOf(element) >= 0);
  return [...marked, ...before, ...begun.filter(isBlock), ...begun, ...visible];
};

const isBlock = (element: Element): boolean => element.parentElement?.className === 'blocks';

const selected = (): Node | null => {
  const selection = getSelection();
  return selection && !selection.isCollapsed ? selection.anchorNode : null;
};

const isOnScreen = (element: Element): boolean => {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
};

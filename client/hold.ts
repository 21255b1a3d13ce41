/** The text under the reader's eyes does not move when something else on the page changes. */

/** px above the story, less than one of the screen: pages scroll by whole pixels of the screen, but what was inserted need not be whole ones high. */
let padding = 0;

/**
 * Runs `change` and scrolls by as much as it has moved what is being read. Measured after layout in the same task, so that what the browser's
 * own scroll anchoring has already made good is not made good twice, and nothing is painted in between. At the very top new things come into view.
 */
export const holdReading = (article: HTMLElement, change: () => void): void => {
  const places = scrollY > 0 ? placesRead(article).map((element) => ({ element, top: topOf(element) })) : [];
  change();
  const place = places.find(({ element }) => element.isConnected);
  const moved = place ? topOf(place.element) - place.top : 0;
  if (moved !== 0) moveBack(article, moved);
};

const moveBack = (article: HTMLElement, by: number): void => {
  const pixel = 1 / devicePixelRatio;
  const scrolled = Math.ceil((by - padding) / pixel - 0.001) * pixel;
  padding = Math.max(0, padding + scrolled - by);
  article.style.paddingBlockStart = `${padding}px`;
  if (scrolled !== 0) scrollBy({ top: scrolled, behavior: 'instant' });
};

const topOf = (element: Element): number => element.getBoundingClientRect().top;

/** What the reader is at, likeliest first: what is selected or focused, what begins on the screen, what reaches into it from above. */
const placesRead = (article: Element): Element[] => {
  const visible = [...article.querySelectorAll('.blocks > *, .heading, .headline')].filter(isOnScreen);
  const marked = [selected(), document.activeElement].flatMap((node) => visible.filter((element) => node && element.contains(node)));
  return [...marked, ...visible.filter((element) => topOf(element) >= 0), ...visible];
};

const selected = (): Node | null => {
  const selection = getSelection();
  return selection && !selection.isCollapsed ? selection.anchorNode : null;
};

const isOnScreen = (element: Element): boolean => {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
};

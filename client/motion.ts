/** What moves on the screen is seen to move, and what is new appears in the room that this makes: nothing jumps. Readers who want no motion get none. */

const durationMs = 450;
/** What of a story's page moves as a piece. */
const pieces = '#story-header, .section, .blocks > *, #corrections, .after';

type Place = { element: Element; top: number; bottom: number };

/** Remembers where elements stand on the screen; the function it returns, called after the change, lets them glide from there. */
export const rememberPlaces = (elements: Iterable<Element>): (() => void) => {
  if (wantsStillness()) return () => {};
  const places = [...elements].map(placeOf);
  return () => {
    const starts = new Map<Element, number>();
    const glides = places.map((before) => {
      const after = placeOf(before.element);
      const carried = carriedBy(after.element, starts);
      const start = isSeen(before) || isSeen(after) ? startOf(before, after) : carried;
      starts.set(after.element, start);
      return { ...after, by: start - carried };
    });
    for (const { element, by } of glides) if (Math.abs(by) >= 1) glide(element, by);
  };
};

/** Remembers all of the story's page: after the change what stood there glides, and what is new appears. */
export const rememberPage = (): (() => void) => {
  if (wantsStillness()) return () => {};
  const known = new Set(document.querySelectorAll(pieces));
  const glideAll = rememberPlaces(known);
  return () => {
    glideAll();
    const fresh = [...document.querySelectorAll(pieces)].filter((element) => !known.has(element));
    for (const element of fresh) if (isSeen(placeOf(element)) && !fresh.some((other) => other !== element && other.contains(element))) appear(element);
  };
};

const wantsStillness = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

const placeOf = (element: Element): Place => {
  const { top, bottom } = element.getBoundingClientRect();
  return { element, top, bottom };
};

const isSeen = ({ top, bottom }: Place): boolean => bottom > 0 && top < innerHeight;

/** How far from its new place an element starts: where it was seen, or just outside of the screen. */
const startOf = (before: Place, after: Place): number => {
  const by = before.top - after.top;
  if (Math.abs(by) < 1) return 0;
  return isSeen(before) ? by : Math.max(-after.bottom, Math.min(innerHeight - after.top, by));
};

/** An element starts as far away as that in which it stands. */
const carriedBy = ({ parentElement }: Element, starts: ReadonlyMap<Element, number>): number =>
  (parentElement ? starts.get(parentElement) ?? carriedBy(parentElement, starts) : 0);

/** On top of what still moves it, so that a second change does not make it jump. */
const glide = (element: Element, by: number): void => {
  element.animate({ transform: [`translateY(${by}px)`, 'translateY(0)'] }, { duration: durationMs, easing: 'ease-in-out', composite: 'add' });
};

const appear = (element: Element): void => {
  element.animate({ opacity: [0, 0, 1] }, { duration: durationMs });
};

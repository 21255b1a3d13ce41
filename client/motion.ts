/** What moves on the screen is seen to move, and what is new appears in the room that this makes: nothing jumps. Readers who want no motion get none. */

const durationMs = 450;
/** What of a story's page moves as a piece. */
const pieces = '#story-header, .section, .section > :not(.blocks), .blocks > *, #corrections, .after';

type Place = { element: Element; top: number; bottom: number };
/** `by` is how far it has come: 0 for what stays where it is. */
type Shift = { element: Element; by: number };

/** Remembers where elements stand on the screen; the function it returns, called after the change, lets them glide from there. */
export const rememberPlaces = (elements: Iterable<Element>): (() => void) => {
  if (wantsStillness()) return () => {};
  const places = [...elements].map(placeOf);
  return () => {
    const shifts = places.flatMap((before) => shiftOf(before, placeOf(before.element)));
    const starts = new Map<Element, number>();
    for (const { element, by } of shifts.filter((shift) => !holdsStill(shift, shifts))) {
      glide(element, by - carriedBy(element, starts));
      starts.set(element, by);
    }
  };
};

/** Remembers all of the story's page: after the change what stood there glides, and what is new appears. */
export const rememberPage = (): (() => void) => {
  if (wantsStillness()) return () => {};
  const known = new Set([...document.querySelectorAll(pieces)].filter((element) => hasBox(placeOf(element))));
  const glideAll = rememberPlaces(known);
  return () => {
    glideAll();
    const fresh = [...document.querySelectorAll(pieces)].filter((element) => !known.has(element) && isSeen(placeOf(element)));
    for (const element of fresh) if (!fresh.some((other) => other !== element && other.contains(element))) appear(element);
  };
};

const wantsStillness = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

const placeOf = (element: Element): Place => {
  const { top, bottom } = element.getBoundingClientRect();
  return { element, top, bottom };
};

/** What is hidden stands nowhere: when it is shown it is new. */
const hasBox = ({ top, bottom }: Place): boolean => bottom > top;

const isSeen = ({ top, bottom }: Place): boolean => bottom > 0 && top < innerHeight;

/** Of what is seen, before or after. From where it stood exactly, however far that is, for else browsers count a jump. */
const shiftOf = (before: Place, after: Place): Shift[] => {
  const by = before.top - after.top;
  return hasBox(before) && hasBox(after) && (isSeen(before) || isSeen(after)) ? [{ element: after.element, by: Math.abs(by) < 1 ? 0 : by }] : [];
};

/** A section in which something stays where it is does not glide, its pieces do: two motions that should cancel each other out would make that tremble. */
const holdsStill = ({ element }: Shift, shifts: Shift[]): boolean => shifts.some((other) => other.by === 0 && element.contains(other.element));

/** What glides takes along what stands in it. */
const carriedBy = ({ parentElement }: Element, starts: ReadonlyMap<Element, number>): number =>
  (parentElement ? starts.get(parentElement) ?? carriedBy(parentElement, starts) : 0);

/** On top of what still moves it, so that a second change does not make it jump. */
const glide = (element: Element, by: number): void => {
  if (Math.abs(by) >= 1) element.animate({ transform: [`translateY(${by}px)`, 'translateY(0)'] }, { duration: durationMs, easing: 'ease-in-out', composite: 'add' });
};

const appear = (element: Element): void => {
  element.animate({ opacity: [0, 0, 1] }, { duration: durationMs });
};

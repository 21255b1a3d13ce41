/** Moved sections are seen to move: from where they stood to where they stand. */

const durationMs = 450;

/** Remembers where the sections stand on the screen; the function it returns, called after the change, lets them glide from there. */
export const rememberPlaces = (sections: Iterable<Element>): (() => void) => {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return () => {};
  const places = [...sections].map((element) => ({ element, top: element.getBoundingClientRect().top }));
  return () => {
    for (const { element, top } of places) glide(element, top - element.getBoundingClientRect().top);
  };
};

const glide = (element: Element, by: number): void => {
  const start = Math.max(-innerHeight, Math.min(innerHeight, by)); // from further away it would only flash past
  if (Math.abs(start) >= 1) element.animate([{ transform: `translateY(${start}px)` }, { transform: 'none' }], { duration: durationMs, easing: 'ease-in-out' });
};

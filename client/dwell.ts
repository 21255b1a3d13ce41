/** How long elements have been in front of the reader's eyes. */

/** Shares of an element at which the browser says how much of it shows; low ones for elements higher than the screen. */
const threshold = [0, 0.05, 0.1, 0.25, 0.5, 1];

type Watch = { leftMs: number; onScreen: boolean; since?: number; timer?: ReturnType<typeof setTimeout> };

/** Calls `onSeen` once an element has been on the screen, of a page that is not hidden, for as long as `watch` said, with pauses or without. */
export const createDwell = (onSeen: (element: Element) => void) => {
  const watches = new Map<Element, Watch>();

  const stop = (watch: Watch) => {
    clearTimeout(watch.timer);
    if (watch.since !== undefined) watch.leftMs -= Date.now() - watch.since;
    delete watch.since;
  };

  const settle = (element: Element, watch: Watch) => {
    stop(watch);
    if (!watch.onScreen || document.hidden) return;
    watch.since = Date.now();
    watch.timer = setTimeout(() => onSeen(element), Math.max(0, watch.leftMs));
  };

  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting, intersectionRatio, intersectionRect } of entries) {
      const watch = watches.get(target);
      if (!watch) continue;
      watch.onScreen = isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height >= innerHeight / 3);
      settle(target, watch);
    }
  }, { threshold });

  document.addEventListener('visibilitychange', () => { for (const [element, watch] of watches) settle(element, watch); });

  const forget = (element: Element) => {
    const watch = watches.get(element);
    if (watch) stop(watch);
    watches.delete(element);
    observer.unobserve(element);
  };

  return {
    forget,
    /** Begins anew where the element is watched already. */
    watch: (element: Element, ms: number) => {
      forget(element); // observed anew it reports anew
      watches.set(element, { leftMs: ms, onScreen: false });
      observer.observe(element);
    },
  };
};

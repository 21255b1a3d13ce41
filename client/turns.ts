/** A page that is being scrolled is not changed: what comes meanwhile waits until the reader has arrived. */

/** Where the last change left the page. */
let heldAt: number | undefined;

/** The page has been changed, and stands where it shall. */
export const markHeld = (): void => { heldAt = scrollY; };

/** Whether the page still stands there: then it is not the reader who has scrolled. */
export const standsAsHeld = (): boolean => heldAt === scrollY;

/** ms without a scroll event after which the page stands still, where no `scrollend` says so */
const stillMs = 150;
/** ms after which a page that is still being scrolled is changed all the same */
const patienceMs = 2_000;

/**
 * Runs changes in the order in which they are handed in: the first when `ready` is fulfilled, each when the page stands still. To scroll the page by
 * what a change has moved would stop a scroll that is under way (in WebKit those by keys, wherever it is not the browser that anchors; everywhere
 * those of scripts, which else end in the wrong place). What a change needs is waited for; one that throws does not hold up the next one.
 */
export const createTurns = (ready: Promise<unknown>) => {
  const untilStill = watchScrolling();
  let turn = ready;
  return (change: () => void, needed?: () => Promise<unknown>): void => {
    turn = turn.then(needed).then(untilStill);
    void turn.then(change);
  };
};

/** Returns what waits until the page stands still, at most as long as patience lasts from the start of the scroll. */
const watchScrolling = () => {
  let [startedAt, movedAt] = [-Infinity, -Infinity];
  addEventListener('scroll', () => {
    if (standsAsHeld()) return;
    const now = performance.now();
    if (now > movedAt + stillMs) startedAt = now;
    movedAt = now;
  }, { passive: true });
  addEventListener('scrollend', () => { movedAt = -Infinity; });
  const left = (): number => Math.min(movedAt + stillMs, startedAt + patienceMs) - performance.now();
  return async (): Promise<void> => {
    for (let ms = left(); ms > 0; ms = left()) await pause(ms);
  };
};

/** Over after `ms` and a frame, for a busy page hears of a scroll late; or as soon as a scroll has ended. */
const pause = (ms: number): Promise<unknown> => new Promise((resolve) => {
  addEventListener('scrollend', resolve, { once: true });
  setTimeout(() => (document.hidden ? resolve(undefined) : requestAnimationFrame(resolve)), ms);
});

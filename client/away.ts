/** When nobody looks at the page, and since when. */

export type AwayOptions = {
  /** Since when nobody has looked, where nobody does now. */
  at: number | undefined;
  /** The page is about to be hidden, or is being left. */
  onLeave(): void;
  /** Whether what comes is of the present: nothing that was missed is still to come. */
  isCaughtUp(): boolean;
};

/** The time of absence lasts until somebody looks and has been caught up with. */
export const watchAway = ({ at, onLeave, isCaughtUp }: AwayOptions) => {
  const settle = () => {
    if (!document.hidden && isCaughtUp()) at = undefined;
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden && at === undefined) onLeave();
    if (document.hidden) at ??= Date.now();
    else settle();
  });
  return {
    /** ms since 1970; undefined while somebody looks */
    at: () => at,
    settle,
  };
};

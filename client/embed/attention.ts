/** Whether anybody looks at the page, for all that follow something on it. */

export type Attentive = {
  /** Somebody may have begun to look, or nobody does any more. */
  attend(): void;
  /** The page is being left: one that holds a socket is not kept for the way back. */
  rest(): void;
};

const all = new Set<Attentive>();

const attend = (): void => all.forEach((each) => each.attend());
document.addEventListener('visibilitychange', attend);
addEventListener('pageshow', attend);
addEventListener('pagehide', () => all.forEach((each) => each.rest()));

export const heed = (each: Attentive): void => void all.add(each);
export const ignore = (each: Attentive): void => void all.delete(each);

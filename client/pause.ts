/** The reader's pause: what comes meanwhile is counted, not shown, and comes as one when the reader lets it in. */
import type { CompactDiff, ServerMessage } from '../server/core/protocol.ts';
import type { Position } from '../server/core/story.ts';

export type PauseOptions = {
  /** Where the page stands, and stays while it is paused. */
  position(): Position;
  /** Asks the server for all that came since, folded into one. */
  catchUp(): void;
};

export const createPause = ({ position, catchUp }: PauseOptions) => {
  let waiting: number | undefined;

  /** A diff from where the page stands holds all that waits; any other is one more. */
  const count = (message: ServerMessage | CompactDiff): number => {
    if (message.type === 'snapshot') return Math.max(1, waiting ?? 0);
    if (message.type !== 'diff' || message.change === 'minor') return waiting ?? 0;
    const { from, folded = 1 } = message;
    return from === position() ? folded : (waiting ?? 0) + folded;
  };

  return {
    /** How many revisions wait; undefined while the page is not paused. */
    waiting: () => waiting,
    toggle: () => {
      waiting = waiting === undefined ? 0 : undefined;
      if (waiting === undefined) catchUp();
    },
    /** Whether a message is kept from the page. A story that is withdrawn goes all the same. */
    holdsBack: (message: ServerMessage | CompactDiff): boolean => {
      if (waiting === undefined || (message.type !== 'diff' && message.type !== 'snapshot' && message.type !== 'live')) return false;
      waiting = count(message);
      return true;
    },
  };
};

/** What a follower is told. */
import type { Diff, ErrorCode } from '../server/core/protocol.ts';
import type { Position, State } from '../server/core/story.ts';

/** `before` is the state that the update before it led to: the very same object. States MUST NOT be changed. */
export type Update =
  /** The state whole: the first one, or one to which no diff leads. `reset`: of another history, in which earlier positions mean nothing. */
  | { type: 'snapshot'; story: string; position: Position; reset: boolean; state: State; before?: State }
  | { type: 'diff'; story: string; position: Position; state: State; before: State; diff: Diff }
  /** Nothing is missing up to here. */
  | { type: 'live'; story: string; position: Position }
  /** Until another update of the story comes. */
  | { type: 'withdrawn'; story: string; position: Position }
  /** From now on the story is called `to`. */
  | { type: 'moved'; story: string; to: string; position: Position };

/** `offline` lasts until all that was missed has come. */
export type Status = 'connecting' | 'live' | 'offline' | 'over';

/** A code of the wire, or: `bad-address`; `refused`, with the code of the close after which nobody comes back; `mismatch`, a state whose hash did not agree. */
export type FollowErrorCode = ErrorCode | 'bad-address' | 'refused' | 'mismatch';

/** Why a story cannot be followed; a `mismatch`, and what comes before the end, ends nothing. */
export class FollowError extends Error {
  override name = 'FollowError';
  readonly code: FollowErrorCode;
  readonly story: string | undefined;
  readonly closeCode: number | undefined;

  constructor(code: FollowErrorCode, message: string, { story, closeCode, cause }: { story?: string | undefined; closeCode?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause });
    this.code = code;
    this.story = story;
    this.closeCode = closeCode;
  }
}

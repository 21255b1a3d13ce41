/** Who is told what becomes of a topic. */
import type { Position } from '../server/core/story.ts';
import type { FollowError, Status, Update } from './update.ts';

export type Follower = {
  /** `position`: from where to resume once the update has been dealt with. */
  tell(update: Update, position: Position | undefined): void;
  /** Resuming from here is as good. */
  advance(position: Position): void;
  show(status: Status): void;
  /** Something went wrong that ends nothing. */
  report(error: FollowError): void;
  /** Nothing more comes. */
  fail(error: FollowError): void;
};

/** Who is told what becomes of what they follow. */
import type { Position } from '../server/core/story.ts';
import type { FollowError, Status, Update } from './update.ts';

export type Follower = {
  /** `position`: from where to resume once the update has been dealt with. */
  tell(update: Update, position: Position | undefined): void;
  show(status: Status): void;
  /** Something went wrong that ends nothing. */
  report(error: FollowError): void;
  /** Nothing more comes. */
  fail(error: FollowError): void;
};

/** Any of them may leave while they are being told. */
export const createAudience = () => {
  const followers = new Set<Follower>();
  const each = (act: (follower: Follower) => void): void => Array.from(followers).forEach(act);
  let status: Status = 'connecting';
  return {
    add: (follower: Follower): void => {
      followers.add(follower);
      follower.show(status);
    },
    /** Returns how many are left. */
    remove: (follower: Follower): number => {
      followers.delete(follower);
      return followers.size;
    },
    status: () => status,
    tell: (update: Update, position: Position | undefined): void => each((follower) => follower.tell(update, position)),
    show: (now: Status): void => {
      status = now;
      each((follower) => follower.show(now));
    },
    report: (error: FollowError): void => each((follower) => follower.report(error)),
    fail: (error: FollowError): void => each((follower) => follower.fail(error)),
  };
};

/** Where readers stand, so that those who stand at the same place can be told as one. */
import type { Standpoint } from '../session/course.ts';
import type { Subscription } from '../session/subscriptions.ts';

/**
 * What is followed, and how: equal for all who may stand at the same place. `undefined` for who cannot share one: something is due to it, or it holds something
 * that the story itself does not call its last.
 */
export const signatureOf = ({ subscriptions, dues }: Standpoint): string | undefined => {
  const isShared = dues.length === 0 && subscriptions.every((each) => each.kind === 'every' || (each.at !== undefined && !each.reset));
  return isShared ? subscriptions.map(({ story, format }) => `${story}\0${format}`).sort().join('\0') : undefined;
};

/** Whether two standpoints of one signature are the same, at the same time. */
export const isSamePlace = (one: Standpoint, other: Standpoint): boolean => {
  const others = new Map(other.subscriptions.map((each) => [each.story, each]));
  return one.dues.length === 0 && other.dues.length === 0 && one.subscriptions.length === others.size && one.subscriptions.every((each) => isSame(each, others.get(each.story)));
};

const isSame = (one: Subscription, other: Subscription | undefined): boolean => {
  if (one.kind === 'story') return other?.kind === 'story' && one.at === other.at && one.reset === other.reset && one.format === other.format;
  return other?.kind === 'every' && one.format === other.format && one.absent.size === other.absent.size && one.absent.isSubsetOf(other.absent);
};

/** What is posted, as Standard Webhooks wants it. Pure. */
import { storyPath, encodeSlug } from '../core/render.ts';
import type { Position, Time } from '../core/story.ts';

export type EventType = 'story.revised' | 'story.withdrawn' | 'story.moved';

export type StoryEvent = {
  type: EventType;
  at: Time;
  /** The slug it had then. */
  story: string;
  /** Of the log's entry that it tells of. */
  position: Position;
  /** Where the story stands after it. */
  slug: string;
  /** The position of the state that a revision made. */
  state?: Position;
  /** A message of the protocol, as JSON; without it the receiver reads the state, which says whether it is still there. */
  message?: string;
};

/** The same for each attempt, and for no other event of this newsroom. */
export const eventId = (hook: string, position: Position): string => `${hook}_${position}`;

/** `publicUrl` has no slash at its end. */
export const eventBody = ({ type, at, story, position, slug, state, message }: StoryEvent, publicUrl: string): string => {
  const page = publicUrl + storyPath(slug);
  const address = state === undefined ? {} : { state: `${publicUrl}/api/stories/${encodeSlug(slug)}/revisions/${state}` };
  const body = JSON.stringify({ type, timestamp: at, data: { story, position, page, ...address } });
  return message === undefined ? body : `${body.slice(0, -2)},"message":${message}}}`;
};

/** Tells nothing but that the way is open. */
export const testBody = (hook: string, at: Time, publicUrl: string): string => JSON.stringify({ type: 'webhook.test', timestamp: at, data: { webhook: hook, page: `${publicUrl}/` } });

/** What is posted to the receivers of webhooks, as schemas. */
import * as v from 'valibot';
import { told } from './exactly.ts';
import { diff, compactDiff, ended, patchDiff, snapshot } from './messages.ts';
import { position, slug, time } from './story.ts';

const uri = v.pipe(v.string(), v.metadata({ format: 'uri' }));

const message = told(v.union([diff, compactDiff, patchDiff, snapshot, ended]), 'The very message of the socket. Absent where it is longer than 64 KiB, or the story has been withdrawn since: then read `state`.');

const data = v.object({
  story: told(slug, 'The slug that the story had then.'),
  position: told(position, 'That of the entry of the log.'),
  page: told(uri, 'The page of the story, where it stands now.'),
  state: v.exactOptional(told(uri, 'The state that a revision made.')),
  message: v.exactOptional(message),
});

export const storyEvent = told(
  v.object({ type: v.picklist(['story.revised', 'story.withdrawn', 'story.moved']), timestamp: time, data }),
  'A revision, a withdrawal or a move.',
);

export const testEvent = told(v.object({ type: v.literal('webhook.test'), timestamp: time, data: v.object({ webhook: v.string(), page: uri }) }), 'Tells nothing but that the way is open.');

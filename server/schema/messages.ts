/** Every message of the wire as a schema: the types of `core/protocol.ts`. The order of fields is that of the wire. */
import * as v from 'valibot';
import {
  everyStory, subprotocol, type AnyDiff, type Bye, type ClientMessage, type CompactBlockEdit, type CompactDiff, type CompactEdit, type CompactInsert, type CompactOp, type CompactPut, type CompactSection, type Diff, type Ended,
  type ErrorCode, type ErrorMessage, type Heartbeat, type Hello, type Limits, type Live, type PatchDiff, type PatchOp, type Snapshot, type Subscribe, type Unsubscribe,
} from '../core/protocol.ts';
import { exactly, told } from './exactly.ts';
import { after, change, count, editFields, hash, moveOp, op, position, removeOp, revisionNumber, sectionFields, setOp, slug, splitFrom, state, time } from './story.ts';

const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0));
const quantity = v.pipe(v.number(), v.minValue(0));
const slugOrEvery = told(slug, `The name of a story, or \`${everyStory}\`: every published story.`);

export const limits = exactly<Limits>()(
  told(
    v.object({
      maxMessageBytes: told(quantity, 'Bytes of one message from a client.'),
      maxSubscriptions: told(quantity, 'Subscriptions that a socket carries.'),
      messagesPerSecond: told(quantity, 'Messages a second from a client, on average.'),
    }),
    'What a client may do.',
  ),
);

export const hello = exactly<Hello>()(
  told(
    v.object({
      type: v.literal('hello'),
      protocol: v.literal(subprotocol),
      session: told(v.string(), 'Names this connection, for the operator.'),
      heartbeatMs: told(milliseconds, 'Milliseconds of silence after which a heartbeat comes.'),
      limits,
    }),
    'The first message.',
  ),
);

export const snapshot = exactly<Snapshot>()(
  told(
    v.object({
      type: v.literal('snapshot'),
      story: slug,
      position: told(position, 'Where the client stands then.'),
      reset: told(v.boolean(), '`true`: the position that the client gave is not one of this log. What it holds of the story is void.'),
      state,
    }),
    'The whole story. Takes the place of whatever the client holds of it.',
  ),
);

const revision = told(revisionNumber, 'The number of the revision at `to`.');
const resultHash = told(hash, 'Of the state that results.');
const diffFields = {
  type: v.literal('diff'),
  story: slug,
  from: told(position, 'The position that the diff applies to.'),
  to: told(position, 'The position that it leads to.'),
  revision,
  at: told(time, 'When that revision was published.'),
  change: told(change, 'The loudest of the revisions that the diff stands for.'),
  note: v.exactOptional(told(v.string(), 'The note of the newsroom on the revision at `to`. Plain text.')),
};
const folded = told(count, 'How many revisions the diff stands for; 0 between two places with one state: over HTTP, and when a restored log tells where the client stands.');

export const diff = exactly<Diff>()(
  told(
    v.object({ ...diffFields, folded, hash: resultHash, ops: told(v.array(op), 'Apply in order.') }),
    'What leads from one state of a story to another, in the format `ops`.',
  ),
);

const copied = told(
  v.union([v.string(), v.strictTuple([told(count, 'An index in the old text.'), told(count, 'So many UTF-16 units.')])]),
  'A piece of text, or `[at, n]`: n UTF-16 units of the old text from `at` on.',
);

export const compactPut = exactly<CompactPut>()(
  told(v.union([v.string(), v.array(v.union([copied, told(v.pipe(v.number(), v.integer(), v.notValue(0)), 'As in a delta.')]))]), 'A block as a text, as pieces, or, where a number is among them, as a delta.'),
);

export const compactBlockEdit = exactly<CompactBlockEdit>()(told(v.tupleWithRest([count, count], compactPut), '`[at, drop, ...put]`.'));

export const compactSection = exactly<CompactSection>()(
  told(
    v.object({
      id: sectionFields.id,
      level: sectionFields.level,
      heading: sectionFields.heading,
      attrs: v.exactOptional(sectionFields.attrs),
      added: v.exactOptional(sectionFields.added),
      was: v.exactOptional(sectionFields.was),
      blocks: told(v.array(compactPut), 'What stands under the heading.'),
    }),
    'A section without what the message tells already.',
  ),
);

const ownTime = v.exactOptional(told(v.union([time, v.literal('')]), 'The time that is set; empty: the one that the section has already.'));

export const compactInsert = exactly<CompactInsert>()(
  told(v.object({ op: v.literal('insert'), after, section: compactSection, splitFrom, at: ownTime }), 'A new section, or one that returns.'),
);

export const compactEdit = exactly<CompactEdit>()(
  told(
    v.object({ op: v.exactOptional(told(v.undefined(), 'Never there: this is the one op without a name.')), ...editFields, blocks: v.exactOptional(told(v.array(compactBlockEdit), 'Ascending by `at`.')), at: ownTime }),
    'A section changes.',
  ),
);

export const compactOp = exactly<CompactOp>()(v.union([setOp, compactInsert, removeOp, moveOp, compactEdit]));

export const compactDiff = exactly<CompactDiff>()(
  told(
    v.object({ ...diffFields, folded: v.exactOptional(told(count, 'How many revisions the diff stands for; absent: 1.')), hash: resultHash, compact: told(v.array(compactOp), 'Apply in order.') }),
    'The same in the format `compact`.',
  ),
);

const pointer = v.pipe(v.string(), v.regex(/^(?:\/(?:[^~/]|~[01])*)*$/));

export const patchOp = exactly<PatchOp>()(
  told(
    v.union([
      v.object({ op: v.picklist(['add', 'replace']), path: pointer, value: v.unknown() }),
      v.object({ op: v.literal('remove'), path: pointer }),
      v.object({ op: v.literal('move'), from: pointer, path: pointer }),
    ]),
    'An operation of JSON Patch (RFC 6902); paths are JSON Pointers (RFC 6901).',
  ),
);

export const patchDiff = exactly<PatchDiff>()(
  told(v.object({ ...diffFields, folded, hash: resultHash, patch: told(v.array(patchOp), 'Leads from the whole state at `from` to the whole state at `to`.') }), 'The same in the format `json-patch`.'),
);

export const anyDiff = exactly<AnyDiff>()(told(v.union([diff, compactDiff, patchDiff]), 'In the format that was asked for; a server may send any diff as `ops` all the same.'));

export const live = exactly<Live>()(
  told(v.object({ type: v.literal('live'), story: slugOrEvery, position: told(position, 'Where the client stands.') }), 'The client is caught up.'),
);

const endedFields = { type: v.literal('ended'), story: slug, position: told(position, 'Where the client stands, and from which it resumes.') };

export const ended = exactly<Ended>()(
  told(
    v.variant('reason', [
      v.object({ ...endedFields, reason: told(v.literal('withdrawn'), 'The story is not published any more. The subscription waits for it.') }),
      v.object({ ...endedFields, reason: told(v.literal('moved'), 'The story goes on under `to`. The subscription is over.'), to: slug }),
    ]),
    'The story is not published under this name any more.',
  ),
);

export const heartbeat = exactly<Heartbeat>()(
  told(v.object({ type: v.literal('heartbeat'), at: told(time, 'The time on the server.'), position: told(position, 'That of the last entry of the log.') }), 'Nothing else was sent for `heartbeatMs`.'),
);

export const errorCode = exactly<ErrorCode>()(v.picklist(['bad-message', 'unknown-story', 'unsupported-format', 'too-many-subscriptions', 'rate']));

export const errorMessage = exactly<ErrorMessage>()(
  told(
    v.object({ type: v.literal('error'), code: errorCode, message: told(v.string(), 'One line for people.'), story: v.exactOptional(slugOrEvery) }),
    'A request that cannot be met. The socket stays open, unless a close follows.',
  ),
);

export const bye = exactly<Bye>()(
  told(
    v.object({
      type: v.literal('bye'),
      code: told(v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(4999)), 'The code of the close that follows.'),
      retryAfterMs: told(v.strictTuple([milliseconds, milliseconds]), 'The window, in milliseconds from now, within which the client comes back.'),
    }),
    'The last message before a close after which the client is to come back.',
  ),
);

export const subscribe = exactly<Subscribe>()(
  told(
    v.object({
      type: v.literal('subscribe'),
      story: told(v.string(), `The name of a story, or \`${everyStory}\`: every published story.`),
      after: v.exactOptional(told(v.string(), 'The position up to which the client holds the story.')),
      format: v.exactOptional(told(v.string(), 'How diffs are to be told: `ops` (the default), `compact` or `json-patch`.')),
    }),
    'Asks for a story, or anew for one that is subscribed to.',
  ),
);

export const unsubscribe = exactly<Unsubscribe>()(told(v.object({ type: v.literal('unsubscribe'), story: told(v.string(), 'As subscribed to.') }), 'Ends a subscription; of one that is not there nothing becomes of it.'));

export const clientMessage = exactly<ClientMessage>()(v.variant('type', [subscribe, unsubscribe]));

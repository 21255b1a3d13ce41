/** Names of what feeds hold: the same after a restart, under another host, after a story has moved, and in a log restored from a backup. */
import { v5 as uuid } from 'uuid';
import type { Position, Time } from '../core/story.ts';
import { sequenceOf } from './revisions.ts';

/** Of this program; never another, or every reader of every feed would be shown everything again. */
const namespace = 'd2a1f4b0-6c0e-5f0a-9d55-7a3c1b8e4f21';

/**
 * The name of an entry of the log. Its place in the log's sequence tells it apart from others, its time from those of other logs; both survive a restored backup,
 * which the epoch does not. Not a `tag:` URI (RFC 4151), which would need a domain that the publisher owns: a server does not know one.
 */
export const entryId = (position: Position, at: Time): string => `urn:uuid:${uuid(`${sequenceOf(position)} ${at}`, namespace)}`;

/** The name of a whole feed: of the newsroom's by the epoch of its first log, of a story's by its first entry. */
export const feedId = (name: string): string => `urn:uuid:${uuid(`feed ${name}`, namespace)}`;

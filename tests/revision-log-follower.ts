/** A subscriber that holds the states of stories and applies what it is given, as a client would. */
import { apply } from '../server/core/diff.ts';
import type { Content, Position } from '../server/core/story.ts';
import type { Entry, Revision } from '../server/revision-log.ts';

export type Held = { position: Position; content: Content };

export const createFollower = (start: Map<string, Held> = new Map()) => {
  const held = new Map(start);
  const problems: string[] = [];
  let last = -1;

  const revise = ({ story, position, previous, state, diff }: Revision) => {
    const before = held.get(story);
    if (before && previous !== before.position) problems.push(`${position} follows on ${previous}, held ${before.position}`);
    const { hash, meta, sections } = before && diff ? apply(before.content, diff.ops, diff.at) : state;
    if (hash !== state.hash) problems.push(`${position} ends with hash ${hash}, not ${state.hash}`);
    if (diff && (diff.from !== previous || diff.to !== position || diff.hash !== state.hash)) problems.push(`${position} has a diff of elsewhere`);
    held.set(story, { position, content: { hash, meta, sections } });
  };

  const follow = (entry: Entry) => {
    if (entry.sequence <= last) problems.push(`${entry.sequence} comes after ${last}`);
    last = entry.sequence;
    if (entry.kind === 'revision') return revise(entry);
    const before = held.get(entry.story);
    if (before && before.position !== entry.previous) problems.push(`${entry.position} follows on ${entry.previous}, held ${before.position}`);
    held.delete(entry.story);
    if (entry.kind === 'move') held.delete(entry.to); // of a withdrawn story that stood there
    if (before) held.set(entry.kind === 'move' ? entry.to : entry.story, { ...before, position: entry.position });
    return undefined;
  };

  return { follow, held, problems };
};

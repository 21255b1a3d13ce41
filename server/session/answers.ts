/** What a reader is sent for what is due to it: the shortest message that leads from what it holds to what stands. */
import { formatPosition, type Diff, type Format } from '../core/protocol.ts';
import type { Position, State } from '../core/story.ts';
import { unreachable } from '../core/story.ts';
import type { Frame, Frames } from '../frames.ts';
import type { Entry, RevisionLog } from '../revision-log.ts';
import type { Due, StoryDue } from './dues.ts';

/** Without a frame there is nothing to say. Once the reader has read it, it holds the story at `held`, and knows that it is `stands`. */
export type Answer = { frame: Frame | undefined; held?: Position | undefined; stands?: Target['kind'] };

type Published = { kind: 'published'; position: Position; state: State };
type Target = Published | { kind: 'withdrawn'; position: Position } | { kind: 'moved'; position: Position; to: string };

export const createAnswers = ({ log, frames }: { log: RevisionLog; frames: Frames }) => {
  const snapshot = ({ story, reset }: StoryDue, { position, state }: Published) => ({
    frame: frames.snapshot({ story, position, state, reset }),
    held: position,
    stands: 'published' as const,
  });

  const stateAt = (story: string, position: Position): State | undefined => {
    const lookup = log.revision(story, position);
    return lookup.kind === 'found' ? lookup.state : undefined;
  };

  /** Nothing has happened since, but the log has been restored: a diff without ops tells the reader what its place is called now. */
  const rename = (story: string, from: Position, { position, state }: Published, format: Format): Answer => {
    const { hash, revision } = state;
    const lookup = log.revision(story, position);
    const at = lookup.kind === 'found' ? lookup.summary.at : state.meta.updated;
    const diff: Diff = { type: 'diff', story, from: position, to: position, revision, at, change: 'minor', folded: 0, hash, ops: [] };
    return { frame: frames.diff(diff, { from, format, stateAt }), held: position, stands: 'published' };
  };

  /** One diff over all that was missed, unless a snapshot is shorter, or nothing leads from there. */
  const fold = (due: StoryDue, from: Position, target: Published, format: Format): Answer => {
    const lookup = log.diff(due.story, from, target.position);
    if (lookup.kind === 'same') return log.resolve(from) === from ? { frame: undefined, held: from, stands: 'published' } : rename(due.story, from, target, format);
    const whole = snapshot(due, target);
    switch (lookup.kind) {
      case 'gone':
      case 'unknown': return whole;
      case 'found': {
        const frame = frames.diff(lookup.diff, { from, format, stateAt });
        return !frame || whole.frame.bytes < frame.bytes ? whole : { ...whole, frame };
      }
      default: return unreachable(lookup);
    }
  };

  const toPublished = (due: StoryDue, target: Published, format: Format): Answer => {
    const { from, entry } = due;
    if (from === undefined) return snapshot(due, target);
    const next = entry?.kind === 'revision' && entry.diff?.from === from ? entry.diff : undefined;
    // The next ops are hardly ever longer than the state; a patch, which tells changed blocks whole, can be.
    const frame = next && format !== 'json-patch' ? frames.diff(next, { format, stateAt }) : undefined;
    if (frame) return { frame, held: target.position, stands: 'published' };
    return fold(due, from, target, format);
  };

  /**
   * The position in `ended` is always that of what the reader holds, so that whatever comes next can start from there, also under another slug:
   * that of the ending itself where it holds the last state, where it was behind its own, where it holds nothing the log's beginning.
   */
  const toEnd = ({ story, from, entry }: StoryDue, target: Exclude<Target, Published>): Answer => {
    const held = from !== undefined && from === entry?.previous ? target.position : from;
    const ended = { type: 'ended', story, position: held ?? formatPosition(log.epoch, 0) } as const;
    const frame = frames.encode(target.kind === 'moved' ? { ...ended, reason: 'moved', to: target.to } : { ...ended, reason: 'withdrawn' });
    return { frame, held, stands: target.kind };
  };

  const toStory = (due: StoryDue, format: Format): Answer => {
    const target = due.entry ? targetOf(due.entry) : log.find(due.story);
    if (!target) return { frame: undefined };
    return target.kind === 'published' ? toPublished(due, target, format) : toEnd(due, target);
  };

  return {
    /** `format` is the one in which its reader wants diffs. */
    to: (due: Due, format: Format): Answer => {
      switch (due.kind) {
        case 'story': return toStory(due, format);
        case 'live': return { frame: frames.encode({ type: 'live', story: due.story, position: due.position }) };
        case 'reply': return { frame: frames.encode(due.message) };
        default: return unreachable(due);
      }
    },
  };
};

const targetOf = (entry: Entry): Target => {
  const { position } = entry;
  switch (entry.kind) {
    case 'revision': return { kind: 'published', position, state: entry.state };
    case 'withdrawal': return { kind: 'withdrawn', position };
    case 'move': return { kind: 'moved', position, to: entry.to };
    default: return unreachable(entry);
  }
};

/** Messages as they go over the wire, each made into bytes once, however many readers it goes to. */
import { compact } from './core/compact.ts';
import { toJsonPatch } from './core/json-patch.ts';
import type { AnyDiff, Diff, Format, ServerMessage, Snapshot } from './core/protocol.ts';
import type { Position, State } from './core/story.ts';

/** The payload of one text frame, and for whoever has read it the position that it stands at; `folded` of a diff that stands for several revisions: for how many. It is shared by every socket that sends it and MUST NOT be changed. */
export type Frame = { readonly data: Buffer; readonly bytes: number; readonly type: ServerMessage['type']; readonly position?: Position; readonly folded?: number };

export type Frames = ReturnType<typeof createFrames>;

export type DiffFrameOptions = {
  /** Where the reader calls the place from which the diff leads by another position than the diff does. */
  from?: Position;
  format: Format;
  /** The state of the diff's story at one of its ends. */
  stateAt(story: string, position: Position): State | undefined;
};

/** bytes of snapshots that are remembered */
const defaultMaxBytes = 32 * 1024 * 1024;

/** positions by which readers call the place that one diff leads from */
const rememberedStarts = 32;

/** One for a whole server. Diffs are remembered as long as the log holds the same object, of each story the last snapshot, while it is among those asked for last. */
export const createFrames = ({ maxBytes = defaultMaxBytes }: { maxBytes?: number } = {}) => {
  const written = { compact: new WeakMap<Diff, AnyDiff>(), 'json-patch': new WeakMap<Diff, AnyDiff>() };
  const diffs = new WeakMap<AnyDiff, Map<Position, Frame>>();
  const snapshots = createRecentFrames(maxBytes);

  return {
    encode,

    /** `undefined` where the diff cannot be told in this format, since the states it needs are gone. */
    diff: (diff: Diff, { from = diff.from, format, stateAt }: DiffFrameOptions): Frame | undefined => {
      const message = format === 'ops' ? diff : remembered(written[format], diff, () => write[format](diff, stateAt));
      if (!message) return undefined;
      const starts = remembered(diffs, message, () => new Map<Position, Frame>());
      const frame = starts.get(from) ?? encode({ ...message, from });
      if (starts.size >= rememberedStarts) starts.clear();
      starts.set(from, frame);
      return frame;
    },

    /** A story has one state at one position. That at another takes its place: nobody is told of what has passed. */
    snapshot: ({ story, position, state, reset }: Omit<Snapshot, 'type'>): Frame =>
      snapshots.get(`${reset} ${story}`, position, () => encode({ type: 'snapshot', story, position, reset, state })),
  };
};

type StateAt = DiffFrameOptions['stateAt'];

const write = {
  /** Without the state that it starts from a diff cannot be said shorter, and goes out as it is. */
  compact: (diff: Diff, stateAt: StateAt): AnyDiff => {
    const before = stateAt(diff.story, diff.from);
    return before ? compact(diff, before) : diff;
  },
  'json-patch': (diff: Diff, stateAt: StateAt): AnyDiff | undefined => {
    const [before, after] = [stateAt(diff.story, diff.from), stateAt(diff.story, diff.to)];
    return before && after && toJsonPatch(diff, before, after);
  },
};

const remembered = <K extends object, V, W extends V | undefined>(memory: WeakMap<K, V>, key: K, make: () => W): V | W => {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const value = make();
  if (value !== undefined) memory.set(key, value);
  return value;
};

const encode = (message: ServerMessage | AnyDiff): Frame => {
  const data = Buffer.from(JSON.stringify(message));
  const position = message.type === 'diff' ? message.to : 'position' in message ? message.position : undefined;
  return { data, bytes: data.length, type: message.type, ...(position !== undefined && { position }), ...(message.type === 'diff' && message.folded !== undefined && message.folded > 1 && { folded: message.folded }) };
};

const createRecentFrames = (maxBytes: number) => {
  const frames = new Map<string, Frame>();
  let bytes = 0;

  const forgetOldest = () => {
    for (const [key, frame] of frames) {
      if (bytes <= maxBytes) return;
      frames.delete(key);
      bytes -= frame.bytes;
    }
  };

  return {
    get: (key: string, position: Position, make: () => Frame): Frame => {
      const known = frames.get(key);
      const frame = known?.position === position ? known : make();
      frames.delete(key);
      frames.set(key, frame);
      bytes += frame.bytes - (known?.bytes ?? 0);
      forgetOldest();
      return frame;
    },
  };
};

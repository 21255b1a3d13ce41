/** Messages as they go over the wire, each made into bytes once, however many readers it goes to. */
import { compact } from './core/compact.ts';
import type { CompactDiff, Diff, Format, ServerMessage, Snapshot } from './core/protocol.ts';
import type { Position, State } from './core/story.ts';

/** The payload of one text frame. It is shared by every socket that sends it and MUST NOT be changed. */
export type Frame = { readonly data: Buffer; readonly bytes: number };

export type Frames = ReturnType<typeof createFrames>;

export type DiffFrameOptions = {
  /** Where the reader calls the place from which the diff leads by another position than the diff does. */
  from?: Position;
  format: Format;
  /** The state that the diff starts from. Without it a diff cannot be said shorter, and goes out as it is. */
  before(diff: Diff): State | undefined;
};

/** bytes of snapshots that are remembered */
const defaultMaxBytes = 32 * 1024 * 1024;

/** One for a whole server. Diffs are remembered as long as the log holds the same object, snapshots while they are among those asked for last. */
export const createFrames = ({ maxBytes = defaultMaxBytes }: { maxBytes?: number } = {}) => {
  const shortened = new WeakMap<Diff, Diff | CompactDiff>();
  const diffs = new WeakMap<Diff | CompactDiff, Frame>();
  const snapshots = createRecentFrames(maxBytes);

  return {
    encode,

    diff: (diff: Diff, { from = diff.from, format, before }: DiffFrameOptions): Frame => {
      const message = format === 'compact' ? remembered(shortened, diff, () => shorten(diff, before(diff))) : diff;
      return from === diff.from ? remembered(diffs, message, () => encode(message)) : encode({ ...message, from });
    },

    /** A story has one state at one position: what is remembered is found by the two. */
    snapshot: ({ story, position, state, reset }: Omit<Snapshot, 'type'>): Frame =>
      snapshots.get(`${reset} ${position} ${story}`, () => encode({ type: 'snapshot', story, position, reset, state })),
  };
};

const shorten = (diff: Diff, before: State | undefined): Diff | CompactDiff => (before ? compact(diff, before) : diff);

const remembered = <K extends object, V>(memory: WeakMap<K, V>, key: K, make: () => V): V => {
  const value = memory.get(key) ?? make();
  memory.set(key, value);
  return value;
};

const encode = (message: ServerMessage | CompactDiff): Frame => {
  const data = Buffer.from(JSON.stringify(message));
  return { data, bytes: data.length };
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
    get: (key: string, make: () => Frame): Frame => {
      const known = frames.get(key);
      const frame = known ?? make();
      frames.delete(key);
      frames.set(key, frame);
      if (!known) bytes += frame.bytes;
      forgetOldest();
      return frame;
    },
  };
};

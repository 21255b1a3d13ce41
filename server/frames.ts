/** Messages as they go over the wire, each made into bytes once, however many readers it goes to. */
import type { Diff, ServerMessage, Snapshot } from './core/protocol.ts';
import type { Position } from './core/story.ts';

/** The payload of one text frame. It is shared by every socket that sends it and MUST NOT be changed. */
export type Frame = { readonly data: Buffer; readonly bytes: number };

export type Frames = ReturnType<typeof createFrames>;

/** bytes of snapshots that are remembered */
const defaultMaxBytes = 32 * 1024 * 1024;

/** One for a whole server. Diffs are remembered as long as the log holds the same object, snapshots while they are among those asked for last. */
export const createFrames = ({ maxBytes = defaultMaxBytes }: { maxBytes?: number } = {}) => {
  const diffs = new WeakMap<Diff, Frame>();
  const snapshots = createRecentFrames(maxBytes);

  return {
    encode,

    /** `from` other than the diff's own: the reader calls the same place by another position. */
    diff: (diff: Diff, from: Position = diff.from): Frame => {
      if (from !== diff.from) return encode({ ...diff, from });
      const known = diffs.get(diff);
      if (known) return known;
      const frame = encode(diff);
      diffs.set(diff, frame);
      return frame;
    },

    /** A story has one state at one position: what is remembered is found by the two. */
    snapshot: ({ story, position, state, reset }: Omit<Snapshot, 'type'>): Frame =>
      snapshots.get(`${reset} ${position} ${story}`, () => encode({ type: 'snapshot', story, position, reset, state })),
  };
};

const encode = (message: ServerMessage): Frame => {
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

/** A server that gives whatever it is told to publish to every reader. */
import type { Child } from './child.ts';
import type { Target } from './load.ts';
import type { Scope } from './scope.ts';

export type Peer = {
  name: string;
  /** What it is, for whoever reads the table. */
  about: string;
  /** Why it cannot run here, in words that say what to install; `undefined` where it can. */
  missing?: () => string | undefined;
  start: (scope: Scope) => Promise<RunningPeer>;
};

export type RunningPeer = Target & {
  pid: number;
  /** Publishes a message of about so many characters more than it needs at least. Returns its stamp. */
  publish: (filler: number) => string | Promise<string>;
  /** Its own account of what it has written so far, where it keeps one: seconds in all from durable to the last write, and how often. */
  lastWrites?: () => Promise<{ sum: number; count: number } | undefined>;
  stop: () => Promise<void>;
};

/** The message that the others publish: a stamp, and so many characters. */
export const messageText = (filler: number): { stamp: string; text: string } => {
  const stamp = String(process.hrtime.bigint());
  return { stamp, text: JSON.stringify({ note: `stamp=${stamp}`, text: 'The storm has closed the northern line. '.repeat(filler / 40 + 1).slice(0, filler) }) };
};

/** A server that says `listening PORT` and publishes each line of its stdin. */
export const publishByLines = async (child: Child): Promise<RunningPeer> => {
  const [, port] = await child.said(/^listening (\d+)$/);
  return {
    pid: child.pid,
    port: Number(port),
    path: '/',
    publish: (filler) => {
      const { stamp, text } = messageText(filler);
      child.tell(text);
      return stamp;
    },
    stop: child.stop,
  };
};

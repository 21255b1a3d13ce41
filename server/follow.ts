/** `stop-press follow`: the changes of a story, or of every story, in the terminal as they happen, or as a line of JSON each for other programs. */
import { styleText } from 'node:util';
import { follow, type Following, type FollowOptions, type Position, type Update } from '../client/follow.ts';
import { describeUpdate } from './follow/describe.ts';
import { readPosition, writePosition } from './follow/position-file.ts';
import { UsageError } from './config.ts';
import { everyStory, parsePosition } from './core/protocol.ts';
import { encodeSlug } from './core/slug.ts';

export type FollowSettings = {
  /** One JSON object a line in place of words. */
  json: boolean;
  since?: string;
  /** Holds the position from one run to the next. */
  stateFile?: string;
  /** The port of the server on this machine that a bare slug means. */
  port: number;
};

export type FollowTerminal = {
  out: NodeJS.WriteStream;
  complain(line: string): void;
  /** Fulfilled when the program is to end. */
  stopped: Promise<void>;
};

/** Prints until it is stopped, or nobody reads along any more (then 0), or the story cannot be followed (1). Throws `UsageError`. */
export const followStory = async (target: string, { json, since, stateFile, port }: FollowSettings, { out, complain, stopped }: FollowTerminal): Promise<number> => {
  const address = addressOf(target, port);
  const from = since === undefined ? stateFile && readPosition(stateFile) : position(since);
  let failure: string | undefined;
  const following = open(address, {
    since: from,
    onStatus: createStatusLine(address, complain, (why) => {
      failure = why;
      following.close();
    }),
    onError: ({ message }) => {
      if (following.status !== 'over') complain(`warning: ${message}`); // the last one is thrown
    },
  });
  void stopped.then(following.close);
  out.on('error', following.close); // whoever read along has gone

  const print = json ? asJson : createDescriber(out, following.story === everyStory);
  for await (const update of following) {
    if (!(await write(out, print(update)))) return 0;
    if (stateFile !== undefined && following.position !== undefined) writePosition(stateFile, following.position);
  }
  if (failure !== undefined) complain(`stop-press: ${failure}`);
  else if (following.position !== undefined && !out.destroyed) complain(`to go on from here: stop-press follow ${target} --since ${following.position}`);
  return failure === undefined ? 0 : 1;
};

const open = (address: string, options: FollowOptions): Following => {
  try {
    return follow(address, options);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};

/** A slug by itself is a story of the server on this machine; an address without `http://` is one. */
const addressOf = (target: string, port: number): string => {
  if (target.includes('://')) return target;
  if (/^[^/]+(?::\d+|\.[^/]+\/|\/stories\/)/.test(target)) return `http://${target}`;
  return `http://127.0.0.1:${port}/stories/${encodeSlug(target)}`;
};

const position = (text: string): Position => {
  if (!parsePosition(text)) throw new UsageError(`--since takes a position such as 7f3a9c21_42, not "${text}"`);
  return text;
};

/** What came before is known to whoever read the line before. */
const asJson = (update: Update): string => {
  const { before: _before, ...told } = 'before' in update ? update : { ...update, before: undefined };
  return `${JSON.stringify(told)}\n`;
};

const createDescriber = (out: NodeJS.WriteStream, named: boolean) => {
  const colour = styleText('red', 'x', { stream: out }) !== 'x';
  return (update: Update): string => describeUpdate(update, { colour, width: out.isTTY ? Math.max(40, out.columns) : Infinity, named, now: Date.now }).map((line) => `${line}\n`).join('');
};

/** Says when the connection goes and comes; asks, where there was never one, what it is that answers there. */
const createStatusLine = (address: string, complain: (line: string) => void, fail: (why: string) => void): FollowOptions['onStatus'] => {
  const { origin } = new URL(address);
  let [wasLive, isLost] = [false, false];
  return (status) => {
    if (status === 'live' && isLost) complain('connected');
    if (status === 'offline' && !isLost) complain(wasLive ? 'connection lost; trying again' : `no answer from ${origin}; trying again`);
    if (status === 'offline' && !isLost && !wasLive) void isForeign(origin).then((foreign) => (foreign ? fail(`what answers at ${origin} is no Stop Press`) : undefined));
    wasLive ||= status === 'live';
    isLost = status === 'offline';
  };
};

/** Whether somebody answers there who knows nothing of stories. */
const isForeign = async (origin: string): Promise<boolean> => {
  const response = await fetch(`${origin}/api/stories`, { method: 'HEAD', signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  return response !== undefined && response.status < 500 && !response.headers.has('Stop-Press-Position');
};

/** Resolves when it has been handed on; with `false` where nobody takes it any more. */
const write = (out: NodeJS.WriteStream, text: string): Promise<boolean> =>
  new Promise((resolve) => {
    if (text === '') resolve(true);
    else out.write(text, (error) => resolve(!error));
  });

/** What the terminal is told of a hook: one line when it begins to fail and one when it works again, however often it is tried between. */
import type { Position } from '../core/story.ts';
import { clock } from '../terminal.ts';

export type Reporter = ReturnType<typeof createReporter>;

type Lines = { say: (line: string) => void; complain: (line: string) => void };

export const createReporter = (name: string, { say, complain }: Lines, now: () => number) => {
  const line = (text: string): string => `${clock(now())}  webhook ${name}  ${text}`;
  return {
    fails: (error: string, nextAt: number) => complain(line(`fails: ${error}; tried again from ${clock(nextAt)} on, in order`)),
    works: () => say(line('works again')),
    parked: (position: Position, story: string, attempts: number, error: string) =>
      complain(line(`${position} (${story}) is parked after ${attempts} attempts: ${error}. "stop-press webhooks retry ${name}" sends it again`)),
    gone: () => complain(line(`answered 410 Gone: it is told nothing more, until "stop-press webhooks retry ${name}", or another url in the file`)),
    restored: (known: Position, from: Position) => complain(line(`was told up to ${known}, of which the restored log knows no more than up to ${from}: it goes on from there`)),
    anew: (known: Position, from: Position) => complain(line(`was told up to ${known}, which is not in this log: it goes on from ${from}`)),
  };
};

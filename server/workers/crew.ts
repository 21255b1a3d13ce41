/** Keeps a number of workers running: one that ends is replaced. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Terminal } from '../desk.ts';
import { startMember, type Member, type MemberOptions } from './member.ts';

/** ms that a worker must serve to be well; one that ends sooner is replaced ever later */
const wellMs = 5_000;
/** ms before another try: of the second, and at most */
const backOffMs = { second: 500, most: 10_000 };

export type CrewOptions = {
  size: number;
  /** What every worker is given. */
  member: Pick<MemberOptions, 'port' | 'key' | 'reply'>;
  terminal: Terminal;
};

export type Crew = Awaited<ReturnType<typeof startCrew>>;

/** Resolves when all listen. Rejects, and none is left, where one of them cannot. */
export const startCrew = async ({ size, member: given, terminal: { say, complain } }: CrewOptions) => {
  const members = new Set<Member>();
  const closing = new AbortController();

  /** Runs one worker to its end, and says why it ended. */
  const run = (onListening: () => void): Promise<string> =>
    new Promise((resolve) => {
      const onEnd = (why: string): void => {
        members.delete(member);
        resolve(why);
      };
      const member = startMember({ ...given, onListening, onEnd });
      members.add(member);
    });

  /** One place in the crew. `first` is settled by what becomes of the first worker there. */
  const keep = async (place: number, first: PromiseWithResolvers<void>): Promise<void> => {
    let failures = 0;
    let hasStarted = false;
    while (!closing.signal.aborted) {
      let since: number | undefined;
      const why = await run(() => {
        since = performance.now();
        if (hasStarted) say(`worker ${place} serves again`);
        hasStarted = true;
        first.resolve();
      });
      if (!hasStarted) return first.reject(new Error(`worker ${place} cannot start: ${why}`));
      if (closing.signal.aborted) return;
      failures = since !== undefined && performance.now() - since > wellMs ? 1 : failures + 1;
      const trouble = `error: worker ${place} ${since === undefined ? 'does not start' : 'has ended'} (${why})`;
      if (failures === 1) complain(`${trouble}: another takes its place`);
      if (failures === 2) complain(`${trouble} again: from now on it is tried every few seconds`);
      if (failures > 1) await pause(Math.min(backOffMs.second * 2 ** (failures - 2), backOffMs.most), undefined, { signal: closing.signal }).catch(() => undefined);
    }
  };

  const starts = Array.from({ length: size }, () => Promise.withResolvers<void>());
  const places = starts.map((first, index) => keep(index + 1, first));

  /** Resolves when all have ended; who has not after a while is killed. */
  const close = async (graceMs: number): Promise<void> => {
    closing.abort();
    for (const member of members) member.close();
    const kill = setTimeout(() => members.forEach((member) => member.kill()), graceMs);
    await Promise.all(places);
    clearTimeout(kill);
  };

  /** Resolves when all have told their readers to go, over so many ms. One that ends meanwhile is not replaced: another would take readers in. */
  const drain = async (ms: number): Promise<void> => {
    closing.abort();
    await Promise.all([...members].map((member) => member.drain(ms)));
  };

  try {
    await Promise.all(starts.map(({ promise }) => promise));
  } catch (error) {
    await close(0);
    throw error;
  }
  return { members: (): Member[] => [...members], drain, close };
};

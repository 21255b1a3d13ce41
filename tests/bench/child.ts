/** A process of a benchmark, which it talks with by lines. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pinned, type Role } from './machine.ts';
import type { Scope } from './scope.ts';

export type Child = {
  pid: number;
  /** Writes lines to its stdin. */
  tell: (...lines: string[]) => void;
  /** The next line of its stdout that matches. Rejects when it ends first. */
  said: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Resolves when it has ended, with what it complained of. */
  ended: Promise<string>;
  /** What a preloaded `heap.ts` says: bytes of heap in use after a full collection. */
  heap: () => Promise<number>;
  stop: (signal?: NodeJS.Signals) => Promise<void>;
};

export type ChildOptions = {
  role: Role;
  onLine?: (line: string) => void;
  /** Node programs have a channel to this process, and end with it; `false` for others. */
  channel?: boolean;
};

/** How long a process may take to end before it is killed. */
const patienceMs = 60_000;

export const startChild = (scope: Scope, command: readonly string[], { role, onLine, channel = true }: ChildOptions): Child => {
  const [program, ...args] = pinned(role, command);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe', ...(channel ? ['ipc' as const] : [])] });
  const waiting = new Set<(line: string) => void>();
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('a pipe is missing'); // all three were asked for
  let complaints = '';
  stderr.on('data', (chunk: Buffer) => (complaints = `${complaints}${chunk.toString()}`.slice(-4_000)));
  stdin.on('error', () => undefined); // it has ended, and `said` tells so
  createInterface({ input: stdout }).on('line', (line) => {
    onLine?.(line);
    for (const check of waiting) check(line);
  });
  let isOver = false;
  const ended = once(child, 'close').catch((error: unknown) => (complaints += String(error))).then(() => {
    isOver = true;
    if (complaints !== '') console.error(complaints.trimEnd());
    return complaints;
  });

  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (isOver) return;
    stdin.end();
    child.kill(signal);
    const kill = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    await ended;
    clearTimeout(kill);
  };
  const forget = scope.defer(stop);

  return {
    pid: child.pid ?? -1,
    ended,
    tell: (...lines) => void stdin.write(lines.map((line) => `${line}\n`).join('')),
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (line: string) => {
          const match = pattern.exec(line);
          if (!match) return;
          waiting.delete(check);
          resolve(match);
        };
        waiting.add(check);
        void ended.then(() => reject(new Error(`${command.join(' ')} ended: ${complaints}`)));
      }),
    heap: async () => {
      const answer = once(child, 'message', { signal: AbortSignal.timeout(patienceMs) });
      child.send('heap');
      const [bytes]: unknown[] = await answer;
      return Number(bytes);
    },
    stop: async (signal) => {
      await stop(signal);
      await forget();
    },
  };
};

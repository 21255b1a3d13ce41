/** What a benchmark has started is stopped when it ends: by itself, by an error or by Ctrl-C. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Scope = {
  /** `stop` is called at the end, what came last first. Calling what is returned does it now. */
  defer: (stop: () => unknown) => () => Promise<void>;
  /** A folder that is removed at the end. */
  folder: () => Promise<string>;
  /** Stops everything. May be called twice. */
  close: () => Promise<void>;
};

export const createScope = (): Scope => {
  const stops = new Set<() => Promise<void>>();
  const defer: Scope['defer'] = (stop) => {
    const once = async (): Promise<void> => {
      if (stops.delete(once)) await stop();
    };
    stops.add(once);
    return once;
  };
  return {
    defer,
    folder: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'stop-press-bench-'));
      defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
      return folder;
    },
    close: async () => {
      for (const stop of [...stops].reverse()) await stop().catch((error: unknown) => console.error(error));
    },
  };
};

/** What the reader of the terminal can mend: told without a stack. */
export class Missing extends Error {
  override name = 'Missing';
}

/** Runs a benchmark and ends the process with what it returns: 0, or 1 where a bar was missed. */
export const run = async (benchmark: (scope: Scope) => Promise<number | void>): Promise<void> => {
  const scope = createScope();
  let isInterrupted = false;
  const interrupt = (code: number) => {
    isInterrupted = true;
    void scope.close().then(() => process.exit(code));
  };
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) process.once(signal, () => interrupt(code));
  try {
    process.exitCode = (await benchmark(scope)) ?? 0;
  } catch (error) {
    if (isInterrupted) return;
    console.error(error instanceof Missing ? error.message : error);
    process.exitCode = 1;
  } finally {
    await scope.close();
  }
};

/** A real server, started as a user starts it, on folders of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../server/bin.js', import.meta.url));

/** Folders for one test; `remove` takes them away. */
export const createFolders = async () => {
  const root = await mkdtemp(join(tmpdir(), 'stop-press-'));
  const stories = join(root, 'stories');
  await mkdir(stories);
  return {
    root,
    stories,
    data: join(root, 'data'),
    /** Saves a story whole: a new file renamed over the old one, as most editors do. */
    save: async (file: string, text: string) => {
      const path = join(stories, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.new~`, text);
      await rename(`${path}.new~`, path);
    },
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
};

export type Folders = Awaited<ReturnType<typeof createFolders>>;

export type ServerProcess = {
  child: ChildProcess;
  address: string;
  /** Everything printed so far. */
  output: () => string;
  /** Resolves with the output when it matches; rejects when the process ends first. */
  printed: (pattern: RegExp) => Promise<string>;
  stop: (signal?: NodeJS.Signals) => Promise<number | null>;
};

/** Starts `stop-press serve` and waits until it says where it listens. `before` is put in front of the command, e.g. `['strace', '-f']`. */
export const startServer = async (folders: Folders, options: { args?: string[]; before?: string[]; port?: number } = {}): Promise<ServerProcess> => {
  const [command = '', ...args] = [...(options.before ?? []), process.execPath, bin];
  const child = spawn(command, [...args, 'serve', folders.stories, '--data', folders.data, '--port', String(options.port ?? 0), ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const waiting = new Set<() => void>();
  const heard = (chunk: Buffer) => {
    output += chunk.toString();
    for (const check of waiting) check();
  };
  child.stdout.on('data', heard);
  child.stderr.on('data', heard);
  const exited = once(child, 'exit');

  const printed = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = () => {
        if (!pattern.test(output)) return;
        waiting.delete(check);
        resolve(output);
      };
      waiting.add(check);
      void exited.then(() => reject(new Error(`the server ended before it printed ${pattern}:\n${output}`)));
      check();
    });

  await printed(/ on http:\S+\n/);
  return {
    child,
    address: / on (http:\S+)\n/.exec(output)?.[1] ?? '',
    output: () => output,
    printed,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await exited;
      return child.exitCode;
    },
  };
};

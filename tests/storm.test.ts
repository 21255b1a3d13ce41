/**
 * A crowd whose server is restarted is back in a short time, and has missed nothing. STORM (200) is how many readers there are; `npm run test:faults` takes 10,000, for which a process
 * must be allowed as many open files. They are in processes of their own, and do what the protocol says.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { createFolders, startServer, type Folders, type ServerProcess } from './server-process.ts';
import type { StormReport } from './storm-readers.ts';

const readers = Number(process.env['STORM'] ?? 200);
const processes = 2;
/** s within which they come back */
const window = readers > 1_000 ? 5 : 2;
const script = fileURLToPath(new URL('storm-readers.ts', import.meta.url));

let folders: Folders;
let server: ServerProcess | undefined;
let crowd: ChildProcess[] = [];
afterEach(async () => {
  for (const child of crowd) child.disconnect();
  await server?.stop('SIGKILL');
  await folders.remove();
});

const freePort = async (): Promise<number> => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  taken.close();
  await once(taken, 'close');
  return address !== null && typeof address === 'object' ? address.port : 0;
};

const storm = (n: number): string => `---\nheadline: Storm\n---\nThe line is closed.\n\n## Trains\n\nUpdate ${n}.\n`;

/** Starts the readers; `until` resolves when what they say together is as it should be. */
const gather = (url: string) => {
  const said = new Map<ChildProcess, StormReport>();
  const checks = new Set<() => void>();
  crowd = Array.from({ length: processes }, () => fork(script, [url, 'storm', String(readers / processes)]));
  for (const child of crowd) {
    child.on('message', (report: StormReport) => {
      said.set(child, report);
      for (const check of checks) check();
    });
  }
  const sum = (pick: (report: StormReport) => Record<string, number>): Record<string, number> => {
    const all: Record<string, number> = {};
    for (const report of said.values()) for (const [key, n] of Object.entries(pick(report))) all[key] = (all[key] ?? 0) + n;
    return all;
  };
  return {
    live: () => said.values().reduce((count, { live }) => count + live, 0),
    back: () => [...said.values()].flatMap(({ back }) => back).sort((a, b) => a - b),
    faults: () => [...said.values()].flatMap(({ faults }) => faults),
    closes: () => sum(({ closes }) => closes),
    refused: () => sum(({ refused }) => refused),
    at: (position: string) => sum(({ held }) => held)[position] ?? 0,
    until: (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const check = (): void => {
          if (!holds()) return;
          checks.delete(check);
          resolve();
        };
        checks.add(check);
        check();
      }),
  };
};

const peakOf = (moments: number[]): number => {
  let [peak, first] = [0, 0];
  for (const [index, at] of moments.entries()) {
    while (at - (moments[first] ?? 0) >= 1_000) first += 1;
    peak = Math.max(peak, index - first + 1);
  }
  return peak;
};

test(`${readers} readers come back to a server that was restarted, and miss nothing that is saved meanwhile`, { timeout: 60_000 + readers * 15 }, async () => {
  folders = await createFolders();
  const port = await freePort();
  const args = ['--restart-window', String(window)];
  let n = 0;
  const save = (): Promise<void> => folders.save('storm.md', storm((n += 1)));
  await save();
  server = await startServer(folders, { port, args });
  const all = gather(`ws://127.0.0.1:${port}/live`);
  await all.until(() => all.live() === readers);

  const saving = new AbortController();
  const saved = (async () => {
    while (!saving.signal.aborted) {
      await save();
      await pause(700);
    }
  })();
  const start = Date.now();
  await server.stop();
  server = await startServer(folders, { port, args });
  const up = Date.now();
  await all.until(() => all.back().length === readers);
  saving.abort();
  await saved;
  await save();
  const state = async (): Promise<string> => (await fetch(`${server?.address}/api/stories/storm`)).text();
  await expect.poll(state, { timeout: 10_000 }).toContain(`Update ${n}.`);
  const { position }: { position: string } = JSON.parse(await state());
  await all.until(() => all.at(position) === readers || all.faults().length > 0);
  expect(all.faults()).toEqual([]);
  expect(all.closes()).toEqual({ 4300: readers });
  const back = all.back();
  console.log(
    `${readers} readers: the last was back ${((back.at(-1) ?? 0) - start) / 1_000} s after the signal, ${((back.at(-1) ?? 0) - up) / 1_000} s after the server said that it was up (${(up - start) / 1_000} s); ` +
      `at most ${peakOf(back)} in a second; attempts before it was up or turned away: ${JSON.stringify(all.refused())}; ${n} revisions`,
  );
});

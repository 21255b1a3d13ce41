/** What the whole watcher does too, but only when the system reports things in an unlucky order. */
import { createHook } from 'node:async_hooks';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createClaims } from '../server/watcher/claims.ts';
import type { WatchEvent } from '../server/watcher/events.ts';
import { createFollower } from '../server/watcher/follow.ts';
import { createHints } from '../server/watcher/hints.ts';
import { createLedger } from '../server/watcher/ledger.ts';
import { createProblems } from '../server/watcher/problems.ts';
import { knownAs, story, watchFolder } from './watched-folder.ts';

const old = story('old');

const makeHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'watched-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
};

/** A follower of one known story that looks only where it is told to. */
const followStory = async () => {
  const folder = makeHome();
  const events: WatchEvent[] = [];
  const emit = (event: WatchEvent): void => void events.push(event);
  const write = (file: string, text: string): void => {
    writeFileSync(join(folder, file), text);
    utimesSync(join(folder, file), 1_700_000_000, 1_700_000_000);
  };
  const limits = { maxBytes: 100_000, settleMs: 60_000, moveAfterMs: () => 60_000, onLoss: () => undefined };
  const ledger = createLedger([knownAs('storm', old)], performance.now(), emit);
  const follower = createFollower({ folder, ...limits, ledger, claims: createClaims(emit), problems: createProblems(emit) });
  onTestFinished(() => follower.close());
  write('storm.md', old);
  await follower.attend('storm.md');
  return { folder, write, events, attend: follower.attend, isLooking: follower.isLooking };
};

test('a new extension that is seen before the old one is missed is no clash', async () => {
  const { folder, events, attend } = await followStory();
  renameSync(join(folder, 'storm.md'), join(folder, 'storm.txt'));
  await attend('storm.txt');
  await attend('storm.md');
  expect(events).toEqual([]);
});

test('a story has not moved when its file is back before that is certain', async () => {
  const { folder, write, events, attend } = await followStory();
  renameSync(join(folder, 'storm.md'), join(folder, 'gale.md'));
  await attend('gale.md');
  expect(events).toEqual([]);
  write('storm.md', old);
  await attend('gale.md');
  expect(events).toMatchObject([{ kind: 'saved', slug: 'gale' }]);
});

test('more is coming while a whole text waits to be seen again, not while a doubtful one does', async () => {
  const { write, events, attend, isLooking } = await followStory();
  expect(isLooking()).toBe(false);
  write('storm.md', story('new'));
  await attend('storm.md');
  expect(events).toEqual([]);
  expect(isLooking()).toBe(true);
  await vi.waitFor(() => expect(events).toMatchObject([{ kind: 'saved', slug: 'storm' }]));
  await attend('storm.md');
  expect(isLooking()).toBe(false);
  write('storm.md', story('new').slice(0, -20));
  await attend('storm.md');
  expect(isLooking()).toBe(false);
});

test('hints follow a folder that takes the place of the one watched', async () => {
  const home = makeHome();
  const folder = join(home, 'stories');
  for (const name of ['one', 'two']) mkdirSync(join(home, name));
  symlinkSync('one', folder);
  const hinted = Promise.withResolvers<string>();
  const hints = createHints({ folder, onFile: hinted.resolve, onFolder: () => undefined, onLimit: hinted.reject });
  onTestFinished(() => hints.close());
  await hints.renew();
  symlinkSync('two', join(home, 'next'));
  renameSync(join(home, 'next'), folder);
  await hints.renew();
  writeFileSync(join(home, 'two', 'storm.md'), old);
  expect(await hinted.promise).toBe('storm.md');
});

test('a save by renaming costs no more in a folder of many stories', async () => {
  const requestsIn = async (stories: number): Promise<number> => {
    const files = Object.fromEntries(Array.from({ length: stories }, (_, index) => [`s${index}.md`, story('old')]));
    const { write, path, event } = await watchFolder({ files });
    let requests = 0;
    const count = createHook({ init: (_id, type) => void (requests += Number(type.startsWith('FSREQ'))) }).enable();
    write('s0.md.new~', story('new'));
    renameSync(path('s0.md.new~'), path('s0.md'));
    await event('saved');
    count.disable();
    return requests;
  };
  const few = await requestsIn(5);
  expect(few).toBeGreaterThan(0);
  expect(await requestsIn(205)).toBeLessThan(few + 100);
});

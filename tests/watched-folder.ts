/** A real folder under a real watcher, for tests: everything it tells, and a way to wait for it. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createWatcher, type KnownStory, type WatchEvent } from '../server/watcher.ts';

export const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A text of whole lines, long enough that one more word is a small change. */
export const story = (mark: string): string => Array.from({ length: 12 }, (_, i) => `Line ${i} of a story that says ${mark}.\n`).join('');

export const knownAs = (slug: string, text: string, withdrawn = false): KnownStory => ({ slug, fileHash: hash(text), withdrawn });

/** What a test compares: the event, with the text in place of bytes, hash and time. */
const brief = (event: WatchEvent): object => (event.kind === 'saved' ? { kind: 'saved', slug: event.slug, text: new TextDecoder().decode(event.bytes) } : event);

type Setup = { files?: Record<string, string>; known?: KnownStory[]; settleMs?: number; withdrawAfterMs?: number; rescanMs?: number; maxBytes?: number; prepare?: (folder: string) => void };

export const watchFolder = async ({ files = {}, known, prepare, ...limits }: Setup = {}) => {
  const home = mkdtempSync(join(tmpdir(), 'watched-'));
  const folder = join(home, 'stories');
  const events: WatchEvent[] = [];
  const waiting = new Set<() => void>();
  mkdirSync(folder);

  const path = (file: string): string => join(folder, file);
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), text);
  };
  for (const [file, text] of Object.entries(files)) {
    write(file, text);
    utimesSync(path(file), 1_700_000_000, 1_700_000_000);
  }
  prepare?.(folder);

  const watcher = await createWatcher({
    folder,
    settleMs: 150,
    withdrawAfterMs: 600,
    // Long, so that tests see what the hints alone achieve.
    rescanMs: 600_000,
    maxBytes: 100_000,
    known: known ?? Object.entries(files).map(([file, text]) => knownAs(file.replace(/\.\w+$/, ''), text)),
    ...limits,
    onEvent: (event) => {
      events.push(event);
      for (const check of waiting) check();
    },
  });
  onTestFinished(async () => {
    await watcher.close();
    rmSync(home, { recursive: true, force: true });
  });

  /** Resolves with the first event that matches, past or future, not counting the first `from`. */
  const event = <K extends WatchEvent['kind']>(kind: K, matches: (event: Extract<WatchEvent, { kind: K }>) => boolean = () => true, from = 0) =>
    new Promise<Extract<WatchEvent, { kind: K }>>((resolve) => {
      const check = (): void => {
        const found = events.slice(from).find((one): one is Extract<WatchEvent, { kind: K }> => one.kind === kind && matches(one as Extract<WatchEvent, { kind: K }>));
        if (!found) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
    });

  let sentinels = 0;
  return {
    folder,
    home,
    path,
    write,
    watcher,
    events,
    event,
    saved: (slug: string, text: string, from = 0) => event('saved', (one) => one.slug === slug && new TextDecoder().decode(one.bytes) === text, from),
    /** Everything told, but for sentinels. */
    told: (): object[] => events.filter((one) => !('slug' in one && one.slug?.startsWith('sentinel-'))).map(brief),
    /** Resolves when a story written now has been told: what was done before and was not told by then says nothing. */
    sentinel: async (): Promise<void> => {
      const slug = `sentinel-${(sentinels += 1)}`;
      write(`${slug}.md`, 'sentinel\n');
      await event('saved', (one) => one.slug === slug);
    },
    list: (): string[] => readdirSync(folder),
  };
};

/** The desk: what the watcher and the operator tell goes to the publisher, and what became of it to the terminal. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, StoryWish } from './control.ts';
import { unreachable } from './core/story.ts';
import { noMetrics, type Metrics } from './metrics.ts';
import type { FileProblem, Outcome, Publisher } from './publisher.ts';
import type { RevisionLog } from './revision-log.ts';
import { describeOutcome } from './terminal.ts';
import type { WatchEvent } from './watcher.ts';

/** Where lines for people go: what happens, and what somebody must see to. */
export type Terminal = { say: (line: string) => void; complain: (line: string) => void };

export type DeskOptions = {
  folder: string;
  log: RevisionLog;
  publisher: Publisher;
  terminal: Terminal;
  /** How many readers a story has, once they have been written what became of it. */
  readers: (slug: string) => number | Promise<number>;
  /** Default: nothing is counted. */
  metrics?: Metrics;
};

export const createDesk = ({ folder, log, publisher, terminal, readers, metrics = noMetrics }: DeskOptions) => {
  const startedAt = Date.now();
  let reported = Promise.resolve();

  const complain = (error: unknown): void => terminal.complain(`error: ${error instanceof Error ? error.message : String(error)}`);

  const linesOf = async (outcome: Outcome): Promise<string[]> => describeOutcome(outcome, { readers: await readers(outcome.slug), now: Date.now(), startedAt });

  /** Lines come in the order of what they tell. */
  const report = (outcome: Outcome): void => {
    metrics.handled(outcome);
    reported = Promise.all([linesOf(outcome), reported]).then(([lines]) => lines.forEach((line) => terminal.say(line)), complain);
  };

  const failed = (error: unknown): void => {
    metrics.handled({ kind: 'failed' });
    complain(error);
  };

  const tell = (outcome: Promise<Outcome>): void => void outcome.then(report).catch(failed);

  const withdraw = async (story: string): Promise<Answer> => {
    const outcome = await publisher.withdraw(story);
    report(outcome);
    return withdrawal(folder, story, outcome.kind === 'withdrawn');
  };

  return {
    /** Takes what the watcher saw. */
    handle: (event: WatchEvent): void => {
      switch (event.kind) {
        case 'saved':
          return tell(publisher.saved(event));
        case 'gone':
          return tell(publisher.withdraw(event.slug));
        case 'moved':
          return tell(publisher.moved(event.from, event.to));
        case 'clash':
          return report(publisher.refuse(event.slug, clash(event.files)));
        case 'unreadable':
          return report(publisher.refuse(event.slug ?? event.file, problemAt(event.file, event.reason)));
        case 'mended':
          return publisher.mended(event.slug ?? event.file);
        case 'vanished':
          return terminal.complain(vanished(folder, event));
        case 'polling':
          return terminal.complain(`warning: ${event.reason}: the folder is looked at several times a second instead`);
        default:
          return unreachable(event);
      }
    },

    /** Does what an operator's command asks for. */
    fulfil: (wish: StoryWish): Promise<Answer> => (wish.command === 'redact' ? redact(log, wish.story, wish.which) : withdraw(wish.story)),
  };
};

/** Redacts, and says in one line what became of it. */
export const redact = async (log: RevisionLog, story: string, which: number | 'all'): Promise<Answer> => {
  const result = await log.redact(story, which);
  switch (result.kind) {
    case 'redacted': {
      const { revisions } = result;
      if (revisions.length === 0) return { done: true, message: `${story}: nothing left to redact` };
      return { done: true, message: `${story}: ${revisions.length === 1 ? 'revision' : 'revisions'} ${revisions.join(', ')} redacted` };
    }
    case 'current':
      return { done: false, message: `${story}: revision ${which} is what readers see now. Publish a better one, or withdraw the story, then redact` };
    case 'unknown':
      return { done: false, message: which === 'all' ? `no story ${story}` : `no revision ${which} of ${story}` };
    default:
      return unreachable(result);
  }
};

/** What an operator is told of a withdrawal. A file that still stands there would be published again. */
export const withdrawal = (folder: string | undefined, story: string, done: boolean): Answer => {
  if (!done) return { done, message: `${story} is not published: nothing to withdraw` };
  const file = folder === undefined ? undefined : ['md', 'txt'].map((extension) => join(folder, `${story}.${extension}`)).find((path) => existsSync(path));
  const advice = file === undefined ? '' : `. Its file is still there: remove ${file}, or give it "status: withdrawn", else it is published again when its text changes, and at the next start`;
  return { done, message: `${story} is withdrawn${advice}` };
};

const problemAt = (file: string, message: string): FileProblem => ({ file, line: 1, column: 1, severity: 'error', message });

const clash = (files: string[]): FileProblem =>
  problemAt(files[0] ?? '', `${files.join(' and ')} are the same story: rename or remove one; nothing is published until then`);

/** What the editor is told when so much is gone that it may be an accident. */
export const vanished = (path: string, { slugs, folder }: Pick<Extract<WatchEvent, { kind: 'vanished' }>, 'slugs' | 'folder'>): string => {
  const stories = slugs.length === 1 ? '1 story' : `${slugs.length} stories`;
  const names = `(${slugs.slice(0, 5).join(', ')}${slugs.length > 5 ? ' ...' : ''})`;
  const loss = folder === 'gone' ? `the folder ${path} is gone, and with it ${stories} ${names}` : `${stories} are gone at once ${names}`;
  return `warning: ${loss}: nothing is withdrawn. If you mean it, run "stop-press withdraw SLUG"${slugs.length === 1 ? '' : ' for each'}`;
};

/** What the editor and the operator read in the terminal: one line a save, and problems in the form that editors' tools understand. */
import { formatProblem } from './core/parse.ts';
import { unreachable, type MetaPatch, type Op } from './core/story.ts';
import type { FileProblem, Outcome } from './publisher.ts';
import type { Revision } from './revision-log.ts';

const count = (n: number): string => n.toLocaleString('en');
const many = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

/** `14:05:22` */
export const clock = (ms: number): string => new Date(ms).toTimeString().slice(0, 8);

/** `2 sections edited, 1 added, headline`: what a revision changed, from its ops. */
export const describeOps = (ops: Op[]): string => {
  const tally = { edited: 0, added: 0, removed: 0, moved: 0 };
  const others: string[] = [];
  for (const op of ops) {
    if (op.op === 'edit') tally.edited += 1;
    if (op.op === 'insert') tally.added += 1;
    if (op.op === 'remove') tally.removed += 1;
    if (op.op === 'move') tally.moved += 1;
    if (op.op === 'set') others.push(...describeMeta(op.meta));
  }
  const sections = Object.entries(tally)
    .filter(([, n]) => n > 0)
    .map(([what, n], index) => (index === 0 ? `${many(n, 'section')} ${what}` : `${count(n)} ${what}`));
  return [...sections, ...others].join(', ') || 'put back as it was';
};

const describeMeta = ({ headline, status, corrections, authors, lang }: MetaPatch): string[] => [
  ...(headline === undefined ? [] : ['headline']),
  ...(status === undefined ? [] : [`status ${status}`]),
  ...(corrections === undefined ? [] : ['corrections']),
  ...(authors === undefined ? [] : ['authors']),
  ...(lang === undefined ? [] : [`language ${lang}`]),
];

const whatChanged = ({ state, diff }: Revision): string => {
  if (!diff) return `published, ${many(state.sections.length, 'section')}`;
  return (diff.change === 'update' ? '' : `${diff.change}: `) + describeOps(diff.ops);
};

/** `now` is the moment after the last socket write; `startedAt` that when this server began to watch. ms since 1970 */
export type Delivery = { readers: number; now: number; startedAt: number };

/** The lines for one outcome; none where there is nothing to say. The milliseconds are those from the save to the last socket write. */
export const describeOutcome = (outcome: Outcome, { readers, now, startedAt }: Delivery): string[] => {
  const line = (...parts: string[]): string => [clock(now), ...parts].join('  ');
  switch (outcome.kind) {
    case 'published': {
      const { slug, revision, savedAt, problems } = outcome;
      const ms = savedAt < startedAt ? 'saved before the start' : `${count(Math.max(0, Math.round(now - savedAt)))} ms`;
      return [line(slug, `revision ${revision.state.revision}`, whatChanged(revision), many(readers, 'reader'), ms), ...describeProblems(problems)];
    }
    case 'refused':
      return [line(outcome.slug, outcome.hasReaders ? 'not published: readers keep the last good revision' : 'not published'), ...describeProblems(outcome.problems)];
    case 'unchanged':
      return [line(outcome.slug, 'no visible change'), ...describeProblems(outcome.problems)];
    case 'unpublished':
      return [line(outcome.slug, `${outcome.status}, not published`), ...describeProblems(outcome.problems)];
    case 'withdrawn':
      return [line(outcome.slug, 'withdrawn', many(readers, 'reader'))];
    case 'moved':
      return [line(outcome.slug, `moved to ${outcome.to}`, many(readers, 'reader'))];
    case 'nothing':
      return [];
    default:
      return unreachable(outcome);
  }
};

/** Notes inform `stop-press check` only. */
const describeProblems = (problems: FileProblem[]): string[] =>
  problems.filter(({ severity }) => severity !== 'note').map((problem) => formatProblem(problem.file, problem));

/** `stop-press explain`: what became of each section between two versions of a story file, and why, without publishing anything. */
import { readStory, slugOfFile } from './check.ts';
import { formatProblem, type Parsed, type Problem } from './core/parse.ts';
import { revise, type Revised } from './core/revise.ts';
import type { Content } from './core/story.ts';
import { describeChange } from './explain/ops.ts';

export type ExplainOptions = {
  /** BCP 47, for a story that does not name its own. */
  lang: string;
  say: (line: string) => void;
};

/** Says what the save of `next` over `old` would do, a fact a line; where one of them cannot be published, what is wrong with it, and returns false. */
export const explain = (old: string, next: string, { lang, say }: ExplainOptions): boolean => {
  const versions = readVersions(old, next, lang);
  for (const { path, problem } of versions.problems) say(formatProblem(path, problem));
  if (!versions.both) return false;
  for (const line of explainVersions(...versions.both)) say(line);
  return true;
};

type Read = { both?: [old: Parsed, next: Parsed]; problems: { path: string; problem: Problem }[] };

/** Both files as versions of the story that the new one is, so that an old one may lie anywhere. */
const readVersions = (old: string, next: string, lang: string): Read => {
  const slug = slugOfFile(next);
  if (typeof slug !== 'string') return { problems: [{ path: next, problem: slug }] };
  const [before, after] = [readStory(old, { slug, lang }), readStory(next, { slug, lang })];
  const errors = [{ path: old, found: before }, { path: next, found: after }]
    .flatMap(({ path, found }) => found.problems.filter(({ severity }) => severity === 'error').map((problem) => ({ path, problem })));
  return { ...(before.parsed && after.parsed && { both: [before.parsed, after.parsed] }), problems: errors };
};

/** Any times will do: the answer names none. */
const [first, second] = ['2000-01-01T00:00:00.000Z', '2000-01-01T00:01:00.000Z'];

/** Who each section is and why, the ops in words, the grade and why. */
export const explainVersions = (old: Parsed, next: Parsed): string[] => {
  const previous = revise({ removed: [], parsed: old, at: first })?.content;
  const options = { ...(previous && { previous }), removed: [], lastOrigin: old.meta, parsed: next, at: second };
  const revised = revise(options);
  const shown = revised ?? revise({ ...options, force: true });
  if (!previous || !shown) return [];
  const ops = describeChange({ before: previous, after: shown.content, ops: shown.ops });
  return [
    ...titled('sections', describeSections(shown)),
    ...titled('gone', describeGone(previous, shown)),
    ...titled('ops', ops),
    revised ? `${revised.change}: ${revised.why}` : 'no revision: readers would see no difference',
    ...unpublished(next),
  ];
};

const titled = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)]);

const describeSections = ({ content, identities }: Revised): string[] => {
  const width = Math.max(...content.sections.map(({ id }) => id.length));
  return content.sections.map(({ id, heading }, index) => {
    const { previous, why = '' } = identities[index] ?? {};
    const former = previous && previous.heading !== heading ? `, was "${previous.heading}"` : '';
    return `${id.padEnd(width)}  ${heading === '' ? '' : `"${heading}"${former}: `}${why}`;
  });
};

const describeGone = (previous: Content, { content, identities }: Revised): string[] => {
  const stay = new Set(identities.map(({ previous: old }) => old));
  return previous.sections.filter((section) => !stay.has(section)).map(({ id, heading }) => {
    const into = content.sections.find(({ was }) => was.includes(id));
    return `${id}  "${heading}": ${into ? `merged into ${into.id}, which has taken up most of its text` : 'removed'}`;
  });
};

const unpublished = ({ meta: { status } }: Parsed): string[] => (status === 'draft' || status === 'withdrawn' ? [`status ${status}: saved like this, the story would be withdrawn`] : []);

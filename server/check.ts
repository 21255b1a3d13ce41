/** `stop-press check`: what would become of story files, without publishing anything. */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { defaults } from './config.ts';
import { formatProblem, type Parsed, type Problem } from './core/parse.ts';
import { read } from './publisher.ts';
import { isInside, outward, refusalOf } from './watcher/look.ts';
import { parseName } from './watcher/names.ts';

type Candidate = { path: string; /** the stories' folder */ root: string; /** relative to it, with `/` */ file: string };

/**
 * Checks files, and every story file of the folders among them; says each problem on a line of its own.
 * True where everything could be published: warnings and notes do not count.
 */
export const check = (paths: string[], lang: string, say: (line: string) => void): boolean => {
  const candidates = paths.flatMap(find);
  const problems = candidates.flatMap((candidate) => [...clashes(candidate), ...problemsOf(candidate, lang)].map((problem) => ({ path: candidate.path, problem })));
  for (const { path, problem } of problems) say(formatProblem(path, problem));
  const errors = problems.filter(({ problem }) => problem.severity === 'error').length;
  say(`${candidates.length} ${candidates.length === 1 ? 'file' : 'files'} checked, ${errors} ${errors === 1 ? 'error' : 'errors'}`);
  return errors === 0;
};

/** The story files of a folder; a file is taken as it is, its slug counted from a folder `stories` in its path, else from its own. */
const find = (path: string): Candidate[] => {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .map((file) => ({ path: join(path, file), root: path, file: file.split(sep).join('/') }))
      .filter(({ file }) => parseName(file).kind !== 'ignored');
  }
  return [candidateOf(path)];
};

const candidateOf = (path: string): Candidate => {
  const parts = path.split(/[\\/]/);
  const depth = parts.lastIndexOf('stories') + 1;
  return depth === 0 ? { path, root: dirname(path), file: basename(path) } : { path, root: parts.slice(0, depth).join(sep), file: parts.slice(depth).join('/') };
};

const error = (message: string): Problem => ({ severity: 'error', line: 1, column: 1, message });

const problemsOf = (candidate: Candidate, lang: string): Problem[] => {
  const name = nameOf(candidate);
  if (typeof name !== 'string') return [name];
  return isOutside(candidate) ? [error(outward)] : readStory(candidate.path, { slug: name, lang }).problems;
};

const isOutside = ({ path, root }: Candidate): boolean => existsSync(path) && !isInside(realpathSync(root), realpathSync(path));

/** The slug of a story file, or why it is none. */
const nameOf = ({ file }: Candidate): string | Problem => {
  const name = parseName(file);
  switch (name.kind) {
    case 'ignored':
      return error('this is no story: a story file ends in .md or .txt, and its name does not begin with a dot');
    case 'refused':
      return error(name.reason);
    case 'story':
      return name.slug;
  }
};

/** The slug that a file has as a story, or a problem. */
export const slugOfFile = (path: string): string | Problem => nameOf(candidateOf(path));

/** What a file says as the story `slug`; a file that cannot be read is a problem like any other. */
export const readStory = (path: string, { slug, lang }: { slug: string; lang: string }): { parsed?: Parsed; problems: Problem[] } => {
  try {
    const reason = refusalOf(statSync(path, { bigint: true }), defaults.maxStoryBytes);
    if (reason !== undefined) return { problems: [error(reason)] };
    return read({ slug, file: path, bytes: readFileSync(path) }, lang);
  } catch (cause) {
    return { problems: [error(`this file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)] };
  }
};

/** Another file beside it with the same slug. */
const clashes = ({ path, file }: Candidate): Problem[] => {
  const name = parseName(file);
  if (name.kind !== 'story') return [];
  const folder = dirname(path);
  const sameSlug = (other: string): boolean => {
    const otherName = parseName(relative('.', join(dirname(file), other)).split(sep).join('/'));
    return other !== basename(path) && otherName.kind === 'story' && otherName.slug === name.slug;
  };
  const twin = statSync(folder, { throwIfNoEntry: false }) && readdirSync(folder).find(sameSlug);
  return twin === undefined ? [] : [error(`${basename(path)} and ${twin} are the same story: rename or remove one`)];
};

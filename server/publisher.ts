/**
 * The pipeline: a settled save becomes a revision, or a problem for its editor.
 * Saves, withdrawals and moves happen strictly one after another, in the order in which they were handed in.
 */
import { parseStory, type Parsed, type Problem } from './core/parse.ts';
import { picturesIn, reserveSpace, type Size } from './core/pictures.ts';
import { revise } from './core/revise.ts';
import type { Revision, RevisionLog, Standing } from './revision-log.ts';

/** A file that has settled, as the watcher hands it over. `savedAt` in ms since 1970. */
export type Save = { slug: string; file: string; bytes: Uint8Array; fileHash: string; savedAt: number };

export type FileProblem = Problem & { file: string };

export type Outcome =
  | { kind: 'published'; slug: string; revision: Revision; savedAt: number; problems: FileProblem[] }
  | { kind: 'unchanged'; slug: string; problems: FileProblem[] }
  | { kind: 'unpublished'; slug: string; status: 'draft' | 'withdrawn'; problems: FileProblem[] }
  /** `hasReaders`: an earlier revision goes on being served. */
  | { kind: 'refused'; slug: string; hasReaders: boolean; problems: FileProblem[] }
  /** There was nothing to withdraw or to move. */
  | { kind: 'nothing'; slug: string }
  | { kind: 'withdrawn'; slug: string }
  | { kind: 'moved'; slug: string; to: string };

export type PublisherOptions = {
  log: RevisionLog;
  /** BCP 47, for stories that do not name their own. */
  lang: string;
  /** ms since 1970 */
  now: () => number;
  /** How large a picture is, by its address on the page; where nobody knows, its place is not kept free. */
  sizeOf?: (src: string) => Promise<Size | undefined>;
};

export const createPublisher = ({ log, lang, now, sizeOf = async () => undefined }: PublisherOptions) => {
  const problems = new Map<string, FileProblem[]>();
  let queue: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  /** Runs one after another, whatever became of the one before. */
  const inOrder = <T>(task: () => Promise<T>): Promise<T> => {
    const result = queue.then(task, task);
    waiting += 1;
    queue = result.catch(() => undefined).finally(() => (waiting -= 1));
    return result;
  };

  const time = () => new Date(now()).toISOString();

  const withdraw = async (slug: string): Promise<Outcome> => {
    const entry = await log.withdraw(slug, time());
    return { kind: entry ? 'withdrawn' : 'nothing', slug };
  };

  const refused = (slug: string, found: FileProblem[]): Outcome => {
    problems.set(slug, found);
    return { kind: 'refused', slug, hasReaders: log.find(slug)?.kind === 'published', problems: found };
  };

  const publish = async (save: Save): Promise<Outcome> => {
    const { slug } = save;
    const { parsed, problems: found } = read(save, lang);
    const forEditor = found.map((problem) => ({ ...problem, file: save.file }));
    problems.set(slug, forEditor);
    if (!parsed) return refused(slug, forEditor);

    const standing = log.find(slug);
    const { status } = parsed.meta;
    if (status === 'draft' || status === 'withdrawn') {
      return standing?.kind === 'published' ? withdraw(slug) : { kind: 'unpublished', slug, status, problems: forEditor };
    }
    const draft = revisionOf(log, save, await withSpace(parsed, sizeOf), standing, time());
    if (!draft) return { kind: 'unchanged', slug, problems: forEditor };
    const revision = await log.append(draft);
    return { kind: 'published', slug, revision, savedAt: save.savedAt, problems: forEditor };
  };

  return {
    /** Publishes a save, or says why not. Rejects only when the log cannot be written. */
    saved: (save: Save) => inOrder(() => publish(save)),

    /** Withdraws a story, because its file is gone or its operator says so. */
    withdraw: (slug: string) =>
      inOrder(async () => {
        problems.delete(slug);
        return withdraw(slug);
      }),

    /** Moves a story to the slug of its renamed file. */
    moved: (from: string, to: string) =>
      inOrder(async (): Promise<Outcome> => {
        problems.set(to, problems.get(from) ?? []);
        problems.delete(from);
        const entry = await log.move(from, to, time());
        return entry ? { kind: 'moved', slug: from, to } : { kind: 'nothing', slug: to };
      }),

    /** Takes note of a problem that was found before there was a text to read. */
    refuse: (slug: string, problem: FileProblem): Outcome => refused(slug, [problem]),

    /** What `refuse` took note of is over. */
    mended: (slug: string): void => void problems.delete(slug),

    /** What the editor of a story should know of its file as last saved. */
    problemsOf: (slug: string): FileProblem[] => problems.get(slug) ?? [],

    /** How many stories have a file that cannot be published as it is. */
    broken: (): number => problems.values().reduce((count, found) => count + Number(found.some(({ severity }) => severity === 'error')), 0),

    /** Whether something that was handed in is not done. */
    isBusy: (): boolean => waiting > 0,

    /** Resolves when everything handed in so far is done. */
    idle: () => inOrder(async () => undefined),
  };
};

export type Publisher = ReturnType<typeof createPublisher>;

/** Reads a file's bytes as a story; shared with `stop-press check`. */
export const read = ({ slug, file, bytes }: Pick<Save, 'slug' | 'file' | 'bytes'>, lang: string): { parsed?: Parsed; problems: Problem[] } => {
  const text = decode(bytes);
  if (typeof text !== 'string') return { problems: [text] };
  return parseStory(text, { story: slug, format: file.toLowerCase().endsWith('.txt') ? 'txt' : 'md', lang });
};

const decode = (bytes: Uint8Array): string | Problem => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { severity: 'error', ...firstInvalid(bytes), message: 'this is not UTF-8: save the file with the encoding UTF-8' };
  }
};

/** Where the first byte stands that is no UTF-8: what a lenient decoder replaces and the bytes do not spell out. */
const firstInvalid = (bytes: Uint8Array): { line: number; column: number } => {
  const lenient = new TextDecoder('utf-8').decode(bytes);
  const encoded = new TextEncoder().encode(lenient);
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let same = 0;
  while (same < encoded.length && encoded[same] === bytes[start + same]) same += 1;
  const before = new TextDecoder('utf-8').decode(bytes.subarray(start, start + same));
  const lines = before.split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
};

/** The story with room kept for its pictures, as large as they are at this save. */
const withSpace = async (parsed: Parsed, sizeOf: NonNullable<PublisherOptions['sizeOf']>): Promise<Parsed> => {
  const sources = new Set(parsed.sections.flatMap(({ blocks }) => picturesIn(blocks).map(({ src }) => src)));
  const sizes = new Map(await Promise.all(Array.from(sources, async (src) => [src, await sizeOf(src)] as const)));
  const sections = parsed.sections.map((section) => ({ ...section, blocks: section.blocks.map((block) => reserveSpace(block, (src) => sizes.get(src))) }));
  return { ...parsed, sections };
};

/** The revision that a save makes, or `undefined` where readers would see no difference. */
const revisionOf = (log: RevisionLog, save: Save, parsed: Parsed, standing: Standing | undefined, at: string) => {
  const goesOn = standing?.kind === 'published' || standing?.kind === 'withdrawn' ? standing : undefined;
  const memory = goesOn && log.memory(save.slug);
  if (goesOn?.kind === 'published' && memory?.origin.fileHash === save.fileHash) return undefined;
  const revised = revise({
    ...(goesOn && { previous: goesOn.state }),
    removed: memory?.removed ?? [],
    ...(memory && { lastOrigin: memory.origin }),
    parsed,
    at,
    force: goesOn?.kind === 'withdrawn',
  });
  if (!revised) return undefined;
  const { note, minor } = parsed.meta;
  return {
    story: save.slug,
    at,
    change: revised.change,
    ...(revised.note !== undefined && { note: revised.note }),
    content: revised.content,
    ops: revised.ops,
    splits: revised.splits,
    origin: { source: parsed.source, fileHash: save.fileHash, ...(note !== undefined && { note }), ...(minor !== undefined && { minor }) },
  };
};

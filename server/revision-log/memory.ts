/** A revision log in memory, for tests and for programs that keep nothing. */
import type { Section, Time } from '../core/story.ts';
import type { Ancestor, Draft, RevisionLog } from '../revision-log.ts';
import { blankContent, blankOrigin, blankSection } from './blank.ts';
import { createLog, type LogOptions } from './log.ts';
import type { EntryRow, RevisionRow, SlugRow, Store } from './store.ts';

export type MemoryLogOptions = LogOptions & {
  /** 8 hex digits */
  epoch: string;
  /** Default: none. */
  ancestors?: readonly Ancestor[];
};

type Kept = Pick<Draft, 'content' | 'splits' | 'origin'> & { row: RevisionRow };
type Story = { entries: EntryRow[]; revisions: Kept[]; removed: Section[]; withdrawnAt: Time | undefined };

export const createMemoryLog = ({ epoch, ancestors = [], onListenerError }: MemoryLogOptions): RevisionLog => createLog(createMemoryStore(epoch, ancestors), { onListenerError });

const createMemoryStore = (epoch: string, ancestors: readonly Ancestor[]): Store => {
  const entries: EntryRow[] = [];
  const slugs = new Map<string, SlugRow & { last: number }>();
  const stories: Story[] = [];

  const storyOf = (story: number): Story => {
    const found = stories[story];
    if (!found) throw new Error(`there is no story ${story}`);
    return found;
  };
  const keptOf = ({ story, number }: Pick<RevisionRow, 'story' | 'number'>): Kept => {
    const found = storyOf(story).revisions[number - 1];
    if (!found) throw new Error(`story ${story} has no revision ${number}`);
    return found;
  };
  const now = () => [...slugs].filter(([, { until }]) => until === undefined);

  return {
    epoch,
    ancestors,

    head: () => entries.length,
    slug: (slug) => slugs.get(slug),
    slugOf: (story) => now().find(([, row]) => row.story === story)?.[0],
    slugs: () => now().map(([slug, { story }]) => ({ slug, story })),
    files: () =>
      now().map(([slug, { story }]) => {
        const { revisions, withdrawnAt } = storyOf(story);
        return { slug, fileHash: revisions.at(-1)?.origin.fileHash ?? '', withdrawn: withdrawnAt !== undefined };
      }),
    slugsSince: (sequence) =>
      [...slugs]
        .filter(([, { last }]) => last > sequence)
        .sort(([, a], [, b]) => a.last - b.last || Number(a.until === undefined) - Number(b.until === undefined))
        .map(([slug, { story }]) => ({ slug, story })),
    withdrawnAt: (story) => storyOf(story).withdrawnAt,

    entry: (story, sequence) => storyOf(story).entries.findLast((entry) => entry.sequence <= sequence),
    entries: ({ after, until, limit, story }) =>
      story === undefined
        ? entries.slice(after, Math.min(until, after + limit)) // the first has sequence 1
        : storyOf(story).entries.filter(({ sequence }) => sequence > after && sequence <= until).slice(0, limit),
    revision: (story, number) => storyOf(story).revisions[number - 1]?.row,
    revisions: (story, { before, until, limit }) =>
      storyOf(story).revisions.map(({ row }) => row).filter(({ number, sequence }) => number < before && sequence <= until).toReversed().slice(0, limit),
    splits: (story, { after, upTo, limit }) =>
      storyOf(story).revisions.slice(after, upTo).map(({ splits }) => splits).filter((splits) => Object.keys(splits).length > 0).slice(0, limit),
    content: (row) => keptOf(row).content,
    origin: (row) => keptOf(row).origin,
    removed: (story) => [...storyOf(story).removed],

    transact: (work) => work(),
    addStory: () => stories.push({ entries: [], revisions: [], removed: [], withdrawnAt: undefined }) - 1,
    pointSlug: (slug, to, sequence) => void slugs.set(slug, { ...to, last: sequence }),
    setWithdrawn: (story, at) => {
      storyOf(story).withdrawnAt = at;
    },
    addEntry: (row) => {
      entries.push(row);
      storyOf(row.story).entries.push(row);
    },
    addRevision: (row, { content, splits, origin }) => void storyOf(row.story).revisions.push({ row, content, splits, origin }),
    addRemoved: (story, sections) => void storyOf(story).removed.push(...sections),
    dropRemoved: (story, ids) => {
      storyOf(story).removed = storyOf(story).removed.filter(({ id }) => !ids.includes(id));
    },

    redact: (story, rows) => {
      const { revisions } = storyOf(story);
      for (const row of rows) {
        const { note: _note, ...rest } = row;
        const blank = blankContent(keptOf(row).content);
        revisions[row.number - 1] = { row: { ...rest, redacted: true, hash: blank.hash }, content: blank, splits: {}, origin: blankOrigin };
      }
      const readable = new Set(revisions.flatMap(({ content }) => content.sections).map((section) => JSON.stringify(section)));
      storyOf(story).removed = storyOf(story).removed.map((section) => (readable.has(JSON.stringify(section)) ? section : blankSection(section)));
    },
    scrub: () => undefined,

    close: () => undefined,
  };
};

/** A revision log written the naive way: every entry in a list, every answer by reading all of it. What the real ones are held to. */
import { diff } from '../server/core/diff.ts';
import { hashOfContent } from '../server/core/hash.ts';
import { formatPosition } from '../server/core/protocol.ts';
import type { Change, Content, Position, Section, Time } from '../server/core/story.ts';
import type { Draft, RevisionLog } from '../server/revision-log.ts';

export type Command =
  | { kind: 'append'; slug: string; content: Content; change: Change; note?: string | undefined; split: boolean }
  | { kind: 'withdraw'; slug: string }
  | { kind: 'move'; slug: string; to: string }
  | { kind: 'redact'; slug: string; which: number | 'all' };

type ModelEntry = { sequence: number; story: number; slug: string; at: Time; number: number } & (
  | { kind: 'revision'; draft: Draft; redacted: boolean }
  | { kind: 'withdrawal' }
  | { kind: 'move'; to: string }
);
type ModelRevision = Extract<ModelEntry, { kind: 'revision' }>;
type ModelStory = { slug: string | undefined; withdrawnAt: Time | undefined };

/** One minute a step. */
export const timeOf = (step: number): Time => new Date(Date.UTC(2026, 10, 22) + step * 60_000).toISOString();

/** What a publisher would hand in: the ops from the story's last state, and a split where one can be told. */
export const draftOf = (log: RevisionLog, { slug, content, change, note, split }: Extract<Command, { kind: 'append' }>, at: Time): Draft => {
  const standing = log.find(slug);
  const before = standing && standing.kind !== 'moved' ? standing.state : undefined;
  const fresh = content.sections.find(({ id }) => before?.sections.every((section) => section.id !== id));
  const splits = split && fresh && before?.sections[0] ? { [fresh.id]: before.sections[0].id } : {};
  const ops = before ? diff(before, content, { at, splits }) : [];
  const origin = { source: `source of ${slug} at ${at}`, fileHash: `file of ${slug} at ${at}`, ...(note !== undefined && { note: `file ${note}` }) };
  return { story: slug, at, change, ...(note !== undefined && { note }), content, ops, splits, origin };
};

export const createModel = (epoch: string) => {
  const entries: ModelEntry[] = [];
  const stories: ModelStory[] = [];
  const slugs = new Map<string, { story: number; until?: number }>();
  const position = (sequence: number): Position => formatPosition(epoch, sequence);

  const entriesOf = (story: number, until = Infinity) => entries.filter((entry) => entry.story === story && entry.sequence <= until);
  const revisionsOf = (story: number, until = Infinity) => entriesOf(story, until).filter((entry) => entry.kind === 'revision');
  const revisionAt = (story: number, sequence: number): ModelRevision | undefined => revisionsOf(story, sequence).at(-1);
  const storyAt = (slug: string) => {
    const place = slugs.get(slug);
    return place && place.until === undefined ? place.story : undefined;
  };
  const untilOf = (slug: string) => slugs.get(slug)?.until ?? Infinity;
  const locate = (slug: string, sequence: number): ModelEntry | undefined => {
    const place = slugs.get(slug);
    return place && entriesOf(place.story, Math.min(sequence, untilOf(slug))).at(-1);
  };

  const add = (story: number, slug: string, at: Time) => ({ sequence: entries.length + 1, story, slug, at, number: revisionsOf(story).length });

  return {
    position,
    entries,
    slugs,
    locate,
    untilOf,
    revisionAt,
    head: () => entries.length,

    append: (draft: Draft) => {
      let story = storyAt(draft.story);
      if (story === undefined) {
        story = stories.push({ slug: draft.story, withdrawnAt: undefined }) - 1;
        slugs.set(draft.story, { story });
      }
      stories[story] = { slug: draft.story, withdrawnAt: undefined };
      const place = add(story, draft.story, draft.at);
      entries.push({ ...place, number: place.number + 1, kind: 'revision', draft, redacted: false });
    },

    withdraw: (slug: string, at: Time): boolean => {
      const story = storyAt(slug);
      if (story === undefined || stories[story]?.withdrawnAt !== undefined) return false;
      stories[story] = { slug, withdrawnAt: at };
      entries.push({ ...add(story, slug, at), kind: 'withdrawal' });
      return true;
    },

    move: (slug: string, to: string, at: Time): boolean => {
      const story = storyAt(slug);
      const taken = storyAt(to);
      if (story === undefined || story === taken || (taken !== undefined && stories[taken]?.withdrawnAt === undefined)) return false;
      const place = add(story, slug, at);
      entries.push({ ...place, kind: 'move', to });
      if (taken !== undefined) stories[taken] = { slug: undefined, withdrawnAt: stories[taken]?.withdrawnAt };
      stories[story] = { slug: to, withdrawnAt: stories[story]?.withdrawnAt };
      slugs.set(slug, { story, until: place.sequence });
      slugs.set(to, { story });
      return true;
    },

    redact: (slug: string, which: number | 'all') => {
      const story = slugs.get(slug)?.story;
      if (story === undefined) return { kind: 'unknown' };
      const all = revisionsOf(story);
      const asked = which === 'all' ? all : all.filter(({ number }) => number === which);
      if (asked.length === 0) return { kind: 'unknown' };
      const current = stories[story]?.withdrawnAt === undefined ? all.at(-1) : undefined;
      if (which !== 'all' && asked.some((revision) => revision === current)) return { kind: 'current' };
      const fresh = asked.filter((revision) => revision !== current && !revision.redacted);
      for (const revision of fresh) revision.redacted = true;
      return { kind: 'redacted', revisions: fresh.map(({ number }) => number) };
    },

    /** A withdrawn story's last content may be redacted: then this is what is left of it. */
    contentLeft: ({ draft, redacted }: ModelRevision): Content => {
      if (!redacted) return draft.content;
      const meta = { ...draft.content.meta, headline: '', authors: [], corrections: [] };
      return { hash: hashOfContent(meta, []), meta, sections: [] };
    },

    standing: (slug: string) => {
      const place = slugs.get(slug);
      if (!place) return undefined;
      const story = stories[place.story];
      if (place.until !== undefined) {
        const move = entries[place.until - 1];
        return { kind: 'moved' as const, position: position(place.until), to: story?.slug ?? (move?.kind === 'move' ? move.to : '') };
      }
      const last = entriesOf(place.story).at(-1)?.sequence ?? 0;
      return { kind: 'stands' as const, position: position(last), sequence: last, revision: revisionAt(place.story, last), withdrawnAt: story?.withdrawnAt };
    },

    /** Sections that left and are not back, blank where no readable revision holds them. */
    removed: (slug: string): Section[] => {
      const revisions = revisionsOf(slugs.get(slug)?.story ?? -1);
      let gone: Section[] = [];
      let before: Section[] = [];
      for (const { draft } of revisions) {
        const ids = draft.content.sections.map(({ id }) => id);
        const renamed = draft.ops.flatMap((op) => (op.op === 'edit' && op.newId !== undefined ? [op.id] : []));
        gone = [...gone, ...before.filter(({ id }) => !renamed.includes(id))].filter(({ id }) => !ids.includes(id));
        before = draft.content.sections;
      }
      if (revisions.at(-1)?.redacted) gone = [...gone, ...before];
      const readable = revisions.filter(({ redacted }) => !redacted).flatMap(({ draft }) => draft.content.sections.map((section) => JSON.stringify(section)));
      return gone.map((section) => (readable.includes(JSON.stringify(section)) ? section : { ...section, heading: '', attrs: {}, blocks: [] }));
    },
  };
};

export type Model = ReturnType<typeof createModel>;

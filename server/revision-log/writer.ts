/** What happens to a log, step by step. Each step is called inside a transaction of the store. */
import { formatPosition } from '../core/protocol.ts';
import type { Section, State } from '../core/story.ts';
import type { Draft, Move, Revision, Withdrawal } from '../revision-log.ts';
import { countOps, diffMessage } from './folding.ts';
import type { States } from './states.ts';
import { endOfTime, type EntryRow, type RevisionRow, type Store } from './store.ts';

export type Redaction = { kind: 'redacted'; revisions: number[] } | { kind: 'current' } | { kind: 'unknown' };

export const createWriter = (store: Store, states: States) => {
  const position = (sequence: number) => formatPosition(store.epoch, sequence);

  /** The story that a slug leads to now; not one that has moved away. */
  const storyAt = (slug: string): number | undefined => {
    const place = store.slug(slug);
    return place?.until === undefined ? place?.story : undefined;
  };

  /** What every entry has, and the story's last entry before it. */
  const nextPlace = (story: number, slug: string, at: string) => {
    const before = store.entry(story, endOfTime);
    const sequence = store.head() + 1;
    return { before, row: { sequence, story, slug, at, revision: before?.revision ?? 0 }, place: { story: slug, position: position(sequence), sequence, at } };
  };

  /** Adds a withdrawal's or a move's row; `undefined` where the story has nothing that could end. */
  const addEnding = (story: number, slug: string, at: string, ending: { kind: 'withdrawal' } | { kind: 'move'; to: string }) => {
    const { before, row, place } = nextPlace(story, slug, at);
    if (!before) return undefined;
    store.addEntry({ ...row, ...ending });
    return { ...place, previous: position(before.sequence) };
  };

  return {
    append: (draft: Draft): Revision => {
      const { story: slug, at, content } = draft;
      const story = storyAt(slug) ?? store.addStory();
      const { before, row: entry, place } = nextPlace(story, slug, at);
      const last = before && store.revision(story, before.revision);
      const base = last?.redacted === false ? last : undefined;
      const row = revisionRow({ ...entry, revision: entry.revision + 1 }, draft, last);
      const state: State = { story: slug, position: place.position, revision: row.number, hash: content.hash, meta: content.meta, sections: content.sections };

      store.pointSlug(slug, { story }, entry.sequence);
      store.addEntry({ ...entry, kind: 'revision', revision: row.number });
      store.addRevision(row, draft);
      store.setWithdrawn(story, undefined);
      if (base) store.addRemoved(story, sectionsThatLeave(states.of(base, slug), draft));
      store.dropRemoved(story, content.sections.map(({ id }) => id));
      return {
        kind: 'revision',
        ...place,
        ...(before && { previous: position(before.sequence) }),
        state,
        ...(before && base && { diff: diffMessage(slug, { position: position(before.sequence), row: base }, { position: place.position, row }, draft.ops) }),
      };
    },

    withdraw: (slug: string, at: string): Withdrawal | undefined => {
      const story = storyAt(slug);
      if (story === undefined || store.withdrawnAt(story) !== undefined) return undefined;
      const place = addEnding(story, slug, at, { kind: 'withdrawal' });
      if (!place) return undefined;
      store.pointSlug(slug, { story }, place.sequence);
      store.setWithdrawn(story, at);
      return { kind: 'withdrawal', ...place };
    },

    move: (slug: string, to: string, at: string): Move | undefined => {
      const story = storyAt(slug);
      const taken = storyAt(to);
      if (story === undefined || story === taken || (taken !== undefined && store.withdrawnAt(taken) === undefined)) return undefined;
      const place = addEnding(story, slug, at, { kind: 'move', to });
      if (!place) return undefined;
      store.pointSlug(slug, { story, until: place.sequence }, place.sequence);
      store.pointSlug(to, { story }, place.sequence);
      return { kind: 'move', ...place, to };
    },

    redact: (slug: string, which: number | 'all'): Redaction => {
      const story = store.slug(slug)?.story;
      const last = story === undefined ? undefined : store.revisions(story, { before: endOfTime, until: endOfTime, limit: 1 })[0];
      if (story === undefined || !last) return { kind: 'unknown' };
      const asked = which === 'all' ? store.revisions(story, { before: endOfTime, until: endOfTime, limit: endOfTime }) : [store.revision(story, which)];
      const rows = asked.filter((row) => row !== undefined);
      if (rows.length === 0) return { kind: 'unknown' };
      const isCurrent = (row: RevisionRow) => row.number === last.number && store.withdrawnAt(story) === undefined;
      if (which !== 'all' && rows.some(isCurrent)) return { kind: 'current' };
      const readable = rows.filter((row) => !row.redacted && !isCurrent(row));
      if (readable.some(({ number }) => number === last.number)) store.addRemoved(story, states.of(last, slug).sections);
      if (readable.length > 0) store.redact(story, readable);
      return { kind: 'redacted', revisions: readable.map(({ number }) => number).reverse() };
    },
  };
};

const revisionRow = (entry: Omit<EntryRow, 'kind'>, draft: Draft, last: RevisionRow | undefined): RevisionRow => {
  const { at, change, note, content, ops } = draft;
  return {
    sequence: entry.sequence,
    story: entry.story,
    number: entry.revision,
    at,
    change,
    ...(note !== undefined && { note }),
    updates: (last?.updates ?? 0) + (change === 'update' ? 1 : 0),
    corrections: (last?.corrections ?? 0) + (change === 'correction' ? 1 : 0),
    ...countOps(last?.redacted === false ? ops : []),
    redacted: false,
    hash: content.hash,
  };
};

/** A section that was only given a new id has not left: it goes on under that. */
const sectionsThatLeave = (before: State, { content, ops }: Draft): Section[] => {
  const stays = new Set([...content.sections.map(({ id }) => id), ...ops.flatMap((op) => (op.op === 'edit' && op.newId !== undefined ? [op.id] : []))]);
  return before.sections.filter(({ id }) => !stays.has(id));
};

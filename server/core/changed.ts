/** What a reader would say has changed between two states of a story: names instead of ops. */
import type { Content, Correction, EditOp, MetaPatch, Op, Section } from './story.ts';
import { listOf, fill, sectionCounts, type Texts } from './languages/texts.ts';

export type Changed = {
  /** The new one, where it is another. */
  headline?: string;
  status?: 'developing' | 'final';
  /** Those that were not there before. */
  corrections: Correction[];
  /** Whose heading or text is another; as they stand now. */
  edited: Section[];
  added: Section[];
  moved: Section[];
  /** As they last stood. */
  removed: Section[];
};

/** `ops` lead from `before` to `after`. What only programs see (ids, levels, pins, times) counts for nothing. */
export const changedBetween = (before: Content, after: Content, ops: readonly Op[]): Changed => {
  const now = (ids: readonly string[]): Section[] => after.sections.filter(({ id }) => ids.includes(id));
  const edits = ops.filter((op): op is EditOp => op.op === 'edit');
  const renamed = new Map(edits.map(({ id, newId = id }) => [id, newId]));
  const gone = ops.flatMap((op) => (op.op === 'remove' ? [op.id] : []));
  return {
    ...metaChanged(ops.find((op) => op.op === 'set')?.meta ?? {}),
    corrections: newCorrections(before, after),
    edited: now(edits.flatMap(({ id, newId = id, heading, blocks }) => (heading === undefined && blocks === undefined ? [] : [newId]))),
    added: now(ops.flatMap((op) => (op.op === 'insert' ? [op.section.id] : []))),
    moved: now(ops.flatMap((op) => (op.op === 'move' ? [renamed.get(op.id) ?? op.id] : []))),
    removed: before.sections.filter(({ id }) => gone.includes(id)),
  };
};

const metaChanged = ({ headline, status }: MetaPatch): Pick<Changed, 'headline' | 'status'> => ({ ...(headline && { headline }), ...(status && { status }) });

const newCorrections = (before: Content, after: Content): Correction[] => {
  const known = new Set(before.meta.corrections.map(({ text }) => text));
  return after.meta.corrections.filter(({ text }) => !known.has(text));
};

/** What changed in words, a part a line: `New headline: ...`, `Edited: What we know and Trains`. Corrections speak for themselves. */
export const changedInWords = (changed: Changed, texts: Texts): string[] => {
  const { headline, status } = changed;
  const { pages, locale } = texts;
  const labels = { edited: pages.sectionEdited, added: pages.sectionAdded, removed: pages.sectionRemoved, moved: pages.sectionMoved };
  return [
    ...(headline === undefined ? [] : [asSentence(fill(texts.newHeadline, { headline }), locale)]),
    ...kinds.flatMap((kind) => (changed[kind].length === 0 ? [] : [`${labels[kind]}: ${listOf(changed[kind].map((section) => nameOf(section, texts)), locale)}`])),
    ...(status === undefined ? [] : [asSentence(status === 'final' ? texts.nowFinal : texts.nowDeveloping, locale)]),
  ];
};

/** Names in one line, where they are few; beyond, counts. */
export const changedInShort = (changed: Changed, texts: Texts, maxNames = 3): string => {
  const counts = { edited: changed.edited.length, added: changed.added.length, removed: changed.removed.length, moved: changed.moved.length };
  const names = kinds.reduce((sum, kind) => sum + counts[kind], 0);
  return names > maxNames ? sectionCounts(counts, texts) : changedInWords(changed, texts).join(' · ');
};

const kinds = ['edited', 'added', 'removed', 'moved'] as const;

const nameOf = ({ heading }: Section, texts: Texts): string => heading || texts.opening;

/** These texts stand inside a sentence elsewhere. */
const asSentence = (text: string, locale: string): string => {
  const [first = ''] = text;
  return first.toLocaleUpperCase(locale) + text.slice(first.length);
};

/** What a change of the story means to its reader: one item for each thing that can be told, listed and stepped to. Pure: it knows no page. */
import type { Block, Content, Correction, EditOp, Meta, Op, RemoveOp, Section } from '../server/core/story.ts';
import { unreachable } from '../server/core/story.ts';
import { hunksBetween } from '../server/core/sequence.ts';

/** A block as it stands now, by its index in its section; without `old` all of it is new. */
export type TextEdit = { at: number; old?: Block };
/** Blocks that went without another in their place: they stood before the block `at`. */
export type Gone = { at: number; blocks: Block[] };

export type SectionItem =
  | { kind: 'new' | 'moved'; id: string; heading: string }
  | { kind: 'merged'; id: string; heading: string; from: string }
  /** `next` stands now where it stood; undefined where nothing is left. */
  | { kind: 'removed'; id: string; heading: string; next: string | undefined }
  | { kind: 'edited'; id: string; heading: string; oldHeading?: string; texts: TextEdit[]; gone: Gone[] };

export type Item =
  | SectionItem
  | { kind: 'headline'; old: string; headline: string }
  | { kind: 'status'; old: Meta['status']; status: Meta['status'] }
  /** `index` in the list of corrections; `seen` when what it corrects stood in the state before, so that somebody may have read it. */
  | { kind: 'correction'; correction: Correction; index: number; seen: boolean };

export const isOfSection = (item: Item): item is SectionItem => 'id' in item;

/** The ops must lead from `before` to `after`. */
export const newsOf = (ops: readonly Op[], before: Content, after: Content): Item[] =>
  ops.flatMap((op): Item[] => {
    switch (op.op) {
      case 'set': return metaItems(before, after.meta);
      case 'remove': return removedItems(op, before, after);
      case 'insert': return [{ kind: 'new', id: op.section.id, heading: op.section.heading }];
      case 'move': return after.sections.filter(({ id }) => id === op.id).map(({ id, heading }) => ({ kind: 'moved', id, heading }));
      case 'edit': return editedItems(op, before, after);
      default: return unreachable(op);
    }
  });

/** The same where no ops are known: whatever the two states do not share. */
export const newsBetween = (before: Content, after: Content): Item[] => newsOf(opsBetween(before.sections, after), before, after);

const metaItems = ({ meta, sections }: Content, after: Meta): Item[] => {
  const known = new Set(meta.corrections.map(({ at, text }) => `${at} ${text}`));
  const stood = (id: string | undefined) => id === undefined || sections.some((section) => section.id === id || section.was.includes(id));
  return [
    ...(meta.headline === after.headline ? [] : [{ kind: 'headline' as const, old: meta.headline, headline: after.headline }]),
    ...(meta.status === after.status ? [] : [{ kind: 'status' as const, old: meta.status, status: after.status }]),
    ...after.corrections.flatMap((correction, index): Item[] =>
      known.has(`${correction.at} ${correction.text}`) ? [] : [{ kind: 'correction', correction, index, seen: stood(correction.section) }]),
  ];
};

const removedItems = ({ id, mergedInto }: RemoveOp, before: Content, after: Content): Item[] => {
  const index = before.sections.findIndex((section) => section.id === id);
  const heading = before.sections[index]?.heading ?? '';
  const target = after.sections.find((section) => section.id === mergedInto);
  if (target) return [{ kind: 'merged', id: target.id, heading: target.heading, from: heading }];
  const left = new Set(after.sections.map((section) => section.id));
  const next = before.sections.slice(index + 1).find((section) => left.has(section.id)) ?? after.sections.at(-1);
  return [{ kind: 'removed', id, heading, next: next?.id }];
};

const editedItems = (op: EditOp, before: Content, after: Content): Item[] => {
  const [old, section] = [before.sections.find(({ id }) => id === op.id), after.sections.find(({ id }) => id === (op.newId ?? op.id))];
  if (!old || !section || (op.heading === undefined && !op.blocks)) return [];
  const item = { kind: 'edited' as const, id: section.id, heading: section.heading, ...(op.heading !== undefined && { oldHeading: old.heading }) };
  let shift = 0;
  const [texts, gone]: [TextEdit[], Gone[]] = [[], []];
  for (const { at, drop, put } of op.blocks ?? []) {
    const pairs = Math.min(drop, put.length);
    texts.push(...put.map((_, index) => ({ at: at + shift + index, ...(index < pairs && { old: old.blocks[at + index] ?? '' }) })));
    if (drop > pairs) gone.push({ at: at + shift + put.length, blocks: old.blocks.slice(at + pairs, at + drop) });
    shift += put.length - drop;
  }
  return [{ ...item, texts, gone }];
};

const opsBetween = (old: readonly Section[], after: Content): Op[] => {
  const fresh = after.sections.map((section, index): Op => {
    const was = old.find(({ id }) => id === section.id);
    if (!was) return { op: 'insert', after: after.sections[index - 1]?.id ?? null, section };
    const blocks = hunksBetween(was.blocks, section.blocks).map(({ at, drop, from, put }) => ({ at, drop, put: section.blocks.slice(from, from + put) }));
    return { op: 'edit', id: section.id, ...(was.heading !== section.heading && { heading: section.heading }), ...(blocks.length > 0 && { blocks }) };
  });
  const gone = old.filter(({ id }) => !after.sections.some((section) => section.id === id));
  return [{ op: 'set', meta: {} }, ...gone.map(({ id }): Op => ({ op: 'remove', id, ...mergedInto(id, after) })), ...fresh];
};

const mergedInto = (id: string, { sections }: Content): { mergedInto?: string } => {
  const target = sections.find(({ was }) => was.includes(id));
  return target ? { mergedInto: target.id } : {};
};

/** The ops that lead from one state of a story to another, and their application. `apply(a, diff(a, b, { at }), at)` equals b for any two states. */
import type { Content, EditOp, InsertOp, Meta, MetaPatch, Op, RemoveOp, Section, Time } from './story.ts';
import { unreachable } from './story.ts';
import { blockEdits, patchBlocks } from './blocks.ts';
import { canonicalJson, hashOfContent } from './hash.ts';
import { longestRise } from './sequence.ts';

type Body = Pick<Content, 'meta' | 'sections'>;

export type DiffOptions = {
  /** When b was published: what `revised` becomes in edited sections that name no other time. */
  at: Time;
  /** What a section of b was split from, by its id. */
  splits?: Readonly<Record<string, string>>;
};

/** Ops that do not fit the state they are applied to: the two are not of one story, or one was missed. */
export class ApplyError extends Error {
  override name = 'ApplyError';
}

/** The ops from a to b: `set`, removals, edits, the oldest first, then moves and insertions in b's order. As few moves as can be; none at all where a equals b. */
export const diff = (a: Body, b: Body, { at, splits = {} }: DiffOptions): Op[] => {
  const former = formerSections(a.sections, b.sections);
  return [
    ...setOps(a.meta, b.meta),
    ...removeOps(a.sections, b.sections, former),
    ...b.sections.flatMap((section) => editOps(former.get(section), section, at)).sort((one, other) => compareTimes(one.at ?? at, other.at ?? at)),
    ...placeOps(a.sections, b.sections, former, { at, splits }),
  ];
};

const compareTimes = (a: Time, b: Time): number => (a < b ? -1 : a > b ? 1 : 0);

/** The state after the ops; sections that no op touches stay the same objects. Throws `ApplyError`. */
export const apply = (content: Body, ops: readonly Op[], at: Time): Content => {
  let { meta } = content;
  const sections = [...content.sections];
  for (const op of ops) {
    if (op.op === 'set') meta = patchMeta(meta, op.meta);
    else applyToSections(sections, op, at);
  }
  return { hash: hashOfContent(meta, sections), meta, sections };
};

/** Applies one op to a list of sections, which it changes. Throws `ApplyError`. */
export const applyToSections = (sections: Section[], op: Exclude<Op, { op: 'set' }>, at: Time): void => {
  switch (op.op) {
    case 'insert': place(sections, op.section, op.after); return;
    case 'remove': take(sections, op.id); return;
    case 'move': place(sections, take(sections, op.id), op.after); return;
    case 'edit': {
      const index = indexOf(sections, op.id);
      if (op.newId !== undefined && sections.some(({ id }) => id === op.newId)) throw new ApplyError(`there is already a section "${op.newId}"`);
      sections.splice(index, 1, ...sections.slice(index, index + 1).map((section) => edit(section, op, at)));
      return;
    }
    default: unreachable(op);
  }
};

const indexOf = (sections: readonly Section[], id: string): number => {
  const index = sections.findIndex((section) => section.id === id);
  if (index < 0) throw new ApplyError(`there is no section "${id}"`);
  return index;
};

const take = (sections: Section[], id: string): Section => {
  const [section] = sections.splice(indexOf(sections, id), 1);
  if (!section) throw new ApplyError(`there is no section "${id}"`);
  return section;
};

const place = (sections: Section[], section: Section, after: string | null): void => {
  if (sections.some(({ id }) => id === section.id)) throw new ApplyError(`there is already a section "${section.id}"`);
  sections.splice(after === null ? 0 : indexOf(sections, after) + 1, 0, section);
};

const edit = (section: Section, op: EditOp, at: Time): Section => {
  const blocks = op.blocks && patchBlocks(section.blocks, op.blocks);
  if (op.blocks && !blocks) throw new ApplyError(`the edit of section "${section.id}" does not fit its blocks`);
  const content = op.blocks !== undefined || op.heading !== undefined;
  return {
    ...section,
    id: op.newId ?? section.id,
    heading: op.heading ?? section.heading,
    level: op.level ?? section.level,
    attrs: op.attrs ?? section.attrs,
    was: op.was ?? section.was,
    blocks: blocks ?? section.blocks,
    revised: op.at ?? (content ? at : section.revised),
  };
};

const same = (a: unknown, b: unknown): boolean => a === b || canonicalJson(a) === canonicalJson(b);

const patchMeta = (meta: Meta, patch: MetaPatch): Meta =>
  Object.fromEntries(Object.entries({ ...meta, ...patch }).filter(([, value]) => value !== null)) as Meta; // what set ops of a well-formed state leave is one

const setOps = (a: Meta, b: Meta): Op[] => {
  const gone = Object.keys(a).filter((key) => !(key in b)).map((key) => [key, null]);
  const changed = Object.entries(b).filter(([key, value]) => !same(a[key as keyof Meta], value));
  return gone.length + changed.length > 0 ? [{ op: 'set', meta: Object.fromEntries([...gone, ...changed]) as MetaPatch }] : [];
};

/** Each section of b with the section of a that it was: by its id, else the one whose id a pin has replaced. No edit can change `added`, so it must agree. */
const formerSections = (a: readonly Section[], b: readonly Section[]): Map<Section, Section> => {
  const old = new Map(a.map((section) => [section.id, section]));
  const free = new Map(old);
  for (const { id } of b) free.delete(id);
  const former = new Map<Section, Section>();
  for (const section of b) {
    const candidates = old.has(section.id) ? [old.get(section.id)] : section.was.map((id) => free.get(id));
    const found = candidates.find((candidate) => candidate?.added === section.added);
    if (!found) continue;
    former.set(section, found);
    free.delete(found.id);
  }
  return former;
};

const removeOps = (a: readonly Section[], b: readonly Section[], former: Map<Section, Section>): Op[] => {
  const kept = new Set(former.values());
  const absorbers = new Map(b.flatMap((section) => section.was.filter((id) => !former.get(section)?.was.includes(id)).map((id) => [id, section.id])));
  return a.filter((section) => !kept.has(section)).map(({ id }): RemoveOp => {
    const mergedInto = absorbers.get(id);
    return { op: 'remove', id, ...(mergedInto !== undefined && { mergedInto }) };
  });
};

const editOps = (a: Section | undefined, b: Section, at: Time): EditOp[] => {
  if (!a || a === b) return [];
  const blocks = blockEdits(a.blocks, b.blocks);
  const changed = {
    ...(a.id !== b.id && { newId: b.id }),
    ...(a.heading !== b.heading && { heading: b.heading }),
    ...(a.level !== b.level && { level: b.level }),
    ...(!same(a.attrs, b.attrs) && { attrs: b.attrs }),
    ...(!same(a.was, b.was) && { was: b.was }),
    ...(blocks.length > 0 && { blocks }),
  };
  const content = a.heading !== b.heading || blocks.length > 0;
  const op: EditOp = { op: 'edit', id: a.id, ...changed, ...(b.revised !== (content ? at : a.revised) && { at: b.revised }) };
  return Object.keys(op).length > 2 ? [op] : [];
};

/** Walks b in order: a new section is inserted after the one before it, one that is out of the longest unmoved order is moved there. */
const placeOps = (a: readonly Section[], b: readonly Section[], former: Map<Section, Section>, { at, splits = {} }: DiffOptions): Op[] => {
  const places = new Map(a.map((section, index) => [section, index]));
  const kept = b.flatMap((section) => (former.get(section) ? [{ section, place: places.get(former.get(section) ?? section) ?? 0 }] : []));
  const unmoved = new Set(longestRise(kept.map(({ place }) => place)).map((index) => kept[index]?.section));
  return b.flatMap((section, index): Op[] => {
    const after = b[index - 1]?.id ?? null;
    if (unmoved.has(section)) return [];
    if (former.has(section)) return [{ op: 'move', id: section.id, after }];
    return [insertOp(section, after, Object.hasOwn(splits, section.id) ? splits[section.id] : undefined, at)];
  });
};

const insertOp = (section: Section, after: string | null, splitFrom: string | undefined, at: Time): InsertOp =>
  ({ op: 'insert', after, section, ...(splitFrom !== undefined && { splitFrom }), ...(section.revised !== at && { at: section.revised }) });

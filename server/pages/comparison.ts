/** What became of each section and each block between two states, in the order in which a reader should see it. */
import { equalBlocks, alikeBlocks } from '../core/moved-blocks.ts';
import { hunksBetween } from '../core/sequence.ts';
import type { Block, EditOp, InsertOp, Op, RemoveOp, Section, State } from '../core/story.ts';
import { pairUp } from './edits.ts';

/** A move of a block has a number, which its old place (`left`) and its new one (`moved`) share. `from` and `to` are the sections, by the id that they have now or had last. */
export type BlockPart =
  | { kind: 'kept'; block: Block }
  | { kind: 'edited'; old: Block; block: Block }
  | { kind: 'added'; block: Block }
  | { kind: 'removed'; old: Block }
  | { kind: 'moved'; old: Block; block: Block; from: Section; move: number; way: Way }
  | { kind: 'left'; old: Block; to: Section; move: number; way: Way };

/** Where something moved inside of what it has stayed in. */
export type Way = 'up' | 'down' | 'elsewhere';

export type SectionPart =
  | { kind: 'same'; section: Section }
  /** `moved.after` is the section before it in the old text; absent where it stood first. */
  | { kind: 'changed'; section: Section; old: Section; edit?: EditOp; moved?: { way: 'up' | 'down'; after?: Section }; blocks: BlockPart[] }
  | { kind: 'added'; section: Section; splitFrom?: Section; blocks: BlockPart[] }
  | { kind: 'removed'; section: Section; mergedInto?: Section; blocks: BlockPart[] }
  /** Here stood a section that has moved. */
  | { kind: 'left'; section: Section };

/** A section of the old text, of the new one, or both. */
type Pairing = { old?: Section; section?: Section };

/** Every section of both texts: in the order of the new one, those that went where they stood. `ops` lead from the one state to the other. */
export const compareStates = (from: State, to: State, ops: readonly Op[]): SectionPart[] => {
  const pairings = pairSections(from, to, ops);
  const blocks = compareBlocks(pairings);
  const moved = new Set(ops.flatMap((op) => (op.op === 'move' ? [op.id] : [])));
  const partOf = (pairing: Pairing): SectionPart[] => {
    const { old, section } = pairing;
    const parts = blocks.get(pairing) ?? [];
    if (section && old) return [changedPart({ old, section, ops, parts, ...(moved.has(section.id) && { moved: moveOf(old, section, pairings, from) }) })];
    if (section) return [addedPart(section, from, ops, parts)];
    return old ? [removedPart(old, to, ops, parts)] : [];
  };
  const left = ghosts(from, pairings, moved);
  const shown = (each: readonly Pairing[] | undefined) => (each ?? []).flatMap((pairing): SectionPart[] => (pairing.section ? [{ kind: 'left', section: pairing.section }] : partOf(pairing)));
  return [...shown(left.get(undefined)), ...pairings.filter(({ section }) => section).flatMap((pairing) => [...partOf(pairing), ...shown(left.get(pairing))])];
};

/** Each section of the new text with the one that it was, then those of the old text that went. */
const pairSections = (from: State, to: State, ops: readonly Op[]): Pairing[] => {
  const old = new Map(from.sections.map((section) => [section.id, section]));
  const inserted = new Set(ops.flatMap((op) => (op.op === 'insert' ? [op.section.id] : [])));
  const renamed = new Map(ops.flatMap((op) => (op.op === 'edit' && op.newId !== undefined ? [[op.newId, op.id] as const] : [])));
  const pairings = to.sections.map((section): Pairing => {
    const former = inserted.has(section.id) ? undefined : old.get(renamed.get(section.id) ?? section.id);
    return { section, ...(former && { old: former }) };
  });
  const kept = new Set(pairings.map((pairing) => pairing.old));
  return [...pairings, ...from.sections.filter((section) => !kept.has(section)).map((section) => ({ old: section }))];
};

/** What went or moved away, by the section in whose wake it stood; that one has stayed where it was. */
const ghosts = (from: State, pairings: readonly Pairing[], moved: ReadonlySet<string>): Map<Pairing | undefined, Pairing[]> => {
  const pairingOf = new Map(pairings.flatMap((pairing) => (pairing.old ? [[pairing.old, pairing] as const] : [])));
  const left = new Map<Pairing | undefined, Pairing[]>();
  let anchor: Pairing | undefined;
  for (const pairing of from.sections.flatMap((section) => pairingOf.get(section) ?? [])) {
    if (pairing.section && !moved.has(pairing.section.id)) anchor = pairing;
    else left.set(anchor, [...(left.get(anchor) ?? []), pairing]);
  }
  return left;
};

const moveOf = (old: Section, section: Section, pairings: readonly Pairing[], from: State): { way: 'up' | 'down'; after?: Section } => {
  const stayed = pairings.filter((pairing) => pairing.section && pairing.old);
  const place = stayed.findIndex((pairing) => pairing.section === section);
  const before = from.sections.indexOf(old);
  const formerPlace = stayed.filter((pairing) => pairing.old && from.sections.indexOf(pairing.old) < before).length;
  const after = from.sections[before - 1];
  return { way: place <= formerPlace ? 'up' : 'down', ...(after && { after }) };
};

type Changed = { old: Section; section: Section; ops: readonly Op[]; parts: BlockPart[]; moved?: { way: 'up' | 'down'; after?: Section } };

const changedPart = ({ old, section, ops, parts, moved }: Changed): SectionPart => {
  const edit = ops.find((op): op is EditOp => op.op === 'edit' && op.id === old.id);
  const seen = edit && (edit.blocks ?? edit.heading ?? edit.level ?? edit.attrs) !== undefined;
  return seen || moved ? { kind: 'changed', section, old, blocks: parts, ...(seen && { edit }), ...(moved && { moved }) } : { kind: 'same', section };
};

const addedPart = (section: Section, from: State, ops: readonly Op[], blocks: BlockPart[]): SectionPart => {
  const insert = ops.find((op): op is InsertOp => op.op === 'insert' && op.section.id === section.id);
  const splitFrom = from.sections.find(({ id }) => id === insert?.splitFrom);
  return { kind: 'added', section, blocks, ...(splitFrom && { splitFrom }) };
};

const removedPart = (section: Section, to: State, ops: readonly Op[], blocks: BlockPart[]): SectionPart => {
  const remove = ops.find((op): op is RemoveOp => op.op === 'remove' && op.id === section.id);
  const mergedInto = to.sections.find(({ id }) => id === remove?.mergedInto);
  return { kind: 'removed', section, blocks, ...(mergedInto && { mergedInto }) };
};

/** A block in its place. What it became, or was, is told once that is known. */
type Stand = { block: Block; pairing: Pairing; index: number; part?: BlockPart };
type Side = Map<Pairing, Stand[]>;

/** What became of the blocks of each section. */
const compareBlocks = (pairings: readonly Pairing[]): Map<Pairing, BlockPart[]> => {
  const stand = (blocks: readonly Block[] | undefined, pairing: Pairing) => (blocks ?? []).map((block, index): Stand => ({ block, pairing, index }));
  const changed = pairings.filter(({ old, section }) => old?.blocks !== section?.blocks);
  const [gone, come]: [Side, Side] = [new Map(changed.map((each) => [each, stand(each.old?.blocks, each)])), new Map(changed.map((each) => [each, stand(each.section?.blocks, each)]))];
  const state = { move: 0 };
  for (const each of changed) tellKept(gone.get(each) ?? [], come.get(each) ?? []);
  tellMoved(gone, come, equalBlocks, state);
  for (const each of changed) tellEdited(gone.get(each) ?? [], come.get(each) ?? []);
  tellMoved(gone, come, alikeBlocks, state);
  return new Map(pairings.map((pairing) => [pairing, changed.includes(pairing) ? inOrder(gone.get(pairing) ?? [], come.get(pairing) ?? []) : (pairing.section?.blocks ?? []).map((block) => ({ kind: 'kept', block }))]));
};

const open = (stands: readonly Stand[] = []): Stand[] => stands.filter(({ part }) => !part);

const tellKept = (gone: readonly Stand[], come: readonly Stand[]): void => {
  let [i, j] = [0, 0];
  for (const { at, drop, from, put } of [...hunksBetween(gone.map(({ block }) => block), come.map(({ block }) => block)), { at: gone.length, drop: 0, from: come.length, put: 0 }]) {
    for (; i < at; i += 1, j += 1) tell(gone[i], come[j], (_, { block }) => ({ kind: 'kept', block }));
    [i, j] = [at + drop, from + put];
  }
};

/** Only between the same two kept blocks: what crosses a kept one has moved. */
const tellEdited = (gone: readonly Stand[], come: readonly Stand[]): void => {
  const gaps = gapsOf(come);
  for (const [index, gap] of gapsOf(gone).entries()) {
    const [a, b] = [open(gap), open(gaps[index])];
    for (const [i, j] of pairUp(a.map(({ block }) => block), b.map(({ block }) => block))) tell(a[i], b[j], ({ block: old }, { block }) => ({ kind: 'edited', old, block }));
  }
};

const gapsOf = (stands: readonly Stand[]): Stand[][] => {
  const gaps: Stand[][] = [[]];
  for (const stand of stands) {
    if (stand.part?.kind === 'kept') gaps.push([]);
    else gaps.at(-1)?.push(stand);
  }
  return gaps;
};

const tellMoved = (gone: Side, come: Side, pairs: typeof equalBlocks, state: { move: number }): void => {
  const [a, b] = [[...gone.values()].flatMap(open), [...come.values()].flatMap(open)];
  for (const [i, j] of pairs(a.map(({ block }) => block), b.map(({ block }) => block))) {
    const [old, fresh] = [a[i], b[j]];
    const [from, to] = [old?.pairing.section ?? old?.pairing.old, fresh?.pairing.section];
    if (!old || !fresh || !from || !to) continue;
    const way = from !== to ? 'elsewhere' : fresh.index <= old.index ? 'up' : 'down';
    const move = state.move += 1;
    old.part = { kind: 'left', old: old.block, to, move, way };
    fresh.part = { kind: 'moved', old: old.block, block: fresh.block, from, move, way };
  }
};

const tell = (old: Stand | undefined, fresh: Stand | undefined, part: (old: Stand, fresh: Stand) => BlockPart): void => {
  if (old && fresh) old.part = fresh.part = part(old, fresh);
};

/** One list of both sides: they meet at what was kept or edited, and between, what went stands before what came. */
const inOrder = (gone: readonly Stand[], come: readonly Stand[]): BlockPart[] => {
  const parts: BlockPart[] = [];
  const rest = [...come];
  const isShared = ({ part }: Stand) => part?.kind === 'kept' || part?.kind === 'edited';
  const added = ({ block, part }: Stand): BlockPart => part ?? { kind: 'added', block };
  for (const old of gone) {
    if (isShared(old)) parts.push(...rest.splice(0, rest.findIndex(({ part }) => part === old.part)).map(added), ...rest.splice(0, 1).map(added));
    else parts.push(old.part ?? { kind: 'removed', old: old.block });
  }
  return [...parts, ...rest.map(added)];
};

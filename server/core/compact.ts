/**
 * Diffs said shorter, for clients that ask for it: without what the state they start from, and the rest of the message, already tell.
 * `expand(compact(diff, before), before)` says the same as `diff`.
 */
import type { CompactBlockEdit, CompactDiff, CompactEdit, CompactInsert, CompactOp, CompactPut, Diff } from './protocol.ts';
import type { Block, BlockEdit, Content, Delta, EditOp, InsertOp, Op, Time } from './story.ts';
import { copiesIn, paste, type Copied } from './copies.ts';

type Frame = Omit<Diff, 'ops' | 'folded'>;
type Before = Pick<Content, 'meta' | 'sections'>;

/** `before` is the state that the diff starts from. */
export const compact = ({ ops, folded, ...frame }: Diff, before: Before): CompactDiff => {
  const copy = copiesIn(droppedText(ops, before));
  const lean = withoutUpdated(ops, frame, before);
  const times = createTimes(frame, before, lean);
  const short = lean.map((op): CompactOp => {
    if (op.op === 'insert') return compactInsert(op, times.shortened(op), copy);
    return op.op === 'edit' ? compactEdit(op, times.shortened(op), copy) : op;
  });
  const { hash, ...head } = frame;
  return { ...head, ...(folded !== 1 && { folded }), hash, compact: short };
};

/** Throws where the message does not fit the state. */
export const expand = ({ compact: short, folded = 1, ...frame }: CompactDiff, before: Before): Diff => {
  const old = droppedText(short, before);
  const times = createTimes(frame, before, short);
  const ops = short.map((op): Op => {
    if (op.op === 'insert') return expandInsert(op, times.restored(op), frame.at, old);
    return op.op === undefined ? expandEdit(op, times.restored(op), frame.at, old) : op;
  });
  return { ...frame, folded, ops: withUpdated(ops, frame) };
};

const isEdit = (op: Op | CompactOp): op is EditOp | CompactEdit => op.op === 'edit' || op.op === undefined;

/** All that the diff drops, in its order, as one text: what copies are taken from. */
const droppedText = (ops: readonly (Op | CompactOp)[], { sections }: Before): string => {
  const blocksOf = (id: string) => sections.find((section) => section.id === id)?.blocks ?? [];
  return ops.flatMap((op) => {
    if (op.op === 'remove') return blocksOf(op.id);
    if (!isEdit(op) || !op.blocks) return [];
    const blocks = blocksOf(op.id);
    return op.blocks.flatMap((edit: BlockEdit | CompactBlockEdit) => {
      const [at, drop] = Array.isArray(edit) ? edit : [edit.at, edit.drop];
      return blocks.slice(at, at + drop);
    });
  }).join('');
};

type Timed = InsertOp | CompactInsert | EditOp | CompactEdit;

/** An edit of neither heading nor text sets only a time that it names. */
const setsTime = (op: Timed): boolean => op.op === 'insert' || op.heading !== undefined || op.blocks !== undefined;

/** Instead of a time: the one that the section has already. */
const own = '';

/**
 * The times that ops set. Each op that names none sets what the one before it set: at first the time that the story is updated, in a minor revision `own`.
 * Without ops to tell when the story is updated, it is when the diff says.
 */
const createTimes = ({ at, change }: Frame, { sections }: Before, ops: readonly (Op | CompactOp)[]) => {
  let last = change === 'minor' ? own : ops.flatMap((op) => (op.op === 'set' ? op.meta.updated ?? [] : []))[0] ?? at;
  const ownTime = (op: Timed): Time => (op.op === 'insert' ? undefined : sections.find(({ id }) => id === op.id)?.revised) ?? at;
  const meant = (op: Timed, time: Time): Time => (time === own ? ownTime(op) : time);
  return {
    /** What `at` a compact op needs. */
    shortened: (op: Timed): Time | undefined => {
      if (!setsTime(op)) return op.at;
      const time = op.at ?? at;
      if (meant(op, last) === time) return undefined;
      return (last = time === ownTime(op) ? own : time);
    },
    /** The time that a compact op sets. */
    restored: (op: Timed): Time | undefined => (setsTime(op) ? meant(op, (last = op.at ?? last)) : op.at),
  };
};

/** A diff that is not minor says when the story is updated only where that is not the diff's own time. */
const withoutUpdated = (ops: Op[], { at, change }: Frame, { meta: before }: Before): Op[] => {
  if (change === 'minor') return ops;
  const set = ops.find((op) => op.op === 'set');
  const { updated = before.updated, ...rest } = set?.meta ?? {};
  const meta = { ...rest, ...(updated !== at && { updated }) };
  const others = ops.filter((op) => op !== set);
  return Object.keys(meta).length > 0 ? [{ op: 'set', meta }, ...others] : others;
};

const withUpdated = (ops: Op[], { at, change }: Frame): Op[] => {
  if (change === 'minor') return ops;
  const [first, ...rest] = ops;
  return first?.op === 'set' ? [{ op: 'set', meta: { updated: at, ...first.meta } }, ...rest] : [{ op: 'set', meta: { updated: at } }, ...ops];
};

type Copy = ReturnType<typeof copiesIn>;

const shortBlock = (block: Block, copy: Copy): CompactPut => {
  const pieces = copy(block);
  return pieces.length === 1 && pieces[0] === block ? block : pieces;
};

const longBlock = (put: CompactPut, old: string): Block => (typeof put === 'string' ? put : paste(old, put.filter(isCopied)));

const compactInsert = ({ section, at: _at, ...op }: InsertOp, at: Time | undefined, copy: Copy): CompactInsert => {
  const { revised, added, attrs, was, blocks, ...rest } = section;
  const own = { ...(added !== revised && { added }), ...(Object.keys(attrs).length > 0 && { attrs }), ...(was.length > 0 && { was }) };
  return { ...op, section: { ...rest, ...own, blocks: blocks.map((block) => shortBlock(block, copy)) }, ...(at !== undefined && { at }) };
};

const expandInsert = ({ section, at: _at, ...op }: CompactInsert, time: Time | undefined, at: Time, old: string): InsertOp => {
  const revised = time ?? at;
  return {
    ...op,
    section: { attrs: {}, was: [], added: revised, revised, ...section, blocks: section.blocks.map((put) => longBlock(put, old)) },
    ...(revised !== at && { at: revised }),
  };
};

const compactEdit = ({ op: _op, blocks, at: _at, ...op }: EditOp, at: Time | undefined, copy: Copy): CompactEdit => ({
  ...op,
  ...(blocks && { blocks: blocks.map(({ at, drop, put }): CompactBlockEdit => [at, drop, ...put.map((piece) => (typeof piece === 'string' ? shortBlock(piece, copy) : shortDelta(piece.delta, copy)))]) }),
  ...(at !== undefined && { at }),
});

const expandEdit = ({ blocks, at: _at, ...op }: CompactEdit, time: Time | undefined, at: Time, old: string): EditOp => ({
  ...op,
  op: 'edit',
  ...(blocks && { blocks: blocks.map(([at, drop, ...put]): BlockEdit => ({ at, drop, put: put.map((piece) => (isDelta(piece) ? { delta: longDelta(piece, old) } : longBlock(piece, old))) })) }),
  ...(time !== undefined && (time !== at || (op.heading === undefined && !blocks)) && { at: time }),
});

const isCopied = (step: Copied | number): step is Copied => typeof step !== 'number';
const isDelta = (put: CompactPut): put is (Copied | number)[] => typeof put !== 'string' && !put.every(isCopied);

const shortDelta = (delta: Delta, copy: Copy): CompactPut => delta.flatMap((step): (Copied | number)[] => (typeof step === 'string' ? copy(step) : [step]));

/** Pieces and copies that follow each other are one text again. */
const longDelta = (steps: readonly (Copied | number)[], old: string): Delta => {
  const delta: Delta = [];
  for (const step of steps) {
    const last = delta.at(-1);
    if (!isCopied(step)) delta.push(step);
    else if (typeof last === 'string') delta[delta.length - 1] = last + paste(old, [step]);
    else delta.push(paste(old, [step]));
  }
  return delta;
};

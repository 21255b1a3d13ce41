/**
 * Diffs as JSON Patches (RFC 6902) of the whole state, for clients that apply them with a library and know nothing of ops.
 * Each path leads through the state as the operations before it have left it; what did not change is named by none.
 */
import { applyToSections } from './diff.ts';
import type { Diff, PatchDiff, PatchOp } from './protocol.ts';
import { hunksBetween, type Hunk } from './sequence.ts';
import type { Op, Section, State, Time } from './story.ts';
import { unreachable } from './story.ts';

/** `before` and `after` are the states between which the diff leads. Throws `ApplyError` where it does not start from `before`. */
export const toJsonPatch = ({ ops, ...frame }: Diff, before: State, after: State): PatchDiff => {
  const { sections: old, ...head } = before;
  const { sections: _, ...newHead } = after;
  const sections = [...old];
  return { ...frame, patch: [...patchBetween('', head, newHead), ...ops.flatMap((op) => (op.op === 'set' ? [] : patchOf(op, sections, frame.at)))] };
};

/** What an op does to the sections, which change with it. */
const patchOf = (op: Exclude<Op, { op: 'set' }>, sections: Section[], at: Time): PatchOp[] => {
  const id = op.op === 'insert' ? op.section.id : op.id;
  const [old, from] = find(sections, id);
  applyToSections(sections, op, at);
  const [section, path] = find(sections, op.op === 'edit' ? (op.newId ?? id) : id);
  switch (op.op) {
    case 'insert': return [{ op: 'add', path, value: section }];
    case 'remove': return [{ op: 'remove', path: from }];
    case 'move': return [{ op: 'move', from, path }];
    case 'edit': return patchBetween(path, old, section);
    default: return unreachable(op);
  }
};

const find = (sections: readonly Section[], id: string): [section: Section | undefined, path: string] => {
  const index = sections.findIndex((section) => section.id === id);
  return [sections[index], pointer('/sections', index)];
};

/** From one value to another; `undefined` stands for a field that is not there. */
const patchBetween = (path: string, old: unknown, value: unknown): PatchOp[] => {
  if (JSON.stringify(old) === JSON.stringify(value)) return [];
  if (value === undefined) return [{ op: 'remove', path }];
  if (old === undefined) return [{ op: 'add', path, value }];
  if (Array.isArray(old) && Array.isArray(value)) return patchOfList(path, old, value);
  if (isRecord(old) && isRecord(value)) return Object.keys({ ...old, ...value }).flatMap((key) => patchBetween(pointer(path, key), old[key], value[key]));
  return [{ op: 'replace', path, value }];
};

/** From the last difference to the first, so that every index is one of the old list. */
const patchOfList = (path: string, old: readonly unknown[], list: readonly unknown[]): PatchOp[] => {
  const [a, b] = [old, list].map((each) => each.map((item) => JSON.stringify(item)));
  return hunksBetween(a ?? [], b ?? []).reverse().flatMap((hunk) => patchOfHunk(path, hunk, list));
};

const patchOfHunk = (path: string, { at, drop, from, put }: Hunk, list: readonly unknown[]): PatchOp[] =>
  Array.from({ length: Math.max(drop, put) }, (_, index) => {
    if (index >= put) return { op: 'remove', path: pointer(path, at + put) };
    return { op: index < drop ? 'replace' : 'add', path: pointer(path, at + index), value: list[from + index] };
  });

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON Pointer (RFC 6901) to what stands under `key` in what `path` leads to. */
const pointer = (path: string, key: string | number): string => `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

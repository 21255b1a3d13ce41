/**
 * The words of the whole program: what a story is at one time, and the ops that lead from one such state to another.
 * Everything here is plain JSON. `null` stands nowhere in a state: what is absent is not there.
 */

/** RFC 3339, UTC, milliseconds: `2026-11-22T14:05:00.000Z`. */
export type Time = string;

/** HTML of one top-level element, cut to the safe set, serialised so that parsing and serialising it again gives the same text. */
export type Block = string;

/** `<epoch>_<sequence>`, e.g. `7f3a9c21_42`: a place in the log. See `protocol.ts` for reading one. */
export type Position = string;

export type Correction = { at: Time; text: string; section?: string };

export type Meta = {
  headline: string;
  /** BCP 47 */
  lang: string;
  dir: 'ltr' | 'rtl';
  status: 'developing' | 'final';
  authors: string[];
  /** Newest last, in the order of the file. */
  corrections: Correction[];
  /** When revision 1 was published. */
  published: Time;
  /** When readers last saw something change; a minor revision leaves it. */
  updated: Time;
};

export type Attributes = { pinned?: true };

export type Section = {
  /** Unique in the story, and never given to something else, except by an editor's pin. The lead is `lead`. */
  id: string;
  /** 0 for the lead, else 2..6 as the page shows it. */
  level: number;
  /** Plain text; empty for the lead. */
  heading: string;
  attrs: Attributes;
  /** When it first appeared, also after removal and return. */
  added: Time;
  /** When its heading or blocks last changed in a revision that was not minor. */
  revised: Time;
  /** Ids it has absorbed by a merge or a later pin, oldest first. */
  was: string[];
  blocks: Block[];
};

/** What readers see of a story, without its place in the log. */
export type Content = { hash: string; meta: Meta; sections: Section[] };

/** One published state. */
export type State = { story: string; position: Position; revision: number } & Content;

/** `n` keeps n UTF-16 units, a text is inserted, `-n` drops n; never between the halves of a surrogate pair. */
export type Delta = (number | string)[];

/** Replaces `drop` blocks from the old list's index `at` on by `put`; a delta in `put[i]` applies to the dropped block `at + i`. */
export type BlockEdit = { at: number; drop: number; put: (Block | { delta: Delta })[] };

/** RFC 7396 on `Meta`: a `null` removes a field. */
export type MetaPatch = { [K in keyof Meta]?: Meta[K] | null };

export type SetOp = { op: 'set'; meta: MetaPatch };
export type InsertOp = { op: 'insert'; after: string | null; section: Section; splitFrom?: string; at?: Time };
export type RemoveOp = { op: 'remove'; id: string; mergedInto?: string };
export type MoveOp = { op: 'move'; id: string; after: string | null };
export type EditOp = {
  op: 'edit';
  id: string;
  newId?: string;
  heading?: string;
  level?: number;
  attrs?: Attributes;
  was?: string[];
  /** Ascending by `at`, which counts in the old list. */
  blocks?: BlockEdit[];
  /** What `revised` becomes, where it is not the diff's own `at`. */
  at?: Time;
};

/** Applied in order, each to the result of the one before. */
export type Op = SetOp | InsertOp | RemoveOp | MoveOp | EditOp;

/** How loud a revision is, quietest first. */
export const changes = ['minor', 'update', 'correction'] as const;
export type Change = (typeof changes)[number];

/** For the end of every `switch` over a union: the compiler proves that it is never reached. */
export const unreachable = (value: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
};

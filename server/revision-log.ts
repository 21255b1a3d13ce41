/**
 * The revision log: the only place where a change becomes a fact, and the only broadcaster.
 *
 * One sequence of entries for all stories. Every method is a promise that each implementation keeps
 * (`revision-log/sqlite.ts` on disk, `revision-log/memory.ts` for tests), and that one suite checks on each.
 * The writer need not be in this process: readers of the log MUST rely on `subscribe` alone to learn of entries.
 */
import type { Change, Content, Op, Position, Section, State, Time } from './core/story.ts';
import type { Diff } from './core/protocol.ts';

/** What the publisher hands in: one new state of one story. */
export type Draft = {
  story: string;
  at: Time;
  change: Change;
  note?: string;
  content: Content;
  /** `diff(previous state, content)`, as it will be sent; empty for a story's first revision. */
  ops: Op[];
  /** What a section was split from, by the new section's id, in this revision. */
  splits: Record<string, string>;
  origin: Origin;
};

/** Where a revision came from. Drafts and comments are cut from `source`; the file itself is never kept. */
export type Origin = {
  source: string;
  /** SHA-256 of the file's bytes, hex. */
  fileHash: string;
  /** `note` and `minor` as they stood in the file, to tell a new one from an old one. */
  note?: string;
  minor?: string;
};

type Place = { story: string; position: Position; sequence: number; at: Time };
/**
 * `story`, and `state.story`, is the slug that the story had then. `previous` is the story's own position before this entry, `diff` leads from there;
 * both are absent for its first revision. Where the revision before has been redacted, `diff` is absent too: `state` is then to be taken whole.
 * `state` and `diff` are shared by everyone who is given them and MUST NOT be changed.
 */
export type Revision = Place & { kind: 'revision'; previous?: Position; state: State; diff?: Diff };
export type Withdrawal = Place & { kind: 'withdrawal'; previous: Position };
/** `story` is the old slug. The story goes on under `to`, with its whole history. */
export type Move = Place & { kind: 'move'; previous: Position; to: string };
export type Entry = Revision | Withdrawal | Move;

/**
 * How a slug stands now. `position` is the story's own: that of its last entry. `state` is its last published one; of a withdrawn story it may have
 * been redacted: then it has no sections, and of its meta only language, direction, status and times. `to` is where a moved story stands now.
 */
export type Standing =
  | { kind: 'published'; position: Position; state: State }
  | { kind: 'withdrawn'; position: Position; at: Time; state: State }
  | { kind: 'moved'; position: Position; to: string };

export type Summary = {
  revision: number;
  position: Position;
  at: Time;
  change: Change;
  note?: string;
  redacted: boolean;
  /** Counts of sections, against the revision before. */
  edited: number;
  added: number;
  removed: number;
  moved: number;
};

/** A revision looked up by number or position: `position` is its canonical one. */
export type Lookup = { kind: 'found'; state: State; summary: Summary } | { kind: 'redacted'; position: Position } | { kind: 'unknown' };

/**
 * `gone`: an end of the range was redacted, so that nothing can lead from or to it. `unknown`: this log, or this story at that time, knows nothing of it.
 * Otherwise `diff.from` and `diff.to` are canonical: the story's own positions.
 */
export type DiffLookup = { kind: 'found'; diff: Diff } | { kind: 'same'; position: Position } | { kind: 'gone' } | { kind: 'unknown' };

/**
 * A file's memory beyond its last state: what a removed section was, so that it gets its own id when it returns. Also one that another has absorbed.
 * Of a section whose every revision was redacted only the ids are left (no heading, no blocks), so that they are not given to something else.
 */
export type Memory = { removed: Section[]; origin: Origin };

/** A log that another goes on from: a position of it at or before the sequence `until`, where it was backed up, is a place of the other too. */
export type Ancestor = { epoch: string; until: number };

/**
 * Every position that is handed in may be one of an ancestor, at or before its `until`: it means the entry with the same sequence here.
 * Every position that is handed out has the log's own epoch.
 */
export interface RevisionLog {
  /** 8 hex digits, made when the log was created, or restored from a backup. */
  readonly epoch: string;

  /** The logs that this one was restored from, one after another. */
  readonly ancestors: readonly Ancestor[];

  /** The same place under the log's own epoch; `undefined` where the text is no position of this log at or before its head. */
  resolve(position: string): Position | undefined;

  /** The position of the last entry of the whole log; `<epoch>_0` while it is empty. */
  head(): Position;

  /** Changes with every entry and every redaction: while it stands, this log gives the same answers to the same questions. Costs nothing to ask. */
  version(): number;

  /** Every slug that is published now, latest update first. */
  published(): { story: string; position: Position; state: State }[];

  /** Every slug that has a file to be expected (published or withdrawn, not moved), with the hash of the file as last published. */
  files(): { story: string; fileHash: string; withdrawn: boolean }[];

  /**
   * Every slug with an entry after `after`, also the one that a move led to, in the order of their last entries. `held` is the story's own position at `after`,
   * where its last entry then was a revision under this slug; absent where it was withdrawn, stood elsewhere or was not there yet.
   * Reads no content, so that who follows every story can resume from long ago. Throws `UnknownPositionError` as `subscribe` does.
   */
  changedSince(after: Position): { story: string; held?: Position }[];

  /** How a slug stands now; `undefined` when it has never been published. */
  find(story: string): Standing | undefined;

  /** What identity needs to know beyond the last state; `undefined` when the slug has never been published. */
  memory(story: string): Memory | undefined;

  /**
   * Appends one revision. When the promise resolves the entry is durable (fsync), numbered without gap, and every listener has been called with it, in that order.
   * Puts a withdrawn story back. A `Draft.story` that stands as `moved` starts a new story under that slug. Calls MUST be handled in the order they were made.
   * Rejects with `WriteFailedError` when nothing could be written: then nothing has changed, and the log goes on. So do `withdraw`, `move` and `redact`.
   */
  append(draft: Draft): Promise<Revision>;

  /** Appends a withdrawal; resolves to `undefined` when the story is not published. */
  withdraw(story: string, at: Time): Promise<Withdrawal | undefined>;

  /** Appends a move; the old slug then stands as `moved`. Resolves to `undefined` when `story` was never published or `to` is taken by a published story. */
  move(story: string, to: string, at: Time): Promise<Move | undefined>;

  /**
   * Overwrites the content of one revision, or of every revision (`'all'`), in the log and in its files on disk. Diffs across it still work.
   * The revision that readers see now is never redacted (`'current'`; `'all'` spares it): publish a better one or withdraw the story first.
   * `revisions` are those that this call has redacted. Rejects with `RedactionUnfinishedError` when old bytes are left in the files. Ids stay: they are never given again.
   */
  redact(story: string, revision: number | 'all'): Promise<{ kind: 'redacted'; revisions: number[] } | { kind: 'current' } | { kind: 'unknown' }>;

  /** The story's own position at or before `position`, for an old slug at most the move away from it; `undefined` if `position` is not of this log, ahead of its head, or before the story's first entry. */
  locate(story: string, position: Position): Position | undefined;

  /** A revision by its number or by any position at which it was the story's state. Time does not grow with the history. */
  revision(story: string, which: number | Position): Lookup;

  /**
   * The diff between the states at two positions, `from` before `to`, folded. Time does not grow with the history.
   * `splitFrom` stands in it only where at most 64 revisions with splits lie between. The same question is answered with the same object while it is remembered.
   */
  diff(story: string, from: Position, to: Position): DiffLookup;

  /** The text of the file that a revision came from, as far as `Origin` keeps it; `undefined` where there is no such revision, or it was redacted. */
  source(story: string, which: number | Position): string | undefined;

  /** Newest first, at most `limit`, those before revision number `before`. */
  revisions(story: string, options: { before?: number; limit: number }): Summary[];

  /**
   * Calls the listener with every entry after `after`, of one story (also one not published yet) or of all (`'*'`): exactly once, in order,
   * history first, then live, each live one only when it is durable. History is delivered before `subscribe` returns.
   * History is that of the story which the slug stands for when `subscribe` is called; live are the entries under that slug, and a move that brings a story to it.
   * Redacted revisions are left out of the history, and the next entry follows on the one delivered before: its `previous` is that position, its diff leads from that state.
   * A listener that throws MUST NOT keep the others from being called. Returns what ends it; it may be called twice.
   * Throws `UnknownPositionError` when `after` is not a position of this log at or before its head.
   */
  subscribe(story: string, after: Position, listener: (entry: Entry) => void): () => void;

  /**
   * For who follows at a pace of its own, and holds one entry at a time: looks through a bounded number of entries after `after` for the first under a slug that is `wanted`
   * (of a move either slug) and not redacted. `position` is where to go on from: that of `entry`, else of the last one looked at; it is `after` only where nothing comes after.
   * `entry` is as a subscriber from just before it is given it. Throws `UnknownPositionError` as `subscribe` does.
   */
  next(after: Position, wanted: (story: string) => boolean): { position: Position; entry?: Entry };

  /** Ends every subscription and waits for appends under way. May be called twice. */
  close(): Promise<void>;
}

export class UnknownPositionError extends Error {
  override name = 'UnknownPositionError';
  readonly position: string;
  constructor(position: string) {
    super(`${position} is not a position of this log`);
    this.position = position;
  }
}

/** The disk is full, or it failed: nothing was written, nothing has changed. `cause` says why. */
export class WriteFailedError extends Error {
  override name = 'WriteFailedError';
  constructor(what: string, cause: unknown) {
    super(`${what} could not be written to the revision log: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** The content is redacted for every reader of the log, but its old bytes are still in the files. */
export class RedactionUnfinishedError extends Error {
  override name = 'RedactionUnfinishedError';
  constructor(cause: unknown) {
    super(
      `redacted, but the old bytes are still in the files of the log (${cause instanceof Error ? cause.message : String(cause)}): ` +
        'close other programs that read them, make room on the disk, and redact again',
      { cause },
    );
  }
}

export class LogClosedError extends Error {
  override name = 'LogClosedError';
  constructor() {
    super('the revision log is closed');
  }
}

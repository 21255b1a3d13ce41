/** When a save is believed. Pure: texts and times in, a verdict out. */

/** ms a text without any doubt must stand still: two looks that far apart see the same, or it is still being written. */
export const breathMs = 12;
/** An empty text is nearly always the first half of a save: it must stand still for this many times `settleMs`. */
const emptyPatience = 3;
/** A file that never stands still is believed after this many times `settleMs`, at a look at which nothing but the movement speaks against it. */
const starvation = 4;

export type Evidence = {
  /** What was last told of this story; absent for one that was never told by this process. */
  last?: Uint8Array;
  /** The text before this one, seen since the file began to differ from `last`. */
  previous?: Uint8Array;
  text: Uint8Array;
  /** Since the file began to differ, a text was seen that was not empty and not believed. */
  doubted: boolean;
  /** ms for which this text has not moved */
  quietMs: number;
  /** ms since the file began to differ */
  waitedMs: number;
};

export type Doubt = 'empty' | 'growing' | 'new' | 'prefix' | 'short' | 'mid-line' | 'moving';
/** `wait` without a doubt: nothing speaks against the text, it only has to be seen twice. */
export type Verdict = { kind: 'now' } | { kind: 'wait'; ms: number; doubt?: Doubt };

const startsWith = (text: Uint8Array, start: Uint8Array): boolean =>
  text.length >= start.length && text[start.length - 1] === start.at(-1) && Buffer.compare(text.subarray(0, start.length), start) === 0;

const endsLine = (text: Uint8Array): boolean => text.at(-1) === 0x0a;

/** The text goes on from where the one before broke off: pieces of one save are arriving. Lines added to a published text are no such pieces. */
const isGrowing = ({ last, previous, text }: Evidence): boolean =>
  previous !== undefined && previous.length > 0 && text.length > previous.length && startsWith(text, previous) && !(last && startsWith(text, last));

/** What speaks against publishing this text now. */
export const doubtOf = (evidence: Evidence): Doubt | undefined => {
  const { last, text, doubted } = evidence;
  if (text.length === 0) return 'empty';
  if (isGrowing(evidence)) return 'growing';
  if (last === undefined) return 'new';
  if (text.length < last.length && startsWith(last, text)) return 'prefix';
  if (text.length < 0.7 * last.length) return 'short';
  if (endsLine(last) && !endsLine(text)) return 'mid-line';
  return doubted ? 'moving' : undefined;
};

const patience = (doubt: Doubt | undefined, settleMs: number): number => {
  if (doubt === undefined) return Math.min(breathMs, settleMs);
  return doubt === 'empty' ? emptyPatience * settleMs : settleMs;
};

const isStarved = ({ text, waitedMs }: Evidence, doubt: Doubt | undefined, settleMs: number): boolean =>
  waitedMs >= starvation * settleMs && (doubt === undefined || doubt === 'moving' || (doubt === 'new' && endsLine(text)));

/**
 * Believes a text at once where it is whole at once (seen twice, `breathMs` apart); after `settleMs` without movement where something speaks against it,
 * three times that where it is empty. A file that moves all the time still comes out every four `settleMs`, at a moment at which its text is whole.
 */
export const believe = (evidence: Evidence, settleMs: number): Verdict => {
  const doubt = doubtOf(evidence);
  const ms = patience(doubt, settleMs) - evidence.quietMs;
  if (ms <= 0 || isStarved(evidence, doubt, settleMs)) return { kind: 'now' };
  return doubt === undefined ? { kind: 'wait', ms } : { kind: 'wait', ms, doubt };
};

/**
 * What this browser remembers, for its reader alone: how far each story was seen, and whether keys are wanted. Nothing of it is ever sent.
 * A story counts as seen up to the revision that the page showed while it was visible, whichever part of it was on the screen.
 */
import { parsePosition } from '../server/core/protocol.ts';
import type { Position } from '../server/core/story.ts';

/** `at`: when the page was last looked at, ms since 1970 */
export type Kept = { position: Position; at: number };

const [seenKey, keysKey] = ['stop-press.seen', 'stop-press.keys'];
/** stories that are remembered, those seen last */
const maxStories = 200;
/** ms after which nobody is told what has changed since */
const maxAgeMs = 90 * 24 * 60 * 60_000;

const read = (key: string): unknown => {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return undefined; // no storage for this page, or it holds something else
  }
};

const write = (key: string, value: unknown): void => {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // then nothing is remembered
  }
};

const isKept = (value: unknown): value is Kept =>
  typeof value === 'object' && value !== null && 'position' in value && typeof value.position === 'string' && 'at' in value && typeof value.at === 'number';

const readAll = (now: number): [story: string, kept: Kept][] =>
  Object.entries(read(seenKey) ?? {}).flatMap(([story, kept]: [string, unknown]) => (isKept(kept) && now - kept.at < maxAgeMs ? [[story, kept]] : []));

/** How far a story was seen, and when; undefined where nobody knows. */
export const keptOf = (story: string, now: number): Kept | undefined => new Map(readAll(now)).get(story);

/** Remembers that a story was seen. An old copy of its page never takes that back. */
export const keep = (story: string, position: Position, now: number): void => {
  const all = new Map(readAll(now));
  const known = all.get(story);
  all.set(story, { position: known && isBefore(position, known.position) ? known.position : position, at: now });
  const latest = [...all].sort(([, a], [, b]) => b.at - a.at).slice(0, maxStories);
  write(seenKey, Object.fromEntries(latest));
};

/** In one log. */
export const isBefore = (a: Position, b: Position): boolean => {
  const [one, other] = [parsePosition(a), parsePosition(b)];
  return one !== undefined && other !== undefined && one.epoch === other.epoch && one.sequence < other.sequence;
};

export const areKeysOn = (): boolean => read(keysKey) !== 'off';
export const setKeysOn = (on: boolean): void => write(keysKey, on ? 'on' : 'off');

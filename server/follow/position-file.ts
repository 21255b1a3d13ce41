/** Where a program that follows has got to, in a file of one line. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { UsageError } from '../config.ts';
import { parsePosition } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';

/** The position in the file; `undefined` where there is none yet. Throws `UsageError` where something else stands in it. */
export const readPosition = (file: string): Position | undefined => {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8').trim();
  if (text === '') return undefined;
  if (!parsePosition(text)) throw new UsageError(`${file} holds no position, but "${text.slice(0, 40)}": name another file with --state, or remove this one to begin anew`);
  return text;
};

/** Whole or not at all: who reads the file, or is killed here, never meets a half. */
export const writePosition = (file: string, position: Position): void => {
  writeFileSync(`${file}.new`, `${position}\n`);
  renameSync(`${file}.new`, file);
};

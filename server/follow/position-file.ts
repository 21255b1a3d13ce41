/** Where a program that follows has got to, in a file of one line. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { UsageError } from '../config.ts';
import { parsePosition } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';

/** The position in the file; `undefined` where there is none yet. Throws `UsageError` where it cannot be read, or something else stands in it. */
export const readPosition = (file: string): Position | undefined => {
  if (!existsSync(file)) return undefined;
  const text = using(file, () => readFileSync(file, 'utf8').trim());
  if (text === '') return undefined;
  if (!parsePosition(text)) throw new UsageError(`${file} holds no position, but "${text.slice(0, 40)}": name another file with --state, or remove this one to begin anew`);
  return text;
};

/** Whole or not at all: who reads the file, or is killed here, never meets a half. Throws `UsageError` where it cannot be written. */
export const writePosition = (file: string, position: Position): void =>
  using(file, () => {
    writeFileSync(`${file}.new`, `${position}\n`);
    renameSync(`${file}.new`, file);
  });

const using = <T>(file: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw new UsageError(`${file} cannot keep the position (${error instanceof Error ? error.message : String(error)}): name another file with --state`, { cause: error });
  }
};

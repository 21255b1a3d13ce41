/** What SQLite's errors mean here; see https://www.sqlite.org/rescode.html. */

/** The extended result code of an error of SQLite's, whose lowest eight bits are the primary one; `undefined` for any other error. */
const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;

const primaryOf = (error: unknown): number => (codeOf(error) ?? 0) & 0xff;

const busy = 5;
const readOnly = 8;
const corrupt = 11;
const full = 13;
const cannotOpen = 14;
const notADatabase = 26;
const shortRead = 522;

/** Another connection holds the lock. */
export const isBusy = (error: unknown): boolean => primaryOf(error) === busy;

/** The file is not what SQLite once wrote. */
export const isDamage = (error: unknown): boolean => [corrupt, notADatabase].includes(primaryOf(error)) || codeOf(error) === shortRead;

/** The disk is full, or may not be written to. */
export const isUnwritable = (error: unknown): boolean => [readOnly, full, cannotOpen].includes(primaryOf(error));

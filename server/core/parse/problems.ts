/** What is wrong with a story file, collected while it is read. Messages never quote what is not to be published. */
import type { Problem } from '../parsed.ts';

export type Place = { line: number; column: number };

export type Problems = {
  error(place: Place, message: string): void;
  warning(place: Place, message: string): void;
  note(place: Place, message: string): void;
  /** Whether anything was found that keeps the story from being published. */
  failed(): boolean;
  /** All of them, in the order of the file. */
  list(): Problem[];
};

export const collectProblems = (): Problems => {
  const found: Problem[] = [];
  const add = (severity: Problem['severity']) => ({ line, column }: Place, message: string): void => {
    found.push({ severity, line, column, message });
  };
  return {
    error: add('error'),
    warning: add('warning'),
    note: add('note'),
    failed: () => found.some(({ severity }) => severity === 'error'),
    list: () => found.toSorted((a, b) => a.line - b.line || a.column - b.column),
  };
};

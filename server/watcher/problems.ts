/** What is wrong with files, told once and taken back when it is mended. */
import type { Emit } from './events.ts';

export const createProblems = (emit: Emit) => {
  const told = new Map<string, { reason: string; slug?: string }>();

  return {
    /** Tells why a file cannot be read, unless that is known. */
    tell: (file: string, reason: string, slug?: string): void => {
      if (told.get(file)?.reason === reason) return;
      told.set(file, { reason, ...(slug !== undefined && { slug }) });
      emit({ kind: 'unreadable', file, ...(slug !== undefined && { slug }), reason });
    },

    /** The file can be read, or is not there any more. */
    clear: (file: string): void => {
      const problem = told.get(file);
      if (!told.delete(file)) return;
      emit({ kind: 'mended', file, ...(problem?.slug !== undefined && { slug: problem.slug }) });
    },
  };
};

export type Problems = ReturnType<typeof createProblems>;

/** Which files claim which slug. Two files with one slug clash, and neither is told until one of them goes. */
import type { Emit } from './events.ts';

export const createClaims = (emit: Emit) => {
  const claims = new Map<string, Set<string>>();
  const told = new Map<string, string>();

  /** Tells a clash that has begun, changed or ended. */
  const review = (slug: string, file: string): void => {
    const files = [...(claims.get(slug) ?? [])].sort();
    const key = files.length > 1 ? files.join('\0') : undefined;
    if (key === told.get(slug)) return;
    if (key !== undefined) {
      told.set(slug, key);
      return emit({ kind: 'clash', slug, files });
    }
    told.delete(slug);
    emit({ kind: 'mended', slug, file: files[0] ?? file });
  };

  return {
    /** The file stands for the slug, alone or not. */
    add: (slug: string, file: string): void => {
      claims.set(slug, (claims.get(slug) ?? new Set()).add(file));
      review(slug, file);
    },

    /** The file stands for it no longer. Returns those that still do. */
    drop: (slug: string, file: string): string[] => {
      const files = claims.get(slug);
      if (!files?.delete(file)) return [...(files ?? [])];
      if (files.size === 0) claims.delete(slug);
      review(slug, file);
      return [...files];
    },

    /** The other files that claim the slug. */
    rivals: (slug: string, file: string): string[] => [...(claims.get(slug) ?? [])].filter((other) => other !== file),

    has: (slug: string, file: string): boolean => claims.get(slug)?.has(file) === true,
    isClaimed: (slug: string): boolean => claims.has(slug),
    isClashing: (slug: string): boolean => told.has(slug),
  };
};

export type Claims = ReturnType<typeof createClaims>;

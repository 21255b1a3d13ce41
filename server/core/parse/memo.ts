/** Remembers what was worked out, within a bound. The same key must always give the same value. */
export type Memo<T> = (key: string, make: () => T) => T;

/**
 * Two generations: when the young one holds `maxChars` of keys it becomes the old one, and what the old one held
 * and nobody asked for since is forgotten.
 */
export const createMemo = <T extends object>(maxChars: number): Memo<T> => {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  let chars = 0;
  const remember = (key: string, value: T): T => {
    if (chars + key.length > maxChars) [old, young, chars] = [young, new Map(), 0];
    young.set(key, value);
    chars += key.length;
    return value;
  };
  return (key, make) => young.get(key) ?? remember(key, old.get(key) ?? make());
};

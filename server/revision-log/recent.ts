/** Remembers the values that were asked for last, at most `limit` of them. Values are never `undefined`. */
export const createRecent = <K, V>(limit: number) => {
  const values = new Map<K, V>();
  return {
    get: (key: K, make: () => V): V => {
      const value = values.get(key) ?? make();
      values.delete(key);
      values.set(key, value);
      for (const oldest of values.keys()) {
        if (values.size <= limit) break;
        values.delete(oldest);
      }
      return value;
    },
    clear: () => values.clear(),
  };
};

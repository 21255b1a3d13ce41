/** Lets at most `limit` pieces of work run at a time; the others wait in the order in which they came. */
export const createSlots = (limit: number) => {
  const waiting: (() => void)[] = [];
  let running = 0;

  return {
    run: async <T>(work: () => Promise<T>): Promise<T> => {
      if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
      else running += 1;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
};

export type Slots = ReturnType<typeof createSlots>;

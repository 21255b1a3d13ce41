/** Runs pieces of work one after another, in the order in which they were handed in, each to its end; one that fails does not stop the next. */
export const createQueue = () => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: <T>(work: () => T): Promise<T> => {
      const done = last.then(work);
      last = done.catch(() => undefined);
      return done;
    },
    /** Resolves when everything handed in so far has ended. */
    idle: async (): Promise<void> => {
      await last;
    },
  };
};

/** One timer at a time. Does not keep the process alive. */
export const createAlarm = () => {
  let timer: NodeJS.Timeout | undefined;

  return {
    /** Runs the task in `ms`; while one is set, it stays as it is. */
    set: (task: () => Promise<void>, ms: number): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void task();
      }, ms).unref();
    },

    clear: (): void => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
};

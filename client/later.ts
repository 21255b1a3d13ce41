/** The second stage of a script: loaded when it is needed, once, and again where that failed. */

/** ms to wait before each further attempt; after so many that had a connection there is no use in another */
const waitsMs = [500, 1_500, 4_000];

export type LaterOptions<T> = {
  load(): Promise<T>;
  /** Whether the server can be reached: then a failure is its word. */
  isConnected(): boolean;
  /** The server does not know this stage: it speaks of other files by now. */
  onFailed(): void;
};

/**
 * `get` resolves when the stage is there, and never where it cannot be had: what waits for it keeps waiting, in order. `now` is the stage if it is there.
 * Firefox does not ask twice for a file that has failed once: there the page soon says that it must be loaded anew.
 */
export const createLater = <T>({ load, isConnected, onFailed }: LaterOptions<T>) => {
  let [there, coming]: [T | undefined, Promise<T> | undefined] = [undefined, undefined];

  const attempt = async (failures = 0): Promise<T> => {
    try {
      return (there = await load());
    } catch {
      const ms = waitsMs[failures];
      if (ms !== undefined) await new Promise((resolve) => setTimeout(resolve, ms));
      else onFailed();
      return ms === undefined ? new Promise(() => {}) : attempt(isConnected() ? failures + 1 : 0);
    }
  };

  return {
    get: (): Promise<T> => (coming ??= attempt()),
    now: (): T | undefined => there,
  };
};

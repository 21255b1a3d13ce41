/** From durable to the last write: one figure an entry, however many readers it went to, and by however many writes. */

/** ms after which nobody is still being written an entry: who has not been sent it by then is behind, and counted as such */
const settledAfterMs = 2_000;

/** `told` is when it was last written, 0 before that; both in ms of the monotonic clock, `durableAt` in ms since 1970. */
type Delivery = { sequence: number; since: number; told: number; durableAt: number };

/** `observe` is called once for each entry that was written to somebody, when all is said. `now` is a monotonic clock, in ms. */
export const createDeliveries = (observe: (seconds: number) => void, now = () => performance.now()) => {
  const open: Delivery[] = [];

  const settle = (): void => {
    const before = now() - settledAfterMs;
    for (let first = open[0]; first && first.since < before; first = open[0]) {
      open.shift();
      if (first.told > 0) observe((first.told - first.since) / 1_000);
    }
  };

  return {
    durable: (sequence: number): void => {
      settle();
      open.push({ sequence, since: now(), told: 0, durableAt: Date.now() });
    },

    /** Also of every later entry: those are written together. */
    told: (sequence: number): void => {
      const time = now();
      for (let index = open.length - 1; index >= 0; index -= 1) {
        const delivery = open[index];
        if (!delivery || delivery.sequence < sequence) return;
        delivery.told = time;
      }
    },

    /** ms since 1970, of an entry that is durable just now */
    durableAt: (sequence: number): number => open.findLast((delivery) => delivery.sequence === sequence)?.durableAt ?? Date.now(),

    settle,
  };
};

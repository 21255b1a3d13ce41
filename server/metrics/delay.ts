/** How late the event loop is. */
import type { Metrics } from '../metrics.ts';

/** ms between two looks */
const lookMs = 100;

/** Tells how late each look came. Returns what ends it; that may be called twice. */
export const watchDelay = ({ late }: Pick<Metrics, 'late'>): (() => void) => {
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    late(Math.max(0, now - last - lookMs));
    last = now;
  }, lookMs).unref();
  return () => clearInterval(timer);
};

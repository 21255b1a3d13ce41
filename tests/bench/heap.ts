/** Preloaded into a server, `node --expose-gc --import tests/bench/heap.ts`: answers `heap` with the bytes in use after a full collection. */
process.on('message', (message) => {
  if (message !== 'heap') return;
  globalThis.gc?.();
  globalThis.gc?.();
  process.send?.(process.memoryUsage().heapUsed);
});
process.channel?.unref();

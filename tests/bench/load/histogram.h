/* A histogram of times: us, 64 steps a power of two, so that what it says is never more than 1.6 % off. */
#include <stdint.h>

enum { STEPS = 64, SLOTS = 64 * STEPS };

typedef struct { uint64_t count, slowest, slots[SLOTS]; } Histogram;

static inline int slot_of(uint64_t us) {
  if (us < STEPS) return us;
  int shift = 63 - __builtin_clzll(us) - 6;
  return (shift + 1) * STEPS + (us >> shift) - STEPS;
}

static inline uint64_t us_of(int slot) {
  return slot < STEPS ? (uint64_t)slot : (uint64_t)(STEPS + slot % STEPS) << (slot / STEPS - 1);
}

static inline void add(Histogram *histogram, uint64_t ns) {
  histogram->slots[slot_of(ns / 1000)]++;
  histogram->count++;
  if (ns > histogram->slowest) histogram->slowest = ns;
}

/* ms */
static inline double quantile(const Histogram *histogram, double share) {
  uint64_t wanted = histogram->count * share, sum = 0;
  for (int slot = 0; slot < SLOTS; slot++) if ((sum += histogram->slots[slot]) > wanted) return us_of(slot) / 1e3;
  return histogram->slowest / 1e6;
}

/** What two sequences have in common, and the longest rise in one: the two algorithms that every diff here stands on. */

/** `drop` items of the old sequence from `at` on stand against `put` items of the new one from `from` on. */
export type Hunk = { at: number; drop: number; from: number; put: number };

/** How many items two sequences share at their start; from `skip` on, at their end. */
const sharedStart = <T>(a: readonly T[], b: readonly T[]): number => {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared += 1;
  return shared;
};
const sharedEnd = <T>(a: readonly T[], b: readonly T[], skip: number): number => {
  const most = Math.min(a.length, b.length) - skip;
  let shared = 0;
  while (shared < most && a[a.length - 1 - shared] === b[b.length - 1 - shared]) shared += 1;
  return shared;
};

/**
 * Myers' greedy algorithm ("An O(ND) Difference Algorithm", 1986): after round d, `reach[k]` is how far into `a` d edits get on diagonal k.
 * Returns the reach of every round, or `undefined` when more than `limit` edits would be needed.
 */
const reachByRound = <T>(a: readonly T[], b: readonly T[], limit: number): Int32Array[] | undefined => {
  const most = Math.min(a.length + b.length, limit);
  const reach = new Int32Array(2 * most + 3);
  const middle = most + 1;
  const rounds: Int32Array[] = [];
  for (let d = 0; d <= most; d += 1) {
    rounds.push(reach.slice(middle - d - 1, middle + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const left = reach[middle + k - 1] ?? 0;
      const right = reach[middle + k + 1] ?? 0;
      let x = k === -d || (k !== d && left < right) ? right : left + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      reach[middle + k] = x;
      if (x >= a.length && x - k >= b.length) return rounds;
    }
  }
  return undefined;
};

/** Walks the rounds back from both ends, gathering edits that touch into hunks. */
const hunksOf = (rounds: readonly Int32Array[], n: number, m: number): Hunk[] => {
  const hunks: Hunk[] = [];
  let [x, y] = [n, m];
  for (let d = rounds.length - 1; d > 0; d -= 1) {
    const reach = rounds[d] ?? new Int32Array();
    const k = x - y;
    const left = reach[k + d] ?? 0;
    const right = reach[k + d + 2] ?? 0;
    const down = k === -d || (k !== d && left < right);
    const fromX = down ? right : left;
    const fromY = fromX - (down ? k + 1 : k - 1);
    const [endX, endY] = down ? [fromX, fromY + 1] : [fromX + 1, fromY];
    const last = hunks.at(-1);
    if (last?.at === endX && last.from === endY) Object.assign(last, { at: fromX, from: fromY, drop: last.drop + endX - fromX, put: last.put + endY - fromY });
    else hunks.push({ at: fromX, drop: endX - fromX, from: fromY, put: endY - fromY });
    [x, y] = [fromX, fromY];
  }
  return hunks.reverse();
};

/**
 * Where two sequences differ, ascending, with as few items in the hunks as can be; items are compared by `===`.
 * Beyond `limit` edits what lies between their common start and end is one hunk, so that the time stays bounded by `limit` squared.
 */
export const hunksBetween = <T>(a: readonly T[], b: readonly T[], limit = 1_000): Hunk[] => {
  const start = sharedStart(a, b);
  const end = sharedEnd(a, b, start);
  const [n, m] = [a.length - start - end, b.length - start - end];
  if (n === 0 && m === 0) return [];
  const whole: Hunk[] = [{ at: start, drop: n, from: start, put: m }];
  if (n === 0 || m === 0) return whole;
  const rounds = reachByRound(a.slice(start, start + n), b.slice(start, start + m), limit);
  return rounds ? hunksOf(rounds, n, m).map((hunk) => ({ ...hunk, at: hunk.at + start, from: hunk.from + start })) : whole;
};

/** Joins neighbouring hunks where `weak` finds that what was kept between them is not worth keeping. */
export const joinHunks = (hunks: readonly Hunk[], weak: (before: Hunk, after: Hunk) => boolean): Hunk[] => {
  const joined: Hunk[] = [];
  for (const hunk of hunks) {
    const last = joined.at(-1);
    if (last && weak(last, hunk)) joined[joined.length - 1] = { ...last, drop: hunk.at + hunk.drop - last.at, put: hunk.from + hunk.put - last.from };
    else joined.push(hunk);
  }
  return joined;
};

/** The indices of a longest strictly rising subsequence, ascending. */
export const longestRise = (values: readonly number[]): number[] => {
  const ends: number[] = []; // ends[n]: index of the smallest value that ends a rise of n + 1
  const before: (number | undefined)[] = [];
  const valueAt = (index: number | undefined) => (index === undefined ? -Infinity : values[index] ?? -Infinity);
  for (const [index, value] of values.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const half = (low + high) >> 1;
      if (valueAt(ends[half]) < value) low = half + 1;
      else high = half;
    }
    before.push(ends[low - 1]);
    ends[low] = index;
  }
  const rise: number[] = [];
  for (let index = ends.at(-1); index !== undefined; index = before[index]) rise.push(index);
  return rise.reverse();
};

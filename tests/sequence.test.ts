import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hunksBetween, longestRise } from '../server/core/sequence.ts';

const items = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });

/** The length of a longest common subsequence, by the textbook. */
const inCommon = (a: string[], b: string[]): number => {
  const [first, ...rest] = a;
  if (first === undefined) return 0;
  const at = b.indexOf(first);
  return Math.max(inCommon(rest, b), at < 0 ? 0 : 1 + inCommon(rest, b.slice(at + 1)));
};

describe('hunksBetween', () => {
  it('leads from one sequence to the other', () => {
    fc.assert(fc.property(items, items, fc.nat(6), (a, b, limit) => {
      const result: string[] = [];
      let kept = 0;
      for (const { at, drop, from, put } of hunksBetween(a, b, limit)) {
        result.push(...a.slice(kept, at), ...b.slice(from, from + put));
        kept = at + drop;
      }
      expect([...result, ...a.slice(kept)]).toEqual(b);
    }), { numRuns: 1_000 });
  });

  it('holds as few items as can be, in hunks that do not touch', () => {
    fc.assert(fc.property(items, items, (a, b) => {
      const hunks = hunksBetween(a, b);
      expect(hunks.reduce((sum, { drop, put }) => sum + drop + put, 0)).toBe(a.length + b.length - 2 * inCommon(a, b));
      expect(hunks.every(({ at, drop }, index) => at + drop < (hunks[index + 1]?.at ?? Infinity))).toBe(true);
    }));
  });
});

describe('longestRise', () => {
  it('rises, and none is longer', () => {
    fc.assert(fc.property(fc.array(fc.nat(9), { maxLength: 9 }), (values) => {
      const rise = longestRise(values);
      const risen = rise.map((index) => values[index] ?? -1);
      expect(rise).toEqual(rise.toSorted((a, b) => a - b));
      expect(risen.every((value, index) => value > (risen[index - 1] ?? -1))).toBe(true);
      expect(rise.length).toBe(longestByForce(values));
    }));
  });
});

const longestByForce = (values: number[]): number =>
  Math.max(0, ...values.map((first, index) => 1 + longestByForce(values.slice(index + 1).filter((value) => value > first))));

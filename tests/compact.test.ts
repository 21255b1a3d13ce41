import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompactDiff, Diff } from '../server/core/protocol.ts';
import { changes, type Content } from '../server/core/story.ts';
import { compact, expand } from '../server/core/compact.ts';
import { copiesIn, paste } from '../server/core/copies.ts';
import { apply, diff } from '../server/core/diff.ts';
import { contents, times } from './generate.ts';

const frameOf = (a: Content, b: Content, { at, change = 'update', folded = 1 }: Pick<Diff, 'at'> & Partial<Pick<Diff, 'change' | 'folded'>>): Diff =>
  ({ type: 'diff', story: 'storm', from: '7f3a9c21_1', to: '7f3a9c21_2', revision: 2, at, change, folded, hash: b.hash, ops: diff(a, b, { at }) });

const overTheWire = (message: CompactDiff): CompactDiff => JSON.parse(JSON.stringify(message)) as CompactDiff;

describe('laws of the compact format', () => {
  it('says the same, whatever the states, the grade and the times', () => {
    fc.assert(fc.property(contents, contents, times, fc.constantFrom(...changes), fc.integer({ min: 1, max: 3 }), (a, b, at, change, folded) => {
      const message = frameOf(a, b, { at, change, folded });
      const { ops, ...expanded } = expand(overTheWire(compact(message, a)), a);
      expect(apply(a, ops, at)).toEqual(b);
      expect({ ...expanded, ops: message.ops }).toEqual(message);
    }), { numRuns: 2_000 });
  });

  it('leaves the message and the state as they were', () => {
    fc.assert(fc.property(contents, contents, times, (a, b, at) => {
      const message = frameOf(a, b, { at });
      const before = structuredClone({ message, a });
      expand(compact(message, a), a);
      expect({ message, a }).toEqual(before);
    }));
  });
});

describe('copies', () => {
  const texts = fc.array(fc.constantFrom('The storm closed the line. ', '118 passengers', 'järnväg', '🚂🚒', '暴风关闭', ' ', 'x')).map((pieces) => pieces.join(''));

  it('stand for the text, and none begins or ends inside a surrogate pair', () => {
    fc.assert(fc.property(texts, texts, (old, text) => {
      const pieces = copiesIn(old)(text);
      expect(paste(old, pieces)).toBe(text);
      for (const piece of pieces) expect(typeof piece === 'string' ? piece.isWellFormed() : old.slice(piece[0], piece[0] + piece[1]).isWellFormed()).toBe(true);
    }));
  });

  it('find what has moved', () => {
    const moved = 'Trains will not run before Monday, the railway says.';
    expect(copiesIn(`First. ${moved} Last.`)(`New words. ${moved}`)).toEqual(['New words', [5, 2 + moved.length]]);
  });

  it('that reach out of the old text are refused', () => {
    for (const copy of [[0, 6], [5, 1], [-1, 2], [0.5, 1e9]] as const) expect(() => paste('Storm', [[copy[0], copy[1]]])).toThrow(RangeError);
  });
});

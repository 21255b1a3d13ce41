import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alikeBlocks, equalBlocks } from '../server/core/moved-blocks.ts';
import { contentOf } from '../server/core/text.ts';
import { blocks } from './generate.ts';

const word = fc.constantFrom('the', 'train', 'stood', '118', '180', 'Kiruna', 'snow', 'night', 'and', '暴风关闭', 'العاصفة');
const paragraph = fc.array(word, { maxLength: 14 }).map((words) => `<p>${words.join(' ')}</p>`);
const lists = fc.oneof(blocks, fc.array(paragraph, { maxLength: 8 }));

describe.each([['equal', equalBlocks], ['alike', alikeBlocks]] as const)('%s blocks', (_, pairsOf) => {
  test('law: each stands in one pair at most, ascending by the one that went', () => {
    fc.assert(fc.property(lists, lists, (gone, come) => {
      const pairs = pairsOf(gone, come);
      expect(new Set(pairs.map(([, b]) => b)).size).toBe(pairs.length);
      for (const [index, [a, b]] of pairs.entries()) {
        expect(a).toBeGreaterThan(pairs[index - 1]?.[0] ?? -1);
        expect([gone[a], come[b]]).not.toContain(undefined);
      }
    }));
  });

  test('law: told backwards the pairs are the same', () => {
    const order = (a: readonly number[], b: readonly number[]) => (a[0] ?? 0) - (b[0] ?? 0);
    fc.assert(fc.property(lists, lists, (gone, come) => {
      const backwards = pairsOf(come, gone).map(([b, a]) => [a, b]);
      expect(backwards.toSorted(order)).toEqual(pairsOf(gone, come).map(([a, b]) => [a, b]).toSorted(order));
    }));
  });

  test('law: whoever only shuffles paragraphs of some length loses none', () => {
    const long = fc.uniqueArray(fc.array(word, { minLength: 8, maxLength: 14 }).map((words) => `<p>${words.join(' ')}</p>`), { maxLength: 8 });
    const shuffled = long.chain((list) => fc.shuffledSubarray(list, { minLength: list.length }).map((other) => [list, other] as const));
    fc.assert(fc.property(shuffled, ([gone, come]) => {
      expect(pairsOf(gone, come)).toHaveLength(gone.length);
    }));
  });

  test('law: equal blocks have the same content', () => {
    fc.assert(fc.property(lists, lists, (gone, come) => equalBlocks(gone, come).every(([a, b]) => contentOf(gone[a] ?? '').replace(/\s+/g, ' ').trim() === contentOf(come[b] ?? '').replace(/\s+/g, ' ').trim())));
  });
});

const captain = '<p>The captain, a man of 54, is being questioned by the police.</p>';

test.each([
  ['a few words edited on the way', captain, '<p>The captain, a woman of 45, is being questioned by the police.</p>', true],
  ['another paragraph that begins alike', captain, '<p>The captain, a man of 54, has a house by the sea and two dogs, and sails on Sundays.</p>', false],
  ['so short that it says nothing', '<p>Read more.</p>', '<p>Read more.</p>', false],
  ['a rule', '<hr>', '<hr>', false],
  ['the same picture', '<figure><img src="/a.jpg" alt=""></figure>', '<figure><img src="/a.jpg" alt=""></figure>', true],
  ['another picture', '<figure><img src="/a.jpg" alt=""></figure>', '<figure><img src="/b.jpg" alt=""></figure>', false],
  ['a script without spaces', '<p>暴风雨关闭了北部铁路线，一百一十八名乘客被困。</p>', '<p>暴风雨关闭了北部铁路线，一百八十一名乘客被困。</p>', true],
])('%s', (_, old, fresh, moved) => {
  const pairs = [...equalBlocks([old], [fresh]), ...alikeBlocks([old], [fresh])];
  expect(pairs.length > 0).toBe(moved);
});

test('the likest are paired first, each once', () => {
  const [a, b] = [captain, captain.replace('54', '45')];
  expect(alikeBlocks([a, b], [b, a])).toEqual([[0, 1], [1, 0]]);
});

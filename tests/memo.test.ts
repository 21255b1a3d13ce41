import { describe, expect, it } from 'vitest';
import { createMemo } from '../server/core/parse/memo.ts';

const counting = (maxChars: number) => {
  const memo = createMemo<{ key: string }>(maxChars);
  const made: string[] = [];
  const ask = (key: string) => memo(key, () => (made.push(key), { key }));
  return { ask, made };
};

describe('createMemo', () => {
  it('makes a value once, and gives the same again', () => {
    const { ask, made } = counting(100);
    expect(ask('a')).toBe(ask('a'));
    expect(made).toEqual(['a']);
  });

  it('forgets what nobody has asked for since the bound was reached twice', () => {
    const { ask, made } = counting(4);
    for (const key of ['aa', 'bb', 'cc', 'aa', 'dd', 'aa', 'ee', 'bb', 'aa']) ask(key);
    expect(made).toEqual(['aa', 'bb', 'cc', 'dd', 'ee', 'bb']);
  });

  it('takes a key longer than its bound', () => {
    const { ask, made } = counting(1);
    ask('long');
    ask('long');
    expect(made).toEqual(['long']);
  });
});

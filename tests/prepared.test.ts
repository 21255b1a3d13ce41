import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPrepared, encodings, type Prepared } from '../server/http/prepared.ts';

const read = ({ encoding, body }: Prepared): string => ({ br: brotliDecompressSync, gzip: gunzipSync, identity: (bytes: Buffer) => bytes })[encoding](body).toString();

/** Text of a key: as many bytes as its number says, times a hundred. */
const textOf = (key: number): string => `${key} `.padEnd(key * 100, 'störm 嵐 ');

const asks = fc.array(fc.record({ key: fc.integer({ min: 0, max: 40 }), encoding: fc.constantFrom(...encodings), wait: fc.boolean() }), { maxLength: 60 });

test('law: every answer is the text of its key, and what is kept stays within its bound', async () => {
  await fc.assert(
    fc.asyncProperty(asks, fc.integer({ min: 0, max: 20_000 }), async (asked, maxBytes) => {
      const prepared = createPrepared({ maxBytes });
      const answers = [];
      for (const { key, encoding, wait } of asked) {
        const answer = prepared.get(String(key), encoding, () => textOf(key));
        answers.push(Promise.resolve(answer).then((made) => expect(read(made)).toBe(textOf(key))));
        if (wait) await answer;
        expect(prepared.size()).toBeLessThanOrEqual(maxBytes);
      }
      await Promise.all(answers);
      expect(prepared.size()).toBeLessThanOrEqual(maxBytes);
    }),
    { numRuns: 200 },
  );
});

test('a text is made once and compressed once, however many ask at the same time', async () => {
  const prepared = createPrepared({ maxBytes: 1e6 });
  let made = 0;
  const ask = () => prepared.get('a', 'br', () => `${(made += 1)} ${'x'.repeat(5_000)}`);
  const [first, ...others] = await Promise.all(Array.from({ length: 50 }, ask));
  expect(first?.encoding).toBe('br');
  for (const other of [...others, ask()]) expect(other).toBe(first);
  expect(made).toBe(1);
});

test('what was asked for last is kept', async () => {
  const prepared = createPrepared({ maxBytes: 250 });
  const made: string[] = [];
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) prepared.get(key, 'identity', () => (made.push(key), key.repeat(100)));
  expect(made.join('')).toBe('abcb');
});

test('what cannot be made is an error for whoever asked, and is asked for again', () => {
  const prepared = createPrepared({ maxBytes: 1e6 });
  expect(() => prepared.get('a', 'identity', () => { throw new Error('gone'); })).toThrow('gone');
  expect(read(prepared.get('a', 'identity', () => 'here') as Prepared)).toBe('here');
});

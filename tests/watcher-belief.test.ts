import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { believe, breathMs, doubtOf, type Evidence } from '../server/watcher/belief.ts';

const settleMs = 500;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const lines = fc.array(fc.string({ minLength: 1, maxLength: 20 }).map((line) => `${line.replaceAll('\n', ' ')}\n`), { minLength: 4, maxLength: 20 });
const text = lines.map((all) => bytes(all.join('')));
const ms = fc.integer({ min: 0, max: 10_000 });
const evidence = fc.record({ last: text, previous: fc.oneof(text, fc.constant(bytes(''))), text, doubted: fc.boolean(), quietMs: ms, waitedMs: ms }, { requiredKeys: ['text', 'doubted', 'quietMs', 'waitedMs'] });

const fresh = (parts: Partial<Evidence> & { text: Uint8Array }): Evidence => ({ doubted: false, quietMs: 0, waitedMs: 0, ...parts });

describe('laws', () => {
  test('a file that stands still is always believed, an empty one too', () =>
    fc.assert(fc.property(evidence, (one) => believe({ ...one, quietMs: 3 * settleMs }, settleMs).kind === 'now')));

  test('a wait ends: once its ms have passed without movement, the text is believed', () =>
    fc.assert(
      fc.property(evidence, (one) => {
        const verdict = believe(one, settleMs);
        return verdict.kind === 'now' || believe({ ...one, quietMs: one.quietMs + verdict.ms }, settleMs).kind === 'now';
      }),
    ));

  test('longer stillness never takes belief away', () =>
    fc.assert(fc.property(evidence, ms, (one, more) => believe(one, settleMs).kind === 'wait' || believe({ ...one, quietMs: one.quietMs + more }, settleMs).kind === 'now')));

  test('no text is believed at its first sight', () =>
    fc.assert(fc.property(evidence, (one) => believe({ ...one, quietMs: 0, waitedMs: 0 }, settleMs).kind === 'wait')));

  test('what is told already as a whole is without doubt when lines are added to it', () =>
    fc.assert(fc.property(text, text, (last, more) => doubtOf(fresh({ last, text: Buffer.concat([last, more]) })) === undefined)));

  test('no true beginning of the last text is believed before it has settled, however often it has moved', () =>
    fc.assert(
      fc.property(text, fc.nat(), ms, (last, cut, waitedMs) => {
        const verdict = believe(fresh({ last, text: last.subarray(0, cut % last.length), quietMs: settleMs - 1, waitedMs }), settleMs);
        expect(verdict.kind).toBe('wait');
      }),
    ));

  test('of a text that arrives in pieces none is believed while they come, wherever they are cut and however long it takes', () =>
    fc.assert(
      fc.property(text, text, fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), ms, (last, whole, cuts, waitedMs) => {
        const ends = [0, ...cuts.map((cut) => cut % whole.length).sort((a, b) => a - b)];
        const pieces = ends.map((end) => whole.subarray(0, end));
        // The first piece may by chance look like a whole shorter text; from the second on the growth shows.
        pieces.slice(2).forEach((piece, index) => {
          const previous = pieces[index + 1];
          if (!previous?.length || previous.length === piece.length || startsWith(piece, last)) return;
          expect(believe({ last, previous, text: piece, doubted: true, quietMs: settleMs - 1, waitedMs }, settleMs).kind).toBe('wait');
        });
      }),
    ));
});

const startsWith = (one: Uint8Array, start: Uint8Array): boolean => Buffer.compare(one.subarray(0, start.length), start) === 0;

describe('examples', () => {
  const last = bytes('one\ntwo\nthree\nfour\n');

  test.each<[string, Partial<Evidence> & { text: Uint8Array }, ReturnType<typeof doubtOf>]>([
    ['whole at once', { last, text: bytes('one\ntwo\nTHREE\nfour\n') }, undefined],
    ['after a truncation was seen', { last, previous: bytes(''), text: bytes('one\ntwo\nTHREE\nfour\n') }, undefined],
    ['nothing', { last, text: bytes('') }, 'empty'],
    ['nothing, in a new file', { text: bytes('') }, 'empty'],
    ['a file never told', { text: last }, 'new'],
    ['the first lines only', { last, text: bytes('one\ntwo\nthree\n') }, 'prefix'],
    ['other lines, and too few of them', { last, text: bytes('uno\ndos\n') }, 'short'],
    ['a broken last line', { last, text: bytes('uno\ndos\ntres\nquat') }, 'mid-line'],
    ['a broken last line, as before', { last: bytes('one\ntwo'), text: bytes('uno\ndos') }, undefined],
    ['more of what was there a moment ago', { last, previous: bytes('uno\ndos\n'), text: bytes('uno\ndos\ntres\ncuatro\n') }, 'growing'],
    ['a whole text after half of one', { last, doubted: true, previous: bytes('x\n'), text: bytes('uno\ndos\ntres\ncuatro\n') }, 'moving'],
  ])('%s', (_name, parts, doubt) => expect(doubtOf(fresh(parts))).toBe(doubt));

  test('a text without doubt is believed when it has been seen twice', () => {
    const one = fresh({ last, text: bytes('one\ntwo\nthree\nFOUR\n') });
    expect(believe(one, settleMs)).toEqual({ kind: 'wait', ms: breathMs });
    expect(believe({ ...one, quietMs: breathMs }, settleMs)).toEqual({ kind: 'now' });
  });

  test('a file that never stands still comes out where its text is whole, and only there', () => {
    const starved = { last, doubted: true, quietMs: 0, waitedMs: 4 * settleMs };
    expect(believe({ ...starved, text: bytes('one\ntwo\nthree\nFOUR\n') }, settleMs).kind).toBe('now');
    expect(believe({ ...starved, text: bytes('one\ntwo\n') }, settleMs).kind).toBe('wait');
    expect(believe({ ...starved, text: bytes('uno\ndos\ntres\nquat') }, settleMs).kind).toBe('wait');
    expect(believe({ ...starved, text: bytes('') }, settleMs).kind).toBe('wait');
  });
});

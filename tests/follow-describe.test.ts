import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changedIn } from '../server/follow/excerpt.ts';
import { describeUpdate } from '../server/follow/describe.ts';
import { paint, type Span } from '../server/follow/paint.ts';
import { diff } from '../server/core/diff.ts';
import { wordDiff } from '../server/core/words.ts';
import type { State } from '../server/core/story.ts';
import { contents } from './generate.ts';

const texts = fc.array(fc.constantFrom('storm', 'the', ' ', ' ', '\n', '暴风关闭', '1,204', 'e\u0301', '\u001b[31m', '\u202e', 'Donaudampfschifffahrtsgesellschaftskapitän', '한국어'), { maxLength: 30 }).map((each) => each.join(''));
const spans: fc.Arbitrary<Span[]> = fc.array(fc.record({ kind: fc.constantFrom('kept', 'removed', 'added', 'plain', 'strong', 'quiet'), text: texts }), { maxLength: 6 });
const columns = (line: string): number => Array.from(line).reduce((sum, letter) => sum + (/\p{M}/u.test(letter) ? 0 : /[\u1100-\uffdc]/.test(letter) ? 2 : 1), 0);
const letters = (text: string): string => text.replace(/\s|\p{Cc}|[\u202a-\u202e]/gu, '');
const plain = (line: string): string => line.replace(/\u001b\[\d+m/g, ''); // oxlint-disable-line no-control-regex

describe('text for a terminal', () => {
  test('keeps every letter, fits, and commands nothing', () => {
    fc.assert(fc.property(spans, fc.integer({ min: 12, max: 60 }), fc.boolean(), (all, width, colour) => {
      const lines = paint(all, '  ', { colour, width });
      for (const line of lines) {
        expect(columns(plain(line))).toBeLessThanOrEqual(width);
        expect(plain(line)).not.toMatch(/\p{Cc}|\u202e/u);
        expect(plain(line)).toMatch(/^ {2}\S.*\S$|^ {2}\S$/u);
      }
      const marks = { removed: ['[-', '-]'], added: ['{+', '+}'] } as Partial<Record<Span['kind'], string[]>>;
      const meant = all.map(({ kind, text }) => (colour ? text : `${marks[kind]?.[0] ?? ''}${text}${marks[kind]?.[1] ?? ''}`)).join('');
      expect(letters(lines.map(plain).join(''))).toBe(letters(meant));
    }));
  });

  test('is one line a paragraph where it is not for a terminal', () => {
    expect(paint([{ kind: 'plain', text: 'word '.repeat(100) }], '', { colour: false, width: Infinity })).toHaveLength(1);
  });
});

test('of a text with changes every change is shown', () => {
  fc.assert(fc.property(texts, texts, (old, text) => {
    const runs = wordDiff(old, text, 'en');
    const shown = changedIn(runs, 'en');
    expect(shown.filter(({ kind }) => kind !== 'kept')).toEqual(runs.filter(({ kind }) => kind !== 'kept'));
  }));
});

test.each([
  ['One. Two is here. Three.', 'One. Two was here. Three.', '… Two [-is-]{+was+} here. …'],
  ['One is here. Two. Three. Four. Five is here.', 'One was here. Two. Three. Four. Five was here.', 'One [-is-]{+was+} here. … Five [-is-]{+was+} here.'],
  ['Same.', 'Same.', 'Same.'],
])('%j to %j is %j', (old, text, shown) => {
  expect(paint(changedIn(wordDiff(old, text, 'en'), 'en'), '', { colour: false, width: Infinity })).toEqual([shown]);
});

test('any two states can be described', () => {
  fc.assert(fc.property(contents, contents, (a, b) => {
    const stateOf = (content: typeof a, revision: number): State => ({ story: 'storm', position: `7f3a9c21_${revision}`, revision, ...content });
    const [before, state] = [stateOf(a, 1), stateOf(b, 2)];
    const at = '2026-11-22T14:05:00.000Z';
    const message = { type: 'diff' as const, story: 'storm', from: before.position, to: state.position, revision: 2, at, change: 'update' as const, folded: 1, hash: state.hash, ops: diff(before, state, { at }) };
    const lines = describeUpdate({ type: 'diff', story: 'storm', position: state.position, before, state, diff: message }, { colour: false, width: 80, named: true, now: () => Date.parse(at) });
    expect(lines[0]).toContain('storm  revision 2, update');
    if (a.meta.headline !== b.meta.headline && a.meta.headline.trim() !== b.meta.headline.trim()) expect(lines.join('\n')).toContain('Headline:');
  }));
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordDiff } from '../server/core/words.ts';
import { words } from './generate.ts';

/** A diff as an editor would write it: `[-removed-]`, `{+added+}`. */
const marked = (a: string, b: string, lang = 'en'): string =>
  wordDiff(a, b, lang).map(({ kind, text }) => (kind === 'kept' ? text : kind === 'removed' ? `[-${text}-]` : `{+${text}+}`)).join('');

/** Texts with much in common, so that there are many ways to place a change. */
const repetitive = fc.array(fc.constantFrom('a', 'b', ' ', ' ', ', ', '. ', 'long ', '7'), { maxLength: 16 }).map((each) => each.join(''));
const texts = fc.oneof(words, repetitive, repetitive);
const langs = fc.constantFrom('en', 'sv', 'ar', 'zh', 'th', 'no language');

describe('laws of wordDiff', () => {
  it('gives back both texts', () => {
    fc.assert(fc.property(fc.oneof(texts, fc.string({ unit: 'binary' })), texts, langs, (a, b, lang) => {
      const runs = wordDiff(a, b, lang);
      const joined = (but: string) => runs.filter(({ kind }) => kind !== but).map(({ text }) => text).join('');
      expect([joined('added'), joined('removed')]).toEqual([a, b]);
      expect(runs.every(({ text }) => text !== '')).toBe(true);
    }), { numRuns: 1_000 });
  });

  it('keeps everything of equal texts', () => {
    fc.assert(fc.property(texts, langs, (text, lang) => {
      expect(wordDiff(text, text, lang)).toEqual(text === '' ? [] : [{ kind: 'kept', text }]);
    }));
  });

  it('never leaves two changes with nothing, or only spaces, between them', () => {
    fc.assert(fc.property(texts, texts, langs, (a, b, lang) => {
      const runs = wordDiff(a, b, lang);
      expect(runs.slice(1, -1).some(({ kind, text }) => kind === 'kept' && text.trim() === '')).toBe(false);
      expect(runs.some(({ kind }, index) => kind === runs[index + 1]?.kind)).toBe(false);
    }), { numRuns: 1_000 });
  });
});

describe('wordDiff', () => {
  it.each([
    ['a changed number whole', 'There were 1,204 on board.', 'There were 1,240 on board.', 'There were [-1,204-]{+1,240+} on board.'],
    ['thousands set off by spaces', 'omkring 12 500 kronor', 'omkring 12 900 kronor', 'omkring [-12 500-]{+12 900+} kronor'],
    ['decimals', 'It rose 3.5 percent.', 'It rose 3.6 percent.', 'It rose [-3.5-]{+3.6+} percent.'],
    ['a sign', 'It was -5 degrees.', 'It was 5 degrees.', 'It was [--5-]{+5+} degrees.'],
    ['a time of day', 'closed at 14:05 today', 'closed at 14:50 today', 'closed at [-14:05-]{+14:50+} today'],
    ['a word before its full stop', 'The line is closed.', 'The line is open.', 'The line is [-closed-]{+open+}.'],
    ['an item with its own comma', 'Ann, Bo and Cy', 'Ann, Dee, Bo and Cy', 'Ann, {+Dee, +}Bo and Cy'],
    ['an inserted sentence with its own full stop', 'It snows. It storms.', 'It snows. It rains. It storms.', 'It snows. {+It rains. +}It storms.'],
    ['an appended sentence', 'It snows.', 'It snows. It rains.', 'It snows.{+ It rains.+}'],
    ['an appended clause', 'It opened on Monday.', 'It opened on Monday, not Sunday.', 'It opened on Monday{+, not Sunday+}.'],
    ['a lone punctuation mark', 'Yes, he said', 'Yes he said', 'Yes[-,-] he said'],
    ['neighbouring words as one', 'a red car passed', 'a blue bus passed', 'a [-red car-]{+blue bus+} passed'],
    ['words across a short one as one', 'the end of winter came', 'the beginning of spring came', 'the [-end of winter-]{+beginning of spring+} came'],
    ['words across one as short as they are as one', 'He is in a car.', 'He was in my car.', 'He [-is in a-]{+was in my+} car.'],
    ['much new around little old as one', 'Passengers waited outside the station while buses arrived slowly', 'Everyone travelled around the station before lunch was served', '[-Passengers waited outside the station while buses arrived slowly-]{+Everyone travelled around the station before lunch was served+}'],
    ['little new around much old apart', 'Ten passengers waited outside the station all day', 'Six passengers waited outside the station all week', '[-Ten-]{+Six+} passengers waited outside the station all [-day-]{+week+}'],
    ['changes in two sentences apart', 'It was closed. Trains wait.', 'It was open. Buses wait.', 'It was [-closed-]{+open+}. [-Trains-]{+Buses+} wait.'],
    ['a new text whole', 'Nobody knows what the railway will do next.', 'Repairs started at noon, the minister told us.', '[-Nobody knows what the railway will do next-]{+Repairs started at noon, the minister told us+}.'],
  ])('marks %s', (_, a, b, expected) => {
    expect(marked(a, b)).toBe(expected);
  });

  it('joins what sliding a change has brought together (found by a law)', () => {
    expect(marked(' long 7', ',  long  long 7 ')).not.toMatch(/[}\]] +[{[]/);
  });

  it('finds words where no spaces are', () => {
    expect(marked('暴风关闭了北线。', '暴风关闭了南线。', 'zh')).toMatch(/^暴风关闭了\[-北线?-\]\{\+南线?\+\}线?。$/);
    expect(marked('العاصفة تغلق الخط الشمالي', 'العاصفة تغلق الخط الجنوبي', 'ar')).toBe('العاصفة تغلق الخط [-الشمالي-]{+الجنوبي+}');
  });
});

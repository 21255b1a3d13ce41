import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientTexts, languages, textsFor } from '../server/core/languages.ts';
import { en } from '../server/core/languages/en.ts';
import { fill, plural, sectionCounts } from '../server/core/languages/texts.ts';

/** Every text with the way to it: `pages.errors.missing.title`. */
const flatten = (value: unknown, path = ''): [path: string, text: string][] =>
  typeof value === 'string' ? [[path, value]] : Object.entries(value ?? {}).flatMap(([key, part]) => flatten(part, path === '' ? key : `${path}.${key}`));

const placesIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();
const pluralForm = /\.(?:zero|one|two|few|many|other)$/;
const english = new Map(flatten(en));

describe.each(languages.map((texts) => ({ texts, lang: texts.lang })))('the language $lang', ({ texts, lang }) => {
  test('says everything that English says, with the same places', () => {
    const own = new Map(flatten(texts));
    for (const [path, text] of english) {
      expect(own.get(path)?.trim(), path).not.toBe('');
      if (!pluralForm.test(path) || path.endsWith('.other')) expect(placesIn(own.get(path) ?? ''), path).toEqual(placesIn(text));
    }
  });

  test('has nothing left from English', () => {
    const same = flatten(texts).filter(([path, text]) => text === english.get(path) && /\p{L}{4}/u.test(text.replace(/\{\w+\}/g, '')));
    expect(lang === 'en' ? [] : same).toEqual([]);
  });

  test('has every plural form that it tells apart', () => {
    const { pluralCategories } = new Intl.PluralRules(lang).resolvedOptions();
    const counted = Object.values(texts).filter((text) => typeof text === 'object' && 'other' in text);
    expect(counted.length).toBeGreaterThan(4);
    for (const forms of counted) expect(Object.keys(forms).sort()).toEqual([...pluralCategories].sort());
  });
});

describe('textsFor', () => {
  test.each([
    ['sv', 'sv', 'sv'],
    ['sv-FI', 'sv', 'sv-FI'],
    ['DE-at', 'de', 'DE-at'],
    ['en', 'en', 'en-GB'],
    ['en-US', 'en', 'en-US'],
    ['ar', 'en', 'en-GB'],
    ['svx', 'en', 'en-GB'],
    ['sv-not_a_tag', 'sv', 'sv'],
  ])('%s is answered in %s, with times of %s', (lang, texts, locale) => {
    expect(textsFor(lang)).toMatchObject({ lang: texts, locale });
  });

  test('law: whatever is asked for, the locale is one that Intl takes', () => {
    const tag = fc.oneof(fc.string(), fc.tuple(fc.constantFrom('en', 'sv', 'de'), fc.string()).map(([primary, rest]) => `${primary}-${rest}`));
    fc.assert(fc.property(tag, (lang) => void new Intl.DateTimeFormat(textsFor(lang).locale)));
  });

  test('the part for the script is plain JSON without the pages', () => {
    const part = clientTexts(textsFor('sv'));
    expect(part).not.toHaveProperty('pages');
    expect(JSON.parse(JSON.stringify(part))).toEqual(part);
  });
});

describe('filling in', () => {
  test('law: a value arrives as it is, whatever it holds', () => {
    fc.assert(fc.property(fc.string(), (value) => fill('<{a}>', { a: value }) === `<${value}>`));
  });

  test('a place without a value stays', () => {
    expect(fill('{a} and {b}', { a: 'x' })).toBe('x and {b}');
  });

  test('counts take the form and the digits of the language', () => {
    const sections = { one: '{n} section', other: '{n} sections' };
    expect([0, 1, 2, 1200].map((n) => plural(sections, n, 'en-GB'))).toEqual(['0 sections', '1 section', '2 sections', '1,200 sections']);
    expect(plural(sections, 1200, 'de')).toBe('1.200 sections');
  });

  test('counts of sections are one phrase', () => {
    expect(sectionCounts({ edited: 2, added: 1, removed: 0, moved: 1 }, en)).toBe('2 sections edited, 1 section added and 1 section moved');
    expect(sectionCounts({ edited: 0, added: 0, removed: 1, moved: 0 }, textsFor('sv'))).toBe('1 avsnitt borttaget');
    expect(sectionCounts({ edited: 0, added: 0, removed: 0, moved: 0 }, en)).toBe('');
  });
});

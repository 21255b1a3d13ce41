import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientTexts, languages, textsFor } from '../server/core/languages.ts';
import { en } from '../server/core/languages/en.ts';
import { fill, plural, sectionCounts, type Language } from '../server/core/languages/texts.ts';
import { directionOf } from '../server/core/parse/direction.ts';

/** Every text with the way to it: `pages.errors.missing.title`. */
const flatten = (value: unknown, path = ''): [path: string, text: string][] =>
  typeof value === 'string' ? [[path, value]] : Object.entries(value ?? {}).flatMap(([key, part]) => flatten(part, path === '' ? key : `${path}.${key}`));

const textsIn = ({ pasted: _pasted, lang: _lang, locale: _locale, dir: _dir, ...texts }: Language): [path: string, text: string][] => flatten(texts);
const pathsIn = (language: Language): string[] => [...new Set(textsIn(language).map(([path]) => path.replace(pluralForm, '')))];
const placesIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();
const pluralForm = /\.(?:zero|one|two|few|many|other)$/;
/** Languages in which "one" and "two" are words, and no count is said beside them. */
const namesCounts = ['ar'];
const english = new Map(textsIn(en));

/** How each language quotes. */
const quotes: Record<string, string> = { en: '“{heading}”', sv: '”{heading}”', de: '„{heading}“', fr: '«\u202f{heading}\u202f»', es: '«{heading}»', ar: '«{heading}»', uk: '«{heading}»' };
/** What texts are written in, beside their places. */
const scripts: Record<string, RegExp> = { ar: /\p{Script=Arabic}/u, uk: /\p{Script=Cyrillic}/u };

describe.each(languages.map((texts) => ({ texts, lang: texts.lang })))('the language $lang', ({ texts, lang }) => {
  test('says everything that English says, in the same order, with the same places', () => {
    const own = new Map(textsIn(texts));
    expect(pathsIn(texts)).toEqual(pathsIn(en));
    for (const [path, text] of own) {
      const isNamed = namesCounts.includes(lang) && /\.(?:zero|one|two)$/.test(path);
      expect(text.trim(), path).toMatch(/./);
      if (!isNamed) expect(placesIn(text), path).toEqual(placesIn(english.get(path) ?? english.get(path.replace(pluralForm, '.other')) ?? '?'));
    }
  });

  test('has nothing left from English', () => {
    const same = textsIn(texts).filter(([path, text]) => text === english.get(path) && /\p{L}{4}/u.test(text.replace(/\{\w+\}/g, '')));
    expect(lang === 'en' ? [] : same).toEqual([]);
  });

  test('has every plural form that it tells apart', () => {
    const { pluralCategories } = new Intl.PluralRules(texts.locale).resolvedOptions();
    const counted = Object.values(texts).filter((text) => typeof text === 'object' && 'other' in text);
    expect(counted.length).toBeGreaterThan(4);
    for (const forms of counted) expect(Object.keys(forms).sort()).toEqual([...pluralCategories].sort());
  });

  test('is named as the standards name it, with a locale of its own, in its direction', () => {
    expect(Intl.getCanonicalLocales(lang)).toEqual([lang]);
    expect(new Intl.Locale(texts.locale).language).toBe(lang);
    expect(Intl.DateTimeFormat.supportedLocalesOf(texts.locale)).toEqual([texts.locale]);
    expect(texts.dir).toBe(directionOf(lang));
  });

  test('is set as its newspapers set it', () => {
    expect(texts.permalink).toContain(quotes[lang]);
    expect(texts.pages.mergedInto).toContain(quotes[lang]);
    for (const [path, text] of textsIn(texts)) {
      expect(text, path).not.toMatch(/["']|\.\.\.|\s\s|^\s|\s$| [.,;:!?؟،؛»](?!\p{L})|« | \u202f|\u202f /u);
      if (lang === 'fr') expect(text, path).not.toMatch(/[^\u202f][;:!?»]|«[^\u202f]/u);
      if (lang === 'ar') expect(text, path).not.toMatch(/[,;?]/);
      if (scripts[lang]) expect(text.replace(/\{\w+\}/g, ''), path).not.toMatch(/\p{Script=Latin}/u);
      if (scripts[lang]) expect(text, path).toMatch(scripts[lang]);
    }
  });

  test('knows what a pasted text brings along, in patterns that work by themselves', () => {
    const { letters, words, ...lists } = texts.pasted;
    expect(new Set(words.split(' ')).size).toBeGreaterThanOrEqual(50);
    expect(words.normalize('NFC').replaceAll(' ', '')).toMatch(new RegExp(`^[a-z${letters}]+$`));
    for (const [list, patterns] of Object.entries(lists)) {
      for (const pattern of [patterns].flat()) {
        expect(placesIn(pattern).filter((name) => !['n', 'count', 'place', 'title', 'end', 'mark', 'agency', 'name'].includes(name)), list).toEqual([]);
        expect(() => new RegExp(fill(pattern, { n: '1', count: '1', place: 'x', title: 'x', end: '$', mark: ':', agency: 'x', name: 'x' }), 'iu'), pattern).not.toThrow();
      }
    }
  });
});

describe('plural forms', () => {
  test.each([
    ['ar', { 0: 'لم يُعدَّل أي قسم', 1: 'تعديل قسم واحد', 2: 'تعديل قسمين', 3: 'تعديل 3 أقسام', 11: 'تعديل 11 قسمًا', 100: 'تعديل 100 قسم', 103: 'تعديل 103 أقسام' }],
    ['uk', { 1: 'змінено 1 розділ', 2: 'змінено 2 розділи', 5: 'змінено 5 розділів', 11: 'змінено 11 розділів', 21: 'змінено 21 розділ', 22: 'змінено 22 розділи', 1.5: 'змінено 1,5 розділу' }],
    ['fr', { 0: '0 partie modifiée', 1: '1 partie modifiée', 2: '2 parties modifiées', 1000000: '1\u202f000\u202f000 parties modifiées' }],
    ['es', { 1: '1 apartado modificado', 2: '2 apartados modificados' }],
  ] as const)('%s', (lang, said) => {
    const { sectionsEdited, locale } = textsFor(lang);
    for (const [n, text] of Object.entries(said)) expect(plural(sectionsEdited, Number(n), locale)).toBe(text);
  });

  test('law: every count has a form of its own category, and no place is left in it', () => {
    fc.assert(fc.property(fc.constantFrom(...languages), fc.nat(2_000), (language, n) => {
      const form = language.sectionsMoved[new Intl.PluralRules(language.locale).select(n)];
      expect(form).toBeDefined();
      expect(plural(language.sectionsMoved, n, language.locale)).not.toContain('{');
    }));
  });
});

describe('textsFor', () => {
  test.each([
    ['sv', 'sv', 'sv'],
    ['sv-FI', 'sv', 'sv-FI'],
    ['DE-at', 'de', 'DE-at'],
    ['en', 'en', 'en-GB'],
    ['en-US', 'en', 'en-US'],
    ['ar', 'ar', 'ar'],
    ['ar-EG', 'ar', 'ar-EG'],
    ['ar-Latn', 'en', 'en-GB'],
    ['uk-UA', 'uk', 'uk-UA'],
    ['fr-CA', 'fr', 'fr-CA'],
    ['es-419', 'es', 'es-419'],
    ['fi', 'en', 'en-GB'],
    ['svx', 'en', 'en-GB'],
    ['sv-not_a_tag', 'sv', 'sv'],
  ])('%s is answered in %s, with times of %s', (lang, texts, locale) => {
    expect(textsFor(lang)).toMatchObject({ lang: texts, locale });
  });

  test('law: whatever is asked for, the locale is one that Intl takes', () => {
    const tag = fc.oneof(fc.string(), fc.tuple(fc.constantFrom(...languages.map(({ lang }) => lang)), fc.oneof(fc.string(), fc.constantFrom('Latn', 'Arab', 'EG', 'CA', '419', 'x-y'))).map(([primary, rest]) => `${primary}-${rest}`));
    fc.assert(fc.property(tag, (lang) => void new Intl.DateTimeFormat(textsFor(lang).locale)));
  });

  test('the part for the script is plain JSON without the pages', () => {
    const part = clientTexts(textsFor('sv'));
    expect(part).not.toHaveProperty('pages');
    expect(part).not.toHaveProperty('pasted');
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
    expect(sectionCounts({ edited: 2, added: 1, removed: 0, moved: 12 }, textsFor('ar'))).toBe('تعديل قسمين وإضافة قسم واحد ونقل 12 قسمًا');
    expect(sectionCounts({ edited: 2, added: 1, removed: 5, moved: 0 }, textsFor('uk'))).toBe('змінено 2 розділи, додано 1 розділ і вилучено 5 розділів');
    expect(sectionCounts({ edited: 0, added: 0, removed: 0, moved: 0 }, en)).toBe('');
  });
});

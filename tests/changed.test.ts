import { describe, expect, test } from 'vitest';
import { changedBetween, changedInShort, changedInWords } from '../server/core/changed.ts';
import { diff } from '../server/core/diff.ts';
import { languages, textsFor } from '../server/core/languages.ts';
import type { Content } from '../server/core/story.ts';
import { at, contentOf, metaOf, sectionOf } from './http-fixture.ts';

const lead = sectionOf('lead', ['<p>The line is closed.</p>']);
const [know, trains, buses] = ['know', 'trains', 'buses'].map((id) => sectionOf(id, [`<p>About the ${id}.</p>`]));
if (!know || !trains || !buses) throw new Error('there are three sections');
const before = contentOf(metaOf(), [lead, know, trains, buses]);

const between = (after: Content) => changedBetween(before, after, diff(before, after, { at: at(9) }));
const words = (after: Content, lang = 'en') => changedInWords(between(after), textsFor(lang));

describe('what changed', () => {
  test('has the names of sections, each kind by itself', () => {
    const after = contentOf(metaOf(), [{ ...lead, blocks: ['<p>The line is open.</p>'] }, buses, { ...know, heading: 'What we know now' }, sectionOf('rescue', ['<p>New.</p>'])]);
    expect(words(after)).toEqual(['Edited: Opening and What we know now', 'New section: About rescue', 'Removed section: About trains', 'Moved: About buses']);
  });

  test('names a section that is edited under another id by its new heading', () => {
    const after = contentOf(metaOf(), [lead, { ...know, id: 'pinned', was: ['know'], heading: 'Facts' }, trains, buses]);
    expect(words(after)).toEqual(['Edited: Facts']);
  });

  test('tells of a new headline and of the end', () => {
    expect(words(contentOf(metaOf({ headline: 'Line opens', status: 'final' }), before.sections))).toEqual(['New headline: Line opens', 'This is the final version']);
  });

  test('finds the corrections that are new', () => {
    const known = { at: at(1), text: 'Not 180.' };
    const [a, b] = [contentOf(metaOf({ corrections: [known] }), [lead]), contentOf(metaOf({ corrections: [known, { at: at(2), text: 'Not Sunday.' }] }), [lead])];
    expect(changedBetween(a, b, diff(a, b, { at: at(2) })).corrections).toEqual([{ at: at(2), text: 'Not Sunday.' }]);
  });

  test('counts for nothing where only programs see it', () => {
    expect(words(contentOf(metaOf(), [lead, { ...know, attrs: { pinned: true }, was: ['old'] }, trains, buses]))).toEqual([]);
  });

  test('is counted where there are too many names for one line', () => {
    const after = contentOf(metaOf(), before.sections.map((section) => ({ ...section, blocks: ['<p>Other words.</p>'] })));
    expect(changedInShort(between(after), textsFor('en'))).toBe('4 sections edited');
    expect(changedInShort(between(after), textsFor('en'), 4)).toBe('Edited: Opening, About know, About trains and About buses');
  });

  test('is told in every language', () => {
    const after = contentOf(metaOf({ headline: 'X', status: 'final' }), [{ ...lead, blocks: [] }, buses, know, sectionOf('rescue', [])]);
    for (const { lang } of languages) expect(words(after, lang).join('\n'), lang).toMatch(/X\n[^]*: About rescue\n[^]*: About trains\n[^]*: About buses\n/);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Content, Meta, Section } from '../server/core/story.ts';
import { grade } from '../server/core/grade.ts';
import { contents } from './generate.ts';

const at = '2026-11-22T14:05:00.000Z';
const meta: Meta = { headline: 'Storm', lang: 'en', dir: 'ltr', status: 'developing', authors: [], corrections: [], published: at, updated: at };

const section = (text: string, over: Partial<Section> = {}): Section =>
  ({ id: 'lead', level: 0, heading: '', attrs: {}, added: at, revised: at, was: [], blocks: [text.startsWith('<') ? text : `<p>${text}</p>`], ...over });
const story = (text: string, over: Partial<Meta> = {}): Pick<Content, 'meta' | 'sections'> => ({ meta: { ...meta, ...over }, sections: [section(text)] });

const gradeOf = (a: string, b: string, minor = false) => grade(story(a), story(b), { minor });

describe('grade', () => {
  it('of no change is minor, and times play no part', () => {
    fc.assert(fc.property(contents, fc.boolean(), (content, minor) => {
      const later = { meta: { ...content.meta, updated: '2030' }, sections: content.sections.map((each) => ({ ...each, revised: '2030' })) };
      expect(grade(content, later, { minor })).toBe('minor');
    }));
  });

  it('is a correction exactly when there is a new one', () => {
    fc.assert(fc.property(contents, contents, fc.boolean(), (a, b, minor) => {
      const left = a.meta.corrections.map(({ text }) => text);
      const isNew = b.meta.corrections.some(({ text }) => left.indexOf(text) < 0 || left.splice(left.indexOf(text), 1).length === 0);
      expect(grade(a, b, { minor }) === 'correction').toBe(isNew);
    }));
  });

  it.each([
    ['white space', 'The  line is closed.', 'The line\nis closed.'],
    ['a no-break space', '5 percent', '5\u00a0percent'],
    ['a no-break space between digits', '12 500 kronor', '12\u00a0500 kronor'],
    ['straight quotes made round', '"It\'s closed," she said.', '“It’s closed,” she said.'],
    ['German quotes', '"Nein", sagte sie.', '„Nein“, sagte sie.'],
    ['a hyphen made a dash', 'It rained - a lot.', 'It rained – a lot.'],
    ['a dash between digits made longer', '10-15 people', '10–15 people'],
    ['a comma', 'On Monday, the line opened.', 'On Monday the line opened.'],
    ['an Arabic comma', 'أغلقت العاصفة، الخط', 'أغلقت العاصفة الخط'],
    ['other markup around the same words', '<p>A <em>closed</em> line.</p>', '<p>A <strong>closed</strong> line.</p>'],
    ['a paragraph in two', '<p>One. Two.</p>', '<p>One.</p><p>Two.</p>'],
    ['another address under the same words', '<p><a href="/a">here</a></p>', '<p><a href="/b">here</a></p>'],
  ])('is minor for %s', (_, a, b) => {
    expect(gradeOf(a, b)).toBe('minor');
  });

  it.each([
    ['a word', 'The line is closed.', 'The line is open.'],
    ['a letter', 'The minster spoke.', 'The minister spoke.'],
    ['a capital', 'The storm', 'The Storm'],
    ['a full stop', 'Closed', 'Closed.'],
    ['a digit', '118 passengers', '180 passengers'],
    ['a comma between digits', '1,204 people', '1204 people'],
    ['a decimal comma for a thousand', '1,5 degrees', '15 degrees'],
    ['a space between digits', '12 500 kronor', '12500 kronor'],
    ['a dash between digits', '10-15 people', '1015 people'],
    ['a dash for a comma between digits', '1,5', '1-5'],
    ['a minus', 'It was -5 degrees.', 'It was 5 degrees.'],
    ['a real minus', 'It was −5 degrees.', 'It was 5 degrees.'],
    ['another picture', '<figure><img src="/a.jpg" alt=""></figure>', '<figure><img src="/b.jpg" alt=""></figure>'],
    ['another description', '<p><img src="/a.jpg" alt="A tree"></p>', '<p><img src="/a.jpg" alt="A house"></p>'],
  ])('is an update for %s', (_, a, b) => {
    expect(gradeOf(a, b)).toBe('update');
  });

  it('is minor when the editor says so and no number changed', () => {
    expect(gradeOf('The minster saw 118 people.', 'The minister saw 118 people.', true)).toBe('minor');
    expect(gradeOf('The minster saw 118 people.', 'The minister saw 180 people.', true)).toBe('update');
    expect(gradeOf('Of 118 people 20 were hurt.', 'Of 20 people 118 were hurt.', true)).toBe('update');
    expect(gradeOf('It was -5 degrees.', 'It was 5 degrees there.', true)).toBe('update');
    expect(gradeOf('It was closed.', 'It was closed for 3 days.', true)).toBe('update');
    expect(grade(story('x'), story('x', { headline: 'Storm: 3 dead' }), { minor: true })).toBe('update');
  });

  it.each<[string, Partial<Meta>]>([
    ['a status', { status: 'final' }],
    ['a language', { lang: 'sv' }],
    ['a headline', { headline: 'Storm closes the line' }],
    ['an author', { authors: ['Name One'] }],
  ])('is an update for %s', (_, over) => {
    expect(grade(story('x'), story('x', over), { minor: false })).toBe('update');
  });

  it('is an update for sections that move, come or go', () => {
    const list = [section('a'), section('b', { id: 'b', level: 2, heading: 'B' }), section('c', { id: 'c', level: 2, heading: 'C' })];
    const [lead, b, c] = list as [Section, Section, Section];
    const after = (...sections: Section[]) => grade({ meta, sections: list }, { meta, sections }, { minor: false });
    expect(after(lead, b, c)).toBe('minor');
    expect(after(lead, c, b)).toBe('update');
    expect(after(lead, b)).toBe('update');
    expect(after(lead, b, c, section('', { id: 'd' }))).toBe('update');
  });

  it('is a correction above all', () => {
    const corrected = { corrections: [{ at, text: 'There were 118.' }] };
    expect(grade(story('x'), story('x', corrected), { minor: true })).toBe('correction');
    expect(grade(story('x', corrected), story('y', corrected), { minor: false })).toBe('update');
    expect(grade(story('x', corrected), story('x'), { minor: false })).toBe('update');
  });
});

import * as fc from 'fast-check';
import { parseFragment, type DefaultTreeAdapterTypes } from 'parse5';
import { describe, expect, test } from 'vitest';
import { textsFor } from '../server/core/languages.ts';
import { encodeSlug, excerptOf, formatTime, renderContents, renderCorrections, renderHeader, renderSection, renderStoryItem } from '../server/core/render.ts';
import { readingMinutes } from '../server/core/reading-time.ts';
import type { Meta, Section } from '../server/core/story.ts';
import { at, metaOf, sectionOf } from './http-fixture.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

const texts = textsFor('en');
const elementsIn = (nodes: Node[]): Element[] => nodes.flatMap((node) => ('tagName' in node ? [node, ...elementsIn(node.childNodes)] : []));
const parse = (html: string): Element[] => elementsIn(parseFragment(html).childNodes);
const textOf = (node: Node): string => ('value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(textOf).join('') : '');
const shapeOf = (html: string): string[] => parse(html).map(({ tagName, attrs }) => `${tagName} ${attrs.map(({ name }) => name).join(' ')}`);
const attribute = (element: Element | undefined, name: string) => element?.attrs.find((each) => each.name === name)?.value;
const withClass = (html: string, name: string) => parse(html).filter((element) => attribute(element, 'class')?.split(' ').includes(name));

const entriesOf = (html: string) => parse(html).filter(({ tagName }) => tagName === 'a').map((link) => [attribute(link, 'href'), attribute(link, 'data-id'), textOf(link)]);

/** Text as a parser leaves it: HTML has no NUL, and takes a carriage return for a line feed. */
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('"><img src=x onerror=alert(1)>', "</h1><script>'&lt;\"", '&amp;{names}{time}$&'))
  .map((value) => value.toWellFormed().replace(/[\0\r]/g, ''));
const metas = fc.record({ headline: text, authors: fc.array(text, { maxLength: 3 }), corrections: fc.array(fc.record({ at: fc.constant(at(3)), text, section: text }), { maxLength: 3 }) });

describe('no text becomes markup', () => {
  const plain = (meta: Partial<Meta>): Partial<Meta> => ({ ...meta, headline: 'x', authors: meta.authors?.map(() => 'x') ?? [], corrections: meta.corrections?.map((each) => ({ ...each, text: 'x', section: 'x' })) ?? [] });

  test('law: the head has the same elements, and the headline reads as it was written', () => {
    fc.assert(fc.property(metas, (meta) => {
      const html = renderHeader([], metaOf(meta), texts);
      expect(shapeOf(html)).toEqual(shapeOf(renderHeader([], metaOf(plain(meta)), texts)));
      expect(withClass(html, 'headline').map(textOf)).toEqual([meta.headline]);
    }));
  });

  test('law: so do the corrections', () => {
    fc.assert(fc.property(metas, (meta) => {
      const html = renderCorrections(metaOf(meta), texts);
      expect(shapeOf(html)).toEqual(shapeOf(renderCorrections(metaOf(plain(meta)), texts)));
      expect(withClass(html, 'correction-text').map(textOf)).toEqual(meta.corrections.map((correction) => correction.text));
    }));
  });

  test('law: so does a section, its id and all', () => {
    fc.assert(fc.property(text, text, fc.array(text, { maxLength: 2 }), (id, heading, was) => {
      const section = sectionOf('x', ['<p>x</p>'], { id: `x${id}`, heading, was });
      const html = renderSection(section, metaOf(), texts);
      expect(shapeOf(html)).toEqual(shapeOf(renderSection({ ...section, id: 'x', heading: 'x', was: was.map(() => 'x') }, metaOf(), texts)));
      expect(attribute(parse(html)[0], 'id')).toBe(`s-x${id}`);
      expect(withClass(html, 'heading-text').map(textOf)).toEqual([heading]);
    }));
  });

  test('law: so do the contents', () => {
    fc.assert(fc.property(fc.array(fc.tuple(text, text), { minLength: 4, maxLength: 6 }), (given) => {
      const sections = given.map(([id, heading]) => sectionOf(id, [], { heading }));
      const html = renderContents(sections, metaOf(), texts);
      expect(shapeOf(html)).toEqual(shapeOf(renderContents(sections.map(() => sectionOf('x', [])), metaOf(), texts)));
      expect(entriesOf(html)).toEqual(given.map(([id, heading]) => [`#s-${id}`, id, heading]));
    }));
  });

  test('law: so does a story in the list', () => {
    fc.assert(fc.property(text, text, text, (slug, headline, excerpt) => {
      const html = renderStoryItem(slug, metaOf({ headline }), `x${excerpt}`, texts);
      expect(shapeOf(html)).toEqual(shapeOf(renderStoryItem('x', metaOf({ headline: 'x' }), 'x', texts)));
      expect(attribute(parse(html)[0], 'data-story')).toBe(slug);
    }));
  });
});

describe('a section', () => {
  test('has its heading at its level, with a link that names it', () => {
    const html = renderSection(sectionOf('next', ['<p>x</p>'], { level: 3, heading: 'What next?' }), metaOf(), texts);
    expect(parse(html).map(({ tagName }) => tagName)).toEqual(['section', 'h3', 'span', 'a', 'span', 'p', 'time', 'div', 'p']);
    expect(withClass(html, 'permalink').map((link) => [attribute(link, 'href'), attribute(link, 'aria-label')])).toEqual([['#s-next', 'Link to “What next?”']]);
  });

  test('without a heading is named as the opening', () => {
    const [lead] = parse(renderSection(sectionOf('lead', ['<p>x</p>']), metaOf(), texts));
    expect([attribute(lead, 'class'), attribute(lead, 'aria-label')]).toEqual(['section lead', 'Opening']);
  });

  test('says when it was revised, once it was', () => {
    const revised = (minute: number) => withClass(renderSection(sectionOf('a', [], { revised: at(minute) }), metaOf(), texts), 'revised').map((line) => [attribute(line, 'hidden'), textOf(line)]);
    expect(revised(0)).toEqual([['', 'Updated 22 Nov 2026, 14:00 UTC']]);
    expect(revised(5)).toEqual([[undefined, 'Updated 22 Nov 2026, 14:05 UTC']]);
  });

  test('keeps an anchor for every id that it has absorbed, and says that it is pinned', () => {
    const html = renderSection(sectionOf('a', [], { was: ['b', 'c'], attrs: { pinned: true } }), metaOf(), texts);
    expect(withClass(html, 'was').map((anchor) => attribute(anchor, 'id'))).toEqual(['s-b', 's-c']);
    expect(withClass(html, 'pinned')).toHaveLength(1);
  });

  test('marks the language of the words that are not the story’s own', () => {
    const own = (lang: string, spoken = lang) => withClass(renderSection(sectionOf('a', []), metaOf({ lang }), textsFor(spoken)), 'revised').map((line) => [attribute(line, 'lang'), attribute(line, 'dir')]);
    expect([own('fa'), own('uk-Latn'), own('en', 'ar')]).toEqual([[['en', 'ltr']], [['en', 'ltr']], [['ar', 'rtl']]]);
    expect([own('sv-FI'), own('ar-EG'), own('en')]).toEqual([[[undefined, undefined]], [[undefined, undefined]], [[undefined, undefined]]]);
  });
});

describe('the head and the foot', () => {
  test('names authors as the language does, and both times once they differ', () => {
    const html = renderHeader([], metaOf({ lang: 'sv', authors: ['Ada', 'Bo', 'Cy'], updated: at(9) }), textsFor('sv'));
    expect(withClass(html, 'byline').map(textOf)).toEqual(['Av Ada, Bo och Cy 1 min läsning']);
    expect(withClass(html, 'times').map(textOf)).toEqual(['Publicerad 22 nov. 2026 14:00 UTC Uppdaterad 22 nov. 2026 14:09 UTC']);
    expect(withClass(renderHeader([], metaOf({ authors: [] }), texts), 'times').map(textOf)).toEqual(['Published 22 Nov 2026, 14:00 UTC']);
  });

  test('corrections say when in the words of the page, marked as such', () => {
    const times = (lang: string) => parse(renderCorrections(metaOf({ lang, corrections: [{ at: at(3), text: 'x' }] }), textsFor(lang))).filter(({ tagName }) => tagName === 'time').map((time) => [attribute(time, 'lang'), attribute(time, 'dir')]);
    expect([times('fa'), times('ar')]).toEqual([[['en', 'ltr']], [[undefined, undefined]]]);
  });

  test('an empty footer stays in its place where nothing was corrected', () => {
    expect(renderCorrections(metaOf(), texts)).toBe('<footer id="corrections"></footer>');
  });
});

describe('the contents', () => {
  const story = (...levels: number[]): Section[] => [sectionOf('lead', []), ...levels.map((level, index) => sectionOf(`part-${index}`, [], { level }))];

  test('name every section with a heading, deeper ones as such', () => {
    const html = renderContents(story(2, 3, 4, 2), metaOf(), texts);
    expect(entriesOf(html).map(([href]) => href)).toEqual(['#s-part-0', '#s-part-1', '#s-part-2', '#s-part-3']);
    expect(parse(html).filter(({ tagName }) => tagName === 'li').map((item) => attribute(item, 'class'))).toEqual([undefined, 'deeper', 'deeper', undefined]);
  });

  test('stay hidden and empty in a short story', () => {
    expect(renderContents(story(2, 2, 2), metaOf(), texts)).toBe('<nav id="contents" aria-label="Contents" hidden></nav>');
  });
});

describe('the reading time', () => {
  const saying = (words: string, times: number): Section => sectionOf('a', [`<p title="not read">${words.repeat(times)}</p>`], { heading: '' });

  test('law: a longer story never takes less time', () => {
    const sections = fc.array(fc.tuple(text, fc.nat(600)).map(([word, times]) => saying(`${word.replace(/[<>]/g, '')} `, times)), { maxLength: 5 });
    fc.assert(fc.property(sections, sections, (some, more) => readingMinutes([...some, ...more]) >= readingMinutes(some)));
  });

  test.each([
    ['words', 'word ', 4 * 238, 4],
    ['words with marks around them', '– “<b>word</b>”, ', 4 * 238, 4],
    ['Arabic words', 'كلمة ', 4 * 238, 4],
    ['Chinese signs', '报纸', 600, 4],
    ['next to nothing', 'word ', 3, 1],
  ])('of %s', (_, words, times, minutes) => {
    expect(readingMinutes([saying(words, times)])).toBe(minutes);
  });
});

test('times speak UTC until they are told the reader’s zone', () => {
  expect(formatTime(at(5), 'en-GB')).toBe('22 Nov 2026, 14:05 UTC');
  expect(formatTime(at(5), 'de', 'Europe/Stockholm')).toBe('22. Nov. 2026, 15:05');
  expect(formatTime(at(5), 'en-US', 'America/New_York')).toMatch(/^Nov 22, 2026, 9:05\sAM$/);
});

test('a slug keeps its slashes in an address', () => {
  expect(encodeSlug('uk/vote count?')).toBe('uk/vote%20count%3F');
});

describe('excerptOf', () => {
  test('law: it begins as the first paragraph does, is well formed, and no longer than asked', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1 }).filter((word) => !/[&<>"\s]/u.test(word)), fc.integer({ min: 1, max: 80 }), fc.integer({ min: 5, max: 60 }), (word, times, length) => {
      const paragraph = Array<string>(times).fill(word).join(' ');
      const excerpt = excerptOf([sectionOf('lead', [`<p>${paragraph}</p>`])], length);
      expect(excerpt.length).toBeLessThanOrEqual(length + 2);
      expect(excerpt.isWellFormed()).toBe(true);
      expect(paragraph.startsWith(excerpt.replace(/ …$/, ''))).toBe(true);
    }));
  });

  test('is text: tags go, signs come back', () => {
    expect(excerptOf([sectionOf('lead', ['<ul><li>no</li></ul>', '<p> </p>', '<p>Salt &amp; <a href="/x>y">pepper</a>,<br>1 &lt; 2</p>'])])).toBe('Salt & pepper, 1 < 2');
  });

  test('is empty where there is no paragraph', () => {
    expect(excerptOf([sectionOf('lead', ['<pre>x</pre>'])])).toBe('');
  });
});

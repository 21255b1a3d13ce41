import * as fc from 'fast-check';
import { parseFragment, type DefaultTreeAdapterTypes } from 'parse5';
import { describe, expect, test } from 'vitest';
import { blockEdits } from '../server/core/blocks.ts';
import type { Section } from '../server/core/story.ts';
import { renderEditedBlocks, renderWords } from '../server/pages/edits.ts';
import { renderStory } from '../server/pages/story.ts';
import { contentOf, metaOf, sectionOf } from './http-fixture.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;

/** What is read where the elements of one name are left out; spaces do not count. */
const readWithout = (html: string, left: string): string => {
  const read = (node: Node): string => ('tagName' in node && node.tagName === left ? '' : 'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(read).join('') : '');
  return parseFragment(html).childNodes.map(read).join('').replace(/\s/g, '');
};
const read = (html: string): string => readWithout(html, 'none');

const word = fc.constantFrom('the', 'train', 'stood', '118', '180', 'Kiruna', 'snow', '&lt;', '&amp;', 'night', 'and', '<a href="/a>b">railway</a>', '<b>here</b>');
const words = fc.array(word, { minLength: 1, maxLength: 12 }).map((list) => list.join(' '));
const block = fc.oneof(
  words.map((text) => `<p>${text}</p>`),
  fc.array(words, { minLength: 1, maxLength: 3 }).map((items) => `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`),
  words.map((text) => `<blockquote><p>${text}</p></blockquote>`),
);

describe('an edited section', () => {
  test('law: without what was inserted it reads as the old one, without what was deleted as the new one', () => {
    const blocks = fc.array(block, { maxLength: 5 });
    const lists = fc.oneof(fc.tuple(blocks, blocks), fc.tuple(blocks, blocks, blocks).map(([start, middle, end]) => [[...start, ...end], [...start, ...middle, ...end]] as const));
    fc.assert(fc.property(lists, ([old, fresh]) => {
      const html = renderEditedBlocks([...old], [...fresh], blockEdits(old, fresh), 'en');
      expect(readWithout(html, 'ins')).toBe(read(old.join('')));
      expect(readWithout(html, 'del')).toBe(read(fresh.join('')));
    }));
  });

  test('keeps lists, tables and links where only words differ', () => {
    const [old, fresh] = [['<ul><li>118 aboard</li><li><a href="/x">Buses</a> run</li></ul>'], ['<ul><li>119 aboard</li><li><a href="/x">Buses</a> run</li></ul>']];
    expect(renderEditedBlocks(old, fresh, blockEdits(old, fresh), 'en')).toBe('<ul><li><del>118</del><ins>119</ins> aboard</li><li><a href="/x">Buses</a> run</li></ul>');
  });

  test('shows another picture as another picture', () => {
    const [old, fresh] = [['<figure><img src="/a.jpg" alt="A"></figure>'], ['<figure><img src="/b.jpg" alt="B"></figure>']];
    expect(renderEditedBlocks(old, fresh, blockEdits(old, fresh), 'en')).toBe(`<del>${old[0]}</del><ins>${fresh[0]}</ins>`);
  });
});

test('law: words are escaped, whatever they hold', () => {
  const text = fc.string({ unit: 'grapheme' }).map((value) => value.replace(/[\0\r]/g, ''));
  fc.assert(fc.property(text, text, (old, fresh) => {
    const html = renderWords(old, fresh, 'en');
    expect([readWithout(html, 'ins'), readWithout(html, 'del')]).toEqual([old.replace(/\s/g, ''), fresh.replace(/\s/g, '')]);
  }));
});

describe('the card of a shared story', () => {
  const site = { lang: 'en', stylesheet: '/style.css', script: () => '/story.js' };
  const pageOf = (sections: Section[], { origin = 'https://news.example', headline = 'A storm', lang = 'sv' } = {}): string =>
    renderStory(site, { story: 'storm', position: '7f3a9c21_1', revision: 1, ...contentOf(metaOf({ headline, lang }), sections) }, { position: '7f3a9c21_1', origin });
  const cardOf = (html: string): Record<string, string> =>
    Object.fromEntries(Array.from(html.matchAll(/<meta (?:property|name)="((?:og|twitter|article):[^"]+)" content="([^"]*)">/g), ([, name = '', content = '']) => [name, content]));
  const picture = '<figure><img src="/stories/b.png" alt="A &quot;bridge&quot;" width="1200" height="600"></figure>';

  test('says what the story is', () => {
    expect(cardOf(pageOf([sectionOf('lead', ['<p>The line is closed.</p>'])]))).toEqual({
      'og:site_name': 'Stop Press', 'og:type': 'article', 'og:title': 'A storm', 'og:description': 'The line is closed.', 'og:url': 'https://news.example/stories/storm', 'og:locale': 'sv_SE',
      'article:published_time': '2026-11-22T14:00:00.000Z', 'article:modified_time': '2026-11-22T14:00:00.000Z', 'twitter:card': 'summary',
    });
  });

  test('shows the first picture that others can show, with its whole address', () => {
    const card = cardOf(pageOf([sectionOf('lead', ['<p><img src="/stories/a.svg" alt=""></p>']), sectionOf('a', [picture, '<p><img src="/c.jpg" alt=""></p>'])]));
    expect(card).toMatchObject({ 'og:image': 'https://news.example/stories/b.png', 'og:image:width': '1200', 'og:image:height': '600', 'og:image:alt': 'A &quot;bridge&quot;', 'twitter:card': 'summary_large_image' });
  });

  test('has no picture where the host is not known', () => {
    expect(cardOf(pageOf([sectionOf('a', [picture])], { origin: '' }))).not.toHaveProperty('og:image');
  });

  test('law: no headline becomes markup', () => {
    const tags = (html: string): number => html.split('<').length;
    fc.assert(fc.property(fc.string({ unit: 'binary' }).map((value) => value.toWellFormed()), (headline) => tags(pageOf([], { headline })) === tags(pageOf([], { headline: 'x' }))));
  });
});

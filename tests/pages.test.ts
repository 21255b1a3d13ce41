import * as fc from 'fast-check';
import { parseFragment, serialize, type DefaultTreeAdapterTypes } from 'parse5';
import { describe, expect, test } from 'vitest';
import type { Section } from '../server/core/story.ts';
import { htmlOf, nodesOf } from '../server/pages/html-tree.ts';
import { renderEdited } from '../server/pages/edits.ts';
import { renderWords, type Voice } from '../server/pages/woven.ts';
import { renderStory } from '../server/pages/story.ts';
import { contentOf, metaOf, sectionOf } from './http-fixture.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

const voice: Voice = { lang: 'en', added: 'Added', removed: 'Removed' };

const isElement = (node: Node): node is Element => 'tagName' in node;
const isMark = (node: Node, name: string): boolean => isElement(node) && node.tagName === name && node.attrs.some((attribute) => attribute.name === 'data-is');

/** What is read where our marks of one name are left out; spaces do not count. */
const readWithout = (html: string, left: string): string => {
  const read = (node: Node): string => (isMark(node, left) ? '' : 'value' in node ? node.value : isElement(node) ? node.childNodes.map(read).join('') : '');
  return parseFragment(html).childNodes.map(read).join('').replace(/\s/g, '');
};
const read = (html: string): string => readWithout(html, 'none');

/** The HTML where deletions and what only held them are taken away, and insertions stand as if they had always been there. */
const asNew = (html: string): string => {
  const fragment = parseFragment(html);
  const walk = (nodes: Node[]): Node[] =>
    nodes.flatMap((node) => {
      if (!isElement(node)) return [node];
      if (isMark(node, 'del') || node.attrs.some(({ value }) => value === 'gone')) return [];
      const inside = walk(node.childNodes);
      if (isMark(node, 'ins')) return inside;
      const attrs = node.attrs.map((attribute) => ({ ...attribute, value: attribute.value.replace(/^came$/, '') })).filter(({ name, value }) => name !== 'open' && !(name === 'class' && value === ''));
      return [{ ...node, childNodes: inside, attrs }];
    });
  fragment.childNodes = walk(fragment.childNodes);
  return serialize(fragment);
};

const word = fc.constantFrom('the', 'train', 'stood', '118', '180', 'Kiruna', 'snow', '&lt;', '&amp;', 'night', 'and', '<a href="/a&gt;b">railway</a>', '<b>here <i>and</i></b>', '<s>not</s>', '<del>struck</del>', 'line<br>', '🚂');
const words = fc.array(word, { minLength: 1, maxLength: 12 }).map((list) => list.join(' '));
const paragraph = words.map((text) => `<p>${text}</p>`);
const list = fc.array(fc.oneof(words, paragraph, fc.tuple(words, words).map(([text, inner]) => `${text}\n<ul>\n<li>${inner}</li>\n</ul>`)), { minLength: 1, maxLength: 4 }).map((items) => `<ul>\n${items.map((item) => `<li>${item}</li>`).join('\n')}\n</ul>`);
const table = fc.array(fc.tuple(words, words), { minLength: 1, maxLength: 4 }).map((rows) => `<table><thead><tr><th class="align-left">A</th><th>B</th></tr></thead><tbody>${rows.map(([a, b]) => `<tr><td class="align-left">${a}</td><td>${b}</td></tr>`).join('')}</tbody></table>`);
const quotation = fc.array(paragraph, { minLength: 1, maxLength: 3 }).map((inner) => `<blockquote>${inner.join('')}</blockquote>`);
const details = fc.tuple(words, paragraph).map(([summary, inner]) => `<details><summary>${summary}</summary>${inner}</details>`);
const definitions = fc.array(fc.tuple(words, words), { minLength: 1, maxLength: 2 }).map((pairs) => `<dl>${pairs.map(([term, text]) => `<dt>${term}</dt><dd>${text}</dd>`).join('')}</dl>`);
const kinds = [paragraph, list, table, quotation, details, definitions];
const pairs = fc.oneof(...kinds.map((kind) => fc.tuple(kind, kind)));

describe('an edited block', () => {
  test('law: without what was inserted it reads as the old one, without what was deleted as the new one', () => {
    fc.assert(fc.property(pairs, ([old, fresh]) => {
      const html = renderEdited(old, fresh, voice);
      if (html === undefined) return;
      expect(readWithout(html, 'ins')).toBe(read(old));
      expect(readWithout(html, 'del')).toBe(read(fresh));
    }));
  });

  test('law: but for the marks it is the new block, element for element', () => {
    fc.assert(fc.property(pairs, ([old, fresh]) => {
      const html = renderEdited(old, fresh, voice);
      const plain = (text: string) => text.replace(/\s+/g, ' ').replaceAll('> <', '><');
      if (html !== undefined) expect(plain(asNew(html))).toBe(plain(serialize(parseFragment(fresh))));
    }));
  });

  test('law: it is well formed: a parser leaves it as it is', () => {
    fc.assert(fc.property(pairs, ([old, fresh]) => {
      const html = renderEdited(old, fresh, voice);
      if (html !== undefined) expect(serialize(parseFragment(html))).toBe(html.replaceAll('<details open', '<details open=""'));
    }));
  });

  test('keeps lists, tables and links where only words differ', () => {
    const [old, fresh] = ['<ul><li>118 aboard</li><li><a href="/x">Buses</a> run</li></ul>', '<ul><li>119 aboard</li><li><a href="/x">Buses</a> run</li></ul>'];
    expect(renderEdited(old, fresh, voice)).toBe('<ul><li><del data-is="Removed">118</del><ins data-is="Added">119</ins> aboard</li><li><a href="/x">Buses</a> run</li></ul>');
  });

  test('marks rows and items inside, where no mark may stand around them', () => {
    const row = (...cells: string[]) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
    const [old, fresh] = [`<table><tbody>${row('12', '22:00')}${row('47', 'midnight')}</tbody></table>`, `<table><tbody>${row('12', '22:00')}${row('31', '21:30 from the pier')}${row('47', 'midnight')}</tbody></table>`];
    expect(renderEdited(old, fresh, voice)).toContain('<tr class="came"><td><ins data-is="Added">31</ins></td><td><ins data-is="Added">21:30 from the pier</ins></td></tr>');
    expect(renderEdited('<ul><li>a b c</li><li>x y z</li></ul>', '<ul><li>a b c</li></ul>', voice)).toBe('<ul><li>a b c</li><li class="gone"><del data-is="Removed">x y z</del></li></ul>');
  });

  test('an item that became a paragraph in its list is no change of words', () => {
    expect(renderEdited('<ul><li>One thing</li></ul>', '<ul><li><p>One other thing</p></li></ul>', voice)).toBe('<ul><li><p>One <ins data-is="Added">other </ins>thing</p></li></ul>');
  });

  test('opens what would hide the change', () => {
    expect(renderEdited('<details><summary>More</summary><p>One word</p></details>', '<details><summary>More</summary><p>One bird</p></details>', voice)).toContain('<details open>');
  });

  test.each([
    ['another picture', '<figure><img src="/a.jpg" alt="A"></figure>', '<figure><img src="/b.jpg" alt="B"></figure>'],
    ['another number of columns', '<table><tbody><tr><td>a</td></tr></tbody></table>', '<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>'],
    ['nothing in common', '<p>The trains stand still.</p>', '<p>Nobody can say anything about buses.</p>'],
    ['another element', '<p>The trains stand still.</p>', '<blockquote><p>The trains stand still today.</p></blockquote>'],
  ])('%s: the two are not merged', (_, old, fresh) => {
    expect(renderEdited(old, fresh, voice)).toBeUndefined();
  });
});

test('law: a tree of a block makes the same HTML again', () => {
  fc.assert(fc.property(fc.oneof(...kinds), (html) => htmlOf(nodesOf(html)) === html));
});

test('law: words are escaped, whatever they hold', () => {
  const text = fc.string({ unit: 'grapheme' }).map((value) => value.replace(/[\0\r]/g, ''));
  fc.assert(fc.property(text, text, (old, fresh) => {
    const html = renderWords(old, fresh, voice);
    expect([readWithout(html, 'ins'), readWithout(html, 'del')]).toEqual([old.replace(/\s/g, ''), fresh.replace(/\s/g, '')]);
  }));
});

describe('the card of a shared story', () => {
  const site = { lang: 'en', script: () => '/story.js' };
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

import { describe, expect, it } from 'vitest';
import { formatProblem } from '../server/core/parse.ts';
import { blocksOf, errorsOf, parse, published, secret, warningsOf } from './parse-stories.ts';

/** Sections as an outline: level, heading, pin and blocks. */
const outline = (text: string): unknown[] => published(text).sections.map(({ level, heading, pin, blocks }) => [level, heading, ...(pin === undefined ? [] : [`#${pin}`]), ...blocks]);

describe('headline', () => {
  it('is the first level-1 heading, whose text joins the lead', () => {
    expect(published('# Storm *closes* line\n\nLead.\n\n## Next\n\nText.').meta.headline).toBe('Storm closes line');
    expect(outline('# Storm\n\nLead.\n\n## Next\n\nText.')).toEqual([[0, '', '<p>Lead.</p>'], [2, 'Next', '<p>Text.</p>']]);
    expect(outline('Before.\n\nStorm\n=====\n\nAfter.')).toEqual([[0, '', '<p>Before.</p>', '<p>After.</p>']]);
    expect(published('<h1>Raw <i>storm</i></h1>\n\nText.').meta.headline).toBe('Raw storm');
  });

  it('in the front matter goes before a heading, and drops one that repeats it', () => {
    expect(outline('---\nheadline: The  storm\n---\n# the Storm\n\nLead.')).toEqual([[0, '', '<p>Lead.</p>']]);
    expect(outline('---\ntitle: The storm\n---\n# Another\n\nText.')).toEqual([[0, ''], [2, 'Another', '<p>Text.</p>']]);
    expect(published('---\ntitle: Title\nheadline: Headline\n---\nText.').meta.headline).toBe('Headline');
    expect(published('---\nheadline: Headline\ntitle: Title\n---\nText.').meta.headline).toBe('Headline');
  });

  it('is the file name where there is none, with a warning', () => {
    expect(published('## A section\n\nText.', { story: 'uk/vote' }).meta.headline).toBe('vote');
    expect(warningsOf('Text.')).toEqual([expect.stringMatching(/^1:1: .*file name/)]);
  });

  it('or any text is needed, except to withdraw', () => {
    for (const empty of ['', '\n \n', '<!-- note -->\n', '## Draft {.draft}\n\nText.', '---\nlang: sv\n---\n', '<script>x</script>']) {
      expect(errorsOf(empty)).toEqual([expect.stringMatching(/^1:1: .*no text.*withdraw/)]);
    }
    expect(errorsOf('---\nstatus: withdrawn\n---\n')).toEqual([]);
    expect(errorsOf('# Only a headline')).toEqual([]);
  });
});

describe('sections', () => {
  it('begin at headings of any kind that stand at the top level', () => {
    expect(outline('## A\n\ntext\n\nB\n---\ntext\n\n<h2>C</h2>\n\ntext <h3>D</h3> text').slice(1)).toEqual([
      [2, 'A', '<p>text</p>'],
      [2, 'B', '<p>text</p>'],
      [2, 'C', '<p>text </p>'],
      [3, 'D', '<p>text</p>'],
    ]);
  });

  it('do not begin in code, quotations, lists and other elements', () => {
    expect(outline('```\n## A\n```\n\n    ## B\n\n> ## C\n\n- ## D\n\n<details>\n\n## E\n\n</details>')).toEqual([
      [0, '', '<pre><code>## A\n</code></pre>', '<pre><code>## B\n</code></pre>', '<blockquote>\n<p><strong>C</strong></p>\n</blockquote>', '<ul>\n<li>\n<p><strong>D</strong></p>\n</li>\n</ul>', '<details>\n<p><strong>E</strong></p>\n</details>'],
    ]);
  });

  it('begin inside wrappers, which are taken off', () => {
    expect(outline('<div class="x">\n\n## A {#a .pinned}\n\ntext\n\n<section><p>one</p>two</section></div>').slice(1)).toEqual([[2, 'A', '#a', '<p>text</p>', '<p>one</p>', '<p>two</p>']]);
  });

  it('have levels from 2 to 6 without gaps', () => {
    const levels = (text: string): number[] => published(text).sections.slice(1).map(({ level }) => level);
    expect(levels('# H\n\n### A\n\n##### B\n\n##### C\n\n### D')).toEqual([2, 3, 3, 2]);
    expect(levels('## A\n\n#### B\n\n### C\n\n# H\n\n## D')).toEqual([2, 3, 3, 2]);
    expect(levels('---\nheadline: H\n---\n# A\n\n## B\n\n### C\n\n#### D\n\n##### E\n\n###### F')).toEqual([2, 3, 4, 5, 6, 6]);
  });

  it('know their lines in the file', () => {
    const { sections } = published('---\nlang: sv\n---\n# H\n\n<!--\n\n-->\n## A\ntext\n<!-- x -->\ntext\n\n## B {.draft}\n\n## C\n\n<div>\n<h3>D</h3>\n</div>\n\nE\n\nis two lines\n---\n');
    expect(sections.map(({ heading, line }) => [heading, line])).toEqual([['', 4], ['A', 9], ['C', 16], ['D', 19], ['is two lines', 24]]);
  });

  it('without a heading text are none', () => {
    expect(outline('# H\n\n## A\n\none\n\n##\n\ntwo')).toEqual([[0, ''], [2, 'A', '<p>one</p>', '<p>two</p>']]);
    expect(warningsOf('# H\n\n##\n\ntwo')).toEqual([expect.stringMatching(/^3:1: .*without text/)]);
  });
});

describe('heading attributes', () => {
  const heading = (line: string) => published(`# H\n\n${line}\n\ntext`).sections[1];

  it('pin a section or its id', () => {
    expect(heading('## A {#my-id}')).toMatchObject({ heading: 'A', pin: 'my-id', attrs: {} });
    expect(heading('## A {.pinned}')).toMatchObject({ heading: 'A', attrs: { pinned: true } });
    expect(heading('## A {.pinned #o\u0308-1} ##')).toMatchObject({ heading: 'A', pin: 'ö-1', attrs: { pinned: true } });
    expect(heading('A {#暴风}\n---')).toMatchObject({ heading: 'A', pin: '暴风' });
  });

  it('are text where they are none', () => {
    expect(heading('## A {b}')).toMatchObject({ heading: 'A {b}' });
    expect(heading('## A {}')).toMatchObject({ heading: 'A {}' });
    expect(heading('## A {.5}')).toMatchObject({ heading: 'A {.5}' });
    expect(heading('## A \\{#b}')).toMatchObject({ heading: 'A {#b}' });
    expect(heading('## `A {#b}`')).toMatchObject({ heading: 'A {#b}' });
    expect(heading('## {#b} A')).toMatchObject({ heading: '{#b} A' });
  });

  it('that cannot be meant are errors with their column', () => {
    expect(errorsOf('# H\n\n## A {#My-Id}')).toEqual([expect.stringMatching(/^3:7: #My-Id is no id/)]);
    expect(errorsOf('# H\n\n## A {.pinned #my id}')).toEqual([expect.stringMatching(/^3:19: id has neither/)]);
    expect(errorsOf('# H\n\n## A {#a #b}')).toEqual([expect.stringMatching(/^3:10: .*one id/)]);
    expect(errorsOf('# H\n\n## A {#lead}')).toEqual([expect.stringMatching(/^3:7: #lead/)]);
    expect(errorsOf('# H\n\nA\nB {#a_b}\n---')).toEqual([expect.stringMatching(/^4:4: #a_b/)]);
    expect(errorsOf('# H\n\n## A {draft}')).toEqual([expect.stringMatching(/^3:6: .*\{\.draft\}/)]);
    expect(errorsOf('# H\n\n## A {pinned}')).toEqual([expect.stringMatching(/^3:6: .*\{\.pinned\}/)]);
    for (const word of ['.big', '.darft', '.drafts']) expect(errorsOf(`# H\n\n## A {${word}}`)).toEqual([expect.stringMatching(/^3:7: \.\w+ means nothing here: .*\.pinned or \.draft/)]);
  });

  it('that are nearly a draft publish nothing', () => {
    for (const typo of ['{.draft', '{. draft}', '.draft', '{draft', 'draft}', '{:draft}', '{.draft,', '(.draft)', '[.draft]', '｛.draft｝', '{.draft)', '{.darft', '{draft .pinned}', '. draft', '{class=draft}']) {
      expect([typo, errorsOf(`# H\n\n## D ${typo}\n\ntext`)]).toEqual([typo, [expect.stringMatching(/^3:[67]: .*(?:looks like attributes|means nothing)/)]]);
    }
    expect(errorsOf('# H\n\nD {.draft\n---\n\ntext')).toHaveLength(1);
    for (const heading of ['The draft', 'A first draft.', 'Draft', 'Draft: what we know', 'The bill (draft)', 'A {draft: 1} of it', '`{.draft`', '`A {.draft}`', '\\{.draft', 'D \\.draft']) expect([heading, errorsOf(`# H\n\n## ${heading}\n\ntext`)]).toEqual([heading, []]);
  });

  it('cannot pin one id twice', () => {
    expect(errorsOf('# H\n\n## A {#a}\n\n## B {#b}\n\n## C {.pinned #a}')).toEqual([expect.stringMatching(/^7:15: #a .*lines 3 and 7/)]);
    expect(errorsOf('# H\n\n## A {#a}\n\n## C {#a .draft}')).toEqual([]);
  });

  it('mean nothing on the headline', () => {
    expect(warningsOf('# H {#a}\n\ntext')).toEqual([expect.stringMatching(/^1:6: .*headline/)]);
    expect(published('# H {#a}\n\ntext').meta.headline).toBe('H');
  });
});

describe('comments', () => {
  it('are as though they had not been written', () => {
    expect(blocksOf('one <!-- x --> two')).toEqual(['<p>one two</p>']);
    expect(blocksOf('<!-- x --> *one*')).toEqual(['<p><em>one</em></p>']);
    expect(blocksOf('one<!-- x -->two <!-- y -->')).toEqual(['<p>onetwo</p>']);
    expect(blocksOf('one  <!-- x -->\ntwo')).toEqual(['<p>one\ntwo</p>']);
    expect(blocksOf('one\n<!-- x --> <!-- y -->\ntwo')).toEqual(['<p>one\ntwo</p>']);
    expect(blocksOf('one <!-- x\n\ny --> two')).toEqual(['<p>one two</p>']);
    expect(blocksOf('- one\n<!-- - x -->\n- two')).toEqual(['<ul>\n<li>one</li>\n<li>two</li>\n</ul>']);
    expect(blocksOf('<!--->one<!--> two')).toEqual(['<p>one two</p>']);
    expect(published('# H\n\none <!-- x -->\n<!--\ny\n-->\n').source).toBe('# H\n\none\n');
  });

  it('are code in code', () => {
    const code = '&lt;!-- x --&gt;';
    expect(blocksOf('`<!-- x -->`')).toEqual([`<p><code>${code}</code></p>`]);
    expect(blocksOf('a ` b ``<!-- x -->``')).toEqual([`<p>a \` b <code>${code}</code></p>`]);
    expect(blocksOf('```\n<!-- x -->\n```')).toEqual([`<pre><code>${code}\n</code></pre>`]);
    expect(blocksOf('    <!-- x -->')).toEqual([`<pre><code>${code}\n</code></pre>`]);
    expect(blocksOf('> ~~~\n> <!-- x -->\n> ~~~')).toEqual([`<blockquote>\n<pre><code>${code}\n</code></pre>\n</blockquote>`]);
    expect(blocksOf('- one\n\n      <!-- x -->')).toEqual([`<ul>\n<li>\n<p>one</p>\n<pre><code>${code}\n</code></pre>\n</li>\n</ul>`]);
    expect(blocksOf('Between `<!--` and `-->`.')).toEqual(['<p>Between <code>&lt;!--</code> and <code>--&gt;</code>.</p>']);
    expect(blocksOf('\\<!-- x -->')).toEqual(['<p>&lt;!-- x --&gt;</p>']);
  });

  it('are comments where it only looks like code', () => {
    expect(blocksOf('one\n    <!-- x --> two')).toEqual(['<p>one\ntwo</p>']);
    expect(blocksOf('the ship`s <!-- ship`s --> crew')).toEqual(['<p>the ship`s crew</p>']);
    expect(blocksOf('one ` two <!-- x -->\n\nthree `')).toEqual(['<p>one ` two</p>', '<p>three `</p>']);
    expect(blocksOf('<!--\n```\n-->\n<!-- x -->\ntext')).toEqual(['<p>text</p>']);
    expect(blocksOf('<a title="`">one</a> <!-- x --> <a title="`">two</a>')).toEqual(['<p>one two</p>']);
  });

  it('that are never closed publish nothing', () => {
    expect(errorsOf('# H\n\ntext <!-- x\n\nmore')).toEqual([expect.stringMatching(/^3:6: .*never closed.*-->/)]);
    expect(errorsOf('# H\n\n<!-- x -->\n\none <!<!-- x -->-- y')).toEqual([expect.stringMatching(/^5:5: .*never closed/)]);
    expect(errorsOf(`# H\n\n${'<!'.repeat(40)}${'-- x -->'.repeat(40)}`)).toHaveLength(1);
  });
});

describe('drafts', () => {
  it('go with every deeper heading below them, and nothing else', () => {
    const text = `# H\n\nLead.\n\n### A {.draft}\n\n${secret}\n\n#### B\n\n${secret}\n\n### C\n\ntext\n\nD {.draft}\n---\n\n${secret}\n\n## E\n\ntext`;
    expect(outline(text)).toEqual([[0, '', '<p>Lead.</p>'], [2, 'C', '<p>text</p>'], [2, 'E', '<p>text</p>']]);
    expect(published(text).source).toBe('# H\n\nLead.\n\n\n### C\n\ntext\n\n\n## E\n\ntext');
  });

  it('leave what stood before and after them apart', () => {
    expect(outline('# H\n\npara\n## A {.draft}\nx\n\nNext\n===\n')).toEqual([[0, '', '<p>para</p>'], [2, 'Next']]);
    expect(outline('# H\n\n- item\n## A {.draft}\nx\n\nNext\n---\n')).toEqual([[0, '', '<ul>\n<li>item</li>\n</ul>'], [2, 'Next']]);
  });

  it('are told from what only looks like one', () => {
    expect(outline('# H\n\n```\n## A {.draft}\n```\n\n`## B {.draft}`')).toHaveLength(1);
    for (const held of ['> ## A {.draft}\n> text', '- ## A {.draft}', '**A** {.draft}\n\ntext', '<h2>A {.draft}</h2>', '## A {.draft} and more', '<details>\n<h2>A {.draft}</h2>\n</details>', '| a {.draft} |\n|---|']) {
      expect(errorsOf(`# H\n\n${held}`)).toEqual([expect.stringMatching(/^[34]:1: \{\.draft\} holds nothing back here/)]);
    }
  });

  it('do not end at text that a rule made a heading by mistake', () => {
    expect(errorsOf('# H\n\n## A {.draft}\n\nSome text.\n---\n\n## B')).toEqual([expect.stringMatching(/^5:1: .*ends the draft/)]);
    expect(errorsOf('# H\n\n## A {.draft}\n\nSome\ntext\n===')).toEqual([expect.stringMatching(/^5:1: .*ends the draft/)]);
    expect(errorsOf('# H\n\n## A\n\nSome text.\n---\n\n## B {.draft}')).toEqual([]);
  });

  it('do not end inside HTML that is open in them', () => {
    for (const tag of ['details', 'div', 'section', 'blockquote']) {
      const text = `# H\n\n## D {.draft}\n\n<${tag}>\n\n## In\n\n${secret}\n\n</${tag}>\n\n${secret}`;
      expect(errorsOf(text)).toEqual([expect.stringMatching(/^7:1: .*HTML element is still open/)]);
      expect(JSON.stringify(parse(text))).not.toContain(secret);
      expect(outline(text.replace('## In', '### In'))).toEqual([[0, '']]);
      expect(outline(`# H\n\n## D {.draft}\n\n<${tag}>\n\n${secret}\n\n</${tag}>\n\n## Next`)).toEqual([[0, ''], [2, 'Next']]);
    }
    expect(errorsOf(`# H\n\n## D {.draft}\n\n${'<div>'.repeat(1_000)}\n\n## In`)).toHaveLength(1);
    expect(outline('# H\n\n## D {.draft}\n\n`<div>` 1 <2 <br> <img src="a.jpg">\n\n```\n<details>\n```\n\n## Next')).toEqual([[0, ''], [2, 'Next']]);
  });

  it('do not end at a heading without text', () => {
    for (const empty of ['##', '## {#x}', '## &nbsp;', '## <br>', '#']) expect(errorsOf(`# H\n\n## D {.draft}\n\none\n\n${empty}\n\n${secret}`)).toEqual([expect.stringMatching(/^7:1: a heading without text would end the draft/)]);
    expect(errorsOf('# H\n\n## D {.draft}\n\none\n\n###\n\ntwo\n\n## {.draft}\n\n## ![pic](a.jpg)')).toEqual([expect.stringMatching(/^11:1: /)]);
  });

  it('take their link definitions with them', () => {
    expect(blocksOf(`[a] text\n\n## A {.draft}\n\n[a]: /${secret}`)).toEqual(['<p>[a] text</p>']);
  });
});

describe('Markdown', () => {
  it('has tables, strikethrough and autolinks', () => {
    expect(blocksOf('|a|b|\n|:-:|--:|\n|1|~~2~~|')[0]).toBe(
      '<table>\n<thead>\n<tr>\n<th class="align-center">a</th>\n<th class="align-right">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td class="align-center">1</td>\n<td class="align-right"><s>2</s></td>\n</tr>\n</tbody>\n</table>',
    );
    expect(blocksOf('www.example.org/a, https://example.org. and a@example.org but not storm.no or ftp://example.org')).toEqual([
      '<p><a href="http://www.example.org/a">www.example.org/a</a>, <a href="https://example.org">https://example.org</a>. and <a href="mailto:a@example.org">a@example.org</a> but not storm.no or ftp://example.org</p>',
    ]);
  });

  it('leaves quotes and dashes as they are written', () => {
    expect(blocksOf('"it\'s" -- (c) ...')).toEqual(['<p>"it\'s" -- (c) ...</p>']);
  });

  it('uses link definitions from anywhere in the file', () => {
    expect(blocksOf('[a][x]\n\n## B\n\n> [x]: /first "t"\n\n[x]: /second')[0]).toBe('<p><a href="/first" title="t">a</a></p>');
    expect(blocksOf('[a][x]\n\n[x]: /other')[0]).toBe('<p><a href="/other">a</a></p>');
  });

  it('keeps what belongs together across empty lines together', () => {
    expect(blocksOf('```\none\n\ntwo\n\nthree\n```\n\nfour')).toEqual(['<pre><code>one\n\ntwo\n\nthree\n</code></pre>', '<p>four</p>']);
    expect(blocksOf('- one\n\n  two\n\n- three\n\nfour')).toEqual(['<ul>\n<li>\n<p>one</p>\n<p>two</p>\n</li>\n<li>\n<p>three</p>\n</li>\n</ul>', '<p>four</p>']);
    expect(blocksOf('<blockquote>\n\none\n\ntwo\n\n</blockquote>\n\nthree')).toEqual(['<blockquote>\n<p>one</p>\n<p>two</p>\n</blockquote>', '<p>three</p>']);
    expect(blocksOf('```\none\n\ntwo')).toEqual(['<pre><code>one\n\ntwo\n</code></pre>']);
  });
});

describe('limits', () => {
  it('keep depth from growing without bound', () => {
    expect(errorsOf(`# H\n\ntext\n\n${'> '.repeat(10_000)}a`)).toEqual([expect.stringMatching(/^5:1: .*too deep/)]);
    expect(errorsOf(`# H\n\n${'- '.repeat(10_000)}a`)).toEqual([expect.stringMatching(/^3:1: .*too deep/)]);
    expect(errorsOf(`# H\n\ntext\n\n${'<div>'.repeat(10_000)}`)).toEqual([expect.stringMatching(/^5:1: .*too deep/)]);
    expect(errorsOf(`# H\n\ntext ${'<b>'.repeat(10_000)}`)).toEqual([expect.stringMatching(/^3:1: .*too deep/)]);
    expect(blocksOf(`${'> '.repeat(20)}a`)).toHaveLength(1);
    expect(errorsOf(`---\nnote: ${'['.repeat(10_000)}\n---\ntext`)).toHaveLength(1);
  });

  it('keep a link definition from multiplying', () => {
    expect(errorsOf(`# H\n\n${'[a] '.repeat(20_000)}\n\n[a]: /${'x'.repeat(20_000)}`)).toEqual([expect.stringMatching(/too long for how often/)]);
  });
});

describe('text', () => {
  it('loses its byte order mark, CR, NUL and halves of characters', () => {
    expect(published('\uFEFF# H\r\n\r\none\rtwo\0\ud83d').sections[0]?.blocks).toEqual(['<p>one\ntwo\uFFFD\uFFFD</p>']);
  });
});

describe('formatProblem', () => {
  it('reads like a compiler', () => {
    const [problem] = parse('# H\n\ntext <!-- x').problems;
    expect(problem && formatProblem('storm.md', problem)).toBe('storm.md:3:6: error: this comment is never closed: end it with -->');
  });
});

import { describe, expect, it } from 'vitest';
import { safeAddress } from '../server/core/parse/addresses.ts';
import { blocksOf, published } from './parse-stories.ts';

describe('blocks', () => {
  it('are one element each', () => {
    expect(blocksOf('<p>one</p><p>two</p>three <b>four</b><ul><li>five</ul>six')).toEqual(['<p>one</p>', '<p>two</p>', '<p>three <b>four</b></p>', '<ul><li>five</li></ul>', '<p>six</p>']);
    expect(blocksOf('<b>one <p>two</p> three</b>')).toEqual(['<p><b>one </b></p>', '<p><b>two</b></p>', '<p><b> three</b></p>']);
    expect(blocksOf('<div>one<div>two</div><section><article>three</article></section></div>')).toEqual(['<p>one</p>', '<p>two</p>', '<p>three</p>']);
    expect(blocksOf('<font color=red>one</font> <x-y>two</x-y>')).toEqual(['<p>one two</p>']);
  });

  it('that show nothing are left out', () => {
    expect(blocksOf('<p></p><p> &nbsp;<br></p><ul><li></li></ul><div></div><script>x</script>\n\n&nbsp;')).toEqual([]);
    expect(blocksOf('<hr><p><img src="a.jpg"></p>')).toEqual(['<hr>', '<p><img src="/stories/uk/a.jpg" alt=""></p>']);
  });

  it('close what was left open, up to where it reaches', () => {
    expect(blocksOf('<blockquote>one\n\ntwo\n\n</blockquote>\n\nthree')).toEqual(['<blockquote>one\n<p>two</p>\n</blockquote>', '<p>three</p>']);
    expect(blocksOf('<b>one\n\ntwo')).toEqual(['<p><b>one</b></p>', '<p><b>two</b></p>']);
    expect(blocksOf('<table><tr><td>one\n\ntwo')).toEqual(['<table><tbody><tr><td>one\n<p>two</p>\n</td></tr></tbody></table>']);
  });

  it('keep what stories are made of', () => {
    const kept = [
      '<figure><img src="https://example.org/a.jpg" alt="A" width="640" height="480" loading="lazy" title="t"><figcaption>A <cite>b</cite></figcaption></figure>',
      '<p><video src="/a.mp4" poster="/a.jpg" width="640" height="480" preload="none" loop="" controls=""><source src="/a.webm" type="video/webm"><track src="/a.vtt" kind="captions" srclang="sv" label="Svenska" default=""></video></p>',
      '<p><audio src="/a.mp3" controls=""></audio></p>',
      '<details><summary>One</summary><p>Two</p></details>',
      '<blockquote cite="https://example.org/"><p>One <q>two</q></p></blockquote>',
      '<ol start="3" reversed="" type="a"><li value="5">One</li></ol>',
      '<dl><dt>One</dt><dd>Two</dd></dl>',
      '<table><caption>C</caption><colgroup><col span="2"></colgroup><thead><tr><th scope="col" colspan="2">A</th></tr></thead><tbody><tr><td rowspan="2">1</td></tr></tbody></table>',
      '<pre><code class="language-js">a &lt; b</code></pre>',
      '<p lang="ar" dir="rtl"><del>a</del><ins>b</ins><sup>c</sup><sub>d</sub><kbd>e</kbd><abbr title="f">g</abbr><mark>h</mark><time datetime="2026-11-22">i</time><span lang="sv">j</span><ruby>k<rt>l</rt></ruby></p>',
    ];
    for (const html of kept) expect(blocksOf(html)).toEqual([html]);
  });

  it('lose what could act, look like the page, or call home', () => {
    const cut: [string, string[]][] = [
      ['<p onclick="x" style="color:red" id="main" name="x" class="y" data-z="1" tabindex="1" hidden>one</p>', ['<p>one</p>']],
      ['<script>x</script><style>x</style><iframe src="/x">x</iframe><svg><text>x</text></svg><math><mi>x</mi></math><template>x</template>one', ['<p>one</p>']],
      ['<form action="/x"><label>one <input name="x"></label><button>two</button><select><option>x</select><textarea>x</textarea></form>', ['<p>one two</p>']],
      ['<video src="a.mp4" autoplay muted></video>', ['<p><video src="/stories/uk/a.mp4" controls=""></video></p>']],
      ['<details open><summary>one</summary>two</details>', ['<details><summary>one</summary>two</details>']],
      ['<code class="language-js x language-a">one</code>', ['<p><code class="language-js">one</code></p>']],
      ['<td>one</td><li>two</li><figcaption>three</figcaption><summary>four</summary>', ['<p>onetwothreefour</p>']],
      ['<a href="javascript:x">one</a> <a href="data:text/html,x">two</a> <a>three</a>', ['<p>one two three</p>']],
      ['<img src="data:image/png;base64,x" alt="one"> <img src="javascript:x"> <img srcset="a.jpg 2x" alt="two">', ['<p>one  two</p>']],
      ['<video></video><audio><source></audio><picture><source srcset="x"><img src="/a.jpg" alt="one"></picture>', ['<p><img src="/a.jpg" alt="one"></p>']],
      ['<svg><p><style><img src=x onerror=x></style>one</p></svg>', ['<p>one</p>']],
    ];
    for (const [html, blocks] of cut) expect(blocksOf(html)).toEqual(blocks);
  });

  it('show headings inside them as strong text, and wrappers as paragraphs', () => {
    expect(blocksOf('<blockquote><h2>one</h2><div>two</div><div>three</div></blockquote>')).toEqual(['<blockquote><p><strong>one</strong></p><p>two</p><p>three</p></blockquote>']);
    expect(blocksOf('<details><summary><h3>one</h3></summary><div><p>two</p></div></details>')).toEqual(['<details><summary><strong>one</strong></summary><p>two</p></details>']);
    expect(blocksOf('<a href="/x">\n<h2>one</h2>\n</a>')).toEqual(['<p><a href="/x">\n<strong>one</strong>\n</a></p>']);
  });

  it('settle where a browser would take them apart', () => {
    expect(blocksOf('<p>one <object><p>two</p></object></p>')).toEqual(['<p>one </p>']);
    expect(blocksOf('<a href="/1">one <table><tr><td><a href="/2">two</a></td></tr></table></a>').join('')).toContain('two');
    expect(blocksOf('<pre>\n\n\none</pre>')).toEqual(['<pre>one</pre>']);
  });

  it('carry table alignment as a class', () => {
    expect(blocksOf('<table><tr><td style="color:red;text-align: right">1<td align=center>2<td class=x>3</table>')).toEqual([
      '<table><tbody><tr><td class="align-right">1</td><td class="align-center">2</td><td>3</td></tr></tbody></table>',
    ]);
  });
});

describe('addresses', () => {
  const link = (address: string, story = 'uk/vote') => safeAddress(address, 'link', story);
  const source = (address: string, story = 'uk/vote') => safeAddress(address, 'source', story);

  it('relative to the file become root-relative', () => {
    expect(source('photo.jpg')).toBe('/stories/uk/photo.jpg');
    expect(source('./a/../photo.jpg?v=1')).toBe('/stories/uk/photo.jpg?v=1');
    expect(source('..\\photo.jpg')).toBe('/stories/photo.jpg');
    expect(source('photo.jpg', 'vote')).toBe('/stories/photo.jpg');
    expect(source('photo.jpg', 'nyheter/år 1/vote')).toBe('/stories/nyheter/%C3%A5r%201/photo.jpg');
    expect(link('#musks-role')).toBe('/stories/uk/vote#s-musks-role');
    expect(link('#')).toBe('/stories/uk/vote#');
    expect(link('other.md#x')).toBe('/stories/uk/other#s-x');
    expect(link('../other.txt')).toBe('/stories/other');
    expect(link('other?a=b#x')).toBe('/stories/uk/other?a=b#s-x');
    expect(link('map.pdf#page=2')).toBe('/stories/uk/map.pdf#page=2');
    expect(source('notes.md')).toBe('/stories/uk/notes.md');
  });

  it('never climb above the stories', () => {
    for (const address of ['../../x', '../..', '%2e%2E/../x', '..\\..\\x', 'a/../../../x']) {
      expect(link(address)).toBeUndefined();
      expect(source(address)).toBeUndefined();
    }
  });

  it('elsewhere stay as they are, as far as they are allowed', () => {
    for (const address of ['https://example.org/a?b#c', 'HTTP://example.org', '/about', '/stories/x#s-y', '/a?b:c']) {
      expect(link(address)).toBe(address);
      expect(source(address)).toBe(address);
    }
    for (const address of ['mailto:a@example.org', 'tel:+4687', '//example.org/x']) {
      expect(link(address)).toBe(address);
      expect(source(address)).toBeUndefined();
    }
    for (const address of ['javascript:x', 'java\nscript:x', ' javascript:x', '\u0001javascript:x', 'JaVaScRiPt:x', 'data:text/html,x', 'vbscript:x', 'file:///x', 'blob:x', 'ftp://x', 'https:x', 'https:///x', 'http:\\\\x', '', ' ', 'x:y']) {
      expect(link(address)).toBeUndefined();
      expect(source(address)).toBeUndefined();
    }
  });

  it('are written so in blocks, whatever wrote them', () => {
    expect(blocksOf('[a](other.md#x) ![b](b.jpg) <https://example.org>')).toEqual(['<p><a href="/stories/uk/other#s-x">a</a> <img src="/stories/uk/b.jpg" alt="b"> <a href="https://example.org">https://example.org</a></p>']);
    expect(blocksOf('[a](<a b.md>)')).toEqual(['<p><a href="/stories/uk/a%20b">a</a></p>']);
    expect(published('# H\n\n[a](#x)', { story: 'storm' }).sections[0]?.blocks).toEqual(['<p><a href="/stories/storm#s-x">a</a></p>']);
  });
});

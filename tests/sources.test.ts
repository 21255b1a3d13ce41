import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { parseStory, type Parsed } from '../server/core/parse.ts';
import { revise } from '../server/core/revise.ts';
import { publishedMarkdown } from '../server/core/source/markdown.ts';
import { publishedText } from '../server/core/source/text.ts';
import type { Section, State } from '../server/core/story.ts';
import { textOf } from '../server/core/text.ts';
import { shortly } from '../server/http/answers.ts';
import { createPublisher } from '../server/publisher.ts';
import { identityDataIsThere } from './bench/identity-cases.ts';
import { versionsOf } from './histories.ts';
import { startSite } from './http-fixture.ts';
import { parse, published, secret, storiesWithSecrets, tidyStories, wildStories } from './parse-stories.ts';

const story = 'uk/vote';
const runs = Number(process.env['SOURCES'] ?? 150);

const stateOf = (parsed: Parsed): State => {
  const revised = revise({ removed: [], parsed, at: '2026-11-22T14:00:00.000Z' });
  if (!revised) throw new Error('no revision');
  return { story, position: '7f3a9c21_1', revision: 1, ...revised.content };
};

/** Line ends between the items of a list are nothing that a reader sees. */
const shapeOf = (sections: readonly Pick<Section, 'level' | 'heading' | 'attrs' | 'blocks'>[] | undefined) =>
  sections?.map(({ level, heading, attrs, blocks }) => ({ level, heading, attrs, blocks: blocks.map((block) => block.replace(/\n*(<\/?(?:ul|ol|li)(?: [^>]*)?>)\n*/g, '$1')) }));

const markdownOf = (parsed: Parsed, source = parsed.source): string => publishedMarkdown(stateOf(parsed), { source, note: parsed.meta.note });

/** The law: the file says the same story, in every word that is published of it. */
const expectSame = (markdown: string, { meta, sections }: Parsed): void => {
  const again = parse(markdown);
  expect(shapeOf(again.parsed?.sections), JSON.stringify(markdown)).toEqual(shapeOf(sections));
  const { minor: _, ...said } = meta;
  expect(again.parsed?.meta).toEqual(said);
};

const wordsIn = (text: string): string[] => text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

/** What the syntax of front matter, lists and escapes is made of, also where a letter follows on it. */
const syntax = new Set('headline lang status authors corrections text section note developing final pinned md txt div 10 x3c style align language Corrections'.split(' '));

const textsIn = (value: unknown): string[] => (typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [String(value)]);

const expectPublished = (text: string, state: object): void => {
  const seen = textsIn(state).flatMap((each) => [each, textOf(each), decodeURI(each.replace(/%(?![0-9a-f]{2})/gi, '%25')), each.slice(0, 10)]);
  const known = new Set(seen.flatMap(wordsIn));
  const withoutEscapes = text.replace(/^---\n[^]*?\n---\n/, (head) => head.replace(/\\x[0-9a-f]{2}|\\[nrtbf]/g, ' '));
  const withoutSyntax = withoutEscapes.replace(/^([\s>]*)\d{1,9}(?=[.)])/gm, '$1');
  expect(wordsIn(withoutSyntax).filter((word) => !known.has(word) && !syntax.has(word))).toEqual([]);
};

/** Where editors hide what nobody is to read, or what no reader ever sees. */
const hidden = [
  `[//]: # (${secret})`, `[comment]: <> (${secret})`, `[${secret}]: https://example.org/${secret}`, `[shown][ref]\n\n[ref]: /url "title"\n[${secret}]: /url`,
  `<script>${secret}</script>`, `<style>.${secret} {}</style>`, `<template>${secret}</template>`, `<p data-note="${secret}" onclick="${secret}()">shown</p>`, `<div class="${secret}">\n\nshown\n\n</div>`,
  `<? ${secret} ?>\n\nshown`, `<!DOCTYPE ${secret}>\n\nshown`, `<![CDATA[ ${secret} ]]>\n\nshown`, `shown <a href="javascript:${secret}">here</a>`, `[shown](javascript:${secret})`, `<a name="${secret}"></a>shown`,
  `\`\`\`js ${secret}\nshown\n\`\`\``, `| a | b |\n|---|---|\n| 1 | 2 | ${secret} |`, `shown <span title="shown" style="color: ${secret}">shown</span>`, `[text][${secret}]\n\n[${secret}]: /url`, `![shown](a.jpg "shown")\n{.${secret}}`.replace(`\n{.${secret}}`, ''),
  `> <!-- ${secret} -->\n> shown`, `- shown\n\n  <!-- ${secret}\n\n  ${secret} -->\n\n- shown`, `## Draft {.draft}\n\n${secret}\n\n### Deeper {.draft}\n\n${secret}\n\n## Shown`,
];
const heads = [
  `---\nheadline: "Storm: ''"\nsecret: ${secret}\nminor: ${secret}\nnote: Shown\nauthors: [A, 'B: c']\ncorrections: [{text: "Not 180", section: lead}, 'x: y'] # ${secret}\n${secret}: [1, 2]\n---\n`,
  `---\nlang: sv # ${secret}\nstatus: final\nheadline: '\`\`<b> & \\ "quoted" #5'\n---\n`, `---\ntitle: no\n"${secret}": {deep: ${secret}}\n---\n`, '# Storm \\<!-- shown\n\n', '',
];
const hostile = fc.tuple(fc.constantFrom(...heads), fc.array(fc.oneof(fc.constantFrom(...hidden), tidyStories, storiesWithSecrets.map((text) => text.replace(/^---\n[^]*?\n---\n/, ''))), { minLength: 1, maxLength: 6 }))
  .map(([head, each]) => `${head}${each.join('\n\n')}\n`);

describe('laws of the sources', () => {
  it('a story as Markdown is the same story', () => {
    let stories = 0;
    fc.assert(fc.property(fc.oneof(hostile, tidyStories, wildStories), (text) => {
      const { parsed } = parse(text);
      if (!parsed || parsed.meta.status === 'draft' || parsed.meta.status === 'withdrawn') return;
      stories += 1;
      expectSame(markdownOf(parsed), parsed);
    }), { numRuns: runs });
    expect(stories).toBeGreaterThan(runs / 3);
  });

  it('also where nothing is left of the file but its state, and where the file was plain text', () => {
    fc.assert(fc.property(fc.oneof(tidyStories, wildStories), fc.constantFrom('md' as const, 'txt' as const), (text, format) => {
      const { parsed } = parse(text, { format });
      if (parsed) expect(shapeOf(parse(markdownOf(parsed, format === 'txt' ? parsed.source : '')).parsed?.sections)).toEqual(shapeOf(parsed.sections));
    }), { numRuns: runs });
  });

  it('nothing stands in them that readers do not see', () => {
    let stories = 0;
    fc.assert(fc.property(fc.oneof(hostile, wildStories), fc.constantFrom('\n', '\r\n'), fc.constantFrom('', '\uFEFF'), (text, lineEnd, mark) => {
      const { parsed } = parse(mark + text.replaceAll('\n', lineEnd));
      if (!parsed) return;
      const state = stateOf(parsed);
      const [markdown, plain] = [markdownOf(parsed), publishedText(state)];
      if (!JSON.stringify(state).includes(secret)) {
        stories += 1;
        expect(markdown).not.toContain(secret);
        expect(plain).not.toContain(secret);
      }
      expectPublished(markdown, { ...state, note: parsed.meta.note });
      expectPublished(plain, state);
    }), { numRuns: runs });
    expect(stories).toBeGreaterThan(runs / 3);
  });

  it('plain text has every word of the headings and blocks, in their order', () => {
    fc.assert(fc.property(fc.oneof(tidyStories, storiesWithSecrets), (text) => {
      const { parsed } = parse(text);
      if (!parsed) return;
      const said = wordsIn(parsed.sections.flatMap(({ heading, blocks }) => [heading, ...blocks.map(textOf)]).join(' '));
      let at = 0;
      for (const word of wordsIn(publishedText(stateOf(parsed)))) if (word === said[at]) at += 1;
      expect(said.slice(at)).toEqual([]);
    }), { numRuns: runs });
  });

  it.skipIf(!identityDataIsThere)('hold for real stories', () => {
    for (const { versions } of versionsOf()) {
      for (const parsed of versions.filter((_, index) => index % 40 === 0)) {
        const markdown = publishedMarkdown({ ...stateOf(parsed), story: 'story' }, { source: parsed.source });
        expect(shapeOf(parseStory(markdown, { story: 'story', format: 'md', lang: 'en' }).parsed?.sections)).toEqual(shapeOf(parsed.sections));
        expectPublished(markdown, stateOf(parsed));
      }
    }
  }, 120_000);
});

describe('the Markdown of a story', () => {
  it('is what its editor wrote, but for what is not published', () => {
    const body = '# Storm\n\nLead *paragraph* with a [link](other.md).\nSecond line.\n\n## What we know {#know .pinned}\n\n1. One\n2. Two\n\n| a | b |\n|:--|--:|\n| 1 | `<!-- code -->` |\n\n```js\nlet a = 1;\n```';
    const text = body.replace('\n\n1.', '\n\n<!-- ask -->\n\n1.').replace('\n\n```js', '\n\n### Rumour {.draft}\n\nSecret.\n\n### Code\n\n```js');
    expect(markdownOf(published(text))).toBe(`---\nheadline: Storm\nlang: en\nstatus: developing\n---\n\n${body.replace('\n\n```js', '\n\n### Code\n\n```js')}\n`);
  });

  it('of a plain text is written as Markdown', () => {
    const parsed = published('Storm 1. closes *the* line\n\n1. is no list, nor is [this] a link.\n\nWhat we know\n\nA line that ends. See https://example.org/a_b.\n\n- one\n- two\n\n# no heading, www.example.org\n', { format: 'txt' });
    expect(markdownOf(parsed)).toBe(
      '---\nheadline: Storm 1. closes *the* line\nlang: en\nstatus: developing\n---\n\n1\\. is no list, nor is \\[this\\] a link.\n\n## What we know\n\n' +
        'A line that ends. See <https://example.org/a_b>.\n\n- one\n- two\n\n\\# no heading, [www.example.org](<http://www.example.org>)\n',
    );
  });
});

test('plain text reads as people write it', () => {
  const parsed = published([
    '# Storm', 'Lead *paragraph*\nwith a [link](https://example.org/a) and https://example.org/b, ~~gone~~.', '## Facts', '- one\n- two\n\n  more', '3. three\n4. four', '> quoted\n>\n> <cite>Somebody</cite>',
    '| a | b |\n|---|---|\n| 1 | [x](/y) |', '![A bridge](bridge.jpg "The bridge")', '```\ncode  1\n\n  code 2\n```', 'One<br>two', '***', '<details><summary>More</summary><p>Inside</p></details>',
  ].join('\n\n'));
  expect(publishedText(stateOf(parsed))).toBe([
    'Storm', 'Lead paragraph with a link (https://example.org/a) and https://example.org/b, ~~gone~~.', '## Facts', '- one\n- two\n  more', '3. three\n4. four', '> quoted\n>\n> Somebody',
    'a | b\n1 | x (/y)', '[A bridge] (/stories/uk/bridge.jpg)\nThe bridge', '    code  1\n\n      code 2', 'One\ntwo', '* * *', 'More\n\nInside',
  ].join('\n\n') + '\n');
});

describe('the addresses', () => {
  type Site = Awaited<ReturnType<typeof startSite>>;
  let site: Site;
  let minute = 0;
  beforeEach(async () => {
    site = await startSite();
  });
  afterEach(() => site.close());

  const save = async (slug: string, text: string, file = `${slug}.md`) => {
    const publisher = createPublisher({ log: site.log, lang: 'en', now: () => Date.UTC(2026, 10, 22, 14, (minute += 1)) });
    const outcome = await publisher.saved({ slug, file, bytes: new TextEncoder().encode(text), fileHash: String(minute), savedAt: 0 });
    expect(outcome.kind).toBe('published');
  };
  const secretStory = (text: string) => `\uFEFF---\r\nheadline: Storm\r\nnote: First\r\nprivate: ${secret}\r\nminor: ${secret}\r\n---\r\n<!-- ${secret} -->\r\n${text}\r\n\r\n## Draft {.draft}\r\n\r\n${secret}\r\n`;

  test('the current revision, and each one for ever', async () => {
    await save('storm', secretStory('One.'));
    await save('storm', secretStory('Two.').replace('First', 'Second'));
    const md = await site.get('/api/stories/storm.md');
    expect([md.status, md.headers['content-type'], md.headers['cache-control'], md.headers['stop-press-position']]).toEqual([200, 'text/markdown; charset=utf-8', shortly, '7f3a9c21_2']);
    expect(md.body).toBe('---\nheadline: Storm\nlang: en\nstatus: developing\nnote: Second\n---\n\nTwo.\n');
    expect((await site.get('/api/stories/storm.md', { 'If-None-Match': String(md.headers.etag) })).status).toBe(304);
    const txt = await site.get('/api/stories/storm.txt');
    expect([txt.status, txt.headers['content-type'], txt.body]).toEqual([200, 'text/plain; charset=utf-8', 'Storm\n\nTwo.\n']);
    const old = await site.get('/api/stories/storm/revisions/7f3a9c21_1.md');
    expect([old.status, old.headers['cache-control'], old.body.includes('\nnote: First\n---\n\nOne.\n')]).toEqual([200, 'public, max-age=86400, immutable', true]);
    expect((await site.get('/api/stories/storm/revisions/1.txt')).headers.location).toBe('/api/stories/storm/revisions/7f3a9c21_1.txt');
    expect((await site.get('/api/stories/storm/revisions/9.md')).status).toBe(404);
    expect((await site.get('/api/stories/storm.md', {}, 'POST')).status).toBe(405);
    await site.log.redact('storm', 1);
    expect((await site.get('/api/stories/storm/revisions/7f3a9c21_1.md')).status).toBe(410);
  });

  test('of a story that is not there, is withdrawn, has moved, or is named otherwise', async () => {
    await save('uk/st\u00e9', secretStory('[Other](other.md).'));
    expect((await site.get('/api/stories/rain.md')).status).toBe(404);
    expect((await site.get('/api/stories/uk/ste%CC%81.md?x=1')).headers.location).toBe('/api/stories/uk/st%C3%A9.md?x=1');
    expect((await site.get('/api/stories/uk/st%C3%A9.md')).body).toContain('\n[Other](other.md).\n');
    await site.log.move('uk/st\u00e9', 'eu/storm', '2026-11-22T15:00:00.000Z');
    for (const path of ['.txt', '/revisions/7f3a9c21_1.md']) expect((await site.get(`/api/stories/uk/st%C3%A9${path}`)).headers.location).toBe(`/api/stories/eu/storm${path}`);
    expect((await site.get('/api/stories/eu/storm.md')).body).toContain('\n[Other](</stories/uk/other>).\n');
    await site.log.withdraw('eu/storm', '2026-11-22T16:00:00.000Z');
    for (const path of ['.md', '.txt', '/revisions/7f3a9c21_1.md']) expect((await site.get(`/api/stories/eu/storm${path}`)).status).toBe(410);
  });

  test('of a plain text', async () => {
    await save('storm', `Storm\n\nOne <!-- ${secret} -->two.\n\n## Draft {.draft}\n\n${secret}\n`, 'storm.txt');
    expect((await site.get('/api/stories/storm.md')).body).toBe('---\nheadline: Storm\nlang: en\nstatus: developing\n---\n\nOne two.\n');
    expect((await site.get('/api/stories/storm.txt')).body).toBe('Storm\n\nOne two.\n');
  });
});

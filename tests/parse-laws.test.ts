import * as fc from 'fast-check';
import { defaultTreeAdapter, html, parseFragment, serializeOuter } from 'parse5';
import { describe, expect, it } from 'vitest';
import { parseStory, type Parsed, type ParsedSection } from '../server/core/parse.ts';
import { parse, secret, sentences, storiesWithSecrets, tidyStories, wildStories } from './parse-stories.ts';

const formats = fc.constantFrom('md' as const, 'txt' as const);
const anything = fc.oneof(wildStories, tidyStories, fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ unit: fc.constantFrom('-', '\n', ' ', ':', '#', '<', '!', '>', '`', '{', '}', '.', 'a', '[', ']', '*', '&', '"', '\t', '\r'), maxLength: 80 }));
const body = defaultTreeAdapter.createElement('body', html.NS.HTML, []);

/** What a browser would make of a block, and write again. */
const reread = (block: string): string[] => parseFragment(body, block, {}).childNodes.map((node) => (defaultTreeAdapter.isElementNode(node) ? serializeOuter(node) : `not an element: ${node.nodeName}`));
const withoutLines = (parsed: Parsed | undefined): unknown => parsed && { meta: parsed.meta, sections: parsed.sections.map((section) => ({ ...section, line: 0 })) };

const dangerous = /<(?:script|style|iframe|object|embed|svg|math|template|form|input|textarea|select|base|link|meta|h[1-6]|div)[\s>]|\son[a-z]+=|\s(?:style|id|name|srcdoc|srcset)=|\s(?:href|src|cite|poster)="(?!https?:\/\/|\/|mailto:|tel:)/i;
const tagsOf = (block: string): string => (block.match(/<[a-z](?:"[^"]*"|[^">])*>/gi) ?? []).map((tag) => tag.replace(/(\s(?:title|alt|label|datetime|value)=)"[^"]*"/g, '$1""')).join('');

const checkShape = ({ sections }: Parsed): void => {
  expect(sections[0]).toMatchObject({ level: 0, heading: '' });
  let above = 1;
  for (const { level, heading } of sections.slice(1)) {
    expect(heading).not.toBe('');
    expect(level).toBeGreaterThanOrEqual(2);
    expect(level).toBeLessThanOrEqual(Math.min(above + 1, 6));
    above = level;
  }
};

describe('laws of the parser', () => {
  it('takes any text, and gives a story or says what is wrong with it', () => {
    fc.assert(fc.property(anything, formats, fc.constantFrom('en', 'ar', 'no tag'), (text, format, lang) => {
      const { parsed, problems } = parseStory(text, { story: 'uk/vote', format, lang });
      expect(parsed === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
      const lines = text.split(/\r\n?|\n/).length;
      for (const { line, column, message } of problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(message).not.toBe('');
      }
      if (parsed) checkShape(parsed);
    }), { numRuns: 400 });
  });

  it('makes blocks of exactly one element that a browser reads and writes as it stands', () => {
    fc.assert(fc.property(anything, formats, (text, format) => {
      for (const block of parse(text, { format }).parsed?.sections.flatMap(({ blocks }) => blocks) ?? []) expect(reread(block)).toEqual([block]);
    }), { numRuns: 400 });
  });

  it('lets nothing through that could act, or be taken for the page', () => {
    fc.assert(fc.property(anything, formats, (text, format) => {
      for (const block of parse(text, { format }).parsed?.sections.flatMap(({ blocks }) => blocks) ?? []) expect(tagsOf(block)).not.toMatch(dangerous);
    }), { numRuns: 400 });
  });

  it('never lets a word of a comment or draft out, not even in a problem', () => {
    let publishedStories = 0;
    fc.assert(fc.property(storiesWithSecrets, (text) => {
      const result = parse(text);
      expect(JSON.stringify(result)).not.toContain(secret);
      if (result.parsed) publishedStories += 1;
    }), { numRuns: 400 });
    expect(publishedStories).toBeGreaterThan(200);
  });

  it('knows the line of every heading in the file, whatever was cut above it', () => {
    fc.assert(fc.property(storiesWithSecrets, (text) => {
      const lines = text.split('\n');
      for (const { heading, line } of parse(text).parsed?.sections.slice(1) ?? []) expect(lines[line - 1]).toContain(heading.split(' ')[0]);
    }), { numRuns: 400 });
  });

  it('keeps as source what parses to the same story', () => {
    fc.assert(fc.property(fc.oneof(storiesWithSecrets, wildStories), (text) => {
      const { parsed } = parse(text);
      if (parsed) expect(withoutLines(parse(parsed.source).parsed)).toEqual(withoutLines(parsed));
    }), { numRuns: 400 });
  });

  it('does not mind a byte order mark or another kind of line end', () => {
    fc.assert(fc.property(anything, formats, fc.constantFrom('\n', '\r\n', '\r'), (text, format, lineEnd) => {
      const plain = text.replace(/\r\n?/g, '\n');
      const { parsed, problems } = parse(plain, { format });
      const other = parse(`\uFEFF${plain.replaceAll('\n', lineEnd)}`, { format });
      expect(other.problems).toEqual(problems);
      expect(other.parsed && { ...other.parsed, source: '' }).toEqual(parsed && { ...parsed, source: '' });
    }), { numRuns: 200 });
  });

  it('changes the last section only, when words are added at its end', () => {
    fc.assert(fc.property(tidyStories, (text) => {
      const whole = `# Start\n\n${text}\n## Last\n\nWords`;
      const [before, after] = [parse(whole).parsed?.sections, parse(`${whole} and more.`).parsed?.sections];
      expect(after?.slice(0, -1)).toEqual(before?.slice(0, -1));
      expect(after?.at(-1)?.blocks).toEqual(['<p>Words and more.</p>']);
    }), { numRuns: 200 });
  });

  it('reads a story the same whatever it has read before', () => {
    fc.assert(fc.property(tidyStories, sentences, (text, sentence) => {
      const edited = `${text}\n${sentence}`;
      const first = parse(edited);
      parse(text);
      parse(edited, { story: 'elsewhere' });
      expect(parse(edited)).toEqual(first);
    }), { numRuns: 200 });
  });

  it('leaves out a draft as though its lines were empty', () => {
    const around = fc.tuple(tidyStories, fc.constantFrom('## Draft {.draft}\n\ntext\n\n### Deeper\n\n- list', 'Draft {.draft}\n---\n```\n## code\n```'), tidyStories);
    const withoutPlaces = (sections: readonly ParsedSection[] | undefined) => sections?.map((section) => ({ ...section, line: 0 }));
    fc.assert(fc.property(around, ([before, draft, after]) => {
      const cut = parse(`# Start\n\n${before}\n${draft}\n\n# End\n\n${after}`).parsed;
      const never = parse(`# Start\n\n${before}\n\n# End\n\n${after}`).parsed;
      expect(withoutPlaces(cut?.sections)).toEqual(withoutPlaces(never?.sections));
    }), { numRuns: 200 });
  });
});

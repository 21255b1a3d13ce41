/** Story files for the laws of the parser: pieces that make trouble next to each other. */
import * as fc from 'fast-check';
import { parseStory, type Parsed, type ParseOptions, type Problem } from '../server/core/parse.ts';

/** Stands in everything that is never to be published, and nowhere else. */
export const secret = 'zzsecretzz';

export const parse = (text: string, options: Partial<ParseOptions> = {}): { parsed?: Parsed; problems: Problem[] } =>
  parseStory(text, { story: 'uk/vote', format: 'md', lang: 'en', ...options });

/** What a story without errors parses to. */
export const published = (text: string, options: Partial<ParseOptions> = {}): Parsed => {
  const { parsed, problems } = parse(text, options);
  if (!parsed) throw new Error(`not published: ${JSON.stringify(problems)}`);
  return parsed;
};

/** The blocks of a text without headings. */
export const blocksOf = (text: string, options: Partial<ParseOptions> = {}): string[] => published(`# Storm\n\n${text}`, options).sections.flatMap(({ blocks }) => blocks);

export const errorsOf = (text: string, options: Partial<ParseOptions> = {}): string[] => messages(text, 'error', options);
export const warningsOf = (text: string, options: Partial<ParseOptions> = {}): string[] => messages(text, 'warning', options);
export const notesOf = (text: string, options: Partial<ParseOptions> = {}): string[] => messages(text, 'note', options);

const messages = (text: string, severity: Problem['severity'], options: Partial<ParseOptions>): string[] =>
  parse(text, options).problems.filter((problem) => problem.severity === severity).map(({ line, column, message }) => `${line}:${column}: ${message}`);

const words = ['storm', 'the line', '118', 'Året på Öland', '暴风雨', 'العاصفة', '🚂', 'a & b', '1 < 2', 'it`s', '*', '**', '_', '~~', '[', ']', '](', '![', '\\', '&nbsp;', '&#13;', '&lt;b&gt;', '\u00a0', '\t', '  \n'];
const inlines = ['*stress*', '`code`', '`<!-- code -->`', '``a ` b``', '[link](other.md#x)', '![pic](photo.jpg)', '<b>bold</b>', 'https://example.org/a?b=c&d', 'www.example.org', 'a@example.org', '~~gone~~', '<span lang="sv">ja</span>', '\\<!-- shown', '[ref]'];
const tags = ['<div>', '</div>', '<p>', '</p>', '<b>', '</b>', '<i>', '<a href="x">', '</a>', '<table>', '<tr>', '<td>', '</table>', '<li>', '<ul>', '</ul>', '<svg>', '</svg>', '<math>', '<style>', '</style>', '<script>', '</script>', '<h2>', '</h2>', '<h3>Raw</h3>', '<img src=x onerror=y>', '<video src="a.mp4">', '<details open>', '</details>', '<template>', '</template>', '<select>', '<option>', '<textarea>', '</textarea>', '<pre>\n\n', '</pre>', '<br>', '<hr>', '<object>', '<form>', '<button>', '<p', '<![CDATA[', '<?php', '<frameset>', '<title>', '<mtext>', '<annotation-xml encoding="text/html">', '<foreignObject>', '<plaintext>', '<noscript>', '<font color=red>', '<nobr>', '<caption>', '<col>'];
const blocks = ['Lead.', 'Two\nlines.', '- one\n- two', '1. one\n\n   more\n2. two', '> quoted', '> # In a quotation\n> text', '```js\nlet a = "<!-- code -->";\n```', '~~~\n## no heading\n~~~', '    <!-- code -->', '| a | b |\n|---|--:|\n| 1 | `|` |', '---', '***', '<figure><img src="a.jpg"><figcaption>A</figcaption></figure>', '<div>\n\ntext\n\n</div>', '<details><summary>S</summary>\n\ntext\n\n</details>', '[ref]: /url "title"', 'Setext\n------', 'Setext\n===', '## Heading', '### Deeper {.pinned}', '# Title', '#### Deep', '## {.pinned}', '-', '+ a\n\n\n  b', '* * *'];

const of = (pool: readonly string[], maxLength: number, between: string): fc.Arbitrary<string> => fc.array(fc.constantFrom(...pool), { maxLength }).map((each) => each.join(between));

export const sentences = of([...words, ...inlines], 12, ' ');

/** Well-behaved blocks: nothing in them is left open. */
export const tidyStories: fc.Arbitrary<string> = fc.array(fc.constantFrom(...blocks), { maxLength: 12 }).map((each) => `${each.join('\n\n')}\n`);

/** Anything next to anything. */
export const wildStories: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...blocks), fc.constantFrom(...tags), sentences, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 16 })
  .chain((each) => fc.array(fc.constantFrom('', ' ', '\n', '\n\n', '\n\n', '\n    ', '\n> ', '\n- '), { minLength: each.length, maxLength: each.length }).map((gaps) => each.map((piece, index) => piece + gaps[index]).join('')));

const notes = [
  `<!-- ${secret} -->`,
  `<!-- ${secret}\n\nmore ${secret} -->`,
  `<!--\n## ${secret}\n\`\`\`\n-->`,
  `text <!-- ${secret} --> text`,
  `text <!--${secret}\n\n# x --> text`,
  `the ship\`s crew <!-- ship\`s ${secret} -->`,
  `- item <!-- ${secret} -->\n- item`,
  `> quoted <!-- ${secret} --> \`code\``,
  `| a | b <!-- ${secret} --> |\n|---|---|\n| \`<!-- c -->\` | 2 |`,
  `\`\`\`js <!-- ${secret} -->\ncode\n\`\`\``,
  `[x](y "<!-- ${secret} -->") and <img alt="<!-- ${secret} -->" src="a.jpg">`,
  `<div>\n<!-- ${secret}\n\n${secret} -->\n</div>`,
  `## Heading <!-- ${secret} --> {.pinned}`,
  `Setext <!-- ${secret} -->\n---`,
  `## Draft {.draft}\n\n${secret}\n\n### Deeper\n\n${secret}\n\n- ${secret}\n\n## Next`,
  `Draft *setext* {.draft}\n---\n${secret}\n## Next`,
  `## Draft {#pin .pinned .draft} ##\n${secret} [ref]\n\n[ref]: /${secret}\n\n## Next`,
  `### Draft {.Draft}\n\n    ${secret}\n\n\`\`\`\n## ${secret}\n\`\`\`\n\n## Next`,
];

const heads = ['', `---\nheadline: Storm # ${secret}\n# ${secret}\nlang: sv\n---\n`, `---\nnote: |  # ${secret}\n  # shown\n  text\nauthors: [A, # ${secret}\n  B]\n---\n`, `---\nunknown: 'a # b'   # ${secret}\n---\n`];

/** Stories with a `secret` in each of their comments and drafts. */
export const storiesWithSecrets: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...heads), fc.array(fc.oneof(fc.constantFrom(...notes), fc.constantFrom(...blocks), of(inlines, 6, ' ')), { minLength: 1, maxLength: 10 }))
  .map(([head, each]) => `${head}${each.join('\n\n')}\n`);

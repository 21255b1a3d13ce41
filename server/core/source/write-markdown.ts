/** Headings and blocks as Markdown. Of several ways to write a block the most readable is taken that reads as the same block again. */
import type { Element, ElementContent, RootContent } from 'hast';
import { toBody } from '../parse/body.ts';
import { parseHtml, serialise } from '../parse/html-tree.ts';
import { markdownPieces } from '../parse/markdown-pieces.ts';
import { collectProblems } from '../parse/problems.ts';
import type { Heading, Piece } from '../parsed.ts';
import type { Block } from '../story.ts';

/** A text as it must be written to be read as it is. */
type Escape = (text: string) => string;

/** What is seldom meant as it stands; and all that could be meant otherwise. */
const escapes: readonly Escape[] = [(text) => text.replace(/[\\`*_[\]<>&~{}|]/g, '\\$&'), (text) => text.replace(/[!-/:-@[-`{-~]/g, '\\$&')];

/** Where a paragraph begins, some more would make it something else. */
const escapeStart = (text: string): string => text.replace(/^([-+#]|\d+(?=[.)]))/gm, (mark) => (/\d/.test(mark) ? `${mark}\\` : `\\${mark}`));

/** Writes one after another, so that each says what it is to say behind the one before it. `story` is what addresses are relative to. */
export const createWriter = (story: string) => {
  const texts: string[] = [];
  let before: readonly Piece[] = [];

  const reads = (text: string, pieces: readonly Piece[]): boolean =>
    sayingOf(readPieces(`${texts.at(-1) ?? ''}\n\n${text}`, story)) === sayingOf([...before, ...pieces]);

  const add = (text: string, pieces: readonly Piece[]): void => {
    texts.push(text);
    before = pieces;
  };

  return {
    /** What is written already; `false`, and nothing added, where it would say something else here. */
    keep: (text: string, pieces: readonly Piece[]): boolean => {
      const fits = reads(trimmed(text), pieces);
      if (fits) add(trimmed(text), pieces);
      return fits;
    },

    /** One heading or block, in the first way that will do. */
    write: (piece: Piece): void => {
      const ways = waysOf(piece).map((way) => trimmed(way()));
      add(ways.find((text) => reads(text, [piece])) ?? ways.at(-1) ?? '', [piece]);
    },

    text: (): string => texts.map((text) => `${text}\n`).join('\n'),
  };
};

type Way = () => string;

const waysOf = (piece: Piece): Way[] => (piece.kind === 'heading' ? waysOfHeading(piece) : waysOfBlock(piece.html));

/** One heading or block, in the first way, whether or not it will do. */
export const writeSimply = (piece: Piece): string => trimmed(waysOf(piece)[0]?.() ?? '');

/** Without empty lines around it, nor more than one within where they mean nothing. */
export const trimmed = (text: string): string => (/```|~~~|<pre|^(?: {4}|\t)/im.test(text) ? text : text.replace(/\n{3,}/g, '\n\n')).replace(/^\n+|\s+$/g, '');

const readPieces = (text: string, story: string): Piece[] => markdownPieces(toBody(text, 1), story, collectProblems());

/** What a reader gets of pieces; where they stand in a file does not count. */
const sayingOf = (pieces: readonly Piece[]): string =>
  JSON.stringify(pieces.map((piece) => (piece.kind === 'block' ? essence(piece.html) : [piece.level, piece.text, piece.attributes?.pin, piece.attributes?.pinned])));

/** What readers get of a block. Room that was kept for a picture is not the editor's; and between the items of a list Markdown has line ends where plain text has none. */
export const essence = (block: Block): string => withoutSizes(block).replace(/\n*(<\/?(?:ul|ol|li)(?: [^>]*)?>)\n*/g, '$1');

const withoutSizes = (block: Block): Block => block.replace(/<img(?: [\w-]+="[^"]*")*>/g, (image) => image.replace(/ (?:width|height)="\d*"/g, ''));

const waysOfHeading = ({ level, text, attributes }: Heading): Way[] => {
  const marks = [...(attributes?.pin === undefined ? [] : [`#${attributes.pin}`]), ...(attributes?.pinned ? ['.pinned'] : [])];
  const end = marks.length > 0 ? ` {${marks.join(' ')}}` : '';
  return [
    ...escapes.map((escape) => () => `${'#'.repeat(level)} ${escape(text)}${end}`),
    () => `<h${level}>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</h${level}>`,
  ];
};

const waysOfBlock = (html: Block): Way[] => [
  ...escapes.map((escape) => () => parseHtml(withoutSizes(html)).map((node) => writeBlock(node, escape)).join('\n\n')),
  () => asHtml(html),
  // Not every element may begin a block; in another that only wraps it, it stands alone all the same.
  () => `<div>\n${asHtml(html)}\n</div>`,
];

/** An empty line would end it; and classes are published otherwise than they are written. */
const asHtml = (html: string): string => {
  const aligned = html.replaceAll('<code class="">', '<code class="language-*">').replace(/(<t[dh](?: [\w-]+="[^"]*")*) class="align-(\w+)"/g, '$1 style="text-align:$2"');
  return /\n[ \t]*\n/.test(aligned) ? aligned.replaceAll('\n', '&#10;') : aligned;
};

const writeBlock = (node: RootContent, escape: Escape): string => {
  if (node.type !== 'element') return '';
  if (Object.keys(node.properties).length > 0) return asHtml(serialise(node));
  const write = blocks[node.tagName];
  return write ? write(node, escape) : asHtml(serialise(node));
};

const blocks: Readonly<Record<string, (node: Element, escape: Escape) => string>> = {
  p: ({ children }, escape) => escapeStart(writeInline(children, escape)),
  hr: () => '---',
  blockquote: ({ children }, escape) => indented(writeFlow(children, escape), '> ', '> '),
  ul: ({ children }, escape) => writeList(children, () => '- ', escape),
  ol: ({ children }, escape) => writeList(children, (index) => `${index + 1}. `, escape),
  table: (node, escape) => writeTable(node, escape) ?? asHtml(serialise(node)),
  pre: (node, escape) => {
    const [code] = node.children;
    const [text] = code?.type === 'element' && code.tagName === 'code' ? code.children : [];
    const language = code?.type === 'element' ? [code.properties['className']].flat().join('').replace(/^language-/, '') : '';
    return text?.type === 'text' ? fenced(text.value, language) : writeInline([node], escape);
  },
};

/** `undefined` for what is more than a row of heads and rows of cells. */
const writeTable = ({ children: groups }: Element, escape: Escape): string | undefined => {
  const rows = elementsIn(groups).flatMap(({ children }) => elementsIn(children)).map(({ children }) => elementsIn(children));
  const [heads = []] = rows;
  const lines = rows.map((cells) => `| ${cells.map(({ children }) => writeInline(children, escape).replaceAll('\n', ' ')).join(' | ')} |`);
  const marks = heads.map(({ properties }) => alignments[[properties['className']].flat().join('')]);
  return marks.includes(undefined) ? undefined : [lines[0], `|${marks.join('|')}|`, ...lines.slice(1)].join('\n');
};

const alignments: Readonly<Record<string, string>> = { '': '---', 'align-left': ':--', 'align-center': ':-:', 'align-right': '--:' };

const elementsIn = (nodes: readonly ElementContent[]): Element[] => nodes.filter((node) => node.type === 'element');

const fenced = (text: string, language: string): string => {
  const fence = '`'.repeat(Math.max(3, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length + 1)));
  return `${fence}${language}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}`;
};

const writeList = (children: readonly ElementContent[], mark: (index: number) => string, escape: Escape): string => {
  const items = elementsIn(children);
  const isLoose = items.some((item) => item.children.some((child) => child.type === 'element' && child.tagName === 'p'));
  return items.map((item, index) => indented(writeFlow(item.children, escape), mark(index), ' '.repeat(mark(index).length))).join(isLoose ? '\n\n' : '\n');
};

/** Blocks, and loose text between them. */
const writeFlow = (children: readonly ElementContent[], escape: Escape): string => {
  const parts: string[] = [];
  let loose: ElementContent[] = [];
  const flush = (): void => {
    const text = writeInline(loose, escape).trim();
    if (text !== '') parts.push(text);
    loose = [];
  };
  let tight = true;
  for (const child of children) {
    const write = child.type === 'element' ? blocks[child.tagName] : undefined;
    if (child.type !== 'element' || !write) {
      loose.push(child);
      continue;
    }
    flush();
    tight &&= child.tagName === 'ul' || child.tagName === 'ol';
    parts.push(writeBlock(child, escape));
  }
  flush();
  return parts.join(tight ? '\n' : '\n\n');
};

const indented = (text: string, first: string, rest: string): string => first + text.replace(/\n(?=[^\n])/g, `\n${rest}`).replace(/\n(?=\n)/g, `\n${rest.trimEnd()}`);

const writeInline = (nodes: readonly ElementContent[], escape: Escape): string => nodes.map((node) => writeNode(node, escape)).join('');

const writeNode = (node: ElementContent, escape: Escape): string => {
  if (node.type === 'text') return escape(node.value);
  if (node.type !== 'element') return '';
  const inside = writeInline(node.children, escape);
  const names = Object.keys(node.properties).join();
  const inline = inlines[node.tagName];
  if (inline && names === (node.tagName === 'a' ? 'href' : '')) return inline(inside, node);
  const [start = '', end = ''] = serialise({ ...node, children: [{ type: 'text', value: '\0' }] }).split(/[\0\ufffd]/);
  return node.children.length > 0 ? start + inside + end : serialise(node);
};

const inlines: Readonly<Record<string, (inside: string, node: Element) => string>> = {
  em: (inside) => `*${inside}*`,
  strong: (inside) => `**${inside}**`,
  del: (inside) => `~~${inside}~~`,
  s: (inside) => `~~${inside}~~`,
  br: () => '\\\n',
  a: (inside, { properties, children: [text, ...more] }) => {
    const address = String(properties['href']);
    const isBare = text?.type === 'text' && more.length === 0 && text.value === address && /^[a-z]+:[^\s<>]*$/i.test(address);
    return isBare ? `<${address}>` : `[${inside}](<${address.replace(/[\\<>]/g, '\\$&')}>)`;
  },
  code: (_, { children }) => {
    const text = children.map((child) => (child.type === 'text' ? child.value : '')).join('');
    const ticks = '`'.repeat(1 + Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length)));
    return /^`|`$|^ .* $/.test(text) ? `${ticks} ${text} ${ticks}` : ticks + text + ticks;
  },
};

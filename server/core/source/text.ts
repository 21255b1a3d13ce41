/** A published story as plain text: a paragraph a line, headings marked as `.txt` stories mark them, addresses in parentheses. */
import type { Element, ElementContent, RootContent } from 'hast';
import { textsFor } from '../languages.ts';
import { parseHtml } from '../parse/html-tree.ts';
import type { State } from '../story.ts';

export const publishedText = ({ meta, sections }: State): string => {
  const { headline, lang, authors, corrections } = meta;
  const said = corrections.map(({ at, text }) => `- ${at.slice(0, 10)}: ${text}`).join('\n');
  const parts = [
    headline,
    authors.join(', '),
    ...sections.flatMap(({ level, heading, blocks }) => [level === 0 ? '' : `${'#'.repeat(level)} ${heading}`, ...blocks.map((block) => flow(parseHtml(block)))]),
    ...(said === '' ? [] : [`## ${textsFor(lang).corrections}`, said]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
};

type Node = RootContent | ElementContent;

const isElement = (node: Node): node is Element => node.type === 'element';
const elementsIn = ({ children }: Element, ...names: string[]): Element[] => children.filter(isElement).filter(({ tagName }) => names.includes(tagName));

/** Blocks, and loose text between them, an empty line between any two; `apart` says otherwise. */
const flow = (nodes: readonly Node[], apart = '\n\n'): string => {
  const parts: string[] = [];
  let loose: Node[] = [];
  const flush = (): void => {
    parts.push(inline(loose).trim());
    loose = [];
  };
  for (const node of nodes) {
    const write = isElement(node) ? blocks[node.tagName] : undefined;
    if (!write || !isElement(node)) loose.push(node);
    else {
      flush();
      parts.push(write(node));
    }
  }
  flush();
  return parts.filter((part) => part !== '').join(apart);
};

const blocks: Readonly<Record<string, (node: Element) => string>> = {
  p: ({ children }) => inline(children).trim(),
  ul: (node) => list(node, () => '- '),
  ol: (node) => list(node, (index) => `${Number(node.properties['start'] ?? 1) + index}. `),
  dl: (node) => elementsIn(node, 'dt', 'dd').map(({ tagName, children }) => (tagName === 'dt' ? flow(children) : indented(flow(children), '  '))).join('\n'),
  blockquote: ({ children }) => indented(flow(children), '> '),
  pre: ({ children }) => indented(verbatim(children).replace(/\n$/, ''), '    '),
  hr: () => '* * *',
  table: (node) => [...elementsIn(node, 'caption'), ...elementsIn(node, 'thead', 'tbody', 'tfoot').flatMap((group) => elementsIn(group, 'tr'))].map(row).join('\n'),
  figure: ({ children }) => flow(children, '\n'),
  figcaption: ({ children }) => flow(children),
  details: ({ children }) => flow(children),
  summary: ({ children }) => flow(children),
  video: (node) => media(node),
  audio: (node) => media(node),
};

const list = (node: Element, mark: (index: number) => string): string =>
  elementsIn(node, 'li').map(({ children }, index) => mark(index) + indented(flow(children, '\n'), ' '.repeat(mark(index).length)).trimStart()).join('\n');

/** A caption is a row of one cell. */
const row = (node: Element): string =>
  node.tagName === 'caption' ? flow(node.children) : elementsIn(node, 'td', 'th').map(({ children }) => flow(children, ' ').replaceAll('\n', ' ')).join(' | ');

const media = (node: Element): string => {
  const [source] = [node, ...elementsIn(node, 'source')].flatMap(({ properties }) => properties['src'] ?? []);
  return source === undefined ? '' : `(${String(source)})`;
};

const indented = (text: string, by: string): string => text.replace(/^(?=.)/gm, by).replace(/^$/gm, by.trimEnd());

const inline = (nodes: readonly Node[]): string => nodes.map(word).join('').replace(/[ \t]*\n[ \t]*/g, '\n');

const word = (node: Node): string => {
  if (node.type === 'text') return node.value.replace(/\s+/g, (space) => (/^\u00a0+$/.test(space) ? space : ' '));
  if (!isElement(node)) return '';
  const inside = inline(node.children);
  const write = words[node.tagName];
  return write ? write(inside, node) : inside;
};

const words: Readonly<Record<string, (inside: string, node: Element) => string>> = {
  br: () => '\n',
  a: (inside, { properties }) => (says(inside, String(properties['href'])) ? inside : `${inside} (${String(properties['href'])})`),
  img: (_, { properties }) => `[${String(properties['alt'])}] (${String(properties['src'])})`.replace(/^\[\] /, ''),
  q: (inside) => `"${inside}"`,
  del: (inside) => `~~${inside}~~`,
  s: (inside) => `~~${inside}~~`,
  rt: (inside) => `(${inside})`,
  rp: () => '',
};

/** Whether a link's text is its address already, in a shorter form perhaps. */
const says = (text: string, address: string): boolean => [text, text.replace(/\/$/, '')].includes(address.replace(/^(?:https?:\/\/|mailto:|tel:)/, '').replace(/\/$/, '')) || text === address;

const verbatim = (nodes: readonly Node[]): string => nodes.map((node) => (node.type === 'text' ? node.value : isElement(node) ? (node.tagName === 'br' ? '\n' : verbatim(node.children)) : '')).join('');

/** The HTML of blocks as a tree, to walk old and new side by side. Only for blocks: their HTML is well formed, its attributes stand in double quotes. */
import type { Block } from '../core/story.ts';

export type Text = { kind: 'text'; html: string };
/** `close` is empty where the element has no end tag. */
export type Element = { kind: 'element'; name: string; open: string; children: Node[]; close: string };
export type Node = Text | Element;

const tag = /(<(?:"[^"]*"|[^">])*>)/;
const nameIn = /^<\/?([a-z][a-z\d]*)/;
const isVoid: ReadonlySet<string> = new Set('br col hr img source track wbr'.split(' '));

/** The nodes of serialised blocks; `htmlOf` makes the same HTML of them again. */
export const nodesOf = (html: Block): Node[] => {
  const root: Node[] = [];
  const open: Element[] = [];
  for (const [index, part] of html.split(tag).entries()) {
    const siblings = open.at(-1)?.children ?? root;
    if (index % 2 === 0) {
      if (part !== '') siblings.push({ kind: 'text', html: part });
      continue;
    }
    const name = nameIn.exec(part)?.[1] ?? '';
    if (part.startsWith('</')) {
      const element = open.pop();
      if (element) element.close = part;
      continue;
    }
    const element: Element = { kind: 'element', name, open: part, children: [], close: '' };
    siblings.push(element);
    if (!isVoid.has(name)) open.push(element);
  }
  return root;
};

export const htmlOf = (nodes: readonly Node[]): string => nodes.map((node) => (node.kind === 'text' ? node.html : node.open + htmlOf(node.children) + node.close)).join('');

const blocks: ReadonlySet<string> = new Set(
  'p ul ol dl blockquote pre table hr figure details video audio li dt dd caption colgroup col thead tbody tfoot tr th td figcaption summary'.split(' '),
);

/** Whether a node stands on lines of its own. */
export const isBlock = (node: Node): node is Element => node.kind === 'element' && blocks.has(node.name);

/** HTML as a browser reads it, and back. */
import type { Element, ElementContent, Root, RootContent } from 'hast';
import { fromParse5 } from 'hast-util-from-parse5';
import { toParse5 } from 'hast-util-to-parse5';
import { defaultTreeAdapter, html, parseFragment, serializeOuter, type DefaultTreeAdapterTypes } from 'parse5';

/** Elements within elements; more is never meant, and what walks a tree must not run out of stack. */
const maxDepth = 256;

export class TooDeepError extends Error {
  override name = 'TooDeepError';
}

const body = defaultTreeAdapter.createElement('body', html.NS.HTML, []);

/** The tree that a browser makes of the HTML within a page's body. Throws `TooDeepError`. */
const parse = (text: string, places: boolean): DefaultTreeAdapterTypes.DocumentFragment => {
  let depth = 0;
  const onItemPush = (): void => {
    depth += 1;
    if (depth > maxDepth) throw new TooDeepError(`more than ${maxDepth} elements within each other`);
  };
  const onItemPop = (): void => {
    depth -= 1;
  };
  return parseFragment(body, text, { treeAdapter: { ...defaultTreeAdapter, onItemPush, onItemPop }, sourceCodeLocationInfo: places });
};

/** What stands in the HTML; elements know the offset at which they began. Throws `TooDeepError`. */
export const parseHtml = (text: string): RootContent[] => {
  // The library says where nodes stand only if it is given a file; it takes no more from it than its text, by `String(file)`.
  const root = fromParse5(parse(text, true), { file: text as never });
  return root.type === 'root' ? root.children : [];
};

/** The HTML of one element. */
export const serialise = (element: Element): string => {
  const node = toParse5(element);
  return defaultTreeAdapter.isElementNode(node) ? serializeOuter(node) : '';
};

/** Whether the HTML is exactly one element that a browser, having read it, would write in the same way. */
export const isStable = (text: string): boolean => {
  const [node, ...more] = parse(text, false).childNodes;
  return node !== undefined && more.length === 0 && defaultTreeAdapter.isElementNode(node) && serializeOuter(node) === text;
};

/** Whether the HTML leaves nothing open that would reach into what follows it. Throws `TooDeepError`. */
export const isSelfContained = (text: string): boolean => {
  const probe = parse(`${text}<p>.</p>`, false).childNodes.at(-1);
  return probe !== undefined && defaultTreeAdapter.isElementNode(probe) && serializeOuter(probe) === '<p>.</p>';
};

/** The text a reader sees; a picture counts by its description. */
export const plainText = (node: Root | ElementContent | RootContent): string => {
  if (node.type === 'text') return node.value;
  if (node.type === 'element' && node.tagName === 'br') return ' ';
  if (node.type === 'element' && node.tagName === 'img') return String(node.properties['alt'] ?? '');
  return 'children' in node ? node.children.map(plainText).join('') : '';
};

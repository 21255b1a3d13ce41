/** XML 1.0, well-formed whatever texts go into it. */
import { escapeUTF8 } from 'entities';

export type Element = { name: string; attributes: Record<string, string | undefined>; children: (Element | string)[] };

/** Names are the program's own, texts may be anybody's. An attribute that is `undefined` is left out. */
export const element = (name: string, attributes: Element['attributes'] = {}, ...children: Element['children']): Element => ({ name, attributes, children });

/** A whole document. */
export const renderXml = (root: Element): string => `<?xml version="1.0" encoding="utf-8"?>\n${render(root)}\n`;

const render = ({ name, attributes, children }: Element): string => {
  const pairs = Object.entries(attributes).map(([key, value]) => (value === undefined ? '' : ` ${key}="${escape(value)}"`)).join('');
  const content = children.map((child) => (typeof child === 'string' ? escape(child) : render(child))).join('');
  return content === '' ? `<${name}${pairs}/>` : `<${name}${pairs}>${content}</${name}>`;
};

// XML 1.0 section 2.2: these cannot stand in a document, not even as a character reference.
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const illegal = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

const escape = (text: string): string => escapeUTF8(text.toWellFormed().replace(illegal, '\ufffd'));

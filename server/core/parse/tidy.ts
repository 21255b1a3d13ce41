/** Puts a block's tree in order before it is cut to the safe set: addresses, headings and wrappers inside it, pictures without a source. */
import type { Element, ElementContent, Properties } from 'hast';
import { safeAddress } from './addresses.ts';
import { blockElements, flowElements, isKept, isStripped, wrappers } from './safe-set.ts';

const heading = /^h[1-6]$/;
const alignment = /text-align:\s*(left|center|right)/;

/** What stands in the place of an element, where `parent` is the nearest one that is kept. */
export const tidy = (element: Element, parent: string, story: string): ElementContent[] => {
  const { tagName } = element;
  if (isStripped(tagName)) return [];
  const inside = isKept(tagName) ? tagName : parent;
  const children = element.children.flatMap((child) => (child.type === 'element' ? tidy(child, inside, story) : [child]));
  if (heading.test(tagName)) return demoted(children, parent);
  if (wrappers.has(tagName)) return flowElements.has(parent) && !children.some(isBlock) ? [toElement('p', children)] : children;
  if (!isKept(tagName)) return children;
  return withSource({ ...element, properties: tidyProperties(element, story), children });
};

/** Headings inside a block would be sections to a screen reader and not to anybody else. */
const demoted = (children: ElementContent[], parent: string): ElementContent[] => {
  const strong = toElement('strong', children);
  return flowElements.has(parent) ? [toElement('p', [strong])] : [strong];
};

const tidyProperties = ({ tagName, properties }: Element, story: string): Properties => {
  const { className, style, align, ...rest } = properties;
  for (const [name, use] of [['href', 'link'], ['cite', 'link'], ['src', 'source'], ['poster', 'source']] as const) {
    const address = rest[name] === undefined ? undefined : safeAddress(String(rest[name]), use, story);
    if (address === undefined) delete rest[name];
    else rest[name] = address;
  }
  const classes = tagName === 'code' ? languageOf(className) : /^t[dh]$/.test(tagName) ? alignmentOf(style, align) : [];
  return classes.length > 0 ? { ...rest, className: classes } : rest;
};

const languageOf = (className: Properties[string]): string[] =>
  (Array.isArray(className) ? className : []).map(String).filter((name) => name.startsWith('language-')).slice(0, 1);

const alignmentOf = (style: Properties[string], align: Properties[string]): string[] => {
  const side = alignment.exec(`${String(style ?? '')} text-align:${String(align ?? '')}`)?.[1];
  return side === undefined ? [] : [`align-${side}`];
};

/** Links that lead nowhere become their text, pictures without a source their description, films and sounds without one nothing. */
const withSource = (element: Element): ElementContent[] => {
  const { tagName, properties, children } = element;
  if (tagName === 'a' && properties['href'] === undefined) return children;
  if (properties['src'] !== undefined) return [element];
  if (tagName === 'img') return [{ type: 'text', value: String(properties['alt'] ?? '') }];
  if (tagName === 'source' || tagName === 'track') return [];
  const silent = /^(?:video|audio)$/.test(tagName) && !children.some((child) => child.type === 'element' && child.tagName === 'source');
  return silent ? [] : [element];
};

export const toElement = (tagName: string, children: ElementContent[]): Element => ({ type: 'element', tagName, properties: {}, children });

const isBlock = (node: ElementContent): boolean => node.type === 'element' && blockElements.has(node.tagName);

/** A picture with a caption: `![What it shows](bridge.jpg "What is said of it")`, alone in its paragraph. */
import type { Element, ElementContent } from 'hast';
import { toElement } from './tidy.ts';

/** The figure that such a paragraph means; everything else as it is. */
export const captioned = (node: ElementContent): ElementContent => {
  if (node.type !== 'element' || node.tagName !== 'p') return node;
  const [image, ...more] = node.children.filter((child) => child.type !== 'text' || /\S/.test(child.value));
  if (image?.type !== 'element' || image.tagName !== 'img' || more.length > 0) return node;
  const { title, ...properties } = image.properties;
  return typeof title === 'string' && /\S/.test(title) ? toFigure({ ...image, properties }, title) : node;
};

const toFigure = (image: Element, caption: string): Element => toElement('figure', [image, toElement('figcaption', [{ type: 'text', value: caption }])]);

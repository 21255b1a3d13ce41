/** Makes one piece of the page equal to another while every node that can stay stays: selection, focus, playing media and open details survive. */

/** What marks add to the page and no rendering knows of. */
export const markClasses = ['block-changed', 'is-edited', 'is-new', 'is-moved'] as const;

/** The first element of a piece of HTML. */
export const elementOf = (html: string): Element => {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content.firstElementChild ?? document.createElement('div');
};

/** Puts a node before another, or last. A node that is only moved keeps its focus and what plays in it, where the browser can do that. */
export const place = (parent: Element, node: Element, next: Element | null): void => {
  if ('moveBefore' in parent && typeof parent.moveBefore === 'function' && node.parentNode === parent) parent.moveBefore(node, next);
  else parent.insertBefore(node, next);
};

/** Makes `from` equal to `to` and returns the node that now stands in its place. A node that `keep` names is left alone with all it holds. */
export const morph = (from: Element, to: Element, keep?: Element): Element => {
  if (from === keep) return from;
  if (from.nodeName !== to.nodeName) {
    from.replaceWith(to);
    return to;
  }
  morphAttributes(from, to);
  morphChildren(from, to, keep);
  return from;
};

/** Replaces what differs between the first and the last difference, so that ranges around it stay where they are. */
const morphText = (from: CharacterData, text: string): void => {
  const old = from.data;
  const most = Math.min(old.length, text.length);
  let start = 0;
  while (start < most && old[start] === text[start]) start += 1;
  let end = 0;
  while (end < most - start && old[old.length - 1 - end] === text[text.length - 1 - end]) end += 1;
  if (start + end < Math.max(old.length, text.length)) from.replaceData(start, old.length - start - end, text.slice(start, text.length - end));
};

/** Attributes that the reader (`open`) or the marks have set stay. */
const morphAttributes = (from: Element, to: Element): void => {
  const marks = markClasses.filter((name) => from.classList.contains(name));
  for (const { name } of Array.from(from.attributes)) if (!to.hasAttribute(name) && !isReaders(from, name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value && !isReaders(from, name)) from.setAttribute(name, value);
  from.classList.add(...marks);
};

const isReaders = (element: Element, name: string): boolean => name === 'open' && element instanceof HTMLDetailsElement;

/** Children that are equal at both ends stay; between them each finds the next of its name and id, and the others come and go. */
const morphChildren = (from: Element, to: Element, keep?: Element): void => {
  const [old, fresh] = [[...from.childNodes], [...to.childNodes]];
  const start = countEqual(old, fresh);
  const end = countEqual(old.slice(start).reverse(), fresh.slice(start).reverse());
  const rest = old.slice(start, old.length - end);
  const next = old[old.length - end] ?? null;
  for (const node of fresh.slice(start, fresh.length - end)) {
    const index = rest.findIndex((other) => nameOf(other) === nameOf(node));
    for (const gone of rest.splice(0, index)) gone.remove();
    const partner = index < 0 ? undefined : rest.shift();
    if (partner) morphNode(partner, node, keep);
    else from.insertBefore(node, rest[0] ?? next);
  }
  for (const gone of rest) gone.remove();
};

const nameOf = (node: Node): string => node.nodeName + (node instanceof Element ? node.id : '');

/** How many nodes two lists share at their start. */
const countEqual = (a: Node[], b: Node[]): number => {
  const differs = a.findIndex((node, index) => !node.isEqualNode(b[index] ?? null));
  return differs < 0 ? a.length : differs;
};

const morphNode = (from: Node, to: Node, keep?: Element): void => {
  if (from instanceof Element && to instanceof Element) morph(from, to, keep);
  else if (from instanceof CharacterData) morphText(from, to.textContent ?? '');
};

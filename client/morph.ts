/** Makes one piece of the page equal to another while every node that can stay stays: selection, focus, playing media and open details survive. */

/** What marks add to the page and no rendering knows of. */
export const markClasses = ['block-changed', 'is-edited', 'is-new', 'is-moved', 'is-merged', 'is-removed'] as const;

/** The first element of a piece of HTML. */
export const elementOf = (html: string): Element => {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content.firstElementChild ?? document.createElement('div');
};

/**
 * Puts a node before another, or last. One that stood there already keeps its focus, what plays in it, what is selected in it and what is highlighted;
 * where the browser can only take nodes out and put them in, one that has the focus stays, and the others go around it.
 */
export const place = (parent: Element, node: Node, next: Node | null): void => {
  if (node.parentNode !== parent) parent.insertBefore(node, next);
  else if ('moveBefore' in parent || !hasFocus(node)) move(parent, node, next);
  else moveOthers(parent, node, next);
};

const hasFocus = (node: Node): boolean => [activeElementBeside(node), ...document.querySelectorAll(':fullscreen, :popover-open')].some((element) => element && node.contains(element));

/** In a shadow tree its own: the document knows only the element that the tree belongs to. */
const activeElementBeside = (node: Node): Element | null => {
  const root = node.getRootNode();
  return root instanceof ShadowRoot ? root.activeElement : document.activeElement;
};

const move = (parent: Element, node: Node, next: Node | null): void => {
  const restore = rememberRanges(node);
  if ('moveBefore' in parent && typeof parent.moveBefore === 'function') parent.moveBefore(node, next);
  else parent.insertBefore(node, next);
  restore();
};

/** What stands between a node and its place goes to its other side. */
const moveOthers = (parent: Element, node: Node, next: Node | null): void => {
  const siblings = [...parent.childNodes];
  const [from, to] = [siblings.indexOf(node as ChildNode), next ? siblings.indexOf(next as ChildNode) : siblings.length]; // both are children
  const beyond = node.nextSibling;
  for (const other of siblings.slice(from + 1, to)) move(parent, other, node);
  for (const other of siblings.slice(to, from)) move(parent, other, beyond);
};

/** However a node is moved, ranges in it do not move with it: not what the reader has selected, nor highlighted words. */
const rememberRanges = (node: Node): (() => void) => {
  const highlights = 'highlights' in CSS ? [...CSS.highlights.values()] : [];
  const ranges = highlights.flatMap((highlight) => [...highlight]).flatMap((range) =>
    (range instanceof Range && node.contains(range.commonAncestorContainer) ? [{ range, ...boundsOf(range) }] : []));
  const selection = getSelection();
  const { anchorNode, anchorOffset, focusNode, focusOffset } = selection ?? {};
  return () => {
    for (const { range, start, end } of ranges) {
      range.setStart(...start);
      range.setEnd(...end);
    }
    if (!anchorNode || !focusNode || !(node.contains(anchorNode) || node.contains(focusNode))) return;
    selection?.setBaseAndExtent(anchorNode, anchorOffset ?? 0, focusNode, focusOffset ?? 0);
  };
};

const boundsOf = (range: Range): { start: [Node, number]; end: [Node, number] } =>
  ({ start: [range.startContainer, range.startOffset], end: [range.endContainer, range.endOffset] });

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
  if (marks.length > 0) from.classList.add(...marks);
};

const isReaders = (element: Element, name: string): boolean => name === 'open' && element instanceof HTMLDetailsElement;

/** Children that are equal at both ends stay; between them each finds its own by name and id, wherever it stands, and the others come and go. */
const morphChildren = (from: Element, to: Element, keep?: Element): void => {
  const [old, fresh] = [[...from.childNodes], [...to.childNodes]];
  const start = countEqual(old, fresh);
  const end = countEqual(old.slice(start).reverse(), fresh.slice(start).reverse());
  const rest = old.slice(start, old.length - end);
  const changed = fresh.slice(start, fresh.length - end);
  const partners = partnersOf(rest, changed);
  for (const gone of rest) if (!partners.includes(gone)) gone.remove();
  let next = old[old.length - end] ?? null;
  for (const [index, node] of [...changed.entries()].reverse()) {
    const partner = partners[index];
    if (partner?.nextSibling !== next) place(from, partner ?? node, next);
    if (partner) morphNode(partner, node, keep);
    next = partner ?? node;
  }
};

/** For each fresh node the old one that becomes it: of the same name and id; those without an id in their order. */
const partnersOf = (old: ChildNode[], fresh: ChildNode[]): (ChildNode | undefined)[] => {
  const pool: (ChildNode | undefined)[] = [...old];
  let next = 0;
  return fresh.map((node) => {
    const isNamed = node instanceof Element && node.id !== '';
    const index = pool.findIndex((other, index) => other && (isNamed || index >= next) && nameOf(other) === nameOf(node));
    if (index >= 0 && !isNamed) next = index + 1;
    return index < 0 ? undefined : pool.splice(index, 1, undefined)[0];
  });
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

/** Which words of an element are new, and which were there before. */
import { wordDiff } from '../server/core/words.ts';

/** What shows removed words on demand: it stands in the text, and is no part of it. */
export const removedClass = 'removed-words';

/** Between the items of a list or the cells of a row nothing may stand that is not one. */
const noPlaceForText = 'table, thead, tbody, tfoot, tr, ul, ol, dl, details';

const textNodesIn = (element: Element): Text[] => {
  const isOwn = (node: Node) => !node.parentElement?.closest(`.${removedClass}`);
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  while (walker.nextNode()) if (walker.currentNode instanceof Text && isOwn(walker.currentNode)) nodes.push(walker.currentNode);
  return nodes;
};

/** An element's text without what was removed from it. */
export const textIn = (element: Element): string => textNodesIn(element).map(({ data }) => data).join('');

/** Ranges over the words that the old text did not have, and whether it had others that are gone. */
export const compareWords = (element: Element, old: string, lang: string): { added: Range[]; lost: boolean } => {
  const rangeAt = rangesIn(element);
  const [added, gone]: [Range[], string[]] = [[], []];
  let at = 0;
  for (const { kind, text } of wordDiff(old, textIn(element), lang)) {
    const words = text.trim();
    const start = at + text.indexOf(words);
    if (kind !== 'removed') at += text.length;
    if (kind === 'removed') gone.push(words);
    else if (kind === 'added' && words !== '') added.push(rangeAt(start, start + words.length));
  }
  return { added, lost: gone.join('') !== '' };
};

/** Puts the words that are gone where they stood, as `<del>`. */
export const insertRemoved = (element: Element, old: string, lang: string): void => {
  const rangeAt = rangesIn(element);
  let at = 0;
  const removed = wordDiff(old, textIn(element), lang).flatMap(({ kind, text }) => {
    if (kind !== 'removed') at += text.length;
    return kind === 'removed' && text.trim() !== '' ? [{ text, range: rangeAt(at, at) }] : [];
  });
  for (const { text, range } of removed.reverse()) range.insertNode(removedElement(text));
};

export const removedElement = (text: string): Element => {
  const element = document.createElement('del');
  element.className = removedClass;
  element.textContent = text;
  return element;
};

/** Takes them all out again; the text's nodes are what they were. */
export const takeRemoved = (root: ParentNode): void => {
  for (const element of root.querySelectorAll(`.${removedClass}`)) {
    const parent = element.parentElement;
    element.remove();
    parent?.normalize();
  }
};

/** Makes ranges from offsets in an element's text, which must be asked for in ascending order. */
const rangesIn = (element: Element): ((start: number, end: number) => Range) => {
  const nodes = textNodesIn(element);
  let [passed, index] = [0, 0];
  /** At the end of a node only where nothing is to follow in the range: what stands between two nodes is no part of it. */
  const placeOf = (offset: number, mayEnd: boolean): [Node, number] => {
    for (let node = nodes[index]; node; node = nodes[index]) {
      const rest = passed + node.length - offset;
      if (rest > 0 || (rest === 0 && mayEnd && !node.parentElement?.matches(noPlaceForText))) return [node, offset - passed];
      passed += node.length;
      index += 1;
    }
    return [element, element.childNodes.length];
  };
  return (start, end) => {
    const range = new Range();
    range.setStart(...placeOf(start, start === end));
    range.setEnd(...placeOf(end, true));
    return range;
  };
};

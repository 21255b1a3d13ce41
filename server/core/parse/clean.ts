/** HTML of any kind becomes headings and blocks that are safe to show: see `safe-set.ts` for what is let through. */
import type { Element, ElementContent, RootContent } from 'hast';
import { sanitize } from 'hast-util-sanitize';
import { captioned } from './captions.ts';
import { isStable, parseHtml, plainText, serialise } from './html-tree.ts';
import { blockElements, isKept, isStripped, safeSet, wrappers } from './safe-set.ts';
import { tidy, toElement } from './tidy.ts';
import type { Block } from '../story.ts';

/** `at`: the offset in the HTML at which the heading began. */
export type CleanPiece = { kind: 'heading'; level: number; text: string; at: number } | { kind: 'block'; html: Block };

/** How often a block that a browser would write differently is read again before only its text is kept. */
const maxRounds = 3;

/**
 * The HTML as one tree, cut at its top-level headings, every other top-level element a block: exactly one element, safe, and the same text
 * again when it is parsed and serialised. Wrappers are taken off, loose text is put in paragraphs, what shows nothing is left out.
 * Addresses are relative to the story's file. Throws `TooDeepError`.
 */
export const cleanHtml = (html: string, story: string): CleanPiece[] => cleanNodes(parseHtml(html), story, maxRounds);

const cleanNodes = (nodes: readonly RootContent[], story: string, rounds: number): CleanPiece[] =>
  topLevel(nodes).flatMap((node): CleanPiece[] => (isHeading(node) ? [toHeading(node)] : toBlocks(node, story, rounds).map((html) => ({ kind: 'block', html }))));

/** Headings and blocks in their order; runs of loose text and inline elements as paragraphs. */
const topLevel = (nodes: readonly RootContent[]): Element[] => {
  const found: Element[] = [];
  let loose: ElementContent[] = [];
  const flush = (): void => {
    if (loose.some(showsSomething)) found.push(toElement('p', trimmed(loose)));
    loose = [];
  };
  const visit = (node: RootContent): void => {
    if (node.type === 'text') loose.push(node);
    if (node.type !== 'element' || isStripped(node.tagName)) return;
    const standsAlone = isHeading(node) || blockElements.has(node.tagName);
    if (standsAlone || wrappers.has(node.tagName)) flush();
    if (standsAlone) found.push(node);
    else if (isKept(node.tagName)) loose.push(node);
    else node.children.forEach(visit);
    if (wrappers.has(node.tagName)) flush();
  };
  nodes.forEach(visit);
  flush();
  return found;
};

/** Without the white space that stood between the loose text and the elements around it. */
const trimmed = (nodes: readonly ElementContent[]): ElementContent[] =>
  nodes.map((node, index): ElementContent => {
    if (node.type !== 'text') return node;
    const value = index === 0 ? node.value.trimStart() : node.value;
    return { type: 'text', value: index === nodes.length - 1 ? value.trimEnd() : value };
  });

const toBlocks = (element: Element, story: string, rounds: number): Block[] => {
  const safe = sanitize({ type: 'root', children: tidy(element, '', story).map(captioned) }, safeSet);
  const elements = (safe.type === 'root' ? safe.children : [safe]).filter((node) => node.type === 'element').filter(showsSomething);
  return elements.flatMap((node) => settled(node, story, rounds));
};

/** What is left of the block's wildest parts may still read differently in a browser: then that reading is cleaned in turn. */
const settled = (element: Element, story: string, rounds: number): Block[] => {
  const html = serialise(element);
  if (isStable(html)) return [html];
  if (rounds === 0) return [serialise(toElement('p', [{ type: 'text', value: plainText(element).replace(/\s+/g, ' ') }]))];
  return cleanNodes(parseHtml(html), story, rounds - 1).flatMap((piece) => (piece.kind === 'block' ? [piece.html] : []));
};

const isHeading = (node: Element): boolean => /^h[1-6]$/.test(node.tagName);

const toHeading = (node: Element): CleanPiece => ({
  kind: 'heading',
  level: Number(node.tagName[1]),
  text: tidy(node, '', '').map(plainText).join('').replace(/\s+/g, ' ').trim(),
  at: node.position?.start.offset ?? 0,
});

const media = /^(?:img|video|audio|hr)$/;

/** Whether a reader would see or hear anything of it. */
const showsSomething = (node: ElementContent): boolean => {
  if (node.type === 'text') return /\S/.test(node.value);
  return node.type === 'element' && (media.test(node.tagName) || node.children.some(showsSomething));
};

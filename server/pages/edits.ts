/** Blocks with their insertions and deletions in place: paragraphs, lists and tables keep their form. */
import { pairsOf, type Pair } from '../core/blocks.ts';
import { hunksBetween } from '../core/sequence.ts';
import type { Block } from '../core/story.ts';
import { contentOf } from '../core/text.ts';
import { htmlOf, isBlock, nodesOf, type Element, type Node } from './html-tree.ts';
import { del, ins, mediaOf, mergeLoose, type Voice } from './woven.ts';

/** A block with what was changed in it; `undefined` where too little of it has stayed, or a picture is another: then the two stand better one after the other. */
export const renderEdited = (old: Block, block: Block, voice: Voice): string | undefined => {
  if (contentOf(old) === contentOf(block)) return block;
  const [[before], [after]] = [nodesOf(old), nodesOf(block)];
  return before?.kind === 'element' && after?.kind === 'element' ? mergeElements(before, after, voice) : undefined;
};

/** Which of the new items each old one became: equal ones, and between them those that are alike. Ascending on both sides. */
export const pairUp = (old: readonly string[], fresh: readonly string[]): Pair[] => {
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  for (const { at, drop, from, put } of [...hunksBetween(old, fresh), { at: old.length, drop: 0, from: fresh.length, put: 0 }]) {
    for (; i < at; i += 1, j += 1) pairs.push([i, j]);
    pairs.push(...pairsOf(old.slice(at, at + drop), fresh.slice(from, from + put)).map(([a, b]): Pair => [at + a, from + b]));
    [i, j] = [at + drop, from + put];
  }
  return pairs;
};

/** Loose text with its inline elements, or a block. */
type Piece = Element | Loose;
type Loose = { kind: 'loose'; nodes: Node[] };

const piecesOf = (nodes: readonly Node[]): Piece[] => {
  const pieces: Piece[] = [];
  for (const node of nodes) {
    const last = pieces.at(-1);
    if (isBlock(node)) pieces.push(node);
    else if (last?.kind === 'loose') last.nodes.push(node);
    else pieces.push({ kind: 'loose', nodes: [node] });
  }
  return pieces;
};

const isBlank = (piece: Piece): boolean => piece.kind === 'loose' && htmlOf(piece.nodes).trim() === '';
const htmlOfPiece = (piece: Piece): string => htmlOf(piece.kind === 'loose' ? piece.nodes : [piece]);

/** Elements that stand once where they may stand: what was there before is always what is there now. */
const single: ReadonlySet<string> = new Set('caption colgroup thead tbody tfoot figcaption summary'.split(' '));
const keyOf = (piece: Piece): string => (piece.kind === 'element' && single.has(piece.name) ? piece.name : htmlOfPiece(piece));

const mergeElements = (old: Element, fresh: Element, voice: Voice): string | undefined => {
  if (old.name !== fresh.name && !(isPlain(old) && isPlain(fresh))) return undefined;
  if (mediaOf(htmlOf([old])) !== mediaOf(htmlOf([fresh])) || (fresh.name === 'table' && columnsOf(old) !== columnsOf(fresh))) return undefined;
  const inside = fresh.name === 'tr' ? mergeCells(old, fresh, voice) : mergeNodes(old.children, fresh.children, voice, mayReplace(fresh));
  return inside === undefined ? undefined : openOf(fresh) + inside + fresh.close;
};

const columnsOf = (table: Element): number => Math.max(0, ...rowsOf(table).map(({ children }) => children.filter(isBlock).length));
const rowsOf = ({ children }: Element): Element[] => children.filter(isBlock).flatMap((child) => (child.name === 'tr' ? [child] : rowsOf(child)));

/** One paragraph's worth of text, whatever it stands in: a list item may become a paragraph in one. */
const isPlain = ({ name }: Element): boolean => name === 'p' || cells.has(name);

/** Where two texts with nothing in common still stand one after the other in one element. */
const mayReplace = ({ name }: Element): boolean => single.has(name) || cells.has(name);

const mergeCells = (old: Element, fresh: Element, voice: Voice): string | undefined => {
  const [before, after] = [old.children.filter(isBlock), fresh.children.filter(isBlock)];
  if (before.length !== after.length) return undefined;
  const formers = new Map(after.map((cell, place) => [cell, before[place]]));
  return fresh.children.map((node) => {
    const former = isBlock(node) ? formers.get(node) : undefined;
    return (former && isBlock(node) ? mergeElements(former, node, voice) : undefined) ?? htmlOf([node]);
  }).join('');
};

const mergeNodes = (old: readonly Node[], fresh: readonly Node[], voice: Voice, replace: boolean): string | undefined => {
  const [before, after] = [piecesOf(old), piecesOf(fresh)];
  const loose = [...before, ...after].every(({ kind }) => kind === 'loose');
  return loose ? mergeLoose(old, fresh, voice, replace) : mergePieces(before.filter((piece) => !isBlank(piece)), after, voice);
};

const mergePieces = (old: readonly Piece[], fresh: readonly Piece[], voice: Voice): string => {
  const html: string[] = [];
  let [i, j] = [0, 0];
  for (const [a, b] of [...pairUp(old.map(keyOf), fresh.map(keyOf)), [old.length, fresh.length] as const]) {
    html.push(...old.slice(i, a).map((piece) => renderGone(piece, voice)), ...fresh.slice(j, b).map((piece) => renderCome(piece, voice)));
    const [before, after] = [old[a], fresh[b]];
    if (before && after) html.push(mergePiece(before, after, voice) ?? renderGone(before, voice) + renderCome(after, voice));
    [i, j] = [a + 1, b + 1];
  }
  return html.join('');
};

/** Loose text may become a paragraph, and the other way round: lists do so when a blank line comes between their items. */
const mergePiece = (old: Piece, fresh: Piece, voice: Voice): string | undefined => {
  if (htmlOfPiece(old) === htmlOfPiece(fresh)) return htmlOfPiece(fresh);
  if (old.kind === 'element' && fresh.kind === 'element') return mergeElements(old, fresh, voice);
  const [before, after] = [old, fresh].map((piece) => (piece.kind === 'loose' ? piece.nodes : piece.name === 'p' ? piece.children : undefined));
  const inside = before && after && mergeLoose(before, after, voice, false);
  return inside !== undefined && fresh.kind === 'element' ? fresh.open + inside + fresh.close : inside;
};

const rows: ReadonlySet<string> = new Set(['thead', 'tbody', 'tfoot', 'tr']);
const cells: ReadonlySet<string> = new Set(['td', 'th']);
const holders: ReadonlySet<string> = new Set('li dt dd caption figcaption summary'.split(' '));

/** A mark around an element, or inside it where nothing may stand around it. */
const renderMarked = (piece: Piece, mark: (html: string) => string, name: string): string => {
  if (piece.kind === 'loose') return isBlank(piece) ? htmlOf(piece.nodes) : mark(htmlOf(piece.nodes));
  if (rows.has(piece.name)) return withClass(piece.open, name) + piece.children.map((child) => (isBlock(child) ? renderMarked(child, mark, name) : htmlOf([child]))).join('') + piece.close;
  if (cells.has(piece.name)) return piece.open + mark(htmlOf(piece.children)) + piece.close;
  if (holders.has(piece.name)) return withClass(piece.open, name) + mark(htmlOf(piece.children)) + piece.close;
  return mark(htmlOf([piece]));
};

const renderCome = (piece: Piece, voice: Voice): string => (isColumns(piece) ? htmlOfPiece(piece) : renderMarked(piece, (html) => ins(html, voice), 'came'));
const renderGone = (piece: Piece, voice: Voice): string => (isColumns(piece) ? '' : renderMarked(piece, (html) => del(html, voice), 'gone'));
const isColumns = (piece: Piece): boolean => piece.kind === 'element' && piece.name === 'colgroup';

const withClass = (open: string, name: string): string => open.replace(/^<[a-z\d]+/, (start) => `${start} class="${name}"`);

/** Closed details would hide what changed in them. */
const openOf = ({ name, open }: Element): string => (name === 'details' ? open.replace('<details', '<details open') : open);

/** The five ops on the page. What an op does not name keeps its nodes. */
import type { Block, BlockEdit, Content, EditOp, InsertOp, MoveOp, Op, RemoveOp, Section, SetOp } from '../server/core/story.ts';
import { unreachable } from '../server/core/story.ts';
import { renderContents, renderCorrections, renderHeader, renderSection } from '../server/core/render.ts';
import type { ClientTexts } from '../server/core/languages/texts.ts';
import { elementOf, morph, place } from './morph.ts';

/** What a reader could notice. `old` is the text that stood there; without it all of the text is new. */
export type Touch =
  | { kind: 'section'; how: 'is-new' | 'is-edited' | 'is-moved' | 'is-gone'; element: Element }
  | { kind: 'text'; element: Element; old?: string };

/** The story's place in the page; `article` may have been taken out of the document. */
export type StoryPage = { article: Element; texts: ClientTexts };

/** Patches the page by one op. `before` is what the page shows, `after` the content that the op leads to. */
export const patch = (page: StoryPage, op: Op, before: Content, after: Content): Touch[] => {
  const touches = carryOut(page, op, before, after);
  drawAround(page, after);
  return touches;
};

const carryOut = (page: StoryPage, op: Op, before: Content, after: Content): Touch[] => {
  switch (op.op) {
    case 'set': return set(page, op, before);
    case 'insert': return insert(page, op, after);
    case 'remove': return remove(page, op);
    case 'move': return move(page, op);
    case 'edit': return edit(page, op, before, after);
    default: return unreachable(op);
  }
};

/** What stands around the sections: the head, the contents, the foot. */
export const drawAround = ({ article, texts }: StoryPage, { meta, sections }: Content): void => {
  become(article, '#story-header', renderHeader(sections, meta, texts));
  become(article, '#contents', renderContents(sections, meta, texts));
  become(article, '#corrections', renderCorrections(meta, texts));
};

export const become = (article: Element, selector: string, html: string): void => {
  const element = article.querySelector(selector);
  if (element) morph(element, elementOf(html));
};

const sectionsOf = ({ article }: StoryPage): Element => article.querySelector('#sections') ?? article;
const childWithId = (sections: Element, id: string | null): Element | null => [...sections.children].find((child) => child.getAttribute('data-id') === id) ?? null;
/** What stands after a section; `null` is before the first. */
const nodeAfter = (sections: Element, id: string | null): Element | null =>
  (id === null ? sections.firstElementChild : childWithId(sections, id)?.nextElementSibling ?? null);

const set = ({ article }: StoryPage, { meta }: SetOp, before: Content): Touch[] => {
  const headline = article.querySelector('h1');
  return headline && meta.headline !== undefined ? [{ kind: 'text', element: headline, old: before.meta.headline }] : [];
};

const insert = (page: StoryPage, op: InsertOp, after: Content): Touch[] => {
  const sections = sectionsOf(page);
  const element = elementOf(renderSection(op.section, after.meta, page.texts));
  place(sections, element, nodeAfter(sections, op.after));
  return [{ kind: 'section', how: 'is-new', element }];
};

const remove = (page: StoryPage, op: RemoveOp): Touch[] => {
  const element = childWithId(sectionsOf(page), op.id);
  element?.remove();
  return element ? [{ kind: 'section', how: 'is-gone', element }] : [];
};

const move = (page: StoryPage, op: MoveOp): Touch[] => {
  const sections = sectionsOf(page);
  const element = childWithId(sections, op.id);
  if (!element) return [];
  place(sections, element, nodeAfter(sections, op.after));
  return [{ kind: 'section', how: 'is-moved', element }];
};

const edit = (page: StoryPage, op: EditOp, before: Content, after: Content): Touch[] => {
  const element = childWithId(sectionsOf(page), op.id);
  const [old, section] = [before.sections.find(({ id }) => id === op.id), after.sections.find(({ id }) => id === (op.newId ?? op.id))];
  const blocks = element?.querySelector('.blocks');
  if (!element || !blocks || !old || !section) return [];
  morph(element, elementOf(renderSection({ ...section, blocks: [] }, after.meta, page.texts)), blocks);
  const touches = [...headingTouches(element, op, old), ...(op.blocks ? patchBlocks(blocks, op.blocks, old.blocks, section.blocks) : [])];
  return op.heading === undefined && !op.blocks ? [] : [...touches, { kind: 'section', how: 'is-edited', element }];
};

const headingTouches = (element: Element, op: EditOp, old: Section): Touch[] => {
  const heading = element.querySelector('.heading-text');
  return heading && op.heading !== undefined ? [{ kind: 'text', element: heading, old: old.heading }] : [];
};

/** Block by block: those between the edits stay, an edited one is morphed, so that a word changes and not a paragraph. */
const patchBlocks = (blocks: Element, edits: BlockEdit[], old: Block[], fresh: Block[]): Touch[] => {
  const elements = [...blocks.children];
  if (elements.length !== old.length) return rewrite(blocks, fresh); // something else, an extension perhaps, has changed the page
  let shift = 0;
  return edits.flatMap(({ at, drop, put }) => {
    const touches = put.map((_, index): Touch => {
      const block = elementOf(fresh[at + shift + index] ?? '');
      const dropped = index < drop ? elements[at + index] : undefined;
      if (dropped) return { kind: 'text', old: dropped.textContent, element: morph(dropped, block) };
      blocks.insertBefore(block, elements[at + drop] ?? null);
      return { kind: 'text', element: block };
    });
    for (const element of elements.slice(at + put.length, at + drop)) element.remove();
    shift += put.length - drop;
    return touches;
  });
};

const rewrite = (blocks: Element, fresh: Block[]): Touch[] => {
  const old = blocks.textContent;
  blocks.replaceChildren(...fresh.map(elementOf));
  return [{ kind: 'text', element: blocks, old }];
};

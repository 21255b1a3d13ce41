/** The five ops on the page. What an op does not name keeps its nodes. */
import type { Block, BlockEdit, Content, EditOp, InsertOp, Meta, MoveOp, Op, RemoveOp, Section, SetOp } from '../server/core/story.ts';
import { unreachable } from '../server/core/story.ts';
import { renderContents, renderCorrections, renderHeader, renderSection } from '../server/core/render.ts';
import type { ClientTexts } from '../server/core/languages/texts.ts';
import { elementOf, morph, place } from './morph.ts';

/** The story's place in the page; `article` may have been taken out of the document. */
export type StoryPage = { article: Element; texts: ClientTexts };

/** Patches the sections by one op; `drawAround` does the rest. `before` is what the page shows, `after` the content that the op leads to. */
export const patch = (page: StoryPage, op: Op, before: Content, after: Content): void => {
  switch (op.op) {
    case 'set': return set(page, op, after);
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

/** Sections say whether they were corrected. */
const set = (page: StoryPage, op: SetOp, after: Content): void => {
  if (op.meta.corrections !== undefined) for (const section of after.sections) drawShell(page, section.id, section, after.meta);
};

/** All of a section but its blocks. */
const drawShell = (page: StoryPage, id: string, section: Section, meta: Meta): Element | null => {
  const element = childWithId(sectionsOf(page), id);
  const blocks = element?.querySelector('.blocks');
  if (!element || !blocks) return null;
  morph(element, elementOf(renderSection({ ...section, blocks: [] }, meta, page.texts)), blocks);
  return blocks;
};

const insert = (page: StoryPage, op: InsertOp, after: Content): void => {
  const sections = sectionsOf(page);
  place(sections, elementOf(renderSection(op.section, after.meta, page.texts)), nodeAfter(sections, op.after));
};

const remove = (page: StoryPage, op: RemoveOp): void => childWithId(sectionsOf(page), op.id)?.remove();

const move = (page: StoryPage, op: MoveOp): void => {
  const sections = sectionsOf(page);
  const element = childWithId(sections, op.id);
  if (element) place(sections, element, nodeAfter(sections, op.after));
};

const edit = (page: StoryPage, op: EditOp, before: Content, after: Content): void => {
  const [old, section] = [before.sections.find(({ id }) => id === op.id), after.sections.find(({ id }) => id === (op.newId ?? op.id))];
  const blocks = section && drawShell(page, op.id, section, after.meta);
  if (blocks && old && op.blocks) patchBlocks(blocks, op.blocks, old.blocks, section.blocks);
};

/** Block by block: those between the edits stay, an edited one is morphed, so that a word changes and not a paragraph. */
const patchBlocks = (blocks: Element, edits: BlockEdit[], old: Block[], fresh: Block[]): void => {
  const elements = [...blocks.children];
  if (elements.length !== old.length) return blocks.replaceChildren(...fresh.map(elementOf)); // something else, an extension perhaps, has changed the page
  let shift = 0;
  for (const { at, drop, put } of edits) {
    for (const index of put.keys()) {
      const block = elementOf(fresh[at + shift + index] ?? '');
      const dropped = index < drop ? elements[at + index] : undefined;
      if (dropped) morph(dropped, block);
      else blocks.insertBefore(block, elements[at + drop] ?? null);
    }
    for (const element of elements.slice(at + put.length, at + drop)) element.remove();
    shift += put.length - drop;
  }
};

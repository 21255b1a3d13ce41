/** From one state of a story to the next on the page: what stays keeps its nodes. */
import { fill } from '../../server/core/languages/texts.ts';
import { isAbout } from '../../server/core/render.ts';
import { hunksBetween } from '../../server/core/sequence.ts';
import type { Op, Section, State } from '../../server/core/story.ts';
import { morph, place } from '../morph.ts';
import type { Step, StoryPage } from './page.ts';

/** Something that readers may want to know. */
export type News = {
  /** What bears the mark, and what else it is called there. */
  element: Element;
  part?: 'new' | 'moved';
  /** Its text before, where that is to be compared. */
  old?: string;
  label: string;
  name: string;
};

type Edit = { at: number; drop: number; put: number };
type Drawn = { section: Section; was: Section | undefined; element: Element };

/** Returns what is new, corrections first. */
export const drawStory = (page: StoryPage, step: Step): News[] => {
  const { before, after } = step;
  const [head, sections, foot] = [...page.article.children];
  if (!head || !sections || !foot) return [];
  morph(head, page.head(after.meta));
  morph(foot, page.corrections(after.meta));
  const drawn = placeSections(page, sections, step);
  const edited = drawn.flatMap((each) => drawSection(page, each, step));
  return [...correctionNews(page, drawn, before, after), ...headNews(page, head, before, after), ...edited, ...removalNews(page, drawn, before)];
};

/** Sections come, go and move; one that has been given another id is the same. */
const placeSections = (page: StoryPage, parent: Element, { before, after }: Step): Drawn[] => {
  const elements = new Map([...parent.children].map((element) => [element.getAttribute('data-id'), element]));
  const stays = new Set(after.sections.map(({ id }) => id));
  const drawn = after.sections.map((section): Drawn => {
    const was = before.sections.find(({ id }) => id === section.id) ?? before.sections.find(({ id }) => section.was.includes(id) && !stays.has(id));
    const known = was && elements.get(was.id);
    return { section, was: known && was, element: known ?? page.section(section, after.meta) };
  });
  const kept = new Set(drawn.map(({ element }) => element));
  for (const gone of [...parent.children].filter((element) => !kept.has(element))) gone.remove();
  let next: Element | null = null;
  for (const { element } of drawn.toReversed()) {
    if (element.parentNode !== parent || element.nextSibling !== next) place(parent, element, next);
    next = element;
  }
  return drawn;
};

const drawSection = ({ texts, section: make }: StoryPage, { section, was, element }: Drawn, { after, ops }: Step): News[] => {
  const name = section.heading || texts.opening;
  const blocks = element.querySelector('.blocks');
  if (!was || !blocks) return [{ element, part: 'new', label: texts.isNew, name }];
  const fresh = make(section, after.meta);
  const freshBlocks = [...(fresh.querySelector('.blocks')?.children ?? [])];
  morph(element, fresh, blocks);
  const edited = { label: texts.isEdited, name };
  const edits = editsOf(was, section, ops);
  const heading = element.querySelector('[part~=heading]');
  const news: News[] = [
    ...(ops?.some((op) => op.op === 'move' && op.id === section.id) ? [{ element, part: 'moved' as const, label: texts.isMoved, name }] : []),
    ...(heading && was.heading !== section.heading ? [{ element: heading, old: was.heading, ...edited }] : []),
    ...patchBlocks(blocks, edits, freshBlocks).map((text) => ({ ...text, ...edited })),
  ];
  return news.length === 0 && edits.length > 0 ? [{ element, ...edited }] : news;
};

/** The server has paired blocks by likeness; without its word they are paired in their order. */
const editsOf = (was: Section, section: Section, ops: readonly Op[] | undefined): Edit[] => {
  if (!ops) return hunksBetween(was.blocks, section.blocks);
  return ops.flatMap((op) => (op.op === 'edit' && op.id === was.id ? (op.blocks ?? []) : [])).map(({ at, drop, put }) => ({ at, drop, put: put.length }));
};

/** Block by block: those between the edits stay, an edited one is morphed, so that a word changes and not a paragraph. */
const patchBlocks = (parent: Element, edits: readonly Edit[], fresh: readonly Element[]): { element: Element; old: string }[] => {
  const blocks = [...parent.children];
  let shift = 0;
  return edits.flatMap(({ at, drop, put }) => {
    const patched = fresh.slice(at + shift, at + shift + put).map((block, index) => {
      const dropped = index < drop ? blocks[at + index] : undefined;
      const old = dropped?.textContent ?? '';
      if (!dropped) parent.insertBefore(block, blocks[at + drop] ?? null);
      return { element: dropped ? morph(dropped, block) : block, old };
    });
    for (const gone of blocks.slice(at + put, at + drop)) gone.remove();
    shift += put - drop;
    return patched;
  });
};

const headNews = ({ texts }: StoryPage, head: Element, { meta: old }: State, { meta }: State): News[] => {
  const [kicker, headline] = [...head.children];
  return [
    ...(headline && old.headline !== meta.headline ? [{ element: headline, old: old.headline, label: texts.isEdited, name: meta.headline }] : []),
    ...(kicker && old.status !== meta.status ? [{ element: kicker, label: texts.isEdited, name: texts[meta.status] }] : []),
  ];
};

/** At the foot, and at each section that it is about. */
const correctionNews = ({ article, texts }: StoryPage, drawn: readonly Drawn[], { meta: old }: State, { meta }: State): News[] => {
  const items = [...article.querySelectorAll('[part~=correction]')];
  return meta.corrections.flatMap((correction, index) => {
    if (old.corrections.some(({ at, text }) => at === correction.at && text === correction.text)) return [];
    const notes = drawn.filter(({ section }) => isAbout(correction, section)).map(({ element }) => element.querySelector('[part~=corrected]'));
    return [items[index], ...notes].flatMap((element) => (element ? [{ element, label: texts.correction, name: correction.text }] : []));
  });
};

/** Said where a section has gone to, or at what stands now where it stood. */
const removalNews = ({ texts }: StoryPage, drawn: readonly Drawn[], { sections }: State): News[] => {
  const left = new Set(drawn.map(({ was }) => was));
  return sections.flatMap((gone, index) => {
    if (left.has(gone)) return [];
    const into = drawn.find(({ section }) => section.was.includes(gone.id));
    const after = sections.slice(index + 1);
    const at = into ?? drawn.find(({ was }) => was && after.includes(was)) ?? drawn.at(-1);
    const label = fill(into ? texts.mergedFrom : texts.removedHere, { heading: gone.heading || texts.opening });
    return at ? [{ element: at.element, label, name: '' }] : [];
  });
};

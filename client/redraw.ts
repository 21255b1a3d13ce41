/** A whole state on the page, where no ops lead to it. */
import type { Content, Section } from '../server/core/story.ts';
import { renderSection } from '../server/core/render.ts';
import { hunksBetween } from '../server/core/sequence.ts';
import { elementOf } from './morph.ts';
import { become, drawAround, type StoryPage, type Touch } from './patch.ts';

/** Draws all of the page anew; what is equal keeps its nodes even so. Returns what a reader of `before` could notice. */
export const redraw = (page: StoryPage, after: Content, before: Content | undefined): Touch[] => {
  const sections = after.sections.map((section) => renderSection(section, after.meta, page.texts));
  become(page.article, '#sections', `<div id="sections">${sections.join('')}</div>`);
  drawAround(page, after);
  const elements = [...page.article.querySelectorAll('section')];
  return before ? after.sections.flatMap((section, index) => touchesOf(elements[index], section, before.sections.find(({ id }) => id === section.id))) : [];
};

const touchesOf = (element: Element | undefined, section: Section, old: Section | undefined): Touch[] => {
  if (!element) return [];
  if (!old) return [{ kind: 'section', how: 'is-new', element }];
  const blocks = [...element.querySelectorAll('.blocks > *')];
  const touches = hunksBetween(old.blocks, section.blocks).flatMap(({ at, drop, from, put }): Touch[] =>
    blocks.slice(from, from + put).map((block, index) => ({ kind: 'text', element: block, ...(index < drop && { old: textOf(old.blocks[at + index]) }) })));
  const isEdited = touches.length > 0 || old.blocks.length > section.blocks.length || old.heading !== section.heading;
  return isEdited ? [...touches, { kind: 'section', how: 'is-edited', element }] : [];
};

const textOf = (block = ''): string => elementOf(block).textContent;

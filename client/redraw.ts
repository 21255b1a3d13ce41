/** A whole state on the page, where no ops lead to it. */
import type { Content } from '../server/core/story.ts';
import { renderSection } from '../server/core/render.ts';
import { become, drawMeta, type StoryPage } from './patch.ts';

/** Draws all of the page anew; what is equal keeps its nodes even so. */
export const redraw = (page: StoryPage, { sections, meta }: Content): void => {
  become(page.article, '#sections', `<div id="sections">${sections.map((section) => renderSection(section, meta, page.texts)).join('')}</div>`);
  drawMeta(page, meta);
};

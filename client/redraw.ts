/** A whole state on the page, where no ops lead to it. */
import type { Content } from '../server/core/story.ts';
import { renderSection } from '../server/core/render.ts';
import { become, type StoryPage } from './patch.ts';

/** Draws all sections anew; what is equal keeps its nodes even so. `drawAround` does the rest. */
export const redraw = (page: StoryPage, { sections, meta }: Content): void => {
  become(page.article, '#sections', `<div id="sections">${sections.map((section) => renderSection(section, meta, page.texts)).join('')}</div>`);
};

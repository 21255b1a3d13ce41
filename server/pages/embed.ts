/** A story alone, live, for a frame of another page. */
import { textsFor } from '../core/languages.ts';
import { escapeHtml, storyPath } from '../core/render.ts';
import type { Position, State } from '../core/story.ts';
import { renderChangeBar } from './change-bar.ts';
import { renderPage, siteName, type Site } from './layout.ts';
import { renderMain, storyPage } from './story.ts';

/** What leads out of it opens beside the page that frames it. */
export const renderEmbed = (site: Site, state: State, { position, origin }: { position: Position; origin: string }): string => {
  const { lang } = state.meta;
  const texts = textsFor(lang);
  const path = storyPath(state.story);
  return renderPage(site, {
    ...storyPage(state, texts),
    canonical: origin + path,
    noindex: true,
    framed: true,
    script: 'story',
    head: `<script type="module" src="${escapeHtml(site.script('frame'))}"></script>`,
    body:
      `${renderMain(state, position, texts)}\n` +
      `<nav class="after" aria-label="${siteName}"><a href="${path}" target="_blank" dir="ltr">${escapeHtml(URL.parse(origin)?.host ?? siteName)}</a></nav>\n${renderChangeBar(texts, lang)}`,
  });
};

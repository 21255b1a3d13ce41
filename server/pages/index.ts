/** The list of stories, latest update first. */
import { textsFor } from '../core/languages.ts';
import { escapeHtml, excerptOf, renderStoryItem } from '../core/render.ts';
import type { Position, State } from '../core/story.ts';
import { feedLinks } from './feed-links.ts';
import { renderPage, siteName, type Site } from './layout.ts';

/** `position` is the head of the whole log, from which the page's script goes on. */
export const renderIndex = (site: Site, stories: { story: string; state: State }[], { position, origin }: { position: Position; origin: string }): string => {
  const texts = textsFor(site.lang);
  const items = stories.map(({ story, state }) => renderStoryItem(story, state.meta, excerptOf(state.sections), texts));
  return renderPage(site, {
    lang: texts.lang,
    dir: texts.dir,
    title: `${siteName} – ${texts.pages.latest}`,
    description: texts.pages.latestDescription,
    canonical: `${origin}/`,
    head: feedLinks('', siteName),
    card: { title: siteName },
    script: 'index',
    body:
      `<main id="stories" data-position="${position}"><h1 class="page-title">${escapeHtml(texts.pages.latest)}</h1>\n` +
      `<ol id="story-list">${items.join('\n')}</ol>\n<p class="empty"${items.length > 0 ? ' hidden' : ''}>${escapeHtml(texts.pages.noStories)}</p></main>`,
  });
};

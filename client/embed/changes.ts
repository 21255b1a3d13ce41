/** What an element needs only when its story changes: loaded with the first change. */
import { createTurns } from '../turns.ts';
import { drawStory } from './draw.ts';
import { mark, refreshMarks } from './marking.ts';
import type { Step, StoryPage } from './page.ts';
import { keepPlace } from './place.ts';

const inTurn = createTurns(Promise.resolve());

/** Until the page, or what scrolls in it, stands still. */
export const untilStill = (): Promise<void> => new Promise((resolve) => { inTurn(resolve); });

/** Patches the story in its page while the reader's place is kept, and marks what is new. Returns a few words on each change. */
export const change = (page: StoryPage, step: Step): string[] => {
  const said = new Set<string>();
  keepPlace(page.root, () => {
    const news = drawStory(page, step);
    page.finish();
    for (const each of step.isMinor ? [] : news) {
      mark(each, step.after.meta.lang);
      said.add(each.name === '' ? each.label : `${each.label}: ${each.name}`);
    }
    refreshMarks(page.article);
  });
  return [...said];
};

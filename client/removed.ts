/** Words that are gone, shown where they stood when the reader asks for them. */
import type { Gone } from './news.ts';
import { elementOf } from './morph.ts';
import type { Before } from './marks.ts';
import { insertRemoved, removedElement, takeRemoved } from './words.ts';

export type RemovedOptions = {
  article: Element;
  /** What stood in a marked element before, where some of that is gone. */
  lostFrom(element: Element): Before | undefined;
  /** The text of an element stands otherwise now: its highlights are to be made anew. */
  paint(element: Element): void;
};

type Lost = { blocks: Element; next: Element | null; texts: string[] };

/** A scope is a section, or the story's head. */
export const createRemoved = ({ article, lostFrom, paint }: RemovedOptions) => {
  let lost: Lost[] = [];
  const shown = new Set<Element>();

  const marked = (scope: Element) => [...scope.querySelectorAll('.block-changed')].flatMap((element) => {
    const before = lostFrom(element);
    return before ? [{ element, ...before }] : [];
  });

  const draw = (scope: Element) => {
    for (const { element, old, lang } of marked(scope)) {
      insertRemoved(element, old, lang);
      paint(element);
    }
    for (const { blocks, next, texts } of lost) {
      if (scope.contains(blocks)) blocks.insertBefore(removedBlock(texts), next?.parentElement === blocks ? next : null);
    }
  };

  const take = (scope: Element) => {
    takeRemoved(scope);
    for (const { element } of marked(scope)) paint(element);
  };

  const scopes = () => [...article.querySelectorAll('#story-header, #sections > section')].filter(has);
  const has = (scope: Element): boolean => lost.some(({ blocks }) => scope.contains(blocks)) || marked(scope).length > 0;

  const set = (scope: Element, show: boolean) => {
    if (show === shown.has(scope)) return;
    if (show) draw(scope);
    else take(scope);
    if (show) shown.add(scope);
    else shown.delete(scope);
  };

  return {
    has,
    isShown: (scope: Element) => shown.has(scope),
    toggle: (scope: Element) => set(scope, !shown.has(scope)),
    /** Shows all, or hides all where all are shown. */
    toggleAll: () => {
      const all = scopes();
      const show = all.some((scope) => !shown.has(scope));
      for (const scope of all) set(scope, show);
    },
    /** Remembers blocks of a section that went without another in their place. */
    lose: (section: Element, gone: Gone[]) => {
      const blocks = section.querySelector('.blocks');
      if (blocks) lost.push(...gone.map(({ at, blocks: old }) => ({ blocks, next: blocks.children[at] ?? null, texts: old.map((block) => elementOf(block).textContent) })));
    },
    /** Before the page is changed: its text must be the story's. */
    suspend: () => { for (const scope of shown) take(scope); },
    /** After it: what was shown is shown again. */
    restore: () => {
      for (const scope of shown) if (scope.isConnected && has(scope)) draw(scope);
        else shown.delete(scope);
    },
    /** What belongs to sections that bear no mark any more is over. */
    sweep: (isMarked: (section: Element) => boolean) => {
      lost = lost.filter(({ blocks }) => blocks.isConnected && isMarked(blocks.closest('section') ?? blocks));
      for (const scope of shown) if (!has(scope)) set(scope, false);
    },
  };
};

const removedBlock = (texts: string[]): Element => {
  const element = removedElement(texts.join('\n'));
  element.classList.add('removed-block');
  return element;
};

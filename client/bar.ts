/** The change bar: how many changes there are, the list of all, and what somebody who comes back has missed. The server has rendered it. */
import { escapeHtml } from '../server/core/render.ts';
import { plural, type ClientTexts } from '../server/core/languages/texts.ts';
import { elementOf, morph } from './morph.ts';
import { part } from './parts.ts';
import { shortTime } from './times.ts';
import type { Change } from './trail.ts';

export type BarState = {
  changes: readonly Change[];
  unread: number;
  /** undefined: not paused; else how many changes wait */
  waiting: number | undefined;
  /** Sentences that stand above the bar until they are read. */
  news: { text: string; loud: boolean }[];
};

/** `show` is told whenever something of it has changed. */
export const createBar = (texts: ClientTexts) => {
  const bar = part('#changes');
  const [list, news, idle, paused] = [part('#changes-list', bar), part('#changes-news', bar), part('#changes-idle', bar), part('#changes-paused', bar)];
  const count = part('[data-do=list]', bar);
  const [pause, resume] = [...bar.querySelectorAll<HTMLElement>('[data-do=pause]')];
  const [noCount, noneWaiting] = [count.textContent, paused.textContent];
  let shown: readonly Change[] = [];

  const writeList = () => {
    if (list.hidden) return;
    const items = shown.map((change, index) => ({ at: change.at, html: itemOf(change, index, texts) })).sort((a, b) => Number(a.at < b.at) - Number(a.at > b.at));
    morph(part('ol', list), elementOf(`<ol>${items.map(({ html }) => html).join('')}</ol>`));
  };

  const swap = (from: HTMLElement | undefined, to: HTMLElement | undefined) => {
    if (!from || !to || from.hidden) return;
    const hadFocus = document.activeElement === from;
    [from.hidden, to.hidden] = [true, false];
    if (hadFocus) to.focus();
  };

  const open = (isOpen: boolean) => {
    list.hidden = !isOpen;
    count.ariaExpanded = String(isOpen);
    writeList();
    if (isOpen) list.querySelector('a')?.focus();
  };

  return {
    show: ({ changes, unread, waiting, news: sentences }: BarState) => {
      shown = changes;
      const isPaused = waiting !== undefined;
      const hasChanges = changes.length > 0;
      for (const button of bar.querySelectorAll<HTMLElement>('[data-do=list], [data-do=previous], [data-do=next]')) button.hidden = !hasChanges;
      count.textContent = unread > 0 ? plural(texts.changes, unread, texts.locale) : noCount;
      idle.hidden = hasChanges || isPaused;
      paused.hidden = !isPaused;
      paused.textContent = waiting ? plural(texts.waiting, waiting, texts.locale) : noneWaiting;
      swap(isPaused ? pause : resume, isPaused ? resume : pause);
      morph(news, elementOf(`<div id="changes-news"${sentences.length > 0 ? '' : ' hidden'}>${sentences.map(({ text, loud }) => `<p${loud ? ' class="loud"' : ''}>${escapeHtml(text)}</p>`).join('')}</div>`));
      if (!hasChanges) open(false);
      writeList();
    },
    toggleList: () => open(list.hidden && shown.length > 0),
    /** Returns whether it was open. The focus that was in it goes back to its button. */
    closeList: (): boolean => {
      const wasOpen = !list.hidden;
      const hadFocus = list.contains(document.activeElement);
      open(false);
      if (hadFocus) count.focus();
      return wasOpen;
    },
    /** The change that an entry of the list stands for. */
    changeAt: (entry: Element): Change | undefined => shown[Number(entry.closest('[data-index]')?.getAttribute('data-index') ?? NaN)],
  };
};

const itemOf = ({ label, name, words, at, read, place, loud }: Change, index: number, texts: ClientTexts): string => {
  const section = place.closest('section')?.id ?? 'story-header';
  const heads = [label, name].filter((part) => part !== '').map(escapeHtml);
  const time = `<time datetime="${at}">${escapeHtml(shortTime(Date.parse(at), Date.now(), texts.locale))}</time>`;
  return (
    `<li class="${read ? 'read' : 'unread'}${loud === undefined ? '' : ' loud'}"><a href="#${escapeHtml(section)}" data-index="${index}"><b>${heads.join(': ')}</b> ${time}` +
    `${words === '' ? '' : ` <span class="words">${escapeHtml(words)}</span>`}</a></li>`
  );
};

/** Times in the reader's own zone. */
import { formatTime } from '../server/core/render.ts';

const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();

/** Rewrites the page's own times; those that stand in a story's text stay as they were written. */
export const localTimes = (root: ParentNode, locale: string): void => {
  for (const time of root.querySelectorAll('time')) {
    if (time.dateTime !== '' && !time.closest('.blocks')) time.textContent = formatTime(time.dateTime, locale, timeZone);
  }
};

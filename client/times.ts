/** Times in the reader's own zone. */
import { formatTime } from '../server/core/render.ts';

const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();

/** Rewrites the page's own times; those that stand in a story's text stay as they were written. */
export const localTimes = (root: ParentNode, locale: string): void => {
  for (const time of root.querySelectorAll('time')) {
    if (time.dateTime !== '' && !time.closest('.blocks')) time.textContent = formatTime(time.dateTime, locale, timeZone);
  }
};

/** ms since 1970, in the reader's zone */
export const isSameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();

/** The hour of today, else the day too. */
export const shortTime = (at: number, now: number, locale: string): string =>
  isSameDay(at, now) ? new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }).format(at) : formatTime(new Date(at).toISOString(), locale, timeZone);

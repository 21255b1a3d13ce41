/** Pieces of a story as HTML that means the same wherever it is read: every address is whole. */
import { escapeHtml } from '../core/render.ts';
import type { Block, Section } from '../core/story.ts';

const tag = /<(?:"[^"]*"|[^">])*>/g;
const address = /(\s(?:href|src|poster|cite)=")(\/\/?)/g;

/** Serialised HTML with each root-relative address as one of `origin`, such as `https://news.example`. */
export const withWholeAddresses = (html: Block, origin: string): string => {
  const whole = (_: string, before: string, slashes: string) => `${before}${slashes === '/' ? origin : new URL(origin).protocol}${slashes}`;
  return html.replace(tag, (each) => each.replace(address, whole));
};

/** Sections as a reader of a feed gets them: headings and blocks, without the page's own marks. */
export const sectionsHtml = (sections: readonly Section[], origin: string): string =>
  sections.map(({ level, heading, blocks }) => (level === 0 ? '' : `<h${level}>${escapeHtml(heading)}</h${level}>\n`) + withWholeAddresses(blocks.join('\n'), origin)).join('\n');

/** The address of the first picture of a story; `undefined` where it has none. */
export const firstPicture = (sections: readonly Section[], origin: string): string | undefined => {
  const [, source] = /<img(?:\s(?:"[^"]*"|[^">])*?)?\ssrc="([^"]*)"/.exec(withWholeAddresses(sections.flatMap(({ blocks }) => blocks).join(''), origin)) ?? [];
  return source?.replaceAll('&amp;', '&');
};

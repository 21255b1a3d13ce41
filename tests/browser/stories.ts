/** Stories for tests in a browser: short ones made by hand, and arbitrary ones that a page can carry. */
import type * as fc from 'fast-check';
import type { Content, Meta, Section, State } from '../../server/core/story.ts';
import { hashOfContent } from '../../server/core/hash.ts';
import { contents } from '../generate.ts';

export const at = (minute: number): string => `2026-11-22T14:${String(minute).padStart(2, '0')}:00.000Z`;

export const meta: Meta = {
  headline: 'Storm closes the northern line', lang: 'en', dir: 'ltr', status: 'developing', authors: ['Ada Lind'], corrections: [], published: at(0), updated: at(0),
};

export const section = (id: string, blocks: string[], more: Partial<Section> = {}): Section => {
  const lead = id === 'lead';
  return { id, level: lead ? 0 : 2, heading: lead ? '' : id.replaceAll('-', ' '), attrs: {}, added: at(0), revised: at(0), was: [], blocks, ...more };
};

export const content = (sections: Section[], more: Partial<Meta> = {}): Content => {
  const all = { ...meta, ...more };
  return { hash: hashOfContent(all, sections), meta: all, sections };
};

export const firstState = (of: Content, story = 'storm'): State => ({ story, position: '7f3a9c21_1', revision: 1, ...of });

/** As long as a page is, and longer than a screen. */
export const longContent = (changed: Partial<Record<string, Section | null>> = {}): Content =>
  content(Array.from({ length: 12 }, (_, index) => (index === 0 ? 'lead' : `part-${index}`)).flatMap((id) => {
    const blocks = Array.from({ length: 4 }, (_, n) => `<p>${id}, paragraph ${n}: ${'the wind has turned to the north and the trains stand still. '.repeat(3)}</p>`);
    const instead = changed[id];
    return instead === null ? [] : [instead ?? section(id, blocks)];
  }));

/** Arbitrary states in one language: a page speaks the one that it was rendered in. A lone half of a surrogate pair cannot be in UTF-8, so it is in no page. */
export const pageContents: fc.Arbitrary<Content> = contents.map((each) => {
  const { meta: any, sections } = JSON.parse(JSON.stringify(each).replaceAll(/\\ud83d/gi, '\ufffd')) as Content;
  const inEnglish = { ...any, lang: 'en' };
  return { hash: hashOfContent(inEnglish, sections), meta: inEnglish, sections };
});

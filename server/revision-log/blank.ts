/** What a redaction leaves: nothing that a reader could read. */
import type { Content, Section } from '../core/story.ts';
import { hashOfContent } from '../core/hash.ts';
import type { Origin } from '../revision-log.ts';

export const blankContent = ({ meta }: Content): Content => {
  const { lang, dir, status, published, updated } = meta;
  const blank = { headline: '', lang, dir, status, authors: [], corrections: [], published, updated };
  return { hash: hashOfContent(blank, []), meta: blank, sections: [] };
};

/** The ids stay, so that they are never given to something else. */
export const blankSection = (section: Section): Section => ({ ...section, heading: '', attrs: {}, blocks: [] });

export const blankOrigin: Origin = { source: '', fileHash: '' };

/** A story as ninjs 3 (IPTC), the format in which news agencies hand stories to each other. */
import { escapeHtml, excerptOf, storyPath } from '../core/render.ts';
import type { State } from '../core/story.ts';
import { textOf } from '../core/text.ts';
import { sectionsHtml } from './content.ts';
import { wellFormedJson } from './well-formed.ts';

/** `origin` is what addresses begin with: `https://news.example`. */
export const renderNinjs = ({ story, position, revision, meta, sections }: State, { origin, publisher }: { origin: string; publisher: string }): string => {
  const { headline, lang, dir, authors, corrections, published, updated } = meta;
  const uri = origin + storyPath(story);
  const text = sections.map(({ heading, blocks }) => `${heading}\n${blocks.map(textOf).join('\n')}`).join('\n').trim();
  return wellFormedJson({
    uri,
    standard: { name: 'ninjs', version: '3.0', schema: 'http://www.iptc.org/std/ninjs/ninjs-schema_3.0.json' },
    type: 'text',
    representationType: 'full',
    version: String(revision),
    firstCreated: published,
    versionCreated: updated,
    pubStatus: 'usable',
    language: lang,
    title: headline,
    headlines: [{ role: 'main', contentType: 'text/plain', value: headline }],
    descriptions: [{ role: 'summary', contentType: 'text/plain', value: excerptOf(sections) }],
    bodies: [
      { role: 'main', contentType: 'text/html', value: `<article lang="${escapeHtml(lang)}" dir="${dir}">\n${sectionsHtml(sections, origin)}\n</article>` },
      { role: 'plain', contentType: 'text/plain', charCount: text.length, wordCount: wordsIn(text, lang), value: text },
    ],
    ...(authors.length > 0 && { by: authors.join(', '), people: authors.map((name) => ({ name, rel: 'author' })) }),
    ...(corrections.length > 0 && { edNote: corrections.map(({ at, text: said }) => `${at} ${said}`).join('\n') }),
    infoSources: [{ name: publisher, role: 'publisher' }],
    altIds: [{ role: 'position', value: position }],
  });
};

const wordsIn = (text: string, lang: string): number => {
  const words = new Intl.Segmenter(isLanguage(lang) ? lang : 'en', { granularity: 'word' }).segment(text);
  return Array.from(words).filter(({ isWordLike }) => isWordLike).length;
};

const isLanguage = (lang: string): boolean => {
  try {
    return Intl.getCanonicalLocales(lang).length > 0;
  } catch {
    return false;
  }
};

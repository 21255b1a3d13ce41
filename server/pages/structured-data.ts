/** What a story is, for search engines: JSON-LD in the words of schema.org. */
import { firstPicture } from '../feeds/content.ts';
import type { Update } from '../feeds/updates.ts';
import { wellFormedJson } from '../feeds/well-formed.ts';
import { excerptOf, storyPath } from '../core/render.ts';
import type { Correction, Section, State } from '../core/story.ts';
import { siteName } from './layout.ts';

/**
 * A story is a news article and its own live coverage. Two nodes of one graph, not one node of two types: search engines and validators look up the properties of
 * a node by one type, and each finds a whole thing here. Both stand on what schema.org asks of them, dates in UTC.
 */
export const structuredData = (state: State, updates: readonly Update[], origin: string): object => {
  const page = origin + storyPath(state.story);
  const { meta, sections } = state;
  const common = commonData(state, page, origin);
  return {
    '@context': 'https://schema.org',
    '@graph': [
      { '@type': 'NewsArticle', '@id': `${page}#article`, ...common, isAccessibleForFree: true, ...(meta.corrections.length > 0 && { correction: meta.corrections.toReversed().map((each) => correctionData(each, sections, page)) }) },
      {
        '@type': 'LiveBlogPosting',
        '@id': `${page}#live`,
        ...common,
        coverageStartTime: meta.published,
        ...(meta.status === 'final' && { coverageEndTime: meta.updated }),
        liveBlogUpdate: updates.map(({ at, headline, text, section }) => ({ '@type': 'BlogPosting', headline, articleBody: text, datePublished: at, url: placeOf(section, sections, page) })),
      },
    ],
  };
};

const commonData = ({ meta, sections }: State, page: string, origin: string): object => {
  const { headline, lang, authors, published, updated } = meta;
  const publisher = { '@type': 'Organization', name: siteName, url: `${origin}/`, logo: { '@type': 'ImageObject', url: `${origin}/favicon.svg` } };
  const [description, image] = [excerptOf(sections, 160), firstPicture(sections, origin)];
  return {
    headline,
    ...(description !== '' && { description }),
    url: page,
    mainEntityOfPage: { '@type': 'WebPage', '@id': page },
    datePublished: published,
    dateModified: updated,
    inLanguage: lang,
    author: authors.length > 0 ? authors.map((name) => ({ '@type': 'Person', name })) : publisher,
    publisher,
    ...(image !== undefined && { image }),
  };
};

const correctionData = ({ at, text, section }: Correction, sections: readonly Section[], page: string): object => ({
  '@type': 'CorrectionComment',
  text,
  datePublished: at,
  url: section === undefined ? `${page}#corrections` : placeOf(section, sections, page),
});

/** Where a section can be read; the page itself where it is gone. */
const placeOf = (section: string | undefined, sections: readonly Section[], page: string): string =>
  section !== undefined && sections.some(({ id, was }) => id === section || was.includes(section)) ? `${page}#s-${encodeURIComponent(section)}` : page;

/** A data block, which no content security policy minds, and which nothing in it can end. */
export const renderStructuredData = (data: object): string =>
  `<script type="application/ld+json">${wellFormedJson(data).replaceAll('<', '\\u003c')}</script>`;

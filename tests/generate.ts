/** Arbitrary stories for laws: small pools of ids and words, so that two states have much in common. */
import * as fc from 'fast-check';
import type { Block, Content, Meta, Section, Time } from '../server/core/story.ts';
import type { ParsedSection } from '../server/core/parse.ts';
import { hashOfContent } from '../server/core/hash.ts';

const wordPool = ['storm', 'line', 'the', 'a', 'closed', '118', '1,204', 'järnväg', 'Straße', '暴风', '关闭', 'العاصفة', '🚂', '👩‍🚒', 'Musk’s', 'e\u0301', '\ud83d', '\u2028', '"', '\\'];
const inlinePool = ['<em>storm</em>', '<a href="/stories/storm">here</a>', '&amp;', '<br>'];

export const words: fc.Arbitrary<string> = fc.array(fc.constantFrom(...wordPool), { maxLength: 12 }).map((each) => each.join(' '));

const pieces = fc.array(fc.constantFrom(...wordPool, ...inlinePool), { maxLength: 20 }).map((each) => each.join(' '));
export const blocks: fc.Arbitrary<Block[]> = fc.array(
  fc.oneof(pieces.map((inner) => `<p>${inner}</p>`), pieces.map((inner) => `<ul><li>${inner}</li></ul>`), fc.constant('<hr>')),
  { maxLength: 6 },
);

export const times: fc.Arbitrary<Time> = fc.integer({ min: 0, max: 5 }).map((minute) => `2026-11-22T14:0${minute}:00.000Z`);

const ids = fc.constantFrom('lead', 'what-we-know', 'tips', 'tips-2', 'musks-role', '暴风', 'a', 'b', 'c', 'd');

/** A section that may contradict another state in any field but its id. */
export const sections: fc.Arbitrary<Section> = fc.record({
  id: ids,
  level: fc.constantFrom(0, 2, 3, 4),
  heading: words,
  attrs: fc.constantFrom({}, { pinned: true as const }),
  added: fc.constantFrom('2026-11-22T14:00:00.000Z', '2026-11-22T14:00:00.000Z', '2026-11-22T14:01:00.000Z'),
  revised: times,
  was: fc.uniqueArray(ids, { maxLength: 2 }),
  blocks,
});

export const metas: fc.Arbitrary<Meta> = fc.record({
  headline: words,
  lang: fc.constantFrom('en', 'sv', 'ar'),
  dir: fc.constantFrom('ltr', 'rtl'),
  status: fc.constantFrom('developing', 'final'),
  authors: fc.array(words, { maxLength: 2 }),
  corrections: fc.array(fc.oneof(fc.record({ at: times, text: words }), fc.record({ at: times, text: words, section: ids })), { maxLength: 2 }),
  published: times,
  updated: times,
});

/** Any state at all: ids are unique, nothing else is promised. */
export const contents: fc.Arbitrary<Content> = fc.record({ meta: metas, sections: fc.uniqueArray(sections, { selector: ({ id }) => id, maxLength: 8 }) })
  .map(({ meta, sections: list }) => ({ hash: hashOfContent(meta, list), meta, sections: list }));

/** Sections as a parser hands them over: the lead first, unique pins. */
export const parsedSections: fc.Arbitrary<ParsedSection[]> = fc.array(
  fc.record({ level: fc.constantFrom(2, 3), heading: words, blocks, pin: fc.option(fc.constantFrom('a', 'b', 'storm', 'tips'), { nil: undefined, freq: 6 }) }),
  { maxLength: 8 },
).map((list) => [
  { level: 0, heading: '', attrs: {}, blocks: [], line: 1 },
  ...list.map(({ pin, ...rest }, index) => ({ ...rest, attrs: {}, line: index + 2, ...(pin !== undefined && list.findIndex((other) => other.pin === pin) === index && { pin }) })),
]);

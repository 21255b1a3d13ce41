/** Prints what one save costs, by size and in hard cases: `node tests/bench/pipeline.ts`. */
import type { Parsed, ParsedSection } from '../../server/core/parse.ts';
import type { Content } from '../../server/core/story.ts';
import { diff } from '../../server/core/diff.ts';
import { identify } from '../../server/core/identify.ts';
import { parseStory } from '../../server/core/parse.ts';
import { revise } from '../../server/core/revise.ts';
import { minute } from '../saving.ts';
import { createDice, sentence, storyOf } from './story.ts';
import { median } from './table.ts';

const repeats = 15;
const parse = (text: string): Parsed => {
  const { parsed, problems } = parseStory(text, { story: 'storm', format: 'md', lang: 'en' });
  if (!parsed) throw new Error(problems.map(({ message }) => message).join('\n'));
  return parsed;
};

/** ms, the median of several runs after two to warm up. */
const time = (task: () => unknown, times = repeats): number => {
  const runs = Array.from({ length: times + 2 }, () => {
    const start = performance.now();
    task();
    return performance.now() - start;
  });
  return Number(median(runs.slice(2)).toFixed(1));
};

const contentOf = (parsed: Parsed): Content => {
  const revised = revise({ removed: [], parsed, at: minute(0) });
  if (!revised) throw new Error('a first revision is always one');
  return revised.content;
};

const oneWordEdit = (kilobytes: number) => {
  const text = storyOf(kilobytes);
  const edited = text.replace(/minister(?=[^]{4000})/, 'chancellor');
  const previous = contentOf(parse(text));
  const parsed = parse(edited);
  const next = revise({ previous, removed: [], parsed, at: minute(1) });
  if (!next) throw new Error('the edit changes nothing');
  return {
    kB: kilobytes,
    sections: parsed.sections.length,
    parse: time(() => parse(edited)),
    identify: time(() => identify({ sections: previous.sections, removed: [] }, parsed.sections)),
    diff: time(() => diff(previous, structuredClone(next.content), { at: minute(1) })),
    'parse + revise': time(() => revise({ previous, removed: [], parsed: parse(edited), at: minute(1) })),
  };
};

const hardCase = (name: string, make: (number: number) => string, change: (section: ParsedSection, index: number) => ParsedSection) => {
  const sections = Array.from({ length: 2_000 }, (_, index): ParsedSection => ({ level: index === 0 ? 0 : 2, heading: index === 0 ? '' : `Section ${index}`, attrs: {}, blocks: [`<p>${make(index)}</p>`], line: index }));
  const parsed: Parsed = { meta: { headline: 'A storm', lang: 'en', dir: 'ltr', status: 'developing', authors: [], corrections: [] }, sections, source: '' };
  const previous = contentOf(parsed);
  const changed = { ...parsed, sections: sections.map((section, index) => (index === 0 ? section : change(section, index))) };
  const revised = revise({ previous, removed: [], parsed: changed, at: minute(1) });
  const kept = revised?.identities.filter((identity) => identity.previous).length ?? sections.length;
  return { name, 'ids kept': kept, revise: time(() => revise({ previous, removed: [], parsed: changed, at: minute(1) }), 3) };
};

const printHardCases = (): void => {
  const dice = createDice(7);
  const texts = Array.from({ length: 2_000 }, () => `${sentence(dice)} ${sentence(dice)} ${sentence(dice)}`);
  const text = (index: number) => texts[index] ?? '';
  const renamed = (section: ParsedSection, index: number): ParsedSection => ({ ...section, heading: `Part ${index}` });
  const edited = (section: ParsedSection): ParsedSection => ({ ...section, blocks: section.blocks.map((block) => block.replace(/ \w+\./, ' word.')) });
  console.table([
    hardCase('2,000 sections, every heading new', text, renamed),
    hardCase('2,000 sections, every text edited', text, edited),
    hardCase('2,000 sections, every heading new and text edited', text, (section, index) => edited(renamed(section, index))),
    hardCase('2,000 sections, everything new', text, (section, index) => ({ ...renamed(section, index), blocks: [`<p>${text(index).toUpperCase().split('').reverse().join('')}</p>`] })),
    hardCase('2,000 equal sections, one heading for all', () => 'The same text for everyone.', (section) => ({ ...section, heading: 'Tips' })),
  ]);
};

console.log(`ms, the median of ${repeats}, for an edit of one word:`);
console.table([10, 50, 200, 1_000].map(oneWordEdit));
console.log('ms, the median of 3:');
printHardCases();

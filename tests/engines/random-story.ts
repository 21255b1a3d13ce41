/** A story that an editor works on without rest: random edits, the same for the same seed, around one block that nobody touches. */
import { createRandom, type Random } from '../newsroom.ts';

type StorySection = { heading: string; blocks: string[] };
type Edit = (story: Draft, random: Random) => void;
type Draft = { headline: string; sections: StorySection[] };

/** Stands in the block that no edit touches. */
export const readingText = 'This is the line that is being read.';

const pool = 'storm line closed reopened northern trains harbour Monday station passengers night wind the of and to a buses ferry minister'.split(' ');

const wordsOf = (random: Random, count: number): string => Array.from({ length: count }, () => random.pick(pool)).join(' ');
const paragraph = (random: Random): string => `${wordsOf(random, 5 + random.below(90))}.`;

/** A picture with room reserved for it, in its own proportions. */
const figure = (random: Random): string => {
  const size = 10 + random.below(12);
  return `<figure><img src="picture.svg?${random.below(50)}" width="${30 * size}" height="${20 * size}" alt="${wordsOf(random, 2)}"><figcaption>${wordsOf(random, 5)}</figcaption></figure>`;
};

const kinds: ((random: Random) => string)[] = [
  paragraph,
  paragraph,
  paragraph,
  (random) => Array.from({ length: 2 + random.below(4) }, () => `- ${wordsOf(random, 6)}`).join('\n'),
  (random) => `> ${paragraph(random)}`,
  figure,
  (random) => `| ${wordsOf(random, 1)} | ${wordsOf(random, 1)} |\n|---|---|\n| ${wordsOf(random, 3)} | ${random.below(100)} |`,
];

const block = (random: Random): string => random.pick(kinds)?.(random) ?? '';
const section = (random: Random): StorySection => ({ heading: `${wordsOf(random, 3)} ${random.below(1_000)}`, blocks: Array.from({ length: 1 + random.below(4) }, () => block(random)) });

const isRead = (text: string): boolean => text.includes(readingText);
const readSection = ({ sections }: Draft): number => sections.findIndex(({ blocks }) => blocks.some(isRead));

/** A section above, around or below what is read, each as likely. */
const anySection = (story: Draft, random: Random): number => {
  const read = readSection(story);
  return [random.below(read + 1), read, read + random.below(story.sections.length - read)][random.below(3)] ?? read;
};

const insertSection: Edit = (story, random) => void story.sections.splice(1 + anySection(story, random), 0, section(random));

const removeSection: Edit = (story, random) => {
  const at = anySection(story, random);
  if (at > 0 && at !== readSection(story) && story.sections.length > 5) story.sections.splice(at, 1);
  else insertSection(story, random);
};

const moveSection: Edit = ({ sections }, random) => {
  const [moved] = sections.splice(1 + random.below(sections.length - 1), 1);
  if (moved) sections.splice(1 + random.below(sections.length), 0, moved);
};

const insertBlock: Edit = (story, random) => {
  const { blocks } = story.sections[anySection(story, random)] ?? { blocks: [] };
  blocks.splice(random.below(blocks.length + 1), 0, block(random));
};

const changeBlock = (change: (blocks: string[], at: number, random: Random) => void): Edit => (story, random) => {
  const { blocks } = story.sections[anySection(story, random)] ?? { blocks: [] };
  const at = random.below(blocks.length);
  if (blocks.length > 1 && !isRead(blocks[at] ?? '')) change(blocks, at, random);
  else insertBlock(story, random);
};

const removeBlock = changeBlock((blocks, at) => void blocks.splice(at, 1));
const rewriteBlock = changeBlock((blocks, at, random) => { blocks[at] = block(random); });
const growBlock = changeBlock((blocks, at, random) => { blocks[at] = `${paragraph(random)} ${/^\w/.test(blocks[at] ?? '') ? blocks[at] : ''}`; });

const changeHeadline: Edit = (story, random) => { story.headline = `Storm ${wordsOf(random, 1 + random.below(12))}`; };
const changeHeading: Edit = (story, random) => {
  const edited = story.sections[Math.max(1, anySection(story, random))];
  if (edited) edited.heading = `${wordsOf(random, 2)} ${random.below(1_000)}`;
};

const edits = [insertSection, removeSection, moveSection, insertBlock, removeBlock, rewriteBlock, growBlock, growBlock, changeHeadline, changeHeading];

const write = ({ headline, sections }: Draft): string =>
  [`---\nheadline: ${headline}\n---`, ...sections.flatMap(({ heading, blocks }, index) => [...(index > 0 ? [`## ${heading}`] : []), ...blocks])].join('\n\n');

/** `text` is the story's file as it stands; `edit` changes it, always to another text. */
export const createRandomStory = (seed: number) => {
  const random = createRandom(seed);
  const story: Draft = { headline: 'Storm closes the northern line', sections: Array.from({ length: 10 }, () => section(random)) };
  story.sections[5]?.blocks.splice(1, 0, `${readingText} ${wordsOf(random, 50)}.`);
  const text = (): string => write(story);
  const edit = (): string => {
    const before = text();
    while (text() === before) random.pick(edits)?.(story, random);
    return text();
  };
  return { text, edit };
};

/** `picture.svg`, which its sections show. */
export const picture = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 20"><rect width="30" height="20" fill="#578"/></svg>';

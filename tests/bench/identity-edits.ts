/** Edits with a known truth, made up on real texts: which section of the new version is which of the old is known because this file made it so. */
import type { ParsedSection } from '../../server/core/parse.ts';
import type { Section } from '../../server/core/story.ts';
import type { Weights } from '../../server/core/identify/weights.ts';
import { identify } from '../../server/core/identify.ts';
import { textOf } from '../../server/core/text.ts';
import { allStreams, type Score } from './identity-cases.ts';

/** mulberry32: numbers from 0 to 1, the same for the same seed. */
export const createRandom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
};

type Random = () => number;
type Edited = { before: ParsedSection[]; after: { section: ParsedSection; old?: number }[] };

/** Headings that a text may have many times. */
const repeated = ['Tips', 'Background'];

const pick = <T>(random: Random, items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
const bodyOf = ({ blocks }: ParsedSection): string => blocks.map(textOf).join('\n');
const withBody = (section: ParsedSection, text: string): ParsedSection => ({ ...section, blocks: text.split('\n').filter((line) => line.trim() !== '').map((line) => `<p>${line}</p>`) });

/** Replaces a share of the words by words of another text. */
const rewrite = (random: Random, section: ParsedSection, other: ParsedSection): ParsedSection => {
  const [share, words] = [0.2 + 0.4 * random(), bodyOf(other).split(/\s+/)];
  return withBody(section, bodyOf(section).split(/(\s+)/).map((word) => (word.trim() !== '' && random() < share ? pick(random, words) ?? word : word)).join(''));
};

const rename = (random: Random, section: ParsedSection, other: ParsedSection): ParsedSection => {
  const words = section.heading.split(' ');
  const heading = random() < 0.5 && words.length > 1 ? words.filter((_, index) => index !== Math.floor(random() * words.length)).join(' ') : other.heading;
  return { ...section, heading: heading || 'Anew' };
};

/** A version with repeated headings, and one edited from it: sections go, come, move, are renamed or rewritten, all levels change. */
const edit = (random: Random, sections: readonly ParsedSection[], foreign: readonly ParsedSection[]): Edited => {
  const other = (): ParsedSection => pick(random, foreign) ?? { level: 2, heading: 'Other', attrs: {}, blocks: [], line: 1 };
  const repeats = random() < 0.5;
  const before = sections.map((section) => (repeats && section.level > 0 && random() < 0.3 ? { ...section, heading: pick(random, repeated) ?? '' } : section));
  const deeper = random() < 0.2 ? 1 : 0;
  const after: Edited['after'] = before.flatMap((section, old): Edited['after'] => {
    if (section.level === 0) return [{ section, old }];
    const [fate, isNew] = [random(), random() < 0.08];
    const come: Edited['after'] = isNew ? [{ section: { ...other(), level: section.level + deeper, ...(repeats && random() < 0.5 && { heading: pick(random, repeated) ?? '' }) } }] : [];
    if (fate < 0.08) return come;
    const changed = fate < 0.2 ? rename(random, section, other()) : fate < 0.35 ? rewrite(random, section, other()) : fate < 0.4 ? rename(random, rewrite(random, section, other()), other()) : section;
    return [...come, { section: { ...changed, level: section.level + deeper }, old }];
  });
  if (random() < 0.4 && after.length > 3) {
    const [moved] = after.splice(1 + Math.floor(random() * (after.length - 1)), 1);
    if (moved) after.splice(1 + Math.floor(random() * after.length), 0, moved);
  }
  return { before, after };
};

const at = '2026-11-22T14:00:00.000Z';
const stateOf = (sections: readonly ParsedSection[]): Section[] =>
  sections.map(({ level, heading, blocks }, index) => ({ id: index === 0 ? 'lead' : `s${index}`, level, heading, attrs: {}, added: at, revised: at, was: [], blocks }));

const judgeEdit = ({ before, after }: Edited, weights?: Weights): Score => {
  const identities = identify({ sections: stateOf(before), removed: [] }, after.map(({ section }) => section), weights);
  const idOf = (old: number | undefined) => (old === undefined ? undefined : old === 0 ? 'lead' : `s${old}`);
  const found = identities.filter(({ previous }) => previous).length;
  return { found, expected: after.filter(({ old }) => old !== undefined).length, both: identities.filter(({ previous }, index) => previous && previous.id === idOf(after[index]?.old)).length };
};

/** Made once: `count` edits of each stream's revisions, in equal steps. */
export const makeEdits = async (count: number): Promise<Edited[]> => {
  const streams = await allStreams();
  return streams.flatMap(({ files }, stream) => {
    const foreign = streams.flatMap((other, index) => (index === stream ? [] : other.files.at(-1)?.sections.filter(({ level }) => level > 0) ?? []));
    return Array.from({ length: count }, (_, index) => edit(createRandom(1_000 * stream + index), files[Math.floor((index * files.length) / count)]?.sections ?? [], foreign));
  });
};

export const judgeEdits = (edits: readonly Edited[], weights?: Weights): Score[] => edits.map((each) => judgeEdit(each, weights));

/**
 * How well changes are found and how little it takes to say them, over real edit histories: `npm run bench:diff`.
 * Identity against labels, bytes a revision beside other ways to write a diff, folded diffs against chains, and the time a save takes.
 */
import { gzipSync } from 'node:zlib';
import DiffMatchPatch from 'diff-match-patch';
import { diffWordsWithSpace } from 'diff';
import { createPatch } from 'rfc6902';
import type { Diff } from '../../server/core/protocol.ts';
import { changes, type Change, type Content, type Section } from '../../server/core/story.ts';
import { compact, expand } from '../../server/core/compact.ts';
import { apply, diff } from '../../server/core/diff.ts';
import { parseStory } from '../../server/core/parse.ts';
import { revise } from '../../server/core/revise.ts';
import { createSaving, minute } from '../saving.ts';
import { allTexts, f1Of, identityDataIsThere, judgeAll, type Parser, type Score } from './identity-cases.ts';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => Math.round(sum(values) / Math.max(1, values.length));
const bytesOf = (text: string): number => Buffer.byteLength(text);
const sizesOf = (texts: readonly string[]) => ({ bytes: mean(texts.map(bytesOf)), gzip: mean(texts.map((text) => gzipSync(text).length)) });
const quantile = (values: readonly number[], share: number): number => Number((values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0).toFixed(1));

const printIdentity = async (parser: Parser): Promise<void> => {
  const verdicts = await judgeAll({ parser });
  const right = verdicts.filter((verdict) => verdict.right).length;
  const f1 = (scores: readonly Score[]) => f1Of(scores).toFixed(4);
  console.log(`identity, cut by ${parser === 'plain' ? 'the labels' : 'our parser'}: ${right} of ${verdicts.length} cases wholly right (${((100 * right) / verdicts.length).toFixed(1)} %), ` +
    `F1 of the hard pairs ${f1(verdicts.map(({ hard }) => hard))}, of splits ${f1(verdicts.map(({ splits }) => splits))}, of merges ${f1(verdicts.map(({ merges }) => merges))}`);
  for (const { id, missed, wrong } of verdicts.filter((verdict) => !verdict.right)) {
    console.log(`  ${id}: missed ${missed.map((pair) => `${pair.old_index}>${pair.new_index}`).join(' ')}; linked instead ${wrong.map((pair) => `${pair.old_index}>${pair.new_index}`).join(' ')}`);
  }
};

/** What a reader of a whole stream gets; `ms` is what the save took. */
type Step = { before: Content; after: Content; message: Diff; splits: Record<string, string>; ms: { parse: number; 'identify + diff': number; all: number } };

const messageOf = (from: number, to: number, { at, change, after, ops }: { at: string; change: Change; after: Content; ops: Diff['ops'] }): Diff =>
  ({ type: 'diff', story: 'story', from: `7f3a9c21_${from + 1}`, to: `7f3a9c21_${to + 1}`, revision: to + 1, at, change, folded: to - from, hash: after.hash, ops });

/** Each diff is proved to lead to the state that it says, in both formats. */
const stepsOf = (texts: readonly string[]): Step[] => {
  const save = createSaving();
  let [before, saves]: [Content | undefined, number] = [undefined, 0];
  return texts.flatMap((text) => {
    const start = performance.now();
    const { parsed } = parseStory(text, { story: 'story', format: 'md', lang: 'en' });
    const middle = performance.now();
    const revised = parsed && save(parsed);
    const end = performance.now();
    const at = minute(parsed ? saves++ : saves);
    const old = before;
    before = revised?.content ?? before;
    if (!old || !revised) return [];
    const { content: after, change, ops, splits } = revised;
    const message = messageOf(saves - 2, saves - 1, { at, change, after, ops });
    for (const proved of [message, expand(compact(message, old), old)]) if (apply(old, proved.ops, at).hash !== after.hash) throw new Error('a diff does not lead to its state');
    return [{ before: old, after, message, splits, ms: { parse: middle - start, 'identify + diff': end - middle, all: end - start } }];
  });
};

const textOf = ({ heading, blocks }: Section): string => [heading, ...blocks].join('\n');

/** Word by word, for each section of either state that is not the same in both: what is kept as a length, the rest as text. */
const wordDiffs = ({ before, after }: Step): unknown => {
  const [olds, news] = [before, after].map(({ sections }) => new Map(sections.map((section) => [section.id, textOf(section)])));
  return [...new Set([...(olds?.keys() ?? []), ...(news?.keys() ?? [])])].filter((id) => olds?.get(id) !== news?.get(id)).map((id) => ({
    id,
    words: diffWordsWithSpace(olds?.get(id) ?? '', news?.get(id) ?? '').map(({ value, added, removed }) => (added ? value : removed ? -value.length : value.length)),
  }));
};

/** A delta of the whole state as a text, sections on lines of their own. */
const matchPatch = ({ before, after }: Step): string => {
  const engine = new DiffMatchPatch();
  const [old, text] = [before, after].map(({ sections }) => sections.map(textOf).join('\n\n'));
  const diffs = engine.diff_main(old ?? '', text ?? '');
  engine.diff_cleanupEfficiency(diffs);
  return engine.diff_toDelta(diffs);
};

/** Ways to say a diff, each in the envelope that our ops have. Word diffs and diff-match-patch say less: they leave out the times, and who a section was. */
const ways: Record<string, (step: Step) => unknown> = {
  'compact, as pages are sent it': ({ message, before }) => compact(message, before),
  'ops, as other clients are': ({ message }) => message,
  'jsdiff, words of changed sections': (step) => ({ ...step.message, ops: wordDiffs(step) }),
  'diff-match-patch': (step) => ({ ...step.message, ops: matchPatch(step) }),
  'JSON Patch': ({ message, before, after }) => ({ ...message, ops: createPatch(before, after) }),
  'the whole state': ({ message, after }) => ({ ...message, ops: after }),
};

const printSizes = (streams: readonly { name: string; steps: Step[] }[]): void => {
  const all = streams.flatMap(({ steps }) => steps);
  console.log(`\nbytes a revision, the mean over ${all.length}; gzip'd one by one`);
  console.table(Object.entries(ways).map(([way, say]) => ({ way, ...sizesOf(all.map((step) => JSON.stringify(say(step)))) })));
  console.table(streams.map(({ name, steps }) => {
    const [short, ops] = [sizesOf(steps.map(({ message, before }) => JSON.stringify(compact(message, before)))), sizesOf(steps.map(({ message }) => JSON.stringify(message)))];
    return { stream: name, revisions: steps.length, compact: short.bytes, 'compact, gzip': short.gzip, ops: ops.bytes, 'ops, gzip': ops.gzip };
  }));
};

/** Every folded diff over at most so many revisions. */
const longest = 12;

/** One diff over several revisions, against the diffs that it stands for: how many are larger, and what they take in all. */
const printFolds = (streams: readonly { steps: Step[] }[]): void => {
  const folds = streams.flatMap(({ steps }) => {
    const sizes = steps.map(({ message, before }) => ({ ops: bytesOf(JSON.stringify(message)), compact: bytesOf(JSON.stringify(compact(message, before))) }));
    return steps.flatMap((first, from) => steps.slice(from + 1, from + longest).map((last, index) => {
      const chain = steps.slice(from, from + index + 2);
      const { at } = last.message;
      const change = changes.findLast((grade) => chain.some(({ message }) => message.change === grade)) ?? 'minor';
      const ops = diff(first.before, last.after, { at, splits: Object.assign({}, ...chain.map(({ splits }) => splits)) as Record<string, string> });
      const message = messageOf(from, from + chain.length, { at, change, after: last.after, ops });
      const folded = { ops: bytesOf(JSON.stringify(message)), compact: bytesOf(JSON.stringify(compact(message, first.before))) };
      const of = (format: 'ops' | 'compact') => sum(sizes.slice(from, from + chain.length).map((size) => size[format]));
      return { folded, chain: { ops: of('ops'), compact: of('compact') } };
    }));
  });
  console.log(`\nfolded diffs against the chains they stand for, all ${folds.length} over 2 to ${longest} revisions`);
  console.table((['compact', 'ops'] as const).map((format) => ({
    format,
    'larger than the chain': folds.filter(({ folded, chain }) => folded[format] > chain[format]).length,
    'at worst': Number(folds.reduce((worst, { folded, chain }) => Math.max(worst, folded[format] / chain[format]), 0).toFixed(3)),
    'of the chain, in all': Number((sum(folds.map(({ folded }) => folded[format])) / sum(folds.map(({ chain }) => chain[format]))).toFixed(3)),
  })));
};

const printTimes = (streams: readonly { steps: Step[] }[]): void => {
  const times = streams.flatMap(({ steps }) => steps.map(({ ms }) => ms));
  console.log(`\nms a revision, over ${times.length}`);
  console.table((['parse', 'identify + diff', 'all'] as const).map((what) => {
    const each = times.map((ms) => ms[what]);
    return { what, median: quantile(each, 0.5), p99: quantile(each, 0.99), slowest: quantile(each, 1) };
  }));
};

/** 1 MB, every heading another than before. */
const printLarge = (): void => {
  const words = 'storm railway line north minister passengers closed station wind snow track wire bus city council repair morning evening report police'.split(' ');
  const wordAt = (number: number) => words[(number * 7 + (number >> 3) * 5) % words.length];
  const story = (name: string) => `Lead.\n\n${Array.from({ length: 2_000 }, (_, section) => `## ${name} ${section} ${wordAt(section)}\n\n${Array.from({ length: 66 }, (_, word) => `${wordAt(section * 31 + word * word)}${word % 9 ? '' : section}`).join(' ')}.\n`).join('\n')}`;
  const parse = (text: string) => parseStory(text, { story: 'story', format: 'md', lang: 'en' }).parsed;
  const texts = [story('Section'), story('Part')];
  const runs = Array.from({ length: 7 }, () => {
    const first = parse(texts[0] ?? '');
    const previous = first && revise({ removed: [], parsed: first, at: minute(0) })?.content;
    const start = performance.now();
    const second = parse(texts[1] ?? '');
    const middle = performance.now();
    if (previous && second) revise({ previous, removed: [], parsed: second, at: minute(1) });
    return { parse: middle - start, revise: performance.now() - middle, all: performance.now() - start };
  });
  const median = (what: 'parse' | 'revise' | 'all') => quantile(runs.map((run) => run[what]), 0.5).toFixed(0);
  console.log(`a story of ${(bytesOf(texts[1] ?? '') / 1e6).toFixed(2)} MB and 2,000 sections, every heading renamed: ${median('all')} ms (parse ${median('parse')}, identify + diff ${median('revise')}), the median of ${runs.length}`);
};

if (identityDataIsThere) {
  await printIdentity('plain');
  await printIdentity('program');
  const read = (letter: string) => allTexts().map(({ name, texts }) => ({ name, steps: stepsOf(texts.map((text) => text.replaceAll('e', letter))) }));
  for (const letter of ['é', 'è', 'ê']) read(letter); // to warm up, for a server runs for weeks: with other texts, since parsed blocks are remembered
  const streams = read('e');
  printSizes(streams);
  printFolds(streams);
  printTimes(streams);
} else {
  console.log('the labelled histories are not here: of this benchmark there is only the large story');
}
printLarge();

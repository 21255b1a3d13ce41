/** What each signal of the matcher earns, and how much hangs on each of its numbers: `node tests/bench/identity.ts`. */
import type { Weights } from '../../server/core/identify/weights.ts';
import { weights } from '../../server/core/identify/weights.ts';
import { f1Of, identityDataIsThere, judgeAll, type Verdict } from './identity-cases.ts';
import { judgeEdits, makeEdits } from './identity-edits.ts';

const rowOf = (verdicts: readonly Verdict[]) => {
  const right = verdicts.filter((verdict) => verdict.right).length;
  const [splits, merges] = [verdicts.map(({ splits }) => splits), verdicts.map(({ merges }) => merges)];
  return { right, of: verdicts.length, percent: Number(((100 * right) / verdicts.length).toFixed(1)), hardF1: Number(f1Of(verdicts.map(({ hard }) => hard)).toFixed(4)), splitsF1: Number(f1Of(splits).toFixed(2)), mergesF1: Number(f1Of(merges).toFixed(2)) };
};

type Edits = Awaited<ReturnType<typeof makeEdits>>;

/** Cases wholly right and F1: of the hard labelled pairs by either parser, and of all pairs of edits that were made up. */
const row = async (edits: Edits, changed: Partial<Weights> = {}) => {
  const measured = { ...weights, ...changed };
  const [labelled, parsed] = [rowOf(await judgeAll({ weights: measured })), rowOf(await judgeAll({ parser: 'program', weights: measured }))];
  const scores = judgeEdits(edits, measured);
  const right = scores.filter(({ found, expected, both }) => found === both && expected === both).length;
  const shown = (count: number, f1: number) => `${count}  ${f1.toFixed(4)}`;
  return { labelled: shown(labelled.right, labelled.hardF1), 'own parser': shown(parsed.right, parsed.hardF1), 'splits, merges': `${labelled.splitsF1} ${labelled.mergesF1}`, 'made up': shown(right, f1Of(scores)) };
};

/** Each signal switched off: its weight is nothing, or that of the signal that it refines. */
const without: Record<string, Partial<Weights>> = {
  'nothing: all signals': {},
  'names that are the only ones': { heading: weights.headingOfSeveral },
  'headings among several': { headingOfSeveral: 0 },
  'texts under equal headings': { text: 0 },
  'texts under other headings': { textAlone: 0 },
  'likeness of headings': { headingAlike: 0 },
  'neighbours and parent': { context: 0 },
  'the place': { place: 0 },
};

const printFailures = (verdicts: readonly Verdict[]): void => {
  const listed = (pairs: Verdict['missed']) => pairs.map(({ old_index, new_index }) => `${old_index}>${new_index}`).join(' ') || 'none';
  for (const { id, missed, wrong } of verdicts.filter(({ right }) => !right)) console.log(`  ${id}: missed ${listed(missed)}, linked instead ${listed(wrong)}`);
};

const printAll = async (): Promise<void> => {
  for (const parser of ['plain', 'program'] as const) {
    const verdicts = await judgeAll({ parser });
    console.log(`\ncut by ${parser === 'plain' ? 'the labels' : 'the parser of stories'}`);
    console.table({ all: rowOf(verdicts), ...Object.fromEntries(Object.entries(Object.groupBy(verdicts, ({ stream }) => stream)).map(([stream, some]) => [stream, rowOf(some ?? [])])) });
    printFailures(verdicts);
  }
  const edits = await makeEdits(30);
  console.log('\nwithout: cases wholly right, F1');
  const ablation: Record<string, Awaited<ReturnType<typeof row>>> = {};
  for (const [name, changed] of Object.entries(without)) ablation[name] = await row(edits, changed);
  console.table(ablation);
  console.log('\none number smaller or greater');
  const shaken: Record<string, Awaited<ReturnType<typeof row>>> = {};
  for (const name of Object.keys(weights) as (keyof Weights)[]) {
    for (const factor of [0.8, 1.2]) shaken[`${name} ${(weights[name] * factor).toPrecision(2)}`] = await row(edits, { [name]: weights[name] * factor });
  }
  console.table(shaken);
};

if (identityDataIsThere) await printAll();
else console.log('skipped: the labelled histories are not here');

/** Prints how often the matcher is right on labelled real histories, and what their revisions cost on the wire: `node tests/bench/diff.ts`. */
import { gzipSync } from 'node:zlib';
import type { Parsed } from '../../server/core/parse.ts';
import type { Diff } from '../../server/core/protocol.ts';
import { apply } from '../../server/core/diff.ts';
import { createSaving, minute } from '../saving.ts';
import { allStreams, identityDataIsThere, judgeAll, type Score, type Verdict } from './identity-cases.ts';

const mean = (values: readonly number[]): number => Math.round(values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length));
const total = (scores: readonly Score[]) => {
  const sum = (of: keyof Score) => scores.reduce((count, score) => count + score[of], 0);
  return `${sum('both')} of ${sum('expected')} found, ${sum('found') - sum('both')} wrong`;
};

const printIdentity = (verdicts: readonly Verdict[]): void => {
  const right = verdicts.filter((verdict) => verdict.right).length;
  console.log(`cases wholly right   ${right} of ${verdicts.length} (${((100 * right) / verdicts.length).toFixed(1)} %)`);
  console.log(`splits               ${total(verdicts.map(({ splits }) => splits))}`);
  console.log(`merges               ${total(verdicts.map(({ merges }) => merges))}`);
  for (const { id, missed, wrong } of verdicts.filter((verdict) => !verdict.right)) {
    console.log(`  ${id}: missed ${missed.map((pair) => `${pair.old_index}>${pair.new_index}`).join(' ')}; linked instead ${wrong.map((pair) => `${pair.old_index}>${pair.new_index}`).join(' ')}`);
  }
};

/** The frames that a reader of the whole stream gets, each proved to lead to the state that it says. */
const framesOf = (files: readonly Parsed[]): string[] => {
  const save = createSaving();
  let before = files[0] && save(files[0])?.content;
  return files.slice(1).flatMap((file, index) => {
    const [revised, at] = [save(file), minute(index + 1)];
    if (!revised || !before) return [];
    const { content: { hash }, change, ops } = revised;
    if (apply(before, ops, at).hash !== hash) throw new Error('a diff does not lead to its state');
    before = revised.content;
    const frame: Diff = { type: 'diff', story: 'story', from: `7f3a9c21_${index}`, to: `7f3a9c21_${index + 1}`, revision: index + 2, at, change, folded: 1, hash, ops };
    return [JSON.stringify(frame)];
  });
};

const printSizes = (streams: readonly { name: string; files: Parsed[] }[]): void => {
  const rows = streams.map(({ name, files }) => {
    const frames = framesOf(files);
    return { name, revisions: frames.length, bytes: mean(frames.map((frame) => Buffer.byteLength(frame))), gzip: mean(frames.map((frame) => gzipSync(frame).length)) };
  });
  console.table([...rows, { name: 'mean of all', revisions: rows.reduce((sum, { revisions }) => sum + revisions, 0), bytes: mean(rows.map(({ bytes }) => bytes)), gzip: mean(rows.map(({ gzip }) => gzip)) }]);
};

if (identityDataIsThere) {
  printIdentity(await judgeAll());
  printSizes(await allStreams());
} else {
  console.log('skipped: the labelled histories are not here');
}

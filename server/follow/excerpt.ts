/** Of a text with changes, the sentences that have changed. */
import type { Run } from '../core/words.ts';

/** The runs, less the sentences that stand still around them; of a text that stands still as a whole, its beginning. */
export const changedIn = (runs: readonly Run[], lang: string): Run[] =>
  runs.map((run, index) => (run.kind === 'kept' ? { kind: 'kept', text: shorten(run.text, { first: index === 0, last: index === runs.length - 1 }, lang) } : run));

const shorten = (text: string, { first, last }: { first: boolean; last: boolean }, lang: string): string => {
  const sentences = Array.from(segmenterOf(lang).segment(text), ({ segment }) => segment);
  const [head, tail] = [first ? '' : (sentences[0] ?? ''), last ? '' : (sentences.at(-1) ?? '')];
  if (first && last) return sentences.length > 1 ? `${sentences[0]}…` : text;
  if (sentences.length <= (first || last ? 1 : 2)) return text;
  return `${head}${head.endsWith('\n') ? '' : head === '' ? '' : ' '}… ${tail}`.replace(/ {2,}/g, ' ');
};

const segmenterOf = (lang: string): Intl.Segmenter => {
  try {
    return new Intl.Segmenter(lang, { granularity: 'sentence' });
  } catch {
    return new Intl.Segmenter('en', { granularity: 'sentence' });
  }
};

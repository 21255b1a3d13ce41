/** A text of which pieces can be cut while every line still knows its number in the file. */
import type { Place } from './problems.ts';

export type Body = {
  text: string;
  /** For each line of `text`, its number in the file. */
  lines: readonly number[];
};

/** `to` is exclusive. Ranges of one cut ascend and do not overlap. */
export type Range = { from: number; to: number };

/** A text whose first line is line `firstLine` of the file. */
export const toBody = (text: string, firstLine: number): Body => ({ text, lines: lineStarts(text).map((_, index) => firstLine + index) });

/** The offset at which each line begins. */
export const lineStarts = (text: string): number[] => {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
};

/** The number, from 0, of the line that holds `offset`. */
export const lineAt = (starts: readonly number[], offset: number): number => {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
};

/** Where in the file an offset of the text stands. */
export const placeOf = ({ text, lines }: Body, offset: number): Place => {
  const starts = lineStarts(text);
  const line = lineAt(starts, offset);
  return { line: lines[line] ?? 1, column: offset - (starts[line] ?? 0) + 1 };
};

/** The body without the ranges. */
export const cut = (body: Body, ranges: readonly Range[]): Body => {
  const end = body.text.length;
  const starts = lineStarts(body.text);
  const kept = between(ranges, end);
  const firsts = [kept[0]?.from ?? end];
  for (const [index, { from, to }] of kept.entries()) {
    for (let line = lineAt(starts, from) + 1; (starts[line] ?? end + 1) <= to; line += 1) {
      const start = starts[line] ?? end;
      firsts.push(start < to ? start : (kept[index + 1]?.from ?? end));
    }
  }
  return {
    text: kept.map(({ from, to }) => body.text.slice(from, to)).join(''),
    lines: firsts.map((offset) => body.lines[lineAt(starts, offset)] ?? 1),
  };
};

/** What lies between the ranges, before the first and after the last, as far as it is anything. */
const between = (ranges: readonly Range[], end: number): Range[] => {
  const froms = [0, ...ranges.map(({ to }) => to)];
  const tos = [...ranges.map(({ from }) => from), end];
  return froms.map((from, index) => ({ from, to: tos[index] ?? end })).filter(({ from, to }) => from < to);
};

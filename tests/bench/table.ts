/** What a benchmark prints. */

export type Cell = string | number | undefined;

/** Rows of equal keys, which are the heads of its columns; numbers with three figures that count. */
export const printTable = (rows: readonly Record<string, Cell>[]): void => {
  const heads = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [heads, ...rows.map((row) => heads.map((head) => format(row[head])))];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const isText = heads.map((head) => rows.some((row) => typeof row[head] === 'string'));
  const print = (line: readonly string[]) => console.log(`  ${line.map((cell, column) => (isText[column] ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`.trimEnd());
  print(lines[0] ?? []);
  print(widths.map((width) => '-'.repeat(width)));
  for (const line of lines.slice(1)) print(line);
};

const format = (cell: Cell): string => {
  if (cell === undefined || (typeof cell === 'number' && !Number.isFinite(cell))) return '-';
  if (typeof cell === 'string') return cell;
  const size = Math.abs(cell);
  return cell.toLocaleString('en', { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3 });
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Between two values, what lies between them in proportion. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low === high ? low : low + (high - low) * (place - Math.floor(place));
};

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

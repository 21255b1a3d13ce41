/** The one-to-one assignment with the greatest sum of scores. */

export type Edge = { row: number; column: number; score: number };

/** Groups of this many rows and columns at most are assigned exactly, in time cubic in their size; larger ones by taking the best edge first. */
const maxExact = 150;

/**
 * Chooses edges so that no row and no column is used twice and the sum of their scores, all above zero, is the greatest. Equal inputs give equal answers.
 * Rows and columns that no edge connects are solved apart.
 */
export const assign = <E extends Edge>(edges: readonly E[]): E[] => groupsOf(edges).flatMap((group) => {
  if (group.length < 2) return group;
  const rows = [...new Set(group.map(({ row }) => row))];
  const columns = [...new Set(group.map(({ column }) => column))];
  return rows.length > maxExact || columns.length > maxExact ? bestFirst(group) : exact(group, rows, columns);
});

const bestFirst = <E extends Edge>(edges: readonly E[]): E[] => {
  const [rows, columns] = [new Set<number>(), new Set<number>()];
  return edges.toSorted((a, b) => b.score - a.score).filter(({ row, column }) => {
    if (rows.has(row) || columns.has(column)) return false;
    rows.add(row);
    columns.add(column);
    return true;
  });
};

/** The connected parts of the graph. */
const groupsOf = <E extends Edge>(edges: readonly E[]): E[][] => {
  const parents = new Map<string, string>();
  const root = (node: string): string => {
    let at = node;
    for (let up = parents.get(at); up !== undefined && up !== at; up = parents.get(at)) at = up;
    parents.set(node, at);
    return at;
  };
  for (const { row, column } of edges) parents.set(root(`r${row}`), root(`c${column}`));
  return Object.values(Object.groupBy(edges, ({ row }) => root(`r${row}`))).map((group) => group ?? []);
};

/** The Hungarian method with potentials (Kuhn 1955, Munkres 1957), a row at a time; what is not an edge scores 0 and is left out of the answer. */
const exact = <E extends Edge>(edges: readonly E[], rows: readonly number[], columns: readonly number[]): E[] => {
  const size = Math.max(rows.length, columns.length);
  const rowAt = new Map(rows.map((row, index) => [row, index + 1]));
  const columnAt = new Map(columns.map((column, index) => [column, index + 1]));
  const scores = new Float64Array((size + 1) * (size + 1));
  for (const { row, column, score } of edges) scores[(rowAt.get(row) ?? 0) * (size + 1) + (columnAt.get(column) ?? 0)] = score;
  const rowOf = hungarian(scores, size);
  return edges.filter(({ row, column, score }) => score > 0 && rowOf[columnAt.get(column) ?? 0] === rowAt.get(row));
};

/** The row of each column, both from 1, in a square matrix with a border of zeros. */
const hungarian = (scores: Float64Array, size: number): Int32Array => {
  const [u, v] = [new Float64Array(size + 1), new Float64Array(size + 1)];
  const rowOf = new Int32Array(size + 1);
  const cost = (row: number, column: number) => -(scores[row * (size + 1) + column] ?? 0) - (u[row] ?? 0) - (v[column] ?? 0);
  for (let row = 1; row <= size; row += 1) {
    const slack = new Float64Array(size + 1).fill(Infinity);
    const from = new Int32Array(size + 1);
    const used = new Uint8Array(size + 1);
    let column = 0;
    rowOf[0] = row;
    do {
      used[column] = 1;
      const current = rowOf[column] ?? 0;
      let [least, next] = [Infinity, 0];
      for (let j = 1; j <= size; j += 1) {
        if (used[j]) continue;
        const reduced = cost(current, j);
        if (reduced < (slack[j] ?? 0)) { slack[j] = reduced; from[j] = column; }
        if ((slack[j] ?? 0) < least) { least = slack[j] ?? 0; next = j; }
      }
      for (let j = 0; j <= size; j += 1) {
        if (used[j]) { u[rowOf[j] ?? 0] = (u[rowOf[j] ?? 0] ?? 0) + least; v[j] = (v[j] ?? 0) - least; }
        else slack[j] = (slack[j] ?? 0) - least;
      }
      column = next;
    } while (rowOf[column] !== 0);
    while (column !== 0) {
      const before = from[column] ?? 0;
      rowOf[column] = rowOf[before] ?? 0;
      column = before;
    }
  }
  return rowOf;
};

/** Texts written as copies of an older text where they stood there already: what was moved, split off or joined costs a few bytes, not a paragraph. */

/** A piece of new text, or `length` UTF-16 units of the old one from `at` on. */
export type Copied = string | [at: number, length: number];

/** units that are looked up; every copy of `stride` units more is found. */
const pieceLength = 8;
const stride = 4;
/** A shorter copy costs as much as the text. */
const worthCopying = 16;
/** places of one piece that are tried */
const maxPlaces = 8;

/** Writes texts as pieces and copies of `old`; a text that holds no copy stays one piece. Time is linear in the length of both. */
export const copiesIn = (old: string): ((text: string) => Copied[]) => {
  let places: Map<string, number[]> | undefined;
  return (text) => {
    if (Math.min(old.length, text.length) < worthCopying) return [text];
    places ??= placesIn(old);
    return cut(old, text, places);
  };
};

/** The text that pieces and copies stand for. Throws `RangeError` where a copy reaches out of `old`. */
export const paste = (old: string, pieces: readonly Copied[]): string =>
  pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    const [at, length] = piece;
    if (!(at >= 0 && length >= 0 && at + length <= old.length)) throw new RangeError(`there is nothing to copy from ${at} to ${at + length}`);
    return old.slice(at, at + length);
  }).join('');

const placesIn = (old: string): Map<string, number[]> => {
  const places = new Map<string, number[]>();
  for (let at = 0; at + pieceLength <= old.length; at += stride) {
    const piece = old.slice(at, at + pieceLength);
    const known = places.get(piece);
    if (!known) places.set(piece, [at]);
    else if (known.length < maxPlaces) known.push(at);
  }
  return places;
};

const cut = (old: string, text: string, places: ReadonlyMap<string, number[]>): Copied[] => {
  const pieces: Copied[] = [];
  let [written, at] = [0, 0];
  while (at + pieceLength <= text.length) {
    const copy = longestCopy(old, text, at, written, places);
    if (copy.length < worthCopying) {
      at += 1;
      continue;
    }
    if (copy.start > written) pieces.push(text.slice(written, copy.start));
    pieces.push([copy.at, copy.length]);
    written = at = copy.start + copy.length;
  }
  return written < text.length || pieces.length === 0 ? [...pieces, text.slice(written)] : pieces;
};

/** The longest copy that holds the piece of `text` at `at`, and nothing before `written`. */
const longestCopy = (old: string, text: string, at: number, written: number, places: ReadonlyMap<string, number[]>) => {
  let best = { start: at, at: 0, length: 0 };
  for (const place of places.get(text.slice(at, at + pieceLength)) ?? []) {
    let [from, to] = [0, pieceLength];
    while (at - from > written && place - from > 0 && old.charCodeAt(place - from - 1) === text.charCodeAt(at - from - 1)) from += 1;
    while (at + to < text.length && place + to < old.length && old.charCodeAt(place + to) === text.charCodeAt(at + to)) to += 1;
    if (isLow(text.charCodeAt(at - from))) from -= 1;
    if (isLow(text.charCodeAt(at + to))) to -= 1;
    if (from + to > best.length) best = { start: at - from, at: place - from, length: from + to };
  }
  return best;
};

/** The second half of a surrogate pair. A copy neither begins with one nor ends before one. */
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

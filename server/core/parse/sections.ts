/** Headings and blocks become the sections of a story, and its headline. */
import type { Heading, ParsedSection, Piece } from '../parsed.ts';
import type { Problems } from './problems.ts';

type Sections = { headline?: string; sections: ParsedSection[] };

/**
 * The headline, `given` by the front matter or the first level-1 heading, and the sections: the lead first. What stood below the
 * headline's heading joins the section before it. `bodyLine` is the line of the file where the text begins.
 */
export const toSections = (pieces: readonly Piece[], given: string | undefined, bodyLine: number, problems: Problems): Sections => {
  const named = withoutEmptyHeadings(pieces, problems);
  const title = named.find((piece): piece is Heading => piece.kind === 'heading' && piece.level === 1);
  const isHeadline = title !== undefined && (given === undefined || plain(given) === plain(title.text));
  if (isHeadline && title.attributes) problems.warning(title.attributes, 'the headline has no attributes: they are left out');
  const rest = isHeadline ? named.filter((piece) => piece !== title) : named;
  checkPins(rest, problems);
  const headline = given ?? title?.text;
  return { sections: split(rest, bodyLine), ...(headline !== undefined && { headline }) };
};

const plain = (text: string): string => text.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase();

const withoutEmptyHeadings = (pieces: readonly Piece[], problems: Problems): Piece[] =>
  pieces.filter((piece) => {
    if (piece.kind === 'block' || piece.text !== '') return true;
    problems.warning({ line: piece.line, column: 1 }, 'a heading without text is left out');
    return false;
  });

const split = (pieces: readonly Piece[], bodyLine: number): ParsedSection[] => {
  const sections: ParsedSection[] = [{ level: 0, heading: '', attrs: {}, blocks: [], line: bodyLine }];
  const levelOf = pageLevels();
  for (const piece of pieces) {
    if (piece.kind === 'block') sections.at(-1)?.blocks.push(piece.html);
    else sections.push(toSection(piece, levelOf(piece.level)));
  }
  return sections;
};

const toSection = ({ text, line, attributes }: Heading, level: number): ParsedSection => ({
  level,
  heading: text,
  attrs: attributes?.pinned ? { pinned: true } : {},
  ...(attributes?.pin !== undefined && { pin: attributes.pin }),
  blocks: [],
  line,
});

/** From the levels of the file, one heading after the other, to those of the page: 2 for the shallowest, none skipped on the way down, 6 at most. */
const pageLevels = (): ((level: number) => number) => {
  let path: { file: number; page: number }[] = [];
  return (level) => {
    path = path.filter(({ file }) => file < level);
    const page = Math.min((path.at(-1)?.page ?? 1) + 1, 6);
    path.push({ file: level, page });
    return page;
  };
};

const checkPins = (pieces: readonly Piece[], problems: Problems): void => {
  const lines = new Map<string, number>();
  for (const piece of pieces) {
    const attributes = piece.kind === 'heading' ? piece.attributes : undefined;
    if (attributes?.pin === undefined) continue;
    const earlier = lines.get(attributes.pin);
    const { pin, line } = attributes;
    if (earlier !== undefined) problems.error(attributes, `#${pin} is the id of two headings, in lines ${earlier} and ${line}: give one of them another`);
    lines.set(pin, earlier ?? line);
  }
};

/** Whether there is nothing to read. */
export const isEmpty = (sections: readonly ParsedSection[]): boolean => sections.every(({ heading, blocks }) => heading === '' && blocks.length === 0);


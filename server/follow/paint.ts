/** Text for a terminal: changed words in colour, or between marks where there is none; wrapped; nothing in it commands the terminal. */
import { styleText } from 'node:util';
import type { Run } from '../core/words.ts';

/** `plain`: text that stands as it is. */
export type Span = { kind: Run['kind'] | 'plain' | 'strong' | 'quiet'; text: string };

export type PaintOptions = {
  /** Whether there are colours; else git's marks of a word diff, `[-went-]{+came+}`. */
  colour: boolean;
  /** columns; `Infinity` does not wrap */
  width: number;
};

const formats = { removed: ['red', 'strikethrough'], added: ['green'], strong: ['bold'], quiet: ['dim'] } as const;
const marks: Partial<Record<Span['kind'], [open: string, close: string]>> = { removed: ['[-', '-]'], added: ['{+', '+}'] };

/** What a terminal would obey, and what turns the order of letters around: escapes, controls, overrides. Line breaks stay. */
const commands = /(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;
const wide = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\uff01-\uff60]/u;
const thin = /\p{Mn}|\p{Me}|\p{Cf}/u;

const widthOf = (text: string): number => Array.from(text).reduce((sum, letter) => sum + (thin.test(letter) ? 0 : wide.test(letter) ? 2 : 1), 0);

/** Lines that begin with `indent`, and are no wider than they may be. */
export const paint = (spans: readonly Span[], indent: string, { colour, width }: PaintOptions): string[] => {
  const style = ({ kind, text }: Span): string => (!colour || kind === 'plain' || kind === 'kept' ? text : styleText([...formats[kind]], text, { validateStream: false }));
  return linesOf(colour ? spans : spans.map(marked), width - indent.length).map((line) => indent + joined(line).map(style).join(''));
};

const marked = ({ kind, text }: Span): Span => {
  const [open, close] = marks[kind] ?? ['', ''];
  return { kind, text: open + text + close };
};

/** Cut between words, and anywhere in a word that is wider than a line, or of a script without spaces. */
const linesOf = (spans: readonly Span[], width: number): Span[][] => {
  const lines: Span[][] = [[]];
  let used = 0;
  const start = () => {
    lines.push([]);
    used = 0;
  };
  for (const { kind, text } of spans) {
    for (const piece of piecesOf(text.replace(commands, ''), width)) {
      const length = widthOf(piece);
      if (piece === '\n' || (used > 0 && used + widthOf(piece.trimEnd()) > width)) start();
      if (piece === '\n' || (used === 0 && piece.trim() === '')) continue;
      lines.at(-1)?.push({ kind, text: piece });
      used += length;
    }
  }
  return lines.filter((line) => line.length > 0);
};

/** Words, each with the space after it. */
const piecesOf = (text: string, width: number): string[] =>
  (text.match(/\n|[^\S\n]+|[^\s]+[^\S\n]*/gu) ?? []).flatMap((word) => (widthOf(word.trimEnd()) > width || wide.test(word) ? Array.from(word) : word));

/** Neighbours of one kind are one; no line ends in spaces. */
const joined = (line: readonly Span[]): Span[] => {
  const spans: Span[] = [];
  for (const span of line) {
    const last = spans.at(-1);
    if (last?.kind === span.kind) spans[spans.length - 1] = { kind: span.kind, text: last.text + span.text };
    else spans.push(span);
  }
  return withoutEnd(spans);
};

const withoutEnd = (spans: readonly Span[]): Span[] => {
  const last = spans.at(-1);
  const text = last?.text.trimEnd();
  if (!last || text === undefined) return [];
  return text === '' ? withoutEnd(spans.slice(0, -1)) : [...spans.slice(0, -1), { kind: last.kind, text }];
};

/** How loud a change is. */
import type { Block, Change, Content, Meta, Section } from './story.ts';
import { contentOf, textOf } from './text.ts';

type Body = Pick<Content, 'meta' | 'sections'>;
/** Whether the editor calls this save minor. */
type Editor = { minor: boolean };

const space = '[\\s\\u200b\\u2060\\ufeff\\u00ad]';
const quote = '["\'“”„‟‘’‚‛«»‹›`´′″「」『』]';
const dash = '[-\\u2010-\\u2015\\u2212\\ufe58\\ufe63\\uff0d]';
const comma = '[,،、，﹐､]';
/** Runs of what may differ in a minor revision, each with a plain form for where it stands between digits. */
const slight = new RegExp(`(?:${space}|${quote}|${dash}|${comma})+`, 'gu');
const plainForms: readonly [RegExp, string][] = [[new RegExp(`${space}+`, 'gu'), ' '], [new RegExp(quote, 'gu'), "'"], [new RegExp(dash, 'gu'), '-'], [new RegExp(comma, 'gu'), ',']];
/** A number with its sign, its separators and the digits between them. */
const number = new RegExp(`(?:(?<![\\p{L}\\p{N}])${dash})?\\p{Nd}+(?:[.,:’'\\u00a0\\u2009\\u202f]\\p{Nd}+)*`, 'gu');

/**
 * - `correction`: a correction that was not there before.
 * - `minor`: the texts are equal but for white space, quotes, dashes and commas, though never between digits (1,204 is not 1204) and never a minus;
 *   or the editor calls it minor (`minor` is new) and no number changed.
 * - `update`: everything else, also moved, new and removed sections, another status, language, author or picture.
 *
 * Times play no part.
 */
export const grade = (before: Body, after: Body, editor: Editor): Change => weigh(before, after, editor).change;

/** The grade, and what it rests on, for people. */
export const weigh = (before: Body, after: Body, { minor }: Editor): { change: Change; why: string } => {
  if (hasNewCorrection(before, after)) return { change: 'correction', why: 'a correction is new' };
  const difference = differenceOf(before, after);
  if (difference === undefined) return { change: 'minor', why: 'no word differs: only white space, quotes, dashes, commas or markup' };
  if (!minor) return { change: 'update', why: difference };
  return same(numbersOf(before), numbersOf(after)) ? { change: 'minor', why: 'the editor says so, and no number changed' } : { change: 'update', why: `${difference}; it is not minor, for a number changed` };
};

const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((each, index) => each === b[index]);

const hasNewCorrection = (before: Body, after: Body): boolean => {
  const left = before.meta.corrections.map(({ text }) => text);
  return after.meta.corrections.some(({ text }) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
};

/** The first difference that readers should be told of; `undefined` where there is none. */
const differenceOf = (before: Body, after: Body): string | undefined => {
  const [a, b] = [before.meta, after.meta];
  if (!same([a.lang, a.dir, a.status], [b.lang, b.dir, b.status])) return 'the status or the language is another';
  if (!same(metaTextsOf(a).map(reduced), metaTextsOf(b).map(reduced))) return 'the headline, an author or a correction is another';
  if (!sameSections(before.sections, after.sections)) return 'sections came, went or moved';
  const reworded = after.sections.find((section, index) => section !== before.sections[index] && sectionTextOf(section) !== sectionTextOf(before.sections[index]));
  return reworded && `the words of "${reworded.id}" differ`;
};

/** By their ids; one that a pin has replaced stands in the section's `was`. */
const sameSections = (a: readonly Section[], b: readonly Section[]): boolean =>
  a.length === b.length && b.every(({ id, was }, index) => a[index] !== undefined && [id, ...was].includes(a[index].id));

const metaTextsOf = ({ headline, authors, corrections }: Meta): string[] => [headline, ...authors, ...corrections.map(({ text }) => text)];
const sectionTextOf = (section: Section | undefined): string => (section ? `${reduced(section.heading)}\n${reduced(section.blocks.map(contentOf).join(' '))}` : '');

const isDigit = (letter: string): boolean => /\p{Nd}/u.test(letter);

/** `“No” – said 1,204` and `"No", said 1,204` are the same; `1204` is not. */
const reduced = (text: string): string => text.normalize('NFC').replace(slight, (run: string, at: number, whole: string) => {
  if (!isDigit(whole.charAt(at + run.length))) return '';
  const plain = plainForms.reduce((form, [pattern, replacement]) => form.replace(pattern, replacement), run);
  return isDigit(whole.charAt(at - 1)) ? plain : plain.endsWith('-') ? '-' : '';
});

/** Every number of a story, by section, so that a move changes none. */
const numbersOf = ({ meta: { headline }, sections }: Body): string[] => {
  const textsOf = ({ heading, blocks }: Section): string[] => [heading, ...blocks.map((block: Block) => textOf(block))];
  const ordered = sections.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return [headline, ...ordered.flatMap(textsOf)].flatMap((text) => text.match(number) ?? []);
};

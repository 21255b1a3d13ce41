/** The labelled pairs of revisions in `../shared/data`, where that folder is there: real texts, read here and never copied. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Parsed, ParsedSection } from '../../server/core/parse.ts';
import type { Section } from '../../server/core/story.ts';
import type { Weights } from '../../server/core/identify/weights.ts';
import { identify } from '../../server/core/identify.ts';
import { keyOf } from '../../server/core/identify/likeness.ts';
import { hunksBetween } from '../../server/core/sequence.ts';
import { parseStory } from '../../server/core/parse.ts';

type Pair = { old_index: number; new_index: number; hard?: boolean };
type Case = { id: string; stream: string; from: number; to: number; expected: Pair[]; splits: Pair[]; merges: Pair[]; ignore_old: number[]; ignore_new: number[] };
type Cut = (text: string) => { level: number; title: string; text: string }[];

const folder = new URL('../../../shared/data/', import.meta.url);
export const identityDataIsThere = existsSync(folder);

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

const streams = new Map<string, string[]>();
/** The texts of a stream, oldest first. */
const textsOf = (stream: string): string[] => {
  const known = streams.get(stream);
  if (known) return known;
  const texts = linesOf(gunzipSync(readFileSync(new URL(`streams/${stream}.jsonl.gz`, folder))).toString()).map((line) => (JSON.parse(line) as { text: string }).text);
  streams.set(stream, texts);
  return texts;
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Sections as a parser would hand them over: headings as plain text, a paragraph a block. */
const parsedBy = (cut: Cut, text: string): ParsedSection[] => cut(text).map(({ level, title, text: whole }, line) => {
  const body = level === 0 ? whole : whole.slice(whole.indexOf('\n') + 1 || whole.length);
  const blocks = body.split(/\r?\n[ \t]*\r?\n/).map((part) => part.trim()).filter((part) => part !== '').map((part) => `<p>${escaped(part)}</p>`);
  return { level, heading: title.replace(/<[^>]*>/g, '').replace(/\\(\W)/g, '$1'), attrs: {}, blocks, line };
});

/** Sections as the program's own parser cuts them, each at the place where `cut` has it; `undefined` for a place that it has none for. */
const parsedByProgram = (cut: Cut, text: string): (ParsedSection | undefined)[] => {
  const counted = parsedBy(cut, text);
  const sections = parseStory(text, { story: 'story', format: 'md', lang: 'en' }).parsed?.sections ?? [];
  const [a, b] = [counted, sections].map((list) => list.map(({ level, heading }) => (level === 0 ? '' : keyOf(heading.replace(/[`*_]|\]\([^)]*\)/g, '')))));
  const placed: (ParsedSection | undefined)[] = counted.map(() => undefined);
  let [at, from] = [0, 0];
  for (const hunk of [...hunksBetween(a ?? [], b ?? []), { at: counted.length, drop: 0, from: sections.length, put: 0 }]) {
    while (at < hunk.at) placed[at++] = sections[from++];
    [at, from] = [hunk.at + hunk.drop, hunk.from + hunk.put];
  }
  return placed;
};

type Version = { sections: ParsedSection[]; /** where each stands as it is counted */ places: number[] };

const versions = new Map<string, Version>();
const versionOf = (cut: Cut, stream: string, revision: number, parser: Parser): Version => {
  const key = [stream, revision, parser].join(' ');
  const text = textsOf(stream)[revision] ?? '';
  const known = versions.get(key);
  if (known) return known;
  const placed = parser === 'plain' ? parsedBy(cut, text) : parsedByProgram(cut, text);
  const version = { sections: placed.flatMap((section) => section ?? []), places: placed.flatMap((section, place) => (section ? [place] : [])) };
  versions.set(key, version);
  return version;
};

/** Parsed sections as the first state of a story, named by their places. */
const sectionsOf = (parsed: readonly ParsedSection[]): Section[] => {
  const at = '2026-11-22T14:00:00.000Z';
  return parsed.map(({ level, heading, blocks }, index) => ({ id: index === 0 ? 'lead' : `s${index}`, level, heading, attrs: {}, added: at, revised: at, was: [], blocks }));
};

/** `plain` cuts as the labels count; `program` is the parser that stories go through. */
export type Parser = 'plain' | 'program';

export type Verdict = { id: string; stream: string; right: boolean; missed: Pair[]; wrong: Pair[]; hard: Score; splits: Score; merges: Score };
export type Score = { found: number; expected: number; both: number };

const key = ({ old_index, new_index }: Pair) => `${old_index}-${new_index}`;
const score = (found: readonly Pair[], expected: readonly Pair[]): Score => {
  const keys = new Set(expected.map(key));
  return { found: found.length, expected: expected.length, both: found.filter((pair) => keys.has(key(pair))).length };
};

const judge = (cut: Cut, { id, stream, from, to, expected, splits, merges, ignore_old, ignore_new }: Case, parser: Parser, weights?: Weights): Verdict => {
  const [before, after] = [versionOf(cut, stream, from, parser), versionOf(cut, stream, to, parser)];
  const identities = identify({ sections: sectionsOf(before.sections), removed: [] }, after.sections, weights);
  const rows = new Map(sectionsOf(before.sections).map(({ id }, row) => [id, before.places[row]]));
  const isJudged = ({ old_index, new_index }: Pair) =>
    !ignore_old.includes(old_index) && !ignore_new.includes(new_index) && before.places.includes(old_index) && after.places.includes(new_index);
  const pairs = (idsOf: (identity: (typeof identities)[number]) => readonly (string | undefined)[]): Pair[] => identities
    .flatMap((identity, column) => idsOf(identity).flatMap((old) => (old === undefined ? [] : [{ old_index: rows.get(old) ?? -1, new_index: after.places[column] ?? -1 }])))
    .filter(isJudged);
  const [found, wanted] = [pairs(({ previous }) => [previous?.id]), expected.filter(isJudged)];
  const [foundKeys, wantedKeys] = [new Set(found.map(key)), new Set(wanted.map(key))];
  const [missed, wrong] = [wanted.filter((pair) => !foundKeys.has(key(pair))), found.filter((pair) => !wantedKeys.has(key(pair)))];
  const easy = new Set(wanted.filter(({ hard }) => !hard).map(key));
  return {
    id, stream, missed, wrong, right: missed.length + wrong.length === 0,
    hard: score(found.filter((pair) => !easy.has(key(pair))), wanted.filter(({ hard }) => hard)),
    splits: score(pairs(({ splitFrom }) => [splitFrom]), splits),
    merges: score(pairs(({ was }) => was), merges),
  };
};

const cutter = async (): Promise<Cut> => ((await import(new URL('sections.mjs', folder).href)) as { sections: Cut }).sections;

/** What the matcher makes of every labelled case. */
export const judgeAll = async ({ parser = 'plain', weights }: { parser?: Parser; weights?: Weights } = {}): Promise<Verdict[]> => {
  const cut = await cutter();
  const cases = linesOf(readFileSync(new URL('identity-cases.jsonl', folder), 'utf8')).map((line) => JSON.parse(line) as Case);
  return cases.map((each) => judge(cut, each, parser, weights));
};

/** Dice's F1 over all pairs: a wrong link counts against it wherever it is. */
export const f1Of = (scores: readonly Score[]): number => {
  const sum = (of: keyof Score) => scores.reduce((count, score) => count + score[of], 0);
  return (2 * sum('both')) / Math.max(1, sum('found') + sum('expected'));
};

/** Every stream as the parsed files that its author saved. */
export const allStreams = async (): Promise<{ name: string; files: Parsed[] }[]> => {
  const cut = await cutter();
  const meta = { headline: 'A real text', lang: 'en', dir: 'ltr', status: 'developing', authors: [], corrections: [] } as const;
  return readdirSync(new URL('streams/', folder)).map((file) => file.replace('.jsonl.gz', '')).map((name) => ({
    name,
    files: textsOf(name).map((text) => ({ meta: { ...meta, authors: [], corrections: [] }, sections: parsedBy(cut, text), source: '' })),
  }));
};

/** The texts of every stream as they were saved, oldest first. */
export const allTexts = (): { name: string; texts: string[] }[] =>
  readdirSync(new URL('streams/', folder)).map((file) => file.replace('.jsonl.gz', '')).map((name) => ({ name, texts: textsOf(name) }));

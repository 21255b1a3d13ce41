/** The lines between `---` and `---` at the head of a Markdown story. */
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Pair, type YAMLError, type YAMLMap } from 'yaml';
import { toBody, type Body } from './body.ts';
import type { ParsedMeta } from '../parsed.ts';
import type { Place, Problems } from './problems.ts';
import { cutYamlComments } from './yaml-comments.ts';

export type FrontMatter = Partial<Omit<ParsedMeta, 'dir'>>;

/** Far more than any story needs, and little enough for YAML's worst. */
const maxChars = 64 * 1024;

/** `head` is the front matter with its fences as it may be kept: without YAML comments; empty where there is none. */
export type Split = { front: FrontMatter; head: string; body: Body };

/** Reads the front matter and tells it from the text. What is wrong is reported, and left out of `front`. */
export const readFrontMatter = (text: string, problems: Problems): Split => {
  const yaml = yamlOf(text);
  if (yaml === undefined) {
    const isOpen = /^---[ \t]*\n[a-z]+:(?:[ \t]|\n)/i.test(text);
    if (isOpen) problems.error({ line: 1, column: 1 }, 'the front matter is never closed: end it with a line of three hyphens, ---');
    return { front: {}, head: '', body: toBody(text, 1) };
  }
  const rest = text.slice(yaml.end);
  const body = toBody(rest, text.slice(0, yaml.end).split('\n').length);
  return { front: readYaml(yaml.text, problems), head: `---\n${cutYamlComments(yaml.text)}---\n`, body };
};

/** The text between the fences, with its last line end, and where what follows begins. */
const yamlOf = (text: string): { text: string; end: number } | undefined => {
  const open = /^---[ \t]*\n/.exec(text)?.[0];
  if (open === undefined) return undefined;
  const closing = /^(?:---|\.\.\.)[ \t]*(?:\n|$)/gm;
  closing.lastIndex = open.length;
  const close = closing.exec(text);
  return close ? { text: text.slice(open.length, close.index), end: close.index + close[0].length } : undefined;
};

const readYaml = (text: string, problems: Problems): FrontMatter => {
  const lineCounter = new LineCounter();
  const report: Report = (severity, offset, message) => {
    const { line, col } = lineCounter.linePos(offset);
    problems[severity]({ line: line + 1, column: Math.max(col, 1) } satisfies Place, message);
  };
  const unfit = unfitness(text);
  if (unfit !== undefined) {
    problems.error({ line: text.slice(0, unfit.at).split('\n').length + 1, column: 1 }, unfit.message);
    return {};
  }
  // Every value stays the text it is: no dates, no numbers, no `no` that turns into false.
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false, lineCounter, logLevel: 'silent' });
  const [error] = document.errors;
  if (error) reportYamlError(error, document.contents, report);
  else if (isMap(document.contents)) return readMap(document.contents, report);
  else if (!isEmptyText(document.contents)) report('error', 0, 'the front matter has no `key: value` lines: write some, or put an empty line above the first ---');
  return {};
};

const unfitness = (text: string): { at: number; message: string } | undefined => {
  if (text.length > maxChars) return { at: 0, message: `the front matter is longer than ${maxChars} characters: end it earlier with a line ---` };
  // oxlint-disable-next-line no-control-regex -- YAML allows none
  const control = text.search(/[\0-\x08\x0b-\x1f\x7f]/);
  if (control >= 0) return { at: control, message: 'an invisible control character stands in this line: write the line again' };
  const comment = text.indexOf('<!--');
  return comment < 0 ? undefined : { at: comment, message: 'an HTML comment would be published here: in the front matter a note begins with #' };
};

/** What is never closed is reported where it opens, and not at the end of all that it swallowed. */
const reportYamlError = ({ code, message, pos: [at] }: YAMLError, contents: unknown, report: Report): void => {
  const end = /^Missing closing (["'])|end with a ([\]}])/.exec(message)?.slice(1).find((character) => character !== undefined);
  const pair = end !== undefined && isMap(contents) ? contents.items.findLast(({ value }) => spans(value, at)) : undefined;
  if (!pair) return report('error', at, complaints[code] ?? 'this is not `key: value`: put the value in quotes, or take the line out');
  const entry = isSeq(pair.value) && !pair.value.flow ? pair.value.items.findLast((item) => spans(item, at)) : undefined;
  report('error', offsetOf(entry ?? pair.key) ?? at, `the value of ${textOf(pair.key) ?? 'this key'} is never closed: end it with ${end}`);
};

const spans = (node: unknown, offset: number): boolean => isNode(node) && node.range ? node.range[0] < offset && offset <= node.range[1] : false;

/** In the editor's words, and without a word of the file. */
const complaints: Partial<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'a value with a colon in it must stand in quotes, as in headline: "Storm: the line is closed"',
  DUPLICATE_KEY: 'this key stands here a second time: keep one of them',
  TAB_AS_INDENT: 'a tab cannot indent here: use spaces',
  MISSING_CHAR: 'something is not closed here: a quote, a bracket, or a colon after a key',
  BAD_SCALAR_START: 'a value cannot begin with this character: put the value in quotes',
  BAD_DQ_ESCAPE: 'a backslash means something else between double quotes: write two of them, or put the value in single quotes',
  UNEXPECTED_TOKEN: 'something stands here after the value has ended: put all of it in quotes, of the other kind than those in it',
  BAD_INDENT: 'this line is not indented like those around it, or a bracket above is not closed',
  BAD_ALIAS: 'aliases (*name) mean nothing here: put the value in quotes',
  RESOURCE_EXHAUSTION: 'the front matter is nested too deep',
};

type Report = (severity: 'error' | 'warning', offset: number, message: string) => void;
/** `report` says what is wrong with the value, or with one node of it. */
type Field = (front: FrontMatter, value: unknown, report: (message: string, node?: unknown) => void) => void;

const readMap = (map: YAMLMap, report: Report): FrontMatter => {
  const front: FrontMatter = {};
  for (const { key, value } of map.items) {
    const at = offsetOf(value) ?? offsetOf(key) ?? 0;
    const name = textOf(key) ?? '';
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field && /^(?:status|draft)$/i.test(name)) report('error', offsetOf(key) ?? 0, `${name} means nothing here: to keep a story back write \`status: draft\``);
    else if (!field) report('warning', offsetOf(key) ?? 0, `unknown key ${name}: it is left out. Known are ${Object.keys(fields).join(', ')}`);
    else if (isEmptyText(value)) report('warning', offsetOf(key) ?? at, `${name} is empty (a value that begins with # must stand in quotes)`);
    else field(front, value, (message, node) => report('error', offsetOf(node) ?? at, `${name} ${message}`));
  }
  return front;
};

const textField = (name: 'headline' | 'note' | 'minor'): Field => (front, value, report) => {
  const text = textOf(value);
  if (text === undefined) report('must be a text: put it in quotes');
  else front[name] = text;
};

const statuses = ['draft', 'developing', 'final', 'withdrawn'] as const;

const fields: Readonly<Record<string, Field>> = {
  headline: textField('headline'),
  title: (front, value, report) => textField('headline')(front.headline === undefined ? front : {}, value, report),
  lang: (front, value, report) => {
    const lang = canonicalLang(textOf(value) ?? '');
    if (lang === undefined) report('is not a language tag: write one like en, sv or pt-BR');
    else front.lang = lang;
  },
  status: (front, value, report) => {
    const status = statuses.find((known) => known === textOf(value)?.toLowerCase());
    if (status === undefined) report(`must be one of ${statuses.join(', ')}`);
    else front.status = status;
  },
  authors: (front, value, report) => {
    const authors = readEntries(value, textOf, (node) => report('must be a name or a list of names: [Name One, Name Two]', node));
    front.authors = authors.filter((author) => author !== '');
  },
  corrections: (front, value, report) => {
    const wrong = 'must be a list, each a text (in quotes where it has a colon in it) or {text: "...", section: id}';
    front.corrections = readEntries(value, toCorrection, (node) => report(wrong, node));
  },
  note: textField('note'),
  minor: textField('minor'),
};

/** The entries of a list, or the one that stands for it; those that cannot be read are reported. */
const readEntries = <T>(value: unknown, read: (node: unknown) => T | undefined, report: (node: unknown) => void): T[] =>
  (isSeq(value) ? value.items : [value]).flatMap((node) => {
    const entry = read(node);
    if (entry === undefined) report(node);
    return entry === undefined ? [] : [entry];
  });

const toCorrection = (value: unknown): { text: string; section?: string } | undefined => {
  if (!isMap(value)) return nonEmpty(textOf(value));
  const entries = new Map(value.items.map((pair: Pair) => [textOf(pair.key), textOf(pair.value)]));
  const [text, section] = [nonEmpty(entries.get('text')), entries.get('section')];
  const complete = text && entries.size === (entries.has('section') ? 2 : 1);
  if (!complete || (entries.has('section') && !section)) return undefined;
  return { ...text, ...(section && { section: section.replace(/^#/, '') }) };
};

const nonEmpty = (text: string | undefined): { text: string } | undefined => (text ? { text } : undefined);

/** In one line, however many it was written on. */
const textOf = (node: unknown): string | undefined => (isScalar(node) && typeof node.value === 'string' ? node.value.replace(/\s+/g, ' ').trim() : undefined);

const isEmptyText = (node: unknown): boolean => node === null || textOf(node) === '';

const offsetOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** `sv-se` -> `sv-SE`; `undefined` for what is no tag, and for words such as `swedish` that only look like one. */
export const canonicalLang = (tag: string): string | undefined => {
  try {
    const locale = new Intl.Locale(tag);
    return locale.language.length <= 3 ? Intl.getCanonicalLocales(tag)[0] : undefined;
  } catch {
    return undefined;
  }
};

/** The next revision of a story: what its file says now, put together with what the story was. */
import type { Parsed, ParsedMeta } from './parse.ts';
import type { Change, Content, Correction, Meta, Op, Section, Time } from './story.ts';
import type { Identity } from './identify.ts';
import { diff } from './diff.ts';
import { weigh } from './grade.ts';
import { canonicalJson, hashOfContent } from './hash.ts';
import { identify } from './identify.ts';

export type ReviseOptions = {
  /** The last published state; absent for a story's first revision. */
  previous?: Content;
  /** Every section that was once and is no more, as it last was. */
  removed: readonly Section[];
  /** `note` and `minor` as they stood in the file at the last revision. */
  lastOrigin?: { note?: string; minor?: string };
  parsed: Parsed;
  at: Time;
  /** Makes a revision even where nothing changed: for a withdrawn story that is put back. */
  force?: boolean;
};

export type Revised = {
  content: Content;
  change: Change;
  /** What `change` rests on, for people. */
  why: string;
  /** Only in the revision in which its text is new. */
  note?: string;
  /** `diff(previous, content)`; empty for a first revision. */
  ops: Op[];
  /** What each new section was split from. */
  splits: Record<string, string>;
  /** Who each section is, and why, in the order of the sections. */
  identities: Identity[];
};

/** The revision that a parsed file makes, or `undefined` where readers would see no difference. */
export const revise = ({ previous, removed, lastOrigin = {}, parsed, at, force = false }: ReviseOptions): Revised | undefined => {
  const identities = identify({ sections: previous?.sections ?? [], removed }, parsed.sections);
  const next = draft(previous, identities, parsed, at);
  if (previous && !force && isUnchanged(previous, next)) return undefined;

  const isNew = (key: 'note' | 'minor') => parsed.meta[key] !== undefined && parsed.meta[key] !== lastOrigin[key];
  const { change, why } = gradeOf(previous, next, { minor: isNew('minor'), force });
  const { meta, sections } = previous && change === 'minor' ? withTimesOf(previous, next, identities) : next;
  const content = { hash: hashOfContent(meta, sections), meta, sections };
  const splits = Object.fromEntries(identities.flatMap(({ id, splitFrom }) => (splitFrom === undefined ? [] : [[id, splitFrom]])));
  return {
    content,
    change,
    why,
    ...(isNew('note') && parsed.meta.note !== undefined && { note: parsed.meta.note }),
    ops: previous ? diff(previous, content, { at, splits }) : [],
    splits,
    identities,
  };
};

type Body = Pick<Content, 'meta' | 'sections'>;

const gradeOf = (previous: Content | undefined, next: Body, { minor, force }: { minor: boolean; force: boolean }): { change: Change; why: string } => {
  if (!previous) return { change: 'update', why: 'the story is new' };
  const weighed = weigh(previous, next, { minor });
  return force && weighed.change === 'minor' ? { change: 'update', why: 'the story is back' } : weighed;
};

const sameTexts = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((text, index) => text === b[index]);
const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

/** The new state, with every change dated `at`, and what was edited in it. Sections that did not change stay the same objects. */
const draft = (previous: Content | undefined, identities: readonly Identity[], parsed: Parsed, at: Time): Body => {
  const current = new Set(previous?.sections);
  const edited: string[] = [];
  const sections = identities.flatMap(({ id, was, previous: old }, index): Section[] => {
    const source = parsed.sections[index];
    if (!source) return [];
    const { level, heading, attrs, blocks } = source;
    const stays = old !== undefined && current.has(old) && heading === old.heading && sameTexts(blocks, old.blocks);
    const section: Section = { id, level, heading, attrs, added: old?.added ?? at, revised: stays ? old.revised : at, was, blocks };
    if (!stays) edited.push(id);
    return [stays && same({ ...section, blocks: [] }, { ...old, blocks: [] }) ? old : section];
  });
  return { meta: metaOf(previous, parsed.meta, sections, edited, at), sections };
};

const metaOf = (previous: Content | undefined, { headline, lang, dir, status, authors, corrections }: ParsedMeta, sections: readonly Section[], edited: readonly string[], at: Time): Meta => ({
  headline,
  lang,
  dir,
  status: status === 'final' ? 'final' : 'developing',
  authors,
  corrections: correctionsOf(previous, corrections, sections, edited, at),
  published: previous?.meta.published ?? at,
  updated: at,
});

/** Known corrections keep their time and, without one of their own, their section; a new one belongs to the only section edited with it. */
const correctionsOf = (previous: Content | undefined, listed: ParsedMeta['corrections'], sections: readonly Section[], edited: readonly string[], at: Time): Correction[] => {
  const known = [...(previous?.meta.corrections ?? [])];
  const onlyEdited = previous && edited.length === 1 ? edited[0] : undefined;
  return listed.map(({ text, section }) => {
    const index = known.findIndex((correction) => correction.text === text);
    const [old] = index < 0 ? [] : known.splice(index, 1);
    const about = nowCalled(sections, section ?? (old ? old.section : onlyEdited));
    return { at: old?.at ?? at, text, ...(about !== undefined && { section: about }) };
  });
};

/** The id under which a section stands now that had this id once; `undefined` where there is none. */
const nowCalled = (sections: readonly Section[], id: string | undefined): string | undefined =>
  (sections.find((section) => section.id === id) ?? sections.find(({ was }) => id !== undefined && was.includes(id)))?.id;

/** Whether readers see no difference; times do not count. `next` is a draft on `previous`, so a section that stayed is the same object. */
const isUnchanged = (previous: Content, next: Body): boolean =>
  previous.sections.length === next.sections.length && next.sections.every((section, index) => section === previous.sections[index]) && same(undated(previous.meta), undated(next.meta));

const undated = ({ published: _published, updated: _updated, corrections, ...meta }: Meta) => ({ ...meta, corrections: corrections.map(({ text, section }) => ({ text, section })) });

/** A minor revision leaves every time as it was; only a section that was not there has its own. */
const withTimesOf = (previous: Content, next: Body, identities: readonly Identity[]): Body => {
  const current = new Set(previous.sections);
  const sections = next.sections.map((section, index) => {
    const old = identities[index]?.previous;
    return old && current.has(old) && section.revised !== old.revised ? { ...section, revised: old.revised } : section;
  });
  return { meta: { ...next.meta, updated: previous.meta.updated }, sections };
};

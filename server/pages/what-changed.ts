/** What a revision changed, by name. */
import type { Texts } from '../core/languages/texts.ts';
import { listOf, plural } from '../core/languages/texts.ts';
import { escapeHtml, fillHtml, ownLang } from '../core/render.ts';
import type { Correction, Op, Section, State } from '../core/story.ts';

/** A section by its id in the newer state (in the older one where it went) and its heading; the lead has none. */
export type Named = { id: string; heading: string };

export type WhatChanged = {
  headline?: string;
  status?: State['meta']['status'];
  authors?: string[];
  corrections: Correction[];
  edited: Named[];
  added: Named[];
  split: (Named & { from: Named })[];
  moved: Named[];
  merged: (Named & { into: Named })[];
  removed: Named[];
  /** Only what a reader does not read: a pin, the rank of a heading. */
  details: Named[];
};

/** `ops` lead from the one state to the other. */
export const whatChanged = (from: State, to: State, ops: readonly Op[]): WhatChanged => {
  const what: WhatChanged = { ...changedMeta(from, to), corrections: newCorrections(from, to), edited: [], added: [], split: [], moved: [], merged: [], removed: [], details: [] };
  const [old, fresh] = [byId(from), byId(to)];
  for (const op of ops) noteOp(what, op, old, fresh);
  return what;
};

/** Those that the older state has not. */
export const newCorrections = (from: State, to: State): Correction[] => {
  const known = new Set(from.meta.corrections.map(({ text }) => text));
  return to.meta.corrections.filter(({ text }) => !known.has(text));
};

const changedMeta = ({ meta: before }: State, { meta: after }: State): Pick<WhatChanged, 'headline' | 'status' | 'authors'> => ({
  ...(before.headline !== after.headline && { headline: after.headline }),
  ...(before.status !== after.status && { status: after.status }),
  ...(before.authors.join('\n') !== after.authors.join('\n') && { authors: after.authors }),
});

const byId = ({ sections }: State): Map<string, Named> => new Map(sections.map(({ id, heading }) => [id, { id, heading }]));

const noteOp = (what: WhatChanged, op: Op, old: Map<string, Named>, fresh: Map<string, Named>): void => {
  switch (op.op) {
    case 'edit': {
      const section = fresh.get(op.newId ?? op.id);
      if (!section) return;
      if (op.blocks ?? op.heading) what.edited.push(section);
      else if (op.level ?? op.attrs) what.details.push(section);
      return;
    }
    case 'insert': {
      const from = old.get(op.splitFrom ?? '');
      if (from) what.split.push({ ...named(op.section), from });
      else what.added.push(named(op.section));
      return;
    }
    case 'move': {
      const section = fresh.get(op.id);
      if (section) what.moved.push(section);
      return;
    }
    case 'remove': {
      const [section, into] = [old.get(op.id), fresh.get(op.mergedInto ?? '')];
      if (section && into) what.merged.push({ ...section, into });
      else if (section) what.removed.push(section);
      return;
    }
    default:
  }
};

const named = ({ id, heading }: Section): Named => ({ id, heading });

/** Names beyond these are counted. */
const mostNames = 8;

export type Speech = {
  texts: Texts;
  /** The language of the story, in which the names are. */
  lang: string;
};

/** A list of what changed: each section is a link into the comparison at `address` (to this page where it is empty). Empty where readers see nothing of it. */
export const renderWhatChanged = (what: WhatChanged, address: string, { texts, lang }: Speech): string => {
  const { pages, locale, opening } = texts;
  const own = ownLang(texts, lang);
  const theirs = own === '' ? '' : ` lang="${escapeHtml(lang)}"`;
  const said = (text: string) => (theirs === '' ? escapeHtml(text) : `<span${theirs}>${escapeHtml(text)}</span>`);
  const name = ({ id, heading }: Named) => `<a href="${address}#s-${escapeHtml(id)}"${heading === '' ? '' : theirs}>${escapeHtml(heading || opening)}</a>`;
  const names = (each: readonly Named[]) => {
    const rest = each.length - mostNames > 1 ? each.length - mostNames : 0;
    return listOf([...each.slice(0, each.length - rest).map(name), ...(rest > 0 ? [escapeHtml(plural(pages.moreNames, rest, locale))] : [])], locale);
  };
  const line = (text: string, each: readonly Named[] = [], of?: Named) => (each.length > 0 ? [fillHtml(text, { names: names(each), heading: said(of?.heading || opening) })] : []);
  const lines = [
    ...what.corrections.map(({ text }) => `<strong>${fillHtml(pages.whatCorrected, { text: said(text) })}</strong>`),
    ...(what.headline === undefined ? [] : [fillHtml(pages.whatHeadline, { headline: said(what.headline) })]),
    ...(what.status === undefined ? [] : [fillHtml(pages.whatStatus, { status: escapeHtml(texts[what.status]) })]),
    ...(what.authors === undefined ? [] : [fillHtml(pages.whatAuthors, { names: said(listOf(what.authors, locale)) })]),
    ...line(pages.whatEdited, what.edited),
    ...line(pages.whatAdded, what.added),
    ...[...Map.groupBy(what.split, ({ from }) => from.id).values()].flatMap((each) => line(pages.whatSplit, each, each[0]?.from)),
    ...line(pages.whatMoved, what.moved),
    ...[...Map.groupBy(what.merged, ({ into }) => into.id).values()].flatMap((each) => line(pages.whatMerged, each, each[0]?.into)),
    ...line(pages.whatRemoved, what.removed),
  ];
  return lines.length > 0 ? `<ul class="what"${own}>${lines.map((each) => `<li>${each}</li>`).join('')}</ul>` : '';
};

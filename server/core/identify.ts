/** Who is who: a section keeps its id through a new heading, a new text, a move, a split, a merge, removal and return. */
import type { ParsedSection } from './parse.ts';
import type { Section } from './story.ts';
import type { Link, Links } from './identify/match.ts';
import { portray } from './identify/likeness.ts';
import { linkAlike, linkEqual } from './identify/match.ts';
import { relate } from './identify/relatives.ts';
import { createNaming, lead } from './identify/naming.ts';
import { weights as usual, type Weights } from './identify/weights.ts';

export type Identity = {
  id: string;
  /** Ids it has absorbed, oldest first. */
  was: string[];
  /** What it was: in the last state or, when it comes back, at its removal. */
  previous?: Section;
  /** The id that the section has now from which a new one's text comes. */
  splitFrom?: string;
  /** What speaks for it, for people. */
  why: string;
};

export type Known = {
  /** The sections of the last state. */
  sections: readonly Section[];
  /** Every section that was once and is no more, as it last was, also one that another absorbed; the latest removal last. */
  removed: readonly Section[];
};

/**
 * The identity of each parsed section, in order; equal inputs give equal answers. Every id stands once in the result, be it as an id or in a `was`.
 * A new section's id is none that was ever given: not in `known`, nor in a `was` there. Only an editor's pin gives an old id to what looks like something else:
 * it is that section's id, whatever stood under it. Other `weights` are for measuring what each is worth.
 */
export const identify = (known: Known, parsed: readonly ParsedSection[], weights: Weights = usual): Identity[] => {
  const gone = goneSections(known);
  const [olds, goners, news] = [known.sections.map(portray), gone.map(portray), parsed.map(portray)];
  const pins = pinsOf(parsed);
  /** The lead is the lead, and no other section that comes back. */
  const leads = new Set(parsed[0]?.level === 0 ? [0] : []);
  const certainBack = certainLinks(gone, parsed, pins);
  const equal = linkEqual(olds, news, certainLinks(known.sections, parsed, pins), columnsOf(certainBack));
  const equalBack = linkEqual(goners, news, certainBack, columnsOf(equal).union(leads));
  const links = linkAlike(olds, news, equal, columnsOf(equalBack), weights);
  const back = linkAlike(goners, news, equalBack, columnsOf(links).union(leads), weights);
  const { splits, merges } = relate(olds, news, links, columnsOf(back), weights.relative);
  const columnOf = new Map([...links].map(([column, { old }]) => [old, column]));
  const merged = Map.groupBy([...merges].sort(([a], [b]) => a - b), ([, column]) => column);

  const found = parsed.map((_, column): Found => {
    const [link, returned, origin] = [links.get(column), back.get(column), splits.get(column)];
    const absorbed = (merged.get(column) ?? []).flatMap(([row]) => known.sections[row] ?? []);
    if (link) return { previous: known.sections[link.old], absorbed, returns: false, why: link.why };
    if (returned) return { previous: gone[returned.old], absorbed, returns: true, why: `comes back: ${returned.why}` };
    return { origin: columnOf.get(origin ?? -1), absorbed, returns: false, why: origin === undefined ? 'new' : `new, with text from "${known.sections[origin]?.id ?? ''}"` };
  });
  return named(found, idsOf(known, parsed, pins, found));
};

type Found = { previous?: Section | undefined; origin?: number | undefined; absorbed: Section[]; returns: boolean; why: string };

/** Removed sections as they last were, without those whose ids are in use again, and those of which a redaction has left nothing to be known by. */
const goneSections = ({ sections, removed }: Known): Section[] => {
  const inUse = new Set(sections.map(({ id }) => id));
  return [...new Map(removed.map((section) => [section.id, section])).values()].filter(({ id, heading, blocks }) => !inUse.has(id) && (id === lead || heading !== '' || blocks.length > 0));
};

/** The pins that count, by column: none on the lead, none that names it, and of two equal ones the first. */
const pinsOf = (parsed: readonly ParsedSection[]): Map<number, string> => {
  const columns = new Map<string, number>();
  for (const [column, { pin, level }] of parsed.entries()) {
    if (pin !== undefined && pin !== lead && level > 0 && !columns.has(pin)) columns.set(pin, column);
  }
  return new Map([...columns].map(([pin, column]) => [column, pin]));
};

const linksOfPins = (sections: readonly Section[], pins: ReadonlyMap<number, string>): Links => {
  const rows = new Map(sections.map(({ id }, row) => [id, row]));
  return new Map([...pins].flatMap(([column, pin]): [number, Link][] => {
    const old = rows.get(pin);
    return old === undefined ? [] : [[column, { old, why: `pinned as "${pin}"` }]];
  }));
};

/** What needs no likeness: the lead is the lead, and a pin that names a section means it. */
const certainLinks = (sections: readonly Section[], parsed: readonly ParsedSection[], pins: ReadonlyMap<number, string>): Links => {
  const old = sections.findIndex(({ id }) => id === lead);
  const ofLead: [number, Link][] = old >= 0 && parsed[0]?.level === 0 ? [[0, { old, why: 'the lead' }]] : [];
  return new Map([...linksOfPins(sections, pins), ...ofLead]);
};

const columnsOf = (links: Links): Set<number> => new Set(links.keys());

/** The id of each parsed section: its pin, else the one it had, else a new one. */
const idsOf = ({ sections, removed }: Known, parsed: readonly ParsedSection[], pins: ReadonlyMap<number, string>, found: readonly Found[]): string[] => {
  const given = new Set([...sections, ...removed].flatMap(({ id, was }) => [id, ...was]));
  const newId = createNaming(given.union(new Set(pins.values())));
  return parsed.map(({ level, heading }, column) => (level === 0 ? lead : (pins.get(column) ?? found[column]?.previous?.id ?? newId(heading))));
};

/** Puts ids and `was` together. A section that comes back takes its ids out of the `was` of the one that had absorbed it. */
const named = (found: readonly Found[], ids: readonly string[]): Identity[] => {
  const taken = new Set(ids);
  const claim = ({ previous, absorbed }: Found): string[] => {
    const claimed = [...(previous ? [...previous.was, previous.id] : []), ...absorbed.flatMap(({ id, was }) => [...was, id])].filter((id) => !taken.has(id));
    for (const id of claimed) taken.add(id);
    return [...new Set(claimed)];
  };
  const was = new Map([...found.filter(({ returns }) => returns), ...found.filter(({ returns }) => !returns)].map((each) => [each, claim(each)]));
  return found.map((each, column) => {
    const splitFrom = each.origin === undefined ? undefined : ids[each.origin];
    return {
      id: ids[column] ?? '',
      was: was.get(each) ?? [],
      ...(each.previous && { previous: each.previous }),
      ...(splitFrom !== undefined && { splitFrom }),
      why: each.why,
    };
  });
};

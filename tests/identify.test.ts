import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParsedSection } from '../server/core/parse.ts';
import type { Section } from '../server/core/story.ts';
import type { Identity, Known } from '../server/core/identify.ts';
import { identify } from '../server/core/identify.ts';
import { parsedSections } from './generate.ts';

const at = '2026-11-22T14:05:00.000Z';

const parsed = (heading: string, text: string | string[] = '', over: Partial<ParsedSection> = {}): ParsedSection =>
  ({ level: heading === '' ? 0 : 2, heading, attrs: {}, blocks: [text].flat().filter((each) => each !== '').map((each) => `<p>${each}</p>`), line: 1, ...over });
const lead = parsed('', 'The lead.');

/** The state that identities and parsed sections make, and what has been removed by then. */
const after = (before: Known, list: readonly ParsedSection[]): { identities: Identity[]; known: Known } => {
  const identities = identify(before, list);
  const sections = identities.map(({ id, was }, index): Section => {
    const { level = 2, heading = '', blocks = [] } = list[index] ?? {};
    return { id, level, heading, attrs: {}, added: at, revised: at, was, blocks };
  });
  const ids = new Set(sections.map(({ id }) => id));
  const renamed = new Set(identities.flatMap(({ id, previous }) => (previous && previous.id !== id ? [previous.id] : [])));
  const removed = [...before.removed, ...before.sections].filter(({ id }) => !ids.has(id) && !renamed.has(id));
  return { identities, known: { sections, removed } };
};

const nothing: Known = { sections: [], removed: [] };
/** The ids of the last of some versions of a story, each made of the one before. */
const story = (...versions: ParsedSection[][]) => {
  let [known, identities] = [nothing, [] as Identity[]];
  for (const version of versions) ({ known, identities } = after(known, version));
  return { known, identities, ids: identities.map(({ id }) => id), by: (id: string) => identities.find((identity) => identity.id === id) };
};

const cause = 'An old pine fell across both tracks north of the station early this morning, and took the overhead wire with it, says the railway.';
const trains = 'Every train between the two cities is cancelled; buses leave from the square on the hour, and tickets are valid on all of them.';
const weather = 'The wind will ease in the afternoon, the forecasters believe, but there may be snow in the mountains tonight and on the coast tomorrow.';
const council = 'The council meets at noon to talk about money for the schools, which have waited for new roofs since the last election.';

describe('laws of identify', () => {
  const versions = fc.array(parsedSections, { minLength: 1, maxLength: 4 });
  const walk = (list: readonly ParsedSection[][], look: (before: Known, identities: Identity[], version: readonly ParsedSection[], after: Known) => void) => {
    let known = nothing;
    for (const version of list) {
      const next = after(known, version);
      look(known, next.identities, version, next.known);
      known = next.known;
    }
  };

  it('gives every id once, be it as an id or in a `was`', () => {
    fc.assert(fc.property(versions, (list) => walk(list, (_, identities) => {
      const all = identities.flatMap(({ id, was }) => [id, ...was]);
      expect(new Set(all).size).toBe(all.length);
      expect(identities[0]?.id).toBe('lead');
    })), { numRuns: 500 });
  });

  it('never gives an id to something else, but for a pin', () => {
    fc.assert(fc.property(versions, (list) => {
      const ever = new Set<string>();
      walk(list, (_, identities, version) => {
        for (const [index, { id, previous }] of identities.entries()) {
          if (!previous && version[index]?.pin === undefined) expect(ever).not.toContain(id);
        }
        for (const { id, was } of identities) for (const each of [id, ...was]) ever.add(each);
      });
    }), { numRuns: 500 });
  });

  it('lets no two sections come from one', () => {
    fc.assert(fc.property(versions, (list) => walk(list, (_, identities) => {
      const previous = identities.flatMap((identity) => identity.previous ?? []);
      expect(new Set(previous).size).toBe(previous.length);
    })), { numRuns: 500 });
  });

  it('gives every section the id that is pinned to it', () => {
    fc.assert(fc.property(versions, (list) => walk(list, (_, identities, version) => {
      for (const [index, { pin }] of version.entries()) if (pin !== undefined) expect(identities[index]?.id).toBe(pin);
    })), { numRuns: 500 });
  });

  it('knows every section of an unchanged text', () => {
    fc.assert(fc.property(parsedSections, (version) => {
      const first = after(nothing, version);
      const again = identify(first.known, version.map(({ pin: _pin, ...rest }) => rest));
      expect(again.map(({ id, was }) => ({ id, was }))).toEqual(first.known.sections.map(({ id, was }) => ({ id, was })));
    }), { numRuns: 500 });
  });

  it('calls the lead lead, and nothing else, also where a redaction has left no more than ids', () => {
    fc.assert(fc.property(parsedSections, parsedSections, fc.boolean(), (first, second, redacted) => {
      const { known } = after(nothing, first);
      const blank = (section: Section): Section => ({ ...section, heading: '', blocks: [] });
      const left = { sections: [], removed: redacted ? known.sections.map(blank) : known.sections };
      for (const before of [known, left]) {
        const identities = identify(before, second);
        expect(identities.map(({ id }) => id === 'lead')).toEqual(second.map(({ level }) => level === 0));
        expect(identities[0]?.was ?? []).toEqual([]);
      }
    }));
  });

  it('answers the same again', () => {
    fc.assert(fc.property(versions, (list) => walk(list, (before, identities, version) => {
      expect(identify(structuredClone(before), version)).toEqual(identities);
    })));
  });
});

describe('new ids', () => {
  it.each([
    ['Musk’s role', 'musks-role'],
    ['What we know', 'what-we-know'],
    ['Året på Öland: “Straße”', 'aret-pa-oland-strasse'],
    ['暴风雨 2026', '暴风雨-2026'],
    ['العاصفة', 'العاصفة'],
    ['हिन्दी समाचार', 'हिन्दी-समाचार'],
    ['Что известно', 'что-известно'],
    ['Йод', 'йод'],
    ['İstanbul', 'istanbul'],
    ['!!!', 'section'],
    ['Lead', 'lead-2'],
    ['A very long heading that goes on and on until nobody can remember how it began', 'a-very-long-heading-that-goes-on-and-on-until-nobody-can'],
    ['x'.repeat(80), 'x'.repeat(60)],
  ])('of %s: %s', (heading, id) => {
    expect(story([lead, parsed(heading, 'text')]).ids).toEqual(['lead', id]);
  });

  it('are numbered where they are taken', () => {
    expect(story([lead, parsed('Tips', 'one'), parsed('Tips', 'two'), parsed('Tips', 'three')]).ids).toEqual(['lead', 'tips', 'tips-2', 'tips-3']);
  });

  it('leave a pinned id to its section', () => {
    expect(story([lead, parsed('Tips', 'one'), parsed('Other', 'two', { pin: 'tips' })]).ids).toEqual(['lead', 'tips-2', 'tips']);
  });
});

describe('a section keeps its id', () => {
  const first = [lead, parsed('Cause', cause), parsed('Trains', trains), parsed('Weather', weather)];

  it.each([
    ['under a new heading', [lead, parsed('Why the line is closed', cause), parsed('Trains', trains), parsed('Weather', weather)], ['lead', 'cause', 'trains', 'weather']],
    ['with a new text', [lead, parsed('Cause', council), parsed('Trains', trains), parsed('Weather', weather)], ['lead', 'cause', 'trains', 'weather']],
    ['at a new place', [lead, parsed('Weather', weather), parsed('Cause', cause), parsed('Trains', trains)], ['lead', 'weather', 'cause', 'trains']],
    ['on a new level', [lead, parsed('Cause', cause), parsed('Trains', trains, { level: 3 }), parsed('Weather', weather)], ['lead', 'cause', 'trains', 'weather']],
    ['when others come and go', [lead, parsed('Council', council), parsed('Trains', trains)], ['lead', 'council', 'trains']],
    ['when headings change places', [lead, parsed('Trains', trains), parsed('Cause', cause), parsed('Weather', weather)], ['lead', 'trains', 'cause', 'weather']],
  ])('%s', (_, second, ids) => {
    expect(story(first, second).ids).toEqual(ids);
  });

  it('among others of its name, by its text and its neighbours', () => {
    const guide = (...parts: [string, string][]) => [lead, ...parts.flatMap(([heading, tip]) => [parsed(heading, `About ${heading}.`), parsed('Tips', tip, { level: 3 })])];
    expect(story(guide(['Rail', trains], ['Road', cause]), guide(['Air', weather], ['Rail', trains], ['Road', `${cause} Drive slowly.`])).ids)
      .toEqual(['lead', 'air', 'tips-3', 'rail', 'tips', 'road', 'tips-2']);
  });

  it('without any text, by its neighbours', () => {
    const days = (...names: string[]) => [lead, ...names.flatMap((name) => [parsed(name, `${name} was cold.`), parsed('Tips')])];
    expect(story(days('Monday', 'Tuesday'), days('Sunday', 'Monday', 'Tuesday')).ids).toEqual(['lead', 'sunday', 'tips-3', 'monday', 'tips', 'tuesday', 'tips-2']);
  });

  it('among equal ones, by its place', () => {
    const version = [lead, parsed('Tips', cause), parsed('Tips', cause), parsed('Tips', cause)];
    expect(story(version, version).ids).toEqual(['lead', 'tips', 'tips-2', 'tips-3']);
  });

  it('when it is removed and comes back', () => {
    const without = [lead, parsed('Cause', cause), parsed('Weather', weather)];
    expect(story(first, without, first).ids).toEqual(['lead', 'cause', 'trains', 'weather']);
    const edited = story(first, without, [lead, parsed('Cause', cause), parsed('No trains', `${trains} Take a coat.`), parsed('Weather', weather)]);
    expect(edited.ids).toEqual(['lead', 'cause', 'trains', 'weather']);
    expect(edited.by('trains')?.why).toMatch(/comes back/);
  });

  it('when another of its name comes after it is gone', () => {
    const { ids } = story(first, [lead, parsed('Trains', trains)], [lead, parsed('Trains', trains), parsed('Because', council)]);
    expect(ids).toEqual(['lead', 'trains', 'because']);
  });
});

describe('splits and merges', () => {
  const [long, short] = [`${cause} ${council} ${weather}`, trains];

  it('leave the id with the larger part', () => {
    const { ids, by } = story([lead, parsed('Everything', [long, short])], [lead, parsed('How to travel', short), parsed('What happened', long)]);
    expect(ids).toEqual(['lead', 'how-to-travel', 'everything']);
    expect(by('how-to-travel')).toMatchObject({ splitFrom: 'everything', why: 'new, with text from "everything"' });
  });

  it('leave the id where the heading stays', () => {
    const { ids, by } = story([lead, parsed('Everything', [long, short])], [lead, parsed('Everything'), parsed('What happened', [long, short], { level: 3 })]);
    expect(ids).toEqual(['lead', 'everything', 'what-happened']);
    expect(by('what-happened')?.splitFrom).toBe('everything');
  });

  it('keep the id of what was absorbed, and give it back when the merge is undone', () => {
    const apart = [lead, parsed('Cause', cause), parsed('Trains', trains)];
    const together = [lead, parsed('Trains', [trains, cause])];
    expect(story(apart, together).identities.map(({ id, was }) => [id, was])).toEqual([['lead', []], ['trains', ['cause']]]);
    expect(story(apart, together, apart).identities.map(({ id, was }) => [id, was])).toEqual([['lead', []], ['cause', []], ['trains', []]]);
  });

  it('keep what an absorbed section had absorbed', () => {
    const { identities } = story(
      [lead, parsed('Cause', cause), parsed('Trains', trains), parsed('Weather', weather)],
      [lead, parsed('Trains', [trains, cause]), parsed('Weather', weather)],
      [lead, parsed('Weather', [weather, trains, cause, council])],
    );
    expect(identities.at(-1)).toMatchObject({ id: 'weather', was: ['cause', 'trains'] });
  });

  it('give an absorbed section back what it had absorbed', () => {
    const { identities } = story(
      [lead, parsed('Cause', cause), parsed('Trains', trains), parsed('Weather', weather)],
      [lead, parsed('Trains', trains), parsed('Weather', [weather, cause])],
      [lead, parsed('Trains', [trains, weather, cause])],
      [lead, parsed('Trains', trains), parsed('Weather', [weather, cause])],
    );
    expect(identities.map(({ id, was }) => [id, was])).toEqual([['lead', []], ['trains', []], ['weather', ['cause']]]);
  });

  it('see no split in a few common words', () => {
    const { by } = story([lead, parsed('Cause', [cause, trains])], [lead, parsed('Cause', cause), parsed('Council', `${council} The buses are cancelled.`)]);
    expect(by('council')).toMatchObject({ why: 'new' });
  });

  it('see no split in a text that both sections have', () => {
    const { by } = story([lead, parsed('Cause', cause)], [lead, parsed('Cause', `${cause} More soon.`), parsed('Also', cause)]);
    expect(by('also')?.splitFrom).toBeUndefined();
  });
});

describe('pins', () => {
  const first = [lead, parsed('Cause', cause), parsed('Trains', trains)];

  it('rename the section they are set on', () => {
    const { identities } = story(first, [lead, parsed('Cause', cause, { pin: 'why' }), parsed('Trains', trains)]);
    expect(identities[1]).toMatchObject({ id: 'why', was: ['cause'], previous: { id: 'cause' } });
  });

  it('may be taken away: the section keeps the id', () => {
    expect(story(first, [lead, parsed('Cause', cause, { pin: 'why' }), parsed('Trains', trains)], first).ids).toEqual(['lead', 'why', 'trains']);
  });

  it('may give back an id that a pin had replaced', () => {
    const { identities } = story(first, [lead, parsed('Cause', cause, { pin: 'why' })], [lead, parsed('Cause', cause, { pin: 'cause' })]);
    expect(identities[1]).toMatchObject({ id: 'cause', was: ['why'] });
  });

  it('bring back the removed section they name, whatever it says now', () => {
    const { identities } = story(first, [lead, parsed('Trains', trains)], [lead, parsed('Trains', trains), parsed('Council', council, { pin: 'cause' })]);
    expect(identities[2]).toMatchObject({ id: 'cause', was: [], previous: { id: 'cause' } });
  });

  it('that name another section take its id, and the other one gets a new one', () => {
    const { identities } = story(first, [lead, parsed('Cause', cause), parsed('Trains', trains, { pin: 'cause' })]);
    expect(identities[1]).toMatchObject({ id: 'cause-2', splitFrom: 'cause' });
    expect(identities[2]).toMatchObject({ id: 'cause', was: ['trains'], previous: { id: 'cause' } });
  });

  it('do not name the lead', () => {
    expect(story([lead, parsed('Cause', cause, { pin: 'lead' })]).ids).toEqual(['lead', 'cause']);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Parsed, ParsedMeta, ParsedSection } from '../server/core/parse.ts';
import type { Content } from '../server/core/story.ts';
import { apply } from '../server/core/diff.ts';
import { hashOfContent } from '../server/core/hash.ts';
import { parsedSections } from './generate.ts';
import { createSaving, minute } from './saving.ts';

const section = (heading: string, text: string, over: Partial<ParsedSection> = {}): ParsedSection =>
  ({ level: heading === '' ? 0 : 2, heading, attrs: {}, blocks: [`<p>${text}</p>`], line: 1, ...over });
const file = (sections: ParsedSection[], meta: Partial<ParsedMeta> = {}): Parsed =>
  ({ meta: { headline: 'Storm', lang: 'en', dir: 'ltr', status: 'developing', authors: [], corrections: [], ...meta }, sections, source: '' });

const lead = section('', 'A storm has closed the northern line.');
const cause = section('Cause', 'A pine fell across both tracks and took the wire with it; there were 118 passengers on the train.');
const trains = section('Trains', 'Every train is cancelled today, and buses leave from the square on the hour.');

const saveAll = (...files: Parsed[]) => {
  const save = createSaving();
  return files.map((each) => save(each));
};

describe('laws of revise', () => {
  const corrections = fc.array(fc.constantFrom({ text: 'one' }, { text: 'two', section: 'storm' }, { text: 'three', section: 'nowhere' }), { maxLength: 3 });
  const minor = fc.option(fc.constantFrom('spelling', 'layout'), { nil: undefined });
  const files = fc.record({ sections: parsedSections, corrections, minor })
    .map(({ sections, corrections, minor }) => file(sections, { corrections, ...(minor !== undefined && { minor }) }));
  const history = fc.array(files, { minLength: 1, maxLength: 5 });

  it('its ops lead from the last state to the new one', () => {
    fc.assert(fc.property(history, (list) => {
      const save = createSaving();
      let before: Content | undefined;
      for (const [index, each] of list.entries()) {
        const revised = save(each);
        if (!revised) continue;
        if (before) expect(apply(before, revised.ops, minute(index))).toEqual(revised.content);
        else expect(revised.ops).toEqual([]);
        expect(revised.content.hash).toBe(hashOfContent(revised.content.meta, revised.content.sections));
        before = revised.content;
      }
    }), { numRuns: 300 });
  });

  it('the same file again is no revision, unless it must be', () => {
    fc.assert(fc.property(history, (list) => {
      const save = createSaving();
      for (const each of list) save(each);
      const last = list.at(-1) ?? file([lead]);
      expect(save(last)).toBeUndefined();
      expect(save(last, { force: true })).toMatchObject({ change: 'update' });
    }), { numRuns: 300 });
  });

  it('the first appearance of a section is never forgotten, and its last change never before it', () => {
    fc.assert(fc.property(history, (list) => {
      const first = new Map<string, string>();
      for (const revised of saveAll(...list)) {
        const appeared = new Map(first);
        for (const [index, { id, added, revised: changed }] of (revised?.content.sections ?? []).entries()) {
          const old = revised?.identities[index]?.previous?.id;
          if (old !== undefined) expect(added).toBe(appeared.get(old));
          expect(changed >= added).toBe(true);
          first.set(id, added);
        }
      }
    }), { numRuns: 300 });
  });

  it('a minor revision changes no time that was there', () => {
    fc.assert(fc.property(history, (list) => {
      let before: Content | undefined;
      for (const revised of saveAll(...list)) {
        if (revised?.change === 'minor' && before) {
          const times = new Map(before.sections.map((each) => [each.id, each.revised]));
          expect(revised.content.meta.updated).toBe(before.meta.updated);
          for (const each of revised.content.sections) expect(each.revised).toBe(times.get(each.id) ?? each.revised);
        }
        before = revised?.content ?? before;
      }
    }), { numRuns: 300 });
  });
});

describe('revise', () => {
  it('dates a first revision throughout', () => {
    const [first] = saveAll(file([lead, cause], { corrections: [{ text: 'There were 118.' }], note: 'First figures' }));
    expect(first).toMatchObject({
      change: 'update', note: 'First figures', ops: [], splits: {},
      content: { meta: { published: minute(0), updated: minute(0), corrections: [{ at: minute(0), text: 'There were 118.' }] }, sections: [{ id: 'lead', added: minute(0), revised: minute(0) }, { id: 'cause' }] },
    });
    expect(first?.content.meta.corrections[0]).not.toHaveProperty('section');
  });

  it('dates only what changed', () => {
    const [first, second] = saveAll(file([lead, cause, trains]), file([lead, { ...cause, blocks: ['<p>A pine fell.</p>'] }, trains]));
    expect(second?.content.sections.map(({ added, revised }) => [added, revised])).toEqual([[minute(0), minute(0)], [minute(0), minute(1)], [minute(0), minute(0)]]);
    expect(second?.content.meta).toMatchObject({ published: minute(0), updated: minute(1) });
    expect(second?.content.sections[2]).toBe(first?.content.sections[2]);
  });

  it('does not date a move, a level or a pin', () => {
    const [, second] = saveAll(file([lead, cause, trains]), file([lead, { ...trains, level: 3 }, { ...cause, attrs: { pinned: true } }]));
    expect(second?.content.sections.map(({ revised }) => revised)).toEqual([minute(0), minute(0), minute(0)]);
    expect(second).toMatchObject({ change: 'update', content: { meta: { updated: minute(1) } } });
  });

  it('leaves the times of a minor revision, and publishes it', () => {
    const [, second] = saveAll(file([lead, cause]), file([lead, { ...cause, blocks: cause.blocks.map((block) => block.replace(';', '; ').replace('tracks', ' tracks')) }]));
    expect(second).toMatchObject({ change: 'minor', content: { meta: { updated: minute(0) } } });
    expect(second?.content.sections[1]).toMatchObject({ revised: minute(0) });
    expect(second?.ops).toMatchObject([{ op: 'edit', id: 'cause', at: minute(0) }]);
  });

  it('believes `minor` only while its text is new', () => {
    const edited = (text: string) => file([lead, { ...cause, blocks: [`<p>${text}</p>`] }], { minor: 'spelling' });
    expect(saveAll(file([lead, cause]), edited('A pin fell.'), edited('A pine fell.')).map((each) => each?.change)).toEqual(['update', 'update', 'update']);
    expect(saveAll(file([lead, cause]), edited('A pine fell on 118 passengers.'), edited('A tree fell on 118 passengers.')).map((each) => each?.change)).toEqual(['update', 'minor', 'update']);
  });

  it('passes a note on only while its text is new', () => {
    const noted = (text: string, note: string) => file([{ ...lead, blocks: [`<p>${text}</p>`] }], { note });
    expect(saveAll(noted('One.', 'First'), noted('Two.', 'First'), noted('Three.', 'Second')).map((each) => each?.note)).toEqual(['First', undefined, 'Second']);
    expect(saveAll(noted('One.', 'First'), noted('One.', 'Second'))[1]).toBeUndefined();
  });

  it('puts a story back as an update, though nothing changed', () => {
    const save = createSaving();
    const first = save(file([lead, cause]));
    const again = save(file([lead, cause]), { force: true });
    expect(again).toMatchObject({ change: 'update', ops: [{ op: 'set', meta: { updated: minute(1) } }] });
    expect(again?.content.sections).toEqual(first?.content.sections);
  });

  it('keeps `added` through removal and return', () => {
    const [, , third] = saveAll(file([lead, cause, trains]), file([lead, trains]), file([lead, cause, trains]));
    expect(third?.content.sections[1]).toMatchObject({ id: 'cause', added: minute(0), revised: minute(2) });
  });

  it('says what was split from what', () => {
    const both = { ...cause, blocks: [...cause.blocks, ...cause.blocks.map((block) => block.replace('pine', 'spruce')), ...trains.blocks] };
    const [, second] = saveAll(file([lead, both]), file([lead, { ...cause, blocks: both.blocks.slice(0, 2) }, section('Travel', '', { blocks: trains.blocks })]));
    expect(second?.splits).toEqual({ travel: 'cause' });
    expect(second?.ops).toContainEqual(expect.objectContaining({ op: 'insert', splitFrom: 'cause' }));
  });
});

describe('corrections', () => {
  const right = { ...cause, blocks: cause.blocks.map((block) => block.replace('118', '180')) };

  it('belong to the only section edited with them, and keep their time and place', () => {
    const corrections = [{ text: 'There were 118, not 180.' }];
    const [, second, third] = saveAll(
      file([lead, right, trains]),
      file([lead, cause, trains], { corrections }),
      file([lead, cause, { ...trains, heading: 'Buses' }], { corrections: [...corrections, { text: 'Buses, not trains.' }] }),
    );
    expect(second).toMatchObject({ change: 'correction', content: { meta: { corrections: [{ at: minute(1), text: 'There were 118, not 180.', section: 'cause' }] } } });
    expect(third?.content.meta.corrections).toEqual([
      { at: minute(1), text: 'There were 118, not 180.', section: 'cause' },
      { at: minute(2), text: 'Buses, not trains.', section: 'trains' },
    ]);
  });

  it('belong to none when several or no sections were edited', () => {
    const corrections = [{ text: 'There were 118.' }];
    const [, two] = saveAll(file([lead, right, trains]), file([lead, cause, { ...trains, heading: 'Buses' }], { corrections }));
    expect(two?.content.meta.corrections).toEqual([{ at: minute(1), text: 'There were 118.' }]);
    const [, none] = saveAll(file([lead, cause]), file([lead, cause], { corrections }));
    expect(none).toMatchObject({ change: 'correction', content: { meta: { corrections: [{ at: minute(1), text: 'There were 118.' }] } } });
  });

  it('name their section, and follow it to a new id', () => {
    const corrections = [{ text: 'There were 118.', section: 'cause' }];
    const [, second, third] = saveAll(
      file([lead, cause, trains]),
      file([lead, cause, trains], { corrections }),
      file([lead, { ...cause, pin: 'why' }, trains], { corrections }),
    );
    expect(second?.content.meta.corrections).toMatchObject([{ section: 'cause' }]);
    expect(third).toMatchObject({ change: 'minor', content: { meta: { corrections: [{ section: 'why' }] } } });
  });

  it('name no section that is not there', () => {
    const [, second] = saveAll(file([lead, cause]), file([lead], { corrections: [{ text: 'It was no pine.', section: 'cause' }] }));
    expect(second?.content.meta.corrections).toEqual([{ at: minute(1), text: 'It was no pine.' }]);
  });
});

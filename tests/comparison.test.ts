import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diff } from '../server/core/diff.ts';
import type { Content, Section, State } from '../server/core/story.ts';
import { compareStates, type BlockPart, type SectionPart } from '../server/pages/comparison.ts';
import { whatChanged } from '../server/pages/what-changed.ts';
import { contents } from './generate.ts';
import { at, contentOf, metaOf, sectionOf } from './http-fixture.ts';

const stateOf = (content: Content, revision: number): State => ({ story: 'storm', position: `7f3a9c21_${revision}`, revision, ...content });

const compare = (from: Content, to: Content, splits: Record<string, string> = {}) => {
  const [a, b] = [stateOf(from, 1), stateOf(to, 2)];
  const ops = diff(a, b, { at: at(5), splits });
  return { parts: compareStates(a, b, ops), what: whatChanged(a, b, ops) };
};

const blocksOf = (part: SectionPart): BlockPart[] => ('blocks' in part ? part.blocks : []);
const oldBlocks = (parts: readonly BlockPart[]) => parts.flatMap((part) => (part.kind === 'kept' ? [part.block] : part.kind === 'added' || part.kind === 'moved' ? [] : [part.old]));
const newBlocks = (parts: readonly BlockPart[]) => parts.flatMap((part) => (part.kind === 'removed' || part.kind === 'left' ? [] : [part.block]));

/** States with much in common: the second is the first with its sections shuffled, dropped and mixed with others. */
const pairs = fc.tuple(contents, contents).chain(([one, other]) =>
  fc.shuffledSubarray([...one.sections]).chain((kept) => {
    const more = other.sections.filter(({ id }) => kept.every((section) => section.id !== id));
    const edited = kept.map((section, index) => (index % 3 === 0 ? { ...section, blocks: [...(kept[index + 1]?.blocks ?? []), ...section.blocks].slice(1) } : section));
    return fc.constant([one, contentOf(other.meta, [...edited, ...more])] as const);
  }),
);

describe('a comparison', () => {
  test('law: every section of the new text stands in it once, in its order; every one of the old text that went, once', () => {
    fc.assert(fc.property(pairs, ([from, to]) => {
      const { parts } = compare(from, to);
      const now = parts.filter(({ kind }) => kind !== 'removed' && kind !== 'left').map(({ section }) => section);
      expect(now).toEqual(to.sections);
      const old = parts.flatMap((part): Section[] => (part.kind === 'changed' ? [part.old] : part.kind === 'removed' ? [part.section] : []));
      expect(new Set(old).size).toBe(old.length);
      for (const section of old) expect(from.sections).toContainEqual(section);
    }));
  });

  test('law: the blocks of a section are those of both texts, each once and in order', () => {
    fc.assert(fc.property(pairs, ([from, to]) => {
      for (const part of compare(from, to).parts) {
        if (part.kind === 'left') continue;
        const [before, after] = part.kind === 'same' ? [part.section.blocks, part.section.blocks] : part.kind === 'changed' ? [part.old.blocks, part.section.blocks] : part.kind === 'added' ? [[], part.section.blocks] : [part.section.blocks, []];
        if (part.kind === 'same') continue;
        expect(oldBlocks(part.blocks)).toEqual(before);
        expect(newBlocks(part.blocks)).toEqual(after);
      }
    }));
  });

  test('law: every move of a block has two ends, which name each other', () => {
    fc.assert(fc.property(pairs, ([from, to]) => {
      const all = compare(from, to).parts.flatMap(blocksOf);
      const [left, moved] = [all.filter((part) => part.kind === 'left'), all.filter((part) => part.kind === 'moved')];
      const ends = (parts: readonly (typeof left[number] | typeof moved[number])[]) => parts.map(({ move, way, old }) => ({ move, way, old })).toSorted((a, b) => a.move - b.move);
      expect(ends(left)).toEqual(ends(moved));
      expect(new Set(moved.map(({ move }) => move)).size).toBe(moved.length);
    }));
  });

  test('law: a state compared with itself has nothing to show', () => {
    fc.assert(fc.property(contents, (content) => {
      const { parts, what } = compare(content, structuredClone(content));
      expect(parts.map(({ kind }) => kind)).toEqual(content.sections.map(() => 'same'));
      expect(what).toEqual({ corrections: [], edited: [], added: [], split: [], moved: [], merged: [], removed: [], details: [] });
    }));
  });
});

const text = (topic: string) => `<p>Nobody knows how long the ${topic} will stay as it is, said the council on ${topic}.</p>`;
const lead = sectionOf('lead', [text('lead')]);
const [know, trains, contacts] = ['know', 'trains', 'contacts'].map((id) => sectionOf(id, [text(id), text(`${id} and more`)])) as [Section, Section, Section];
const all = [lead, know, trains, contacts];
const of = (sections: Section[]) => contentOf(metaOf(), sections);
const shape = (parts: readonly SectionPart[]) => parts.map((part) => `${part.kind} ${part.section.id}`);

test('law, once failed: a block is not taken for an edit of one beyond a block that has stayed', () => {
  const [list, rule] = ['<ul><li></li></ul>', '<hr>'];
  const { parts } = compare(of([{ ...know, blocks: [list, rule] }]), of([{ ...know, blocks: [rule, list] }]));
  expect(parts.flatMap(blocksOf).map(({ kind }) => kind).toSorted()).toEqual(['added', 'kept', 'removed']);
});

describe('what became of a section', () => {
  test('one that moved says where it stood, and its old place where it went', () => {
    const { parts, what } = compare(of(all), of([lead, contacts, know, trains]));
    expect(shape(parts)).toEqual(['same lead', 'changed contacts', 'same know', 'same trains', 'left contacts']);
    expect(parts[1]).toMatchObject({ moved: { way: 'up', after: { id: 'trains' } } });
    expect(what.moved).toEqual([{ id: 'contacts', heading: 'About contacts' }]);
    expect(compare(of([contacts, know, trains]), of([know, trains, contacts])).parts.find(({ kind }) => kind === 'changed')).toMatchObject({ moved: { way: 'down' } });
  });

  test('one that went stands where it stood', () => {
    expect(shape(compare(of(all), of([lead, trains, contacts])).parts)).toEqual(['same lead', 'removed know', 'same trains', 'same contacts']);
    expect(shape(compare(of(all), of([know, trains, contacts])).parts)).toEqual(['removed lead', 'same know', 'same trains', 'same contacts']);
  });

  test('one that was split off says from where, and what it took along is moved, not new', () => {
    const part = sectionOf('more', [know.blocks[1] ?? '', text('what is new')]);
    const { parts, what } = compare(of(all), of([lead, { ...know, blocks: know.blocks.slice(0, 1) }, part, trains, contacts]), { more: 'know' });
    expect(parts[2]).toMatchObject({ kind: 'added', splitFrom: { id: 'know' }, blocks: [{ kind: 'moved', from: { id: 'know' }, way: 'elsewhere' }, { kind: 'added' }] });
    expect(parts[1]).toMatchObject({ kind: 'changed', blocks: [{ kind: 'kept' }, { kind: 'left', to: { id: 'more' } }] });
    expect(what).toMatchObject({ added: [], split: [{ id: 'more', from: { id: 'know' } }] });
  });

  test('one that was merged says into which, and its text is moved', () => {
    const { parts, what } = compare(of(all), of([lead, { ...know, was: ['trains'], blocks: [...know.blocks, ...trains.blocks.map((block) => block.replace('Nobody', 'No one'))] }, contacts]));
    expect(parts[2]).toMatchObject({ kind: 'removed', mergedInto: { id: 'know' }, blocks: [{ kind: 'left', to: { id: 'know' } }, { kind: 'left' }] });
    expect(parts[1]).toMatchObject({ blocks: [{ kind: 'kept' }, { kind: 'kept' }, { kind: 'moved', from: { id: 'trains' } }, { kind: 'moved' }] });
    expect(what).toMatchObject({ removed: [], merged: [{ id: 'trains', into: { id: 'know' } }] });
  });

  test('a paragraph that moved inside its section says which way', () => {
    const { parts } = compare(of([know]), of([{ ...know, blocks: know.blocks.toReversed() }]));
    expect(blocksOf(parts[0] ?? { kind: 'same', section: know }).map(({ kind }) => kind).toSorted()).toEqual(['kept', 'left', 'moved']);
  });

  test('an edit at its place is an edit, also where the same words stand elsewhere', () => {
    const { parts } = compare(of([know, trains]), of([{ ...know, blocks: [text('know').replace('Nobody', 'No one'), know.blocks[1] ?? ''] }, trains]));
    expect(blocksOf(parts[0] ?? { kind: 'same', section: know }).map(({ kind }) => kind)).toEqual(['edited', 'kept']);
  });
});

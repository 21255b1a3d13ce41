import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Content, EditOp, Op, Section } from '../server/core/story.ts';
import { ApplyError, apply, diff } from '../server/core/diff.ts';
import { deltaBetween, patchText } from '../server/core/blocks.ts';
import { hashOfContent } from '../server/core/hash.ts';
import { contents, times } from './generate.ts';

const at = '2026-11-22T14:05:00.000Z';
const earlier = '2026-11-22T13:00:00.000Z';

const section = (id: string, over: Partial<Section> = {}): Section =>
  ({ id, level: id === 'lead' ? 0 : 2, heading: id, attrs: {}, added: earlier, revised: earlier, was: [], blocks: [`<p>About ${id}.</p>`], ...over });

const content = (sections: Section[], headline = 'Storm'): Content => {
  const meta = { headline, lang: 'en', dir: 'ltr', status: 'developing', authors: [], corrections: [], published: earlier, updated: earlier } as const;
  return { hash: hashOfContent({ ...meta, authors: [], corrections: [] }, sections), meta: { ...meta, authors: [], corrections: [] }, sections };
};
const story = (...ids: string[]) => content(ids.map((id) => section(id)));
const opsBetween = (a: Content, b: Content): Op[] => {
  const ops = diff(a, b, { at });
  expect(apply(a, ops, at)).toEqual(b);
  return ops;
};

describe('laws of diff and apply', () => {
  it('leads from any state to any other, hashes and all', () => {
    fc.assert(fc.property(contents, contents, times, (a, b, time) => {
      expect(apply(a, diff(a, b, { at: time }), time)).toEqual(b);
    }), { numRuns: 2_000 });
  });

  it('survives the wire', () => {
    fc.assert(fc.property(contents, contents, times, (a, b, time) => {
      const ops = JSON.parse(JSON.stringify(diff(a, b, { at: time }))) as Op[];
      expect(apply(a, ops, time)).toEqual(b);
    }), { numRuns: 300 });
  });

  it('is empty between equal states', () => {
    fc.assert(fc.property(contents, times, (a, time) => {
      expect(diff(a, structuredClone(a), { at: time })).toEqual([]);
    }));
  });

  it('leaves untouched sections the same objects, and the old state as it was', () => {
    fc.assert(fc.property(contents, contents, (a, b) => {
      const before = structuredClone(a);
      const ops = diff(a, b, { at });
      const touched = new Set(ops.flatMap((op) => (op.op === 'set' ? [] : op.op === 'insert' ? [op.section.id] : op.op === 'edit' ? [op.newId ?? op.id] : op.op === 'remove' ? [op.id] : [])));
      for (const after of apply(a, ops, at).sections) {
        if (!touched.has(after.id)) expect(a.sections).toContain(after);
      }
      expect(a).toEqual(before);
    }));
  });

  it('moves as few sections as can be', () => {
    const permutations = fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e', 'f', 'g'], { minLength: 7 });
    fc.assert(fc.property(permutations, (order) => {
      const ops = opsBetween(story('a', 'b', 'c', 'd', 'e', 'f', 'g'), story(...order));
      expect(ops.length).toBe(7 - longestRiseByForce(order));
      expect(ops.every(({ op }) => op === 'move')).toBe(true);
    }));
  });
});

const longestRiseByForce = (items: string[]): number =>
  Math.max(0, ...items.map((first, index) => 1 + longestRiseByForce(items.slice(index + 1).filter((item) => item > first))));

describe('laws of deltas', () => {
  const texts = fc.array(fc.constantFrom('a', 'bc ', '👩‍🚒', '\ud83d\ude82', '\ud83d\ude83', '<b>', '暴', '1,204 ', '\ud83d')).map((each) => each.join(''));

  it('lead from any text to any other', () => {
    fc.assert(fc.property(texts, texts, (a, b) => { expect(patchText(a, deltaBetween(a, b))).toBe(b); }), { numRuns: 1_000 });
  });

  it('never cut a surrogate pair', () => {
    fc.assert(fc.property(texts, texts, (a, b) => {
      let from = 0;
      for (const step of deltaBetween(a.toWellFormed(), b.toWellFormed())) {
        if (typeof step === 'string') { expect(step.isWellFormed()).toBe(true); continue; }
        expect(a.toWellFormed().slice(from, from += Math.abs(step)).isWellFormed()).toBe(true);
      }
    }), { numRuns: 1_000 });
  });

  it('join what is kept, and hold no empty step', () => {
    fc.assert(fc.property(texts, texts, (a, b) => {
      const delta = deltaBetween(a, b);
      expect(delta.every((step) => step !== 0 && step !== '')).toBe(true);
      expect(delta.some((step, index) => typeof step === 'number' && step > 0 && typeof delta[index - 1] === 'number' && Number(delta[index - 1]) > 0)).toBe(false);
    }));
  });
});

describe('diff', () => {
  it('sets only the fields of meta that changed', () => {
    const a = story('lead');
    expect(opsBetween(a, content(a.sections, 'Storm closes the line'))).toEqual([{ op: 'set', meta: { headline: 'Storm closes the line' } }]);
  });

  it('inserts after the section before, null for the very first', () => {
    expect(opsBetween(story('b'), story('a', 'b', 'c')).map((op) => op.op === 'insert' && [op.section.id, op.after])).toEqual([['a', null], ['c', 'b']]);
  });

  it('says what a section was split from', () => {
    const ops = diff(story('lead'), story('lead', 'cause'), { at, splits: { cause: 'lead' } });
    expect(ops).toMatchObject([{ op: 'insert', splitFrom: 'lead' }]);
  });

  it('takes no section for split because its id is the name of something every object has', () => {
    expect(diff(story('lead'), story('lead', 'constructor'), { at, splits: {} })).toEqual([expect.not.objectContaining({ splitFrom: expect.anything() })]);
  });

  it('says into what a removed section was merged, but not for an id absorbed earlier', () => {
    const a = content([section('lead'), section('cause')]);
    expect(opsBetween(a, content([section('lead', { was: ['cause'] })]))).toContainEqual({ op: 'remove', id: 'cause', mergedInto: 'lead' });
    const odd = content([section('lead', { was: ['cause'] }), section('cause')]);
    expect(opsBetween(odd, content([section('lead', { was: ['cause'] })]))).toEqual([{ op: 'remove', id: 'cause' }]);
  });

  it('renames a section whose id a pin has replaced', () => {
    const a = story('lead', 'what-we-know', 'tips');
    const b = content([section('lead'), section('facts', { heading: 'what-we-know', blocks: ['<p>About what-we-know.</p>'], was: ['what-we-know'] }), section('tips')]);
    expect(opsBetween(a, b)).toEqual([{ op: 'edit', id: 'what-we-know', newId: 'facts', was: ['what-we-know'] }]);
  });

  it('sends a typo in a long paragraph as a delta', () => {
    const words = 'The northern line has been closed since noon, the railway says. ';
    const a = content([section('lead', { blocks: ['<p>One.</p>', `<p>${words.repeat(5)}118 passengers.</p>`] })]);
    const b = content([section('lead', { blocks: ['<p>One.</p>', `<p>${words.repeat(5)}180 passengers.</p>`], revised: at })]);
    expect(opsBetween(a, b)).toEqual([{ op: 'edit', id: 'lead', blocks: [{ at: 1, drop: 1, put: [{ delta: [words.length * 5 + 4, '80', -2, 16] }] }] }]);
  });

  it('pairs an edited paragraph with itself when another comes before it', () => {
    const long = (end: string) => `<p>The northern line has been closed since noon, says the railway, and will open ${end}.</p>`;
    const a = content([section('lead', { blocks: [long('tonight')] })]);
    const b = content([section('lead', { blocks: ['<p>Something quite new stands here now.</p>', long('tomorrow')], revised: at })]);
    const [op] = opsBetween(a, b) as [EditOp];
    expect(op.blocks).toMatchObject([{ at: 0, drop: 0, put: [expect.any(String)] }, { at: 0, drop: 1, put: [{ delta: expect.any(Array) as unknown }] }]);
  });

  it('carries a time of its own where `revised` is not that of the diff', () => {
    const a = story('lead');
    const minor = content([section('lead', { heading: 'Lead' })]);
    expect(opsBetween(a, minor)).toEqual([{ op: 'edit', id: 'lead', heading: 'Lead', at: earlier }]);
    expect(opsBetween(a, content([section('lead', { level: 3 })]))).toEqual([{ op: 'edit', id: 'lead', level: 3 }]);
    expect(opsBetween(a, content([section('lead'), section('b')]))).toMatchObject([{ op: 'insert', at: earlier }]);
    expect(opsBetween(a, content([section('lead'), section('b', { revised: at })]))[0]).not.toHaveProperty('at');
  });
});

describe('apply', () => {
  const a = story('lead', 'b');
  const misfits: Record<string, Op> = {
    'a section that is not there': { op: 'remove', id: 'c' },
    'a place that is not there': { op: 'move', id: 'b', after: 'c' },
    'a place after itself': { op: 'move', id: 'b', after: 'b' },
    'a second section of one id': { op: 'insert', after: null, section: section('b') },
    'a new id that is taken': { op: 'edit', id: 'b', newId: 'lead' },
    'blocks beyond the end': { op: 'edit', id: 'b', blocks: [{ at: 1, drop: 1, put: [] }] },
    'a delta for another text': { op: 'edit', id: 'b', blocks: [{ at: 0, drop: 1, put: [{ delta: [3] }] }] },
    'a delta for no block': { op: 'edit', id: 'b', blocks: [{ at: 0, drop: 0, put: [{ delta: ['x'] }] }] },
  };
  it.each(Object.entries(misfits))('refuses %s', (_, op) => {
    expect(() => apply(a, [op], at)).toThrow(ApplyError);
  });
});

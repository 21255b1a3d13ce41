/** A JSON Patch of ours leads to the same state in the hands of libraries that nobody here wrote. */
import * as fc from 'fast-check';
import fastJsonPatch from 'fast-json-patch';
import { applyPatch } from 'rfc6902';
import { describe, expect, it } from 'vitest';
import { diff } from '../server/core/diff.ts';
import { toJsonPatch } from '../server/core/json-patch.ts';
import type { Diff, PatchOp } from '../server/core/protocol.ts';
import type { Content, State } from '../server/core/story.ts';
import { identityDataIsThere } from './bench/identity-cases.ts';
import { historiesOf, type History } from './histories.ts';
import { contents, times } from './generate.ts';

const stateOf = (revision: number, content: Content, story = 'storm'): State => ({ story, position: `7f3a9c21_${revision}`, revision, ...content });

const patchBetween = (before: State, after: State, at: string): PatchOp[] => {
  const { story, position: from } = before;
  const message: Diff = { type: 'diff', story, from, to: after.position, revision: after.revision, at, change: 'update', folded: 1, hash: after.hash, ops: diff(before, after, { at }) };
  const { patch, ...frame } = toJsonPatch(message, before, after);
  expect({ ...frame, ops: message.ops }).toEqual(message);
  return received(patch);
};

/** As it comes over the wire: nothing in it is shared. */
const received = <T>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T;

/** Both libraries, each on a copy of its own. */
const applied = (before: State, patch: PatchOp[]): [one: State, other: State] => {
  const one = received<State>(before);
  expect(applyPatch(one, received<Parameters<typeof applyPatch>[1]>(patch))).toEqual(patch.map(() => null));
  return [one, fastJsonPatch.applyPatch(received<State>(before), received<Parameters<typeof fastJsonPatch.applyPatch>[1]>(patch), true).newDocument];
};

const check = (before: State, after: State, at: string): PatchOp[] => {
  const patch = patchBetween(before, after, at);
  for (const state of applied(before, patch)) expect(state).toEqual(after);
  return patch;
};

describe('laws of the JSON Patch format', () => {
  it('leads from any state to any other, and leaves the old one as it was', () => {
    fc.assert(fc.property(contents, contents, times, (a, b, at) => {
      const [before, after] = [stateOf(1, a), stateOf(2, b)];
      const copy = structuredClone(before);
      check(before, after, at);
      expect(before).toEqual(copy);
    }), { numRuns: 1_000 });
  });

  it('between a state and itself stands nothing', () => {
    fc.assert(fc.property(contents, times, (a, at) => {
      expect(patchBetween(stateOf(1, a), stateOf(1, structuredClone(a)), at)).toEqual([]);
    }));
  });

  it('uses add, remove, replace and move alone, and names no list by its end', () => {
    fc.assert(fc.property(contents, contents, times, (a, b, at) => {
      for (const { op, path } of patchBetween(stateOf(1, a), stateOf(2, b), at)) {
        expect(['add', 'remove', 'replace', 'move']).toContain(op);
        expect(path).toMatch(/^(?:\/(?:0|[1-9]\d*|[a-z]+))+$/);
      }
    }));
  });
});

const section = { id: 'lead', level: 0, heading: '', attrs: {}, added: 't', revised: 't', was: [], blocks: ['<p>a</p>', '<p>b</p>', '<p>c</p>'] };
const meta = { headline: 'H', lang: 'en', dir: 'ltr', status: 'developing', authors: [], corrections: [], published: 't', updated: 't' } as const;
const contentWith = (...sections: (typeof section)[]): Content => ({ hash: '0', meta: { ...meta, authors: [], corrections: [] }, sections });

describe('a JSON Patch', () => {
  it('is one operation for a section that moves, and one for a block', () => {
    const [b, c] = ['b', 'c'].map((id) => ({ ...section, id, level: 2, heading: id }));
    if (!b || !c) throw new Error('no sections');
    const sections = (...each: (typeof section)[]) => stateOf(1, contentWith(section, ...each));
    expect(check(sections(b, c), sections(c, b), 't')).toEqual([{ op: 'move', from: '/sections/2', path: '/sections/1' }]);
    expect(check(stateOf(1, contentWith(section)), stateOf(1, contentWith({ ...section, blocks: ['<p>a</p>', '<p>c</p>'] })), 't')).toEqual([{ op: 'remove', path: '/sections/0/blocks/1' }]);
  });

  it('escapes what a pointer cannot hold as it is', () => {
    const odd = stateOf(1, { ...contentWith(section), meta: { ...meta, authors: [], corrections: [], 'a/b~c': 'x' } as Content['meta'] });
    expect(check(odd, stateOf(1, contentWith(section)), 't')).toEqual([{ op: 'remove', path: '/meta/a~1b~0c' }]);
    expect(check(stateOf(1, contentWith(section)), odd, 't')).toEqual([{ op: 'add', path: '/meta/a~1b~0c', value: 'x' }]);
  });
});

/** Every n-th save of the real histories; `HISTORIES=1` takes them all. */
const stride = Number(process.env['HISTORIES'] ?? 9);

describe.skipIf(!identityDataIsThere)(`on real edit histories${identityDataIsThere ? '' : ' (skipped: they are not here)'}`, () => {
  it('leads from each save to the next, and across many', () => {
    let patches = 0;
    const bytes = { patches: 0, states: 0 };
    const through = ({ steps }: History): void => {
      for (let index = 1; index < steps.length; index += stride) {
        const [before, last, now] = [steps[Math.floor(index / 2)], steps[index - 1], steps[index]];
        if (!before || !last || !now) continue;
        const [a, b, c] = [stateOf(Math.floor(index / 2) + 1, before.content), stateOf(index, last.content), stateOf(index + 1, now.content)];
        bytes.patches += JSON.stringify(check(b, c, now.at)).length;
        bytes.states += JSON.stringify(c).length;
        check(a, c, now.at);
        patches += 2;
      }
    };
    historiesOf().forEach(through);
    expect(patches).toBeGreaterThan(50);
    expect(bytes.patches).toBeLessThan(bytes.states / 2);
  }, 600_000);
});

/** The laws of the core over real edit histories: every pair of neighbours, and pairs far apart. */
import { describe, expect, it } from 'vitest';
import type { Diff } from '../server/core/protocol.ts';
import { changes } from '../server/core/story.ts';
import { compact, expand } from '../server/core/compact.ts';
import { apply, diff } from '../server/core/diff.ts';
import { identityDataIsThere } from './bench/identity-cases.ts';
import { createRandom } from './bench/identity-edits.ts';
import { stepsOf, versionsOf, type Step } from './histories.ts';
import { minute } from './saving.ts';

const far = 500;

const histories = versionsOf();
const streams = histories.map(({ name, versions }) => ({ name, steps: stepsOf(versions) }));
/** The same histories as an editor makes them who saves less often: every second version, every fifth. */
const sparse = [2, 5].flatMap((stride) => histories.map(({ name, versions }) => ({ name, steps: stepsOf(versions.filter((_, index) => index % stride === 0)) })));

/** Pairs of revisions of one stream, the same ones in every run. */
const farPairs = (): { name: string; steps: Step[]; from: number; to: number }[] => {
  const random = createRandom(3);
  return Array.from({ length: far }, () => {
    const { name, steps } = streams[Math.floor(random() * streams.length)] ?? { name: '', steps: [] };
    const [one, other] = [Math.floor(random() * steps.length), Math.floor(random() * steps.length)];
    return { name, steps, from: Math.min(one, other), to: Math.max(one, other) };
  }).filter(({ from, to }) => to > from + 1);
};

/** What was split on the way, as the log hands it on: only what the last state has and the first had not. */
const splitsBetween = (steps: readonly Step[], from: number, to: number): Record<string, string> =>
  Object.assign({}, ...steps.slice(from + 1, to + 1).map(({ splits }) => splits)) as Record<string, string>;

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
/** bytes of an op's own time, which a chain of diffs has in its envelopes */
const timeBytes = bytes({ at: minute(0) }) - 1;

/** The message that leads from one revision to another. */
const messageOf = (steps: readonly Step[], from: number, to: number): Diff | undefined => {
  const [a, b] = [steps[from], steps[to]];
  if (!a || !b) return undefined;
  const ops = to === from + 1 ? b.ops : diff(a.content, b.content, { at: b.at, splits: splitsBetween(steps, from, to) });
  const change = changes.findLast((grade) => steps.slice(from + 1, to + 1).some((step) => step.change === grade)) ?? 'minor';
  return { type: 'diff', story: 'story', from: `7f3a9c21_${from}`, to: `7f3a9c21_${to}`, revision: to + 1, at: b.at, change, folded: to - from, hash: b.content.hash, ops };
};

describe.skipIf(!identityDataIsThere)(`on real edit histories${identityDataIsThere ? '' : ' (skipped: they are not here)'}`, () => {
  it('ids stand once in a state, be it as an id or in a `was`', () => {
    for (const { steps } of [...streams, ...sparse]) {
      for (const { content: { sections } } of steps) {
        const all = sections.flatMap(({ id, was }) => [id, ...was]);
        expect(new Set(all).size).toBe(all.length);
      }
    }
  });

  it('no id comes back to life for something else', () => {
    for (const { steps } of [...streams, ...sparse]) {
      const given = new Set<string>();
      for (const { content: { sections }, came } of steps) {
        expect(came.filter((id) => given.has(id))).toEqual([]);
        for (const { id, was } of sections) for (const each of [id, ...was]) given.add(each);
      }
    }
  });

  it('a state differs from itself in nothing', () => {
    for (const { steps } of [...streams, ...sparse]) for (const { content, at } of steps) expect(diff(content, structuredClone(content), { at })).toEqual([]);
  });

  it('the ops of every save lead to its state and its hash', () => {
    for (const { steps } of [...streams, ...sparse]) {
      for (const [index, { content, ops, at }] of steps.entries()) {
        const before = steps[index - 1]?.content;
        if (before) expect(apply(before, ops, at)).toEqual(content);
      }
    }
  });

  it('the diff between revisions far apart leads to the state and its hash, and is not larger than the chain of diffs: as ops but for the times in them, compact as it is', () => {
    const pairs = farPairs();
    expect(pairs.length).toBeGreaterThan(far / 2);
    for (const { name, steps, from, to } of pairs) {
      const [a, b] = [steps[from]?.content, steps[to]?.content];
      const folded = messageOf(steps, from, to);
      if (!a || !b || !folded) continue;
      expect(apply(a, folded.ops, folded.at)).toEqual(b);
      const chain = steps.slice(from + 1, to + 1).flatMap((_, index) => messageOf(steps, from + index, from + index + 1) ?? []);
      const times = folded.ops.filter((op) => 'at' in op).length * timeBytes;
      expect(bytes(folded) - times, `${name}, ${from} to ${to}`).toBeLessThanOrEqual(total(chain.map(bytes)));
      const short = chain.map((message, index) => bytes(compact(message, steps[from + index]?.content ?? a)));
      expect(bytes(compact(folded, a)), `${name}, ${from} to ${to}, compact`).toBeLessThanOrEqual(total(short));
    }
  }, 120_000);

  it('the compact format says the same of every save', () => {
    for (const { steps } of streams) {
      for (const [index, { content }] of steps.entries()) {
        const [before, message] = [steps[index - 1]?.content, messageOf(steps, index - 1, index)];
        if (before && message) expect(expand(compact(message, before), before)).toEqual(message);
        if (before && message) expect(apply(before, expand(compact(message, before), before).ops, message.at)).toEqual(content);
      }
    }
  });
});

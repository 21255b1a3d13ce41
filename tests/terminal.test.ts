import { expect, test } from 'vitest';
import { describeOps, describeOutcome } from '../server/terminal.ts';
import type { Op, Section } from '../server/core/story.ts';

const section: Section = { id: 'a', level: 2, heading: 'A', attrs: {}, added: '', revised: '', was: [], blocks: [] };

test.each<[Op[], string]>([
  [[{ op: 'set', meta: { updated: 'x' } }, { op: 'edit', id: 'a', blocks: [] }], '1 section edited'],
  [[{ op: 'edit', id: 'a' }, { op: 'edit', id: 'b' }, { op: 'insert', after: null, section }], '2 sections edited, 1 added'],
  [[{ op: 'move', id: 'a', after: null }, { op: 'remove', id: 'b' }, { op: 'set', meta: { headline: 'New', status: 'final' } }], '1 section removed, 1 moved, headline, status final'],
  [[{ op: 'set', meta: { updated: 'x' } }], 'put back as it was'],
])('%j reads: %s', (ops, text) => {
  expect(describeOps(ops)).toBe(text);
});

test('one line a save: revision, what changed, readers, milliseconds from the save to the last socket write', () => {
  const diff = { type: 'diff', story: 'storm', from: 'e_1', to: 'e_2', revision: 14, at: '', change: 'update', folded: 1, hash: '', ops: [{ op: 'edit', id: 'a' }] } as const;
  const state = { story: 'storm', position: 'e_2', revision: 14, hash: '', meta: { headline: '', lang: 'en', dir: 'ltr', status: 'final', authors: [], corrections: [], published: '', updated: '' }, sections: [] } as const;
  const revision = { kind: 'revision', story: 'storm', position: 'e_2', sequence: 2, at: '', state: structuredClone(state), diff: structuredClone(diff) };
  const now = new Date(2026, 10, 22, 14, 5, 22, 138).getTime();
  const lines = describeOutcome(
    // structuredClone drops the `readonly` of the literals above
    { kind: 'published', slug: 'storm', savedAt: now - 38, problems: [{ file: 'storm.md', line: 3, column: 1, severity: 'warning', message: 'unknown key' }], revision: revision as never },
    { readers: 1204, now, startedAt: now - 60_000 },
  );
  expect(lines).toEqual(['14:05:22  storm  revision 14  1 section edited  1,204 readers  38 ms', 'storm.md:3:1: warning: unknown key']);
});

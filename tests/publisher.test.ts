import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { createPublisher, type Outcome, type Publisher } from '../server/publisher.ts';
import type { RevisionLog } from '../server/revision-log.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';

let log: RevisionLog;
let publisher: Publisher;
let clock: number;

beforeEach(() => {
  log = createMemoryLog({ epoch: '0000abcd' });
  clock = Date.UTC(2026, 10, 22, 14, 5);
  publisher = createPublisher({ log, lang: 'en', now: () => (clock += 1000) });
});

const saveBytes = (bytes: Uint8Array, file = 'storm.md'): Promise<Outcome> =>
  publisher.saved({ slug: file.replace(/\.\w+$/, ''), file, bytes, fileHash: createHash('sha256').update(bytes).digest('hex'), savedAt: clock });
const save = (text: string, file?: string): Promise<Outcome> => saveBytes(new TextEncoder().encode(text), file);
const published = (story = 'storm') => {
  const standing = log.find(story);
  return standing?.kind === 'published' ? standing.state : undefined;
};

const storm = `---
headline: Storm closes the northern line
---
The line is closed.

## Traffic

Buses run every hour.
`;

test('a first save is revision 1, the next that differs is revision 2, and says what changed', async () => {
  expect((await save(storm)).kind).toBe('published');
  const outcome = await save(storm.replace('every hour', 'every half hour'));
  expect(outcome).toMatchObject({ kind: 'published', revision: { state: { revision: 2 }, diff: { folded: 1, change: 'update', ops: [{ op: 'set' }, { op: 'edit', id: 'traffic' }] } } });
  expect(published()?.sections[1]?.blocks).toEqual(['<p>Buses run every half hour.</p>']);
});

test('the same bytes, and bytes that readers see no difference in, are no revision', async () => {
  await save(storm);
  expect((await save(storm)).kind).toBe('unchanged');
  expect((await save(`${storm}\n<!-- ask the railway -->\n`)).kind).toBe('unchanged');
  expect((await save(storm.replaceAll('\n', '\r\n'))).kind).toBe('unchanged');
  expect(published()?.revision).toBe(1);
});

test('what cannot be published leaves the last good revision, and says where and why', async () => {
  await save(storm);
  const outcome = await save(storm.replace('headline: Storm', 'headline: [Storm'));
  expect(outcome.kind).toBe('refused');
  expect(publisher.problemsOf('storm')).toMatchObject([{ file: 'storm.md', severity: 'error' }]);
  expect(published()?.revision).toBe(1);
  await save(storm.replace('hour', 'two hours'));
  expect(publisher.problemsOf('storm')).toEqual([]);
  expect(published()?.revision).toBe(2);
});

test('bytes that are no UTF-8 are never published, and the place of the first is told', async () => {
  await save(storm);
  const bytes = new TextEncoder().encode(storm.replace('Buses', 'Tåg xx'));
  const bad = bytes.indexOf('x'.charCodeAt(0), 60);
  bytes[bad] = 0xe5;
  expect(await saveBytes(bytes)).toMatchObject({ kind: 'refused', problems: [{ line: 8, column: 5, severity: 'error' }] });
  expect(published()?.revision).toBe(1);
});

test('a draft is not published, and a published story set to draft is withdrawn; set back it goes on', async () => {
  const draft = storm.replace('---\n', '---\nstatus: draft\n');
  expect(await save(draft)).toMatchObject({ kind: 'unpublished', status: 'draft' });
  expect(log.find('storm')).toBeUndefined();
  await save(storm);
  expect((await save(draft)).kind).toBe('withdrawn');
  expect(log.find('storm')?.kind).toBe('withdrawn');
  expect(await save(storm)).toMatchObject({ kind: 'published', revision: { state: { revision: 2 } } });
});

test('a withdrawn story whose file is put back unchanged is published again', async () => {
  await save(storm);
  expect((await publisher.withdraw('storm')).kind).toBe('withdrawn');
  expect((await publisher.withdraw('storm')).kind).toBe('nothing');
  expect(await save(storm)).toMatchObject({ kind: 'published', revision: { state: { revision: 2 }, diff: { change: 'update' } } });
});

test('a new corrections entry makes a correction, and it keeps its time afterwards', async () => {
  await save(storm);
  const corrected = storm.replace('---\n', '---\ncorrections:\n  - Buses run every hour, not every day.\n').replace('run every hour.\n', 'run each hour.\n');
  expect(await save(corrected)).toMatchObject({ kind: 'published', revision: { diff: { change: 'correction' } } });
  const [first] = published()?.meta.corrections ?? [];
  expect(first).toMatchObject({ text: 'Buses run every hour, not every day.', section: 'traffic' });
  await save(corrected.replace('closed', 'shut'));
  expect(published()?.meta.corrections).toEqual([first]);
});

test('a note speaks for the one save in which its text is new', async () => {
  await save(storm);
  const noted = (note: string, word: string) => save(storm.replace('---\n', `---\nnote: ${note}\n`).replace('closed', word));
  expect(await noted('First figures', 'shut')).toMatchObject({ revision: { diff: { note: 'First figures' } } });
  const second = await noted('First figures', 'blocked');
  expect(second.kind === 'published' && second.revision.diff?.note).toBeUndefined();
  expect(await noted('Second figures', 'barred')).toMatchObject({ revision: { diff: { note: 'Second figures' } } });
});

test('a renamed file takes its log along', async () => {
  await save(storm);
  expect(await publisher.moved('storm', 'uk/storm')).toMatchObject({ kind: 'moved', to: 'uk/storm' });
  expect(log.find('storm')).toMatchObject({ kind: 'moved', to: 'uk/storm' });
  expect(await save(storm.replace('closed', 'shut'), 'uk/storm.md')).toMatchObject({ revision: { state: { revision: 2 } } });
});

test('a new file at the slug of a moved story starts a story of its own', async () => {
  await save(storm);
  await publisher.moved('storm', 'gale');
  expect(await save(storm.replace('Storm', 'Another storm'))).toMatchObject({ revision: { state: { revision: 1, story: 'storm' } } });
  expect(published('gale')?.meta.headline).toBe('Storm closes the northern line');
});

test('saves handed in together are published in their order', async () => {
  const outcomes = await Promise.all(['one', 'two', 'three'].map((word) => save(storm.replace('closed', word))));
  expect(outcomes.map((outcome) => outcome.kind === 'published' && outcome.revision.state.revision)).toEqual([1, 2, 3]);
  expect(published()?.sections[0]?.blocks).toEqual(['<p>The line is three.</p>']);
});

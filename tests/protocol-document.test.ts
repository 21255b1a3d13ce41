/** docs/protocol.md says what is so: `UPDATE_DOCS=1` writes its tables and examples anew. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import jsonPatch from 'fast-json-patch';
import { beforeAll, describe, expect, test } from 'vitest';
import { defaults } from '../server/config.ts';
import { expand } from '../server/core/compact.ts';
import { apply } from '../server/core/diff.ts';
import { fnv1a, hashOf, hashOfContent } from '../server/core/hash.ts';
import type { AnyDiff } from '../server/core/protocol.ts';
import type { State } from '../server/core/story.ts';
import type { wireDefinitions } from '../server/schema/json-schema.ts';
import { fieldsOf } from './checked.ts';
import { createConversations } from './conversations.ts';
import { composed, file, partsOf, readDocument, saidIn } from './protocol-document.ts';

let examples: Record<string, string>;
let document: string;
beforeAll(async () => {
  examples = await createConversations();
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(file, composed(readDocument(), examples));
  document = readDocument();
});

test('its tables are those of the schemas, its examples those of a real session, none is missing', () => {
  expect(document).toBe(composed(document, examples));
  const { tables, examples: shown } = partsOf(document);
  expect(shown.map(({ name }) => name).toSorted()).toEqual(Object.keys(examples).toSorted());
  expect(tables).toEqual(expect.arrayContaining(['Subscribe', 'Unsubscribe', 'Hello', 'Snapshot', 'Diff', 'Live', 'Ended', 'Heartbeat', 'Error', 'Bye', 'State', 'Meta', 'Section']));
});

test('its tables name the fields in the order of the wire', () => {
  for (const name of partsOf(document).tables) {
    const table = document.split(`<!-- fields: ${name} -->\n`)[1]?.split('\n\n')[0] ?? '';
    const named = [...table.matchAll(/^\| `(\w+)\??` /gm)].map(([, field]) => field);
    expect(named, name).toEqual(fieldsOf(name as keyof typeof wireDefinitions));
  }
});

describe('its examples', () => {
  const applied = (diff: AnyDiff, before: State): State => {
    const place = { story: before.story, position: diff.to, revision: diff.revision };
    if ('patch' in diff) return jsonPatch.applyPatch(structuredClone(before), diff.patch as jsonPatch.Operation[]).newDocument;
    const { ops, at } = 'compact' in diff ? expand(diff, before) : diff;
    return { ...place, ...apply(before, ops, at) };
  };

  test('are valid messages, follow on each other, and have the hashes that they say', () => {
    const states = new Map<string, State>();
    const proven: string[] = [];
    const hold = (position: string, state: State, hash: string): void => {
      expect(hashOfContent(state.meta, state.sections)).toBe(hash);
      expect(state.hash).toBe(hash);
      states.set(`${state.story} ${position}`, state);
    };
    const order = ['subscribe', 'restored', 'resume', 'current', 'reset', 'withdrawn', 'moved', 'redacted', 'firehose', 'error', 'bad', 'bye', 'in-ops', 'in-compact', 'in-json-patch'];
    for (const { message } of order.flatMap((name) => saidIn(examples[name] ?? ''))) {
      if (message.type === 'snapshot') hold(message.position, message.state, message.state.hash);
      if (message.type === 'ended') {
        const held = [...states].findLast(([key]) => key.startsWith(`${message.story} `))?.[1];
        const story = message.reason === 'moved' ? message.to : message.story;
        if (held) states.set(`${story} ${message.position}`, { ...held, story });
      }
      if (message.type !== 'diff') continue;
      const before = states.get(`${message.story} ${message.folded === 0 ? message.to : message.from}`); // one place, two names
      expect(before, `${message.story} ${message.from}`).toBeDefined();
      if (before) hold(message.to, applied(message, before), message.hash);
      proven.push(message.to);
    }
    expect(proven).toEqual([2, 2, 4, 6, 8, 9, 8, 8, 8].map((sequence) => `7f3a9c21_${sequence}`));
  });

  test('show every type of message', () => {
    const types = new Set(Object.values(examples).flatMap(saidIn).map(({ message }) => message.type));
    expect([...types].toSorted()).toEqual(['bye', 'diff', 'ended', 'error', 'heartbeat', 'hello', 'live', 'snapshot', 'subscribe']);
  });
});

test('its limits are those of the server', () => {
  const { maxMessageBytes, maxSubscriptions, messagesPerSecond, messageBurst, maxSocketsPerAddress, heartbeatMs, windowBytes, pongTimeoutMs, restartWindowMs, maxAccepts } = defaults;
  const limits = { maxMessageBytes, maxSubscriptions, messagesPerSecond, messageBurst, maxSocketsPerAddress, heartbeatMs, windowBytes, pongTimeoutMs, restartWindowMs, maxAccepts };
  const section = document.slice(document.indexOf('## 12. Limits'), document.indexOf('## 13. '));
  const rows = [...section.matchAll(/^\| `(\w+)` \| ((?:[\d,]+(?: to )?)+)/gm)].map(([, name = '', numbers = '']) => [name, numbers.replaceAll(',', '')]);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, [value].flat().join(' to ')])));
  expect(document).toContain(`at most ${windowBytes / 1_024} KiB`);
});

test('its test vectors are right', () => {
  const vectors = [...document.matchAll(/^\| the (text|JSON)(?: `([^`]*)`)?.* \| `([0-9a-f]{8})` \|$/gm)].map(([, kind, text = '', hash]) => [kind === 'JSON' ? hashOf(JSON.parse(text)) : fnv1a(text), hash]);
  expect(vectors.length).toBe(6);
  for (const [computed, told] of vectors) expect(computed).toBe(told);
});

const hasPython = spawnSync('python3', ['--version']).status === 0;

test.skipIf(!hasPython)(`its Python computes the hashes of the examples${hasPython ? '' : ' (skipped: python3 is not here)'}`, () => {
  const code = /```python\n([^]*?)```/.exec(document)?.[1] ?? '';
  const states = Object.values(examples).flatMap((text) => [...text.matchAll(/"state":(\{[^]*?\})\}\n(?=\S)/g)].map(([, state = '']) => state.replaceAll(/\n */g, '')));
  expect(states.length).toBeGreaterThan(2);
  const said = execFileSync('python3', ['-c', `${code}\nimport sys\nfor line in sys.stdin: print(hash_of(json.loads(line)))\nprint(fnv(''), fnv(canonical(["ä", "ß", "暴风", "العاصفة"])))`], { input: states.join('\n'), encoding: 'utf8', env: { ...process.env, PYTHONUTF8: '1' } });
  expect(said.trim().split('\n')).toEqual([...states.map((state) => (JSON.parse(state) as State).hash), '811c9dc5 672ecf2c']);
});

test('its rules are numbered without a gap, and its links lead somewhere', () => {
  for (const letter of ['C', 'S']) {
    const numbers = [...document.matchAll(new RegExp(`^- \\*\\*${letter}(\\d+)\\.`, 'gm'))].map(([, number]) => Number(number)).toSorted((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  }
  const headings = [...document.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N} -]/gu, '').replaceAll(' ', '-'));
  for (const [, target = ''] of document.matchAll(/\]\(([^)]+)\)/g)) {
    if (target.startsWith('#')) expect(headings).toContain(target.slice(1));
    else if (target !== 'library.md') expect(existsSync(new URL(target, file)), target).toBe(true);
  }
});

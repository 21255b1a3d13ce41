/** One definition of the messages: the compiler holds it to the types, and what is made of it says the same. */
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, test } from 'vitest';
import { openApi } from '../server/schema/openapi.ts';
import { exactly } from '../server/schema/exactly.ts';
import { httpDefinitions, refTo, toJsonSchemas, wireDefinitions } from '../server/schema/json-schema.ts';
import { createConversations } from './conversations.ts';
import { createValidators, type FaultIn } from './json-schemas.ts';
import { saidIn } from './protocol-document.ts';

type Name = keyof typeof wireDefinitions;

let messages: object[];
beforeAll(async () => {
  messages = Object.values(await createConversations()).flatMap(saidIn).map(({ message }) => message);
});

test('the compiler takes a schema for a type only where both say the same', () => {
  type Example = { a: string; b?: number };
  exactly<Example>()(v.object({ a: v.string(), b: v.exactOptional(v.number()) }));
  // @ts-expect-error a field is missing
  exactly<Example>()(v.object({ a: v.string() }));
  // @ts-expect-error a field may be undefined
  exactly<Example>()(v.object({ a: v.string(), b: v.optional(v.number()) }));
  // @ts-expect-error a field is required
  exactly<Example>()(v.object({ a: v.string(), b: v.number() }));
  // @ts-expect-error a field is too many
  exactly<Example>()(v.object({ a: v.string(), b: v.exactOptional(v.number()), c: v.exactOptional(v.number()) }));
  // @ts-expect-error deeper down a field is missing
  exactly<{ list: Example[] }>()(v.object({ list: v.array(v.object({ a: v.string() })) }));
  // @ts-expect-error one of two forms is missing
  exactly<Example | { c: string }>()(v.object({ a: v.string(), b: v.exactOptional(v.number()) }));
  // @ts-expect-error a value is too many
  exactly<{ a: 'x' | 'y' }>()(v.object({ a: v.picklist(['x', 'y', 'z']) }));
  // @ts-expect-error any is not unknown
  exactly<{ a: unknown }>()(v.object({ a: v.any() }));
});

describe('JSON Schema', () => {
  test.each([['2020-12', new Ajv2020({ strict: true, strictTuples: false, allowUnionTypes: true }), 'draft-2020-12'], ['draft 07', new Ajv({ strict: true, strictTuples: false }), 'draft-07']] as const)('%s: another program compiles all of it', (_name, ajv, target) => {
    formats.default(ajv);
    ajv.addVocabulary(['components']);
    for (const definitions of [wireDefinitions, httpDefinitions]) {
      const schemas = toJsonSchemas(definitions, target);
      for (const name of Object.keys(schemas)) {
        const document = { components: { schemas }, $ref: refTo(name) };
        expect(() => ajv.compile(document), name).not.toThrow();
      }
    }
  });

  test('every field says what it means, or refers to what does', () => {
    const silent = Object.entries(toJsonSchemas(wireDefinitions, 'draft-2020-12')).flatMap(([name, schema]) =>
      Object.entries(schema.properties ?? {}).flatMap(([field, value]) => (typeof value === 'object' && (value.description ?? value.$ref ?? value.const) === undefined ? [`${name}.${field}`] : [])));
    expect(silent).toEqual([]);
  });

  test('the schemas in the OpenAPI document are these', () => {
    expect(openApi().components.schemas).toMatchObject(toJsonSchemas(httpDefinitions, 'draft-2020-12'));
  });
});

describe('checkers', () => {
  const names: Record<string, Name> = { hello: 'Hello', snapshot: 'Snapshot', live: 'Live', ended: 'Ended', heartbeat: 'Heartbeat', error: 'Error', bye: 'Bye', subscribe: 'Subscribe' };
  const nameOf = (message: object): Name => ('compact' in message ? 'CompactDiff' : 'patch' in message ? 'PatchDiff' : 'ops' in message ? 'Diff' : (names['type' in message ? String(message.type) : ''] ?? 'Hello'));

  const compile = createValidators(toJsonSchemas(wireDefinitions, 'draft-2020-12'), { strict: false });
  const strict = createValidators(toJsonSchemas(wireDefinitions, 'draft-2020-12'), { strict: true });
  const memo = (make: typeof compile) => {
    const made = new Map<Name, FaultIn>();
    return (name: Name): FaultIn => made.get(name) ?? made.set(name, make({ $ref: refTo(name) })).get(name) ?? (() => undefined);
  };
  const [open, closed] = [memo(compile), memo(strict)];

  test('an unknown field is allowed in what is published, and a fault in our own tests', () => {
    for (const message of messages) {
      expect(open(nameOf(message))({ ...message, mood: 'calm' })).toBeUndefined();
      expect(closed(nameOf(message))({ ...message, mood: 'calm' })).toBeDefined();
    }
  });

  /** Every place in a value, as the keys that lead there. */
  const placesIn = (value: unknown, at: (string | number)[] = []): (string | number)[][] =>
    typeof value === 'object' && value !== null ? [at, ...Object.entries(value).flatMap(([key, each]) => placesIn(each, [...at, Array.isArray(value) ? Number(key) : key]))] : [at];

  const replaced = (value: unknown, [key, ...rest]: (string | number)[], put: unknown): unknown => {
    if (key === undefined) return put;
    const copy = structuredClone(Object(value));
    copy[key] = replaced(copy[key], rest, put);
    return JSON.parse(JSON.stringify(copy));
  };

  test('law: the schema and the JSON Schema made of it agree on every message, right or wrong', () => {
    const junk = fc.oneof(fc.constantFrom(undefined, null, '', 'x', 0, 1, -1, 1.5, 1e300, true, {}, '7f3a9c21_1', '7f3a9c21_01', '2026-11-22T14:05:00.000Z', '2026-02-30T14:05:00.000Z', '2026-11-22T14:05:00Z', 'a//b', '/a'), fc.jsonValue({ maxDepth: 2 }).filter((value) => !Array.isArray(value))); // a list is an object to valibot, where all fields may be absent
    let wrong = 0;
    fc.assert(
      fc.property(fc.nat(), fc.nat(), junk, (which, where, put) => {
        const message = messages[which % messages.length] ?? {};
        const places = placesIn(message);
        const changed = replaced(message, places[where % places.length] ?? [], put);
        const name = nameOf(message);
        const fault = open(name)(changed);
        wrong += fault === undefined ? 0 : 1;
        // A day that is in no calendar: JSON Schema knows it by the format, the form of the text does not.
        if (!JSON.stringify(changed ?? null).includes('2026-02-30')) expect(v.is(wireDefinitions[name], changed), `${fault} ${JSON.stringify(changed)}`).toBe(fault === undefined);
      }),
      { numRuns: 3_000 },
    );
    expect(wrong).toBeGreaterThan(500);
  });
});

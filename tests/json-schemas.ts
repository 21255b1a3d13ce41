/** The published JSON Schemas, as another program would use them. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Schemas } from '../server/schema/json-schema.ts';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema without room for what it does not know: published ones have room, since clients are to ignore what they do not know. */
const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isObject(schema)) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return isObject(schema['properties']) && schema['type'] === 'object' && !('additionalProperties' in schema) ? { ...inner, additionalProperties: false } : inner;
};

/** Says what is wrong with a value, or nothing. */
export type FaultIn = (value: unknown) => string | undefined;

/** Compiles schemas that refer to those of a document as the document does. `strict`: an unknown field is a fault. */
export const createValidators = (schemas: Schemas, { strict }: { strict: boolean }) => {
  const ajv = new Ajv2020({ strictTuples: false });
  ajv.addVocabulary(['components', 'example']);
  formats.default(ajv);
  ajv.addSchema({ $id: 'document', components: { schemas: strict ? closed(schemas) : schemas } });
  return (schema: object): FaultIn => {
    const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components')));
    return (value) => (validate(value) ? undefined : ajv.errorsText(validate.errors));
  };
};

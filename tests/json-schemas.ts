/** The published JSON Schemas, as another program would use them. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
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

/** Validates by schemas that stand in a document, found by what a `$ref` calls them. `strict`: an unknown field is a fault. */
export const createValidators = (schemas: Schemas, { strict }: { strict: boolean }) => {
  const ajv = new Ajv2020({ allErrors: false, strictTuples: false });
  formats.default(ajv);
  ajv.addSchema({ $id: 'document', components: { schemas: strict ? closed(schemas) : schemas } });
  const compiled = new Map<string, ValidateFunction>();
  const validatorOf = (schema: object): ValidateFunction => {
    const key = JSON.stringify(schema);
    const validate = compiled.get(key) ?? ajv.compile(JSON.parse(key.replaceAll('"#/components', '"document#/components')));
    compiled.set(key, validate);
    return validate;
  };
  return {
    /** What is wrong with a value, or nothing. */
    faultIn: (schema: object, value: unknown): string | undefined => {
      const validate = validatorOf(schema);
      return validate(value) ? undefined : ajv.errorsText(validate.errors);
    },
  };
};

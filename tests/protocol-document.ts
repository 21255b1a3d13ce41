/** docs/protocol.md as a program reads it: its tables of fields, its examples, its code. */
import { readFileSync } from 'node:fs';
import type { ClientMessage, ServerMessage } from '../server/core/protocol.ts';
import { toJsonSchemas, wireDefinitions } from '../server/schema/json-schema.ts';
import { received, sent } from './checked.ts';

export const file = new URL('../docs/protocol.md', import.meta.url);
export const readDocument = (): string => readFileSync(file, 'utf8');

const schemas = toJsonSchemas(wireDefinitions, 'draft-2020-12');
type Schema = NonNullable<(typeof schemas)[string]>;

/** Forms of texts that have a name. */
const named = new Map(['Position', 'Time', 'Slug', 'SectionId'].map((name) => [JSON.stringify([schemas[name]?.pattern, schemas[name]?.minLength]), { Position: 'position', Time: 'time', Slug: 'slug', SectionId: 'id' }[name] ?? name]));
const words: Record<string, string> = { Position: 'position', Time: 'time', Slug: 'slug', SectionId: 'id', Block: 'HTML', Meta: 'object', State: 'object', Limits: 'object', Attributes: 'object', ErrorCode: 'code' };

const typeOf = (schema: Schema | boolean | undefined): string => {
  if (typeof schema !== 'object') return '';
  if (schema.$ref !== undefined) return words[schema.$ref.replace(/.*\//, '')] ?? schema.$ref.replace(/.*\//, '').toLowerCase();
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (schema.oneOf ?? schema.anyOf) return (schema.oneOf ?? schema.anyOf ?? []).map(typeOf).join(' or ');
  if (schema.type === 'array') return Array.isArray(schema.prefixItems) ? `[${schema.prefixItems.map(typeOf).join(', ')}]` : `list of ${typeOf(Array.isArray(schema.items) ? undefined : schema.items)}`;
  if (schema.pattern === schemas['Time']?.pattern) return 'time';
  if (schema.type !== 'string') return { boolean: '`true` or `false`', object: 'object', number: 'number', integer: 'integer' }[String(schema.type)] ?? '';
  return schema.pattern === undefined && schema.minLength === undefined ? 'text' : (named.get(JSON.stringify([schema.pattern, schema.minLength])) ?? '8 hex digits');
};

const meaningOf = (schema: Schema | boolean | undefined): string => {
  if (typeof schema !== 'object') return '';
  return schema.description ?? (schema.$ref === undefined ? '' : (schemas[schema.$ref.replace(/.*\//, '')]?.description ?? ''));
};

/** One form of all that a message can be: its fields, with every value that each can have. */
const formOf = (schema: Schema): { properties: Record<string, Schema | boolean>; required: string[] } => {
  const forms = (schema.oneOf ?? [schema]).flatMap((form) => (typeof form === 'object' ? [form] : []));
  const names = [...new Set(forms.flatMap((form) => Object.keys(form.properties ?? {})))];
  const valuesOf = (name: string) => forms.flatMap((form) => form.properties?.[name] ?? []);
  const merged = (name: string): Schema | boolean => {
    const [first = true, ...others] = valuesOf(name);
    const differ = others.some((other) => JSON.stringify(other) !== JSON.stringify(first));
    return differ ? { anyOf: [first, ...others], description: [first, ...others].map((value) => `\`${typeof value === 'object' ? String(value.const) : ''}\`: ${lower(meaningOf(value))}`).join(' ') } : first;
  };
  return { properties: Object.fromEntries(names.map((name) => [name, merged(name)])), required: names.filter((name) => forms.every((form) => form.required?.includes(name))) };
};

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The fields of a message or of a part of a state, in their order. */
export const fieldTable = (name: string): string => {
  const { properties, required } = formOf(schemas[name] ?? {});
  const rows = Object.entries(properties).map(([field, schema]) => `| \`${field}${required.includes(field) ? '' : '?'}\` | ${typeOf(schema)} | ${meaningOf(schema)} |`);
  return ['| field | type | |', '|---|---|---|', ...rows].join('\n');
};

const fields = /<!-- fields: (\w+) -->\n(?:\|.*\n)*/g;
const example = /```text (\S+)\n([^]*?)```/g;

/** The names of the tables and examples in the document. */
export const partsOf = (document: string) => ({ tables: [...document.matchAll(fields)].map(([, name = '']) => name), examples: [...document.matchAll(example)].map(([, name = '', text = '']) => ({ name, text })) });

/** The document with the tables that the schemas make, and with these examples. */
export const composed = (document: string, examples: Record<string, string>): string =>
  document.replaceAll(fields, (_, name: string) => `<!-- fields: ${name} -->\n${fieldTable(name)}\n`).replaceAll(example, (_, name: string) => `\`\`\`text ${name}\n${examples[name] ?? ''}\n\`\`\``);

export type Said = { by: 'client'; message: ClientMessage } | { by: 'server'; message: ServerMessage };

/** The messages of an example, each held to its schema. One begins with `<` or `>`, and goes on in lines that begin with spaces. */
export const saidIn = (text: string): Said[] =>
  text.split(/\n(?=\S)/).flatMap((line): Said[] => {
    const json = line.slice(2).replaceAll(/\n */g, '');
    if (line.startsWith('< ')) return [{ by: 'server', message: received(json) }];
    return line.startsWith('> ') && !isWrongOnPurpose(json) ? [{ by: 'client', message: sent(JSON.parse(json) as ClientMessage) }] : [];
  });

const isWrongOnPurpose = (json: string): boolean => json.includes('"story":7') || json.startsWith('(binary)');

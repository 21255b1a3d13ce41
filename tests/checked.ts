/** Holds every message that tests send or receive to its published schema: all fields there, none unknown, and in their order. */
import type { AnyDiff, ClientMessage, ServerMessage } from '../server/core/protocol.ts';
import { refTo, toJsonSchemas, wireDefinitions } from '../server/schema/json-schema.ts';
import { createValidators } from './json-schemas.ts';

const schemas = toJsonSchemas(wireDefinitions, 'draft-2020-12');
const { faultIn } = createValidators(schemas, { strict: true });

const names: Record<string, keyof typeof wireDefinitions> = {
  hello: 'Hello', snapshot: 'Snapshot', diff: 'Diff', live: 'Live', ended: 'Ended', heartbeat: 'Heartbeat', error: 'Error', bye: 'Bye', subscribe: 'Subscribe', unsubscribe: 'Unsubscribe',
};

const nameOf = (message: object): string => {
  if ('compact' in message) return 'CompactDiff';
  if ('patch' in message) return 'PatchDiff';
  return 'type' in message ? (names[String(message.type)] ?? '') : '';
};

/** The fields of a message in the order of the wire; of one that has several forms, those of the longest. */
export const fieldsOf = (name: string): string[] => {
  const schema = schemas[name] ?? {};
  const forms = [schema, ...(schema.oneOf ?? [])].map((form) => (typeof form === 'object' ? Object.keys(form.properties ?? {}) : []));
  return forms.reduce((longest, fields) => (fields.length > longest.length ? fields : longest), []);
};

const isInOrder = (message: object, name: string): boolean => {
  const fields = Object.keys(message);
  return fieldsOf(name).filter((field) => fields.includes(field)).join() === fields.join();
};

const check = <T extends object>(message: T, allowed: readonly string[]): T => {
  const name = nameOf(message);
  const fault = allowed.includes(name) ? (faultIn({ $ref: refTo(name) }, message) ?? (isInOrder(message, name) ? undefined : 'its fields are not in order')) : 'there is no such message';
  if (fault !== undefined) throw new Error(`a message is not as its schema says: ${fault}: ${JSON.stringify(message).slice(0, 400)}`);
  return message;
};

const clientNames = ['Subscribe', 'Unsubscribe'];
const serverNames = [...Object.values(names), 'CompactDiff', 'PatchDiff'].filter((name) => !clientNames.includes(name));

/** The message of a frame from the server. Throws where it is not as its schema says. */
export const received = (frame: string): ServerMessage => check(JSON.parse(frame), serverNames);

/** A message that a client is about to send. What is wrong on purpose must not come here. */
export const sent = (message: ClientMessage): ClientMessage => check(message, clientNames);

/** A message that a test hands to a client by itself. */
export const told = <T extends ServerMessage | AnyDiff>(message: T): T => check(message, serverNames);

/** Holds every message that tests send or receive to its published schema: all fields there, none unknown, and in their order. */
import type { AnyDiff, ClientMessage, ServerMessage } from '../server/core/protocol.ts';
import { refTo, toJsonSchemas, wireDefinitions } from '../server/schema/json-schema.ts';
import { createValidators, type FaultIn } from './json-schemas.ts';

const schemas = toJsonSchemas(wireDefinitions, 'draft-2020-12');
const compile = createValidators(schemas, { strict: true });

/** By the `type` of the message; a diff is what it is by its last field. */
const clientNames: Record<string, Name> = { subscribe: 'Subscribe', unsubscribe: 'Unsubscribe' };
const serverNames: Record<string, Name> = { hello: 'Hello', snapshot: 'Snapshot', diff: 'Diff', live: 'Live', ended: 'Ended', heartbeat: 'Heartbeat', error: 'Error', bye: 'Bye' };
const diffNames: Record<string, Name> = { ops: 'Diff', compact: 'CompactDiff', patch: 'PatchDiff' };

type Name = keyof typeof wireDefinitions;

const nameOf = (message: object, names: Record<string, Name>): Name | undefined => {
  const name = 'type' in message ? names[String(message.type)] : undefined;
  return name === 'Diff' ? diffNames[Object.keys(message).at(-1) ?? ''] : name;
};

/** The fields of a message in the order of the wire; of one that has several forms, those of the longest. */
export const fieldsOf = (name: Name): string[] => {
  const schema = schemas[name] ?? {};
  const forms = [schema, ...(schema.oneOf ?? [])].map((form) => (typeof form === 'object' ? Object.keys(form.properties ?? {}) : []));
  return forms.toSorted((a, b) => b.length - a.length)[0] ?? [];
};

const createCheck = (name: Name): FaultIn => {
  const [faultIn, order] = [compile({ $ref: refTo(name) }), fieldsOf(name)];
  const places = (message: object) => Object.keys(message).map((field) => order.indexOf(field));
  const isInOrder = (message: object) => places(message).every((place, index, all) => place > (all[index - 1] ?? -1));
  return (message) => faultIn(message) ?? (isInOrder(Object(message)) ? undefined : `its fields are not in the order ${order.join()}`);
};

const checks = new Map([...Object.values(clientNames), ...Object.values(serverNames), ...Object.values(diffNames)].map((name) => [name, createCheck(name)]));

const check = <T extends object>(message: T, names: Record<string, Name>): T => {
  const name = nameOf(message, names);
  const faultIn = name && checks.get(name);
  const fault = faultIn ? faultIn(message) : 'there is no such message';
  if (fault !== undefined) throw new Error(`this is no message: ${fault}: ${JSON.stringify(message).slice(0, 400)}`);
  return message;
};

/** The message of a frame from the server. Throws where it is not as its schema says. */
export const received = (frame: string): ServerMessage => check(JSON.parse(frame), serverNames);

/** A message that a client is about to send. What is wrong on purpose must not come here. */
export const sent = (message: ClientMessage): ClientMessage => check(message, clientNames);

/** A message that a test hands to a client by itself. */
export const checked = <T extends ServerMessage | AnyDiff>(message: T): T => check(message, serverNames);

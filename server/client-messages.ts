/** What a client may say, checked whole. Apart from `core/protocol.ts`, which goes into browsers and needs no checker there. */
import * as v from 'valibot';
import type { ClientMessage } from './core/protocol.ts';
import { clientMessage } from './schema/messages.ts';

/** `unknown` is of a type that a later version may have: it is ignored. `problem` says in one line what is wrong. */
export type Reading = { kind: 'message'; message: ClientMessage } | { kind: 'unknown' } | { kind: 'bad'; problem: string };

const envelope = v.object({ type: v.string() });
const knownTypes = new Set(['subscribe', 'unsubscribe']);

/** Unknown fields are dropped. Never throws. */
export const readClientMessage = (text: string): Reading => {
  const json = readJson(text);
  if (json === undefined) return { kind: 'bad', problem: 'a message must be JSON, for example {"type":"subscribe","story":"*"}' };
  const outer = v.safeParse(envelope, json);
  if (!outer.success) return { kind: 'bad', problem: describe(outer.issues) };
  if (!knownTypes.has(outer.output.type)) return { kind: 'unknown' };
  const read = v.safeParse(clientMessage, json);
  return read.success ? { kind: 'message', message: read.output } : { kind: 'bad', problem: describe(read.issues) };
};

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const describe = ([issue]: [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string => {
  const field = v.getDotPath(issue) ?? 'a message';
  return `${field} must be ${issue.expected ?? 'something else'}, not ${issue.received}`;
};

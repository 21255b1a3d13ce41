/** A reader of server-sent events, written from the HTML Standard (9.2.6): raw enough to see every line, and to stop reading. */
import { request, type IncomingMessage } from 'node:http';
import type { AnyDiff, ServerMessage } from '../server/core/protocol.ts';
import { received } from './checked.ts';

export type ServerEvent = { id?: string; event?: string; message: ServerMessage | AnyDiff };

export type EventClient = Awaited<ReturnType<typeof openEvents>>;

/** Resolves when the headers are there. `events` are kept from the first on. */
export const openEvents = async (port: number, path: string, headers: Record<string, string> = {}) => {
  const asked = request({ host: '127.0.0.1', port, path, headers, agent: false });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.on('response', resolve);
    asked.on('error', reject);
    asked.end();
  });
  const events: ServerEvent[] = [];
  const retries: number[] = [];
  const checks = new Set<() => void>();
  const listeners = new Set<(event: ServerEvent) => void>();
  const closed = new Promise<void>((resolve) => void response.once('close', resolve));
  let fields = new Map<string, string>();
  let rest = '';

  const dispatch = (): void => {
    const { id, event, data } = Object.fromEntries(fields);
    fields = new Map();
    if (data === undefined) return;
    const dispatched = { ...(id !== undefined && { id }), ...(event !== undefined && { event }), message: received(data) };
    events.push(dispatched);
    for (const listener of listeners) listener(dispatched);
  };
  const readLine = (line: string): void => {
    if (line === '') return dispatch();
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'retry') retries.push(Number(value));
    else fields.set(field, value);
  };

  response.setEncoding('utf8');
  response.on('error', () => undefined);
  response.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(readLine);
    for (const check of checks) check();
  });

  /** Resolves once `holds`; rejects when the stream ends before. */
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = () => {
        if (!holds()) return;
        checks.delete(check);
        resolve();
      };
      checks.add(check);
      check();
      void closed.then(() => reject(new Error(`the stream ended after ${JSON.stringify(events.at(-1))}`)));
    });

  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    /** ms, in the order in which they came. */
    retries,
    until,
    /** Is called with every event, those included that have come already. */
    listen: (listener: (event: ServerEvent) => void): void => {
      for (const event of events) listener(event);
      listeners.add(listener);
    },
    /** The first message of a type, from the `from`-th event on. */
    next: async <T extends ServerMessage['type']>(type: T, from = 0): Promise<ServerEvent & { message: Extract<ServerMessage, { type: T }> }> => {
      const is = (event: ServerEvent): event is ServerEvent & { message: Extract<ServerMessage, { type: T }> } => event.message.type === type;
      await until(() => events.slice(from).some(is));
      const found = events.slice(from).find(is);
      if (!found) throw new Error(`no ${type}`);
      return found;
    },
    /** Resolves when the answer has ended, or was cut. */
    closed,
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    cut: () => void asked.destroy(),
  };
};

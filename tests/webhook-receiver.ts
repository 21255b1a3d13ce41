/** A service that is told by webhook: a real HTTP server, which checks every signature by the letter of Standard Webhooks, and every event by its schema: one that breaks it ends the test. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import * as v from 'valibot';
import { storyEvent, testEvent } from '../server/schema/events.ts';

export const secretA = `whsec_${Buffer.from('a key of this test, 32 bytes long').toString('base64')}`;
export const secretB = `whsec_${Buffer.from('another key of this test, as long').toString('base64')}`;

/** As the specification says it: HMAC-SHA256 over id, timestamp and body, joined by dots. */
export const isSigned = (headers: IncomingHttpHeaders, body: string, secret: string): boolean => {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const expected = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64')).update(signed).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .map((signature) => signature.split(','))
    .some(([version, given = '']) => version === 'v1' && Buffer.from(given, 'base64').length === expected.length && timingSafeEqual(Buffer.from(given, 'base64'), expected));
};

/** What tests post that are about posting alone. */
export const emptyBody = '{}';

export type Event = { type: string; timestamp: string; data: { story: string; position: string; page: string; state?: string; message?: { type: string; [field: string]: unknown } } };
export type Heard = { id: string; event: Event; body: string; headers: IncomingHttpHeaders; status: number };

/** Answers the n-th request, counted from 0, with a status; or by itself, when it returns nothing. */
export type Reaction = (n: number, response: ServerResponse) => number | undefined;

export const startReceiver = async (react: Reaction = () => 204, secret = secretA) => {
  const heard: Heard[] = [];
  const waiting = new Set<() => void>();
  let current = react;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      if (body !== emptyBody) v.parse(v.union([storyEvent, testEvent]), JSON.parse(body));
      const isOurs = isSigned(request.headers, body, secret);
      const status = isOurs ? current(heard.length, response) : 401;
      heard.push({ id: String(request.headers['webhook-id']), event: JSON.parse(body), body, headers: request.headers, status: status ?? 0 });
      if (status !== undefined) response.writeHead(status).end();
      for (const check of waiting) check();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const end = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  let closed: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/hook`,
    heard,
    /** What it has taken, each once. */
    taken: () => [...new Map(heard.filter(({ status }) => status >= 200 && status < 300).map((one) => [one.id, one])).values()],
    react: (next: Reaction) => {
      current = next;
    },
    until: (condition: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const check = () => {
          if (!condition()) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    close: () => (closed ??= end()),
  };
};

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

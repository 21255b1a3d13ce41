/**
 * Answers that were just given, given again before anything else is done. While the log's version stands, the same request has the same answer:
 * nothing is looked up, composed or compressed, and a crowd that asks for one address costs little more than its bytes.
 */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';

type Answer = { headers: OutgoingHttpHeaders; body: Buffer };

/** bytes counted for the headers of an answer */
const headerBytes = 2_048;

/** What of a request an answer depends on, besides the log. Who makes an answer depend on more MUST add it here. */
const keyOf = ({ originalUrl, headers }: Request): string =>
  [originalUrl, headers.host, headers['accept-encoding'], headers.origin, headers['x-forwarded-proto']].join('\n');

const keepers = new WeakMap<Response, (answer: Answer) => void>();

/** Has an answer, with the headers that it has now, given again to whoever asks the same. It MUST depend on nothing but the log and what the key holds. */
export const keepAnswer = (response: Response, body: Buffer): void => keepers.get(response)?.({ headers: { ...response.getHeaders() }, body });

/** Comes before every other handler. Keeps at most `maxBytes` bytes, of one version of the log. */
export const createReplay = ({ version, maxBytes }: { version: () => number; maxBytes: number }): RequestHandler => {
  const answers = new Map<string, Answer>();
  let bytes = 0;
  let kept = version();

  const forget = (): void => {
    answers.clear();
    bytes = 0;
    kept = version();
  };

  const keep = (key: string, answer: Answer): void => {
    if (answers.has(key)) return;
    bytes += key.length + headerBytes + answer.body.length;
    if (bytes > maxBytes) forget();
    else answers.set(key, answer);
  };

  /** With 304 where the asker has it already. */
  const give = (request: Request, response: Response, { headers, body }: Answer): void => {
    if (request.headers['if-none-match'] === undefined) return void response.writeHead(200, headers).end(body);
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
    if (!request.fresh) return void response.end(body);
    for (const name of ['Content-Encoding', 'Content-Length']) response.removeHeader(name);
    response.status(304).end();
  };

  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const asked = version();
    if (asked !== kept) forget();
    const key = keyOf(request);
    const known = answers.get(key);
    if (known) return give(request, response, known);
    keepers.set(response, (answer) => { if (version() === asked) keep(key, answer); });
    next();
  };
};

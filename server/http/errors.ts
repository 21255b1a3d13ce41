/** How a request can fail: a problem document (RFC 9457) under `/api`, a page for people elsewhere. */
import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { renderError } from '../pages/error.ts';
import type { Site } from '../pages/layout.ts';
import type { Refusal } from '../readers.ts';
import { keepShortly } from './answers.ts';

export const statuses = { malformed: 400, forbidden: 403, missing: 404, readonly: 405, withdrawn: 410, redacted: 410, crowded: 429, failed: 500, stopping: 503, overloaded: 503 } as const;

/** s after which a request that failed so may be made again, unless whoever throws says otherwise */
export const retryAfter: Partial<Record<Failure, number>> = { crowded: 30, stopping: 5, overloaded: 5 };

export type Failure = keyof typeof statuses;

/** Thrown by any route; `message` is for programs, people get the page of `failure` in `lang`. */
export class HttpError extends Error {
  override name = 'HttpError';
  readonly failure: Failure;
  readonly lang: string | undefined;
  readonly retryAfter: number | undefined;
  constructor(failure: Failure, message: string, options: { lang?: string; retryAfter?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.failure = failure;
    this.lang = options.lang;
    this.retryAfter = options.retryAfter ?? retryAfter[failure];
  }
}

/** For every other method of an address that can only be read. */
export const readOnly: RequestHandler = (request, response) => {
  response.set('Allow', 'GET, HEAD, OPTIONS');
  if (request.method !== 'OPTIONS') throw new HttpError('readonly', `${request.method} is not allowed here`);
  response.status(204).end();
};

export const isRead = ({ method }: Pick<Request, 'method'>): boolean => method === 'GET' || method === 'HEAD';

/** Before handlers that would pass other methods on. */
export const onlyRead: RequestHandler = (request, response, next) => (isRead(request) ? next() : readOnly(request, response, next));

/** Refuses what cannot be decoded before any route sees it. */
export const refuseMalformed: RequestHandler = (request, _response, next) => {
  try {
    decodeURIComponent(request.path);
  } catch (cause) {
    throw new HttpError('malformed', 'the percent-encoding of the address is broken', { cause });
  }
  next();
};

export const notFound: RequestHandler = () => {
  throw new HttpError('missing', 'there is nothing at this address');
};

/** The last handler: says what failed, and hands what nobody foresaw to `report`. */
export const answerErrors = (site: Site, report: (error: unknown) => void): ErrorRequestHandler => (error: unknown, request, response, next) => {
  if (!response.headersSent && [412, 416].includes(statusOf(error))) return void response.status(statusOf(error)).set('Cache-Control', 'no-store').end();
  const known = asHttpError(error);
  if (known.failure === 'failed') report(error);
  if (response.headersSent) return next(error);
  const status = statuses[known.failure];
  response.status(status);
  if (status === 404 || status === 410) keepShortly(response);
  else response.set('Cache-Control', 'no-store');
  if (known.retryAfter !== undefined) response.set('Retry-After', String(known.retryAfter));
  if (status === 503) response.set('Connection', 'close');
  if (request.path.startsWith('/api/')) {
    response.type('application/problem+json').send(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail: known.message, code: known.failure }));
  } else {
    // Pages are never too many, and say nothing of a stop.
    response.send(renderError(site, isPassing(known.failure) ? 'failed' : known.failure, known.lang));
  }
};

/** Over when one comes back later; only what lasts fails so. */
const isPassing = (failure: Failure): failure is 'crowded' | Refusal['code'] => failure in retryAfter;

export const turnedAway = ({ code, why, retryAfter }: Refusal): HttpError => new HttpError(code, why, { retryAfter });

/** The status that a library gave to what it threw. */
export const statusOf = (error: unknown): number => (error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500);

const asHttpError = (error: unknown): HttpError => {
  if (error instanceof HttpError) return error;
  const status = statusOf(error);
  if (status === 400) return new HttpError('malformed', 'the request cannot be read', { cause: error });
  if (status === 404) return new HttpError('missing', 'there is nothing at this address', { cause: error });
  return new HttpError('failed', 'something went wrong here', { cause: error });
};

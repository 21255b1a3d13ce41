/** What answers have in common: how long they may be kept, where in the log they stand, and that each is made once. */
import { createHash } from 'node:crypto';
import type { Application, Request, Response } from 'express';
import { defaults } from '../config.ts';
import type { Position } from '../core/story.ts';
import { createPrepared, encodings, type Encoding, type Prepared } from './prepared.ts';
import { expectAnswer, keepAnswer } from './replay.ts';

export const positionHeader = 'Stop-Press-Position';

/**
 * How long what changes may be kept. A browser asks again each time (`must-revalidate` keeps it from showing a stale copy meanwhile); a cache that many share
 * asks once a second, and may show what it holds for some seconds while it asks, and for an hour while nobody answers.
 */
export const shortly = 'public, max-age=0, must-revalidate, s-maxage=1, stale-while-revalidate=5, stale-if-error=3600';

/** How long what never changes may be kept. */
const forever = 'public, max-age=86400, immutable';

/** A short name of a text: equal texts, equal names. */
export const fingerprint = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 10);

/** What an answer was made from; `edition` is all that it depends on besides the log. */
export type Source = {
  position: Position;
  edition: string;
  /** The answer is the same whatever stands behind the `?`, so that addresses with a campaign's marks share it. */
  anyQuery?: true;
};

/** An answer that changes: kept, but asked for again, which costs 304 while nothing has changed. `body` is made only when it has, and once for all who ask. */
export const answerLive = (request: Request, response: Response, source: Source, body: () => string): void => answer(request, response, shortly, source, body);

/** An answer that never changes. */
export const answerImmutable = (request: Request, response: Response, source: Source, body: () => string): void => answer(request, response, forever, source, body);

/** For an answer that can change without a position that says so: a story that is not there may come. What is for editors alone stays so. */
export const keepShortly = (response: Response): Response => (response.get('Cache-Control') === 'no-store' ? response : response.set('Cache-Control', shortly));

/** Permanent, but asked for again: a log that is restored from a backup has other positions, and a story may come back to an old address. */
export const redirect = (response: Response, location: string): void => keepShortly(response).redirect(308, location);

/** The tag is weak because the bytes differ by encoding. */
const answer = (request: Request, response: Response, kept: string, { position, edition, anyQuery }: Source, body: () => string): void => {
  const tag = `W/"${position}-${edition}"`;
  const type = response.get('Content-Type') ?? 'text/plain';
  response.set({ 'Cache-Control': kept, ETag: tag, [positionHeader]: position, 'Content-Type': type.includes('charset') ? type : `${type}; charset=utf-8` });
  if (request.fresh) {
    expectAnswer(response);
    return void response.status(304).end();
  }
  const address = anyQuery ? request.baseUrl + request.path : request.originalUrl;
  const prepared = preparedFor(request.app).get(`${request.protocol}://${request.get('Host')}${address} ${tag}`, encodingFor(request), body);
  if (prepared instanceof Promise) void prepared.then((made) => send(response, made));
  else send(response, prepared);
};

const send = (response: Response, { encoding, body }: Prepared): void => {
  if (encoding !== 'identity') response.set('Content-Encoding', encoding);
  response.set('Content-Length', String(body.length));
  if (response.statusCode === 200) keepAnswer(response, body);
  response.end(body);
};

/** The best that the reader takes at all. */
const encodingFor = (request: Request): Encoding => encodings.find((encoding) => request.acceptsEncodings(encoding)) ?? 'identity';

const memories = new WeakMap<Application, ReturnType<typeof createPrepared>>();

/** One memory an application. */
const preparedFor = (app: Application): ReturnType<typeof createPrepared> => {
  const known = memories.get(app);
  if (known) return known;
  const made = createPrepared({ maxBytes: defaults.preparedBytes });
  memories.set(app, made);
  return made;
};

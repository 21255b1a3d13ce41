/** What answers have in common: how long they may be kept, and where in the log they stand. */
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Position } from '../core/story.ts';

export const positionHeader = 'Stop-Press-Position';

/** A short name of a text: equal texts, equal names. */
export const fingerprint = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 10);

/**
 * An answer that changes: kept, but asked for again each time, which costs 304 while nothing has changed. `body` is made only when it has.
 * The tag is weak because the bytes differ by encoding.
 */
export const answerLive = (request: Request, response: Response, { position, edition }: { position: Position; edition: string }, body: () => string): void => {
  response.set({ 'Cache-Control': 'no-cache', ETag: `W/"${position}-${edition}"`, [positionHeader]: position });
  if (request.fresh) return void response.status(304).end();
  response.send(body());
};

/** An answer that never changes. */
export const answerImmutable = (response: Response, position: Position, body: string): void => {
  response.set({ 'Cache-Control': 'public, max-age=86400, immutable', ETag: `W/"${fingerprint(body)}"`, [positionHeader]: position }).send(body);
};

/** Permanent, but asked for again: a log that is restored from a backup has other positions, and a story may come back to an old address. */
export const redirect = (response: Response, location: string): void => {
  response.set('Cache-Control', 'no-cache').redirect(308, location);
};

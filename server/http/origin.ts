/** Under which name the reader has found this server. */
import type { Request } from 'express';
import { HttpError } from './errors.ts';

/** `https://news.example`, as the reader wrote it; nothing where the header is no host, so that no page repeats a forged one; nor a forged scheme, which a proxy may let through. */
export const originOf = (request: Request): string => {
  const host = request.get('Host') ?? '';
  return /^(?:[a-z\d.-]+|\[[a-f\d:.]+\])(?::\d+)?$/i.test(host) ? `${request.secure ? 'https' : 'http'}://${host}` : '';
};

/** The same for answers in which every address has to be whole. Throws 400 where the header is no host. */
export const wholeOriginOf = (request: Request): string => {
  const origin = originOf(request);
  if (origin === '') throw new HttpError('malformed', 'the header Host is no host');
  return origin;
};

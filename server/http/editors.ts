/** Who is an editor. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';

export type EditorRule = { editorToken?: string; trustProxy: boolean };

/** Whether a request may see what is for editors: with the token, or from this machine. */
export const isEditor = (request: Request<unknown>, { editorToken, trustProxy }: EditorRule): boolean => {
  const given = /^Bearer +(\S+)$/i.exec(request.get('Authorization') ?? '')?.[1];
  if (given !== undefined && editorToken !== undefined) return timingSafeEqual(sha256(given), sha256(editorToken));
  return isLocal(request, trustProxy);
};

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Asked from this machine, by this machine's name: a page that has its own name point at the loopback address (DNS rebinding) is not.
 * Behind a proxy every reader comes from its address: then the proxy must have said who asks in `X-Forwarded-For` (`ips`), and without a trusted one nobody may have.
 */
const isLocal = (request: Request<unknown>, trustProxy: boolean): boolean => {
  if (!isLoopback(request.ip ?? '')) return false;
  if (trustProxy) return request.ips.length > 0;
  const forwarded = request.get('X-Forwarded-For') !== undefined || request.get('Forwarded') !== undefined;
  return !forwarded && /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/i.test(request.get('Host') ?? '');
};

const isLoopback = (address: string): boolean => /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(address) || address === '::1';

/** What a request must bring to become a socket. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { subprotocol } from './core/protocol.ts';

/** A client that asks for no subprotocol is content with this one, so that the simplest tools work. */
export const offersKnownProtocol = ({ headers }: IncomingMessage): boolean => {
  const offered = headers['sec-websocket-protocol'];
  return offered === undefined || offered.split(',').some((name) => name.trim() === subprotocol);
};

/**
 * Whether pages of the request's origin may read along: those of this host, those of `origins` (`https://example.org`), with `*` all.
 * Programs that are no browser send no origin, and may.
 */
export const isOriginAllowed = ({ headers }: IncomingMessage, { origins, trustProxy }: { origins: readonly string[]; trustProxy: boolean }): boolean => {
  if (headers.origin === undefined || origins.includes('*')) return true;
  if (headers.origin === `https://${headers.host}` || headers.origin === `http://${headers.host}`) return true; // as browsers write it, without reading both
  const origin = readUrl(headers.origin);
  if (!origin) return false;
  const hosts = [headers.host, trustProxy ? lastOf(headers['x-forwarded-host']) : undefined];
  return hosts.some((host) => host !== undefined && readUrl(`${origin.protocol}//${host}`)?.host === origin.host) || origins.some((each) => readUrl(each)?.origin === origin.origin);
};

/** Who is asking: the peer, or behind a proxy that is trusted the one that it names, which is the last. */
export const clientAddress = ({ headers, socket }: IncomingMessage, trustProxy: boolean): string => {
  const forwarded = trustProxy ? lastOf(headers['x-forwarded-for']) : undefined;
  return (forwarded ?? socket.remoteAddress ?? '').replace(/^::ffff:/, '');
};

/** Of `/live?story=storm&after=7f3a9c21_42` what stands before the question mark, and behind it; it need not be well-formed. */
export const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1).join();
export const queryOf = (request: IncomingMessage): URLSearchParams => new URLSearchParams(request.url?.slice(pathOf(request).length + 1));

/** Answers an upgrade request that cannot become a socket, and lets its connection go. `retryAfter`: s after which it may be made again. */
export const refuseUpgrade = (socket: Duplex, status: '400 Bad Request' | '404 Not Found' | '503 Service Unavailable', why: string, retryAfter?: number): void => {
  const retry = retryAfter === undefined ? '' : `Retry-After: ${retryAfter}\r\n`;
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n${retry}Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(why)}\r\n\r\n${why}`);
};

/** `null`, which sandboxed pages and files send, is no origin. */
const readUrl = (text: string): URL | undefined => URL.parse(text) ?? undefined;

const lastOf = (header: string | string[] | undefined): string | undefined => {
  const last = [header].flat().join(',').split(',').at(-1)?.trim();
  return last === '' ? undefined : last;
};

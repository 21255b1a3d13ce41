/** Headers that keep a page to itself. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { styleHash } from '../pages/style.ts';

/** Scripts from here only, the one style that stands in the pages; pictures, films and sounds also from elsewhere, because stories may show some. */
const directives = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': [`'${styleHash}'`],
  'img-src': ["'self'", 'https:', 'http:'],
  'media-src': ["'self'", 'https:', 'http:'],
  'connect-src': ["'self'"],
  'manifest-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};

/** What would break, or only make noise, on plain http in a local network goes out behind TLS only. `framed`: by whom the page may be shown in a frame. */
const headers = (secure: boolean, framed: readonly string[]): RequestHandler =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { ...directives, ...(framed.length > 0 && { 'frame-ancestors': framed }), ...(secure && { 'upgrade-insecure-requests': [] }) },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    crossOriginOpenerPolicy: secure ? { policy: 'same-origin' } : false,
    originAgentCluster: secure,
    xFrameOptions: framed.length > 0 ? false : { action: 'deny' }, // it knows no list
    crossOriginResourcePolicy: { policy: framed.length > 0 ? 'cross-origin' : 'same-origin' },
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
  });

/** A story alone, and whatever stands in its place. */
const isForFrames = (path: string): boolean => /^\/stories\/.+\/embed$/.test(path);

/** Only pages that are made for frames may be framed, by `frameAncestors`: on all others a reader's click could be meant for something else. */
export const createSecurityHeaders = (frameAncestors: readonly string[]): RequestHandler => {
  const handlers = (framed: readonly string[]) => ({ plain: headers(false, framed), secure: headers(true, framed) });
  const [alone, framed] = [handlers([]), handlers(frameAncestors)];
  return (request, response, next) => {
    const { plain, secure } = isForFrames(request.path) ? framed : alone;
    (request.secure ? secure : plain)(request, response, next);
  };
};

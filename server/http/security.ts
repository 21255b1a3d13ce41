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

/** What would break, or only make noise, on plain http in a local network goes out behind TLS only. */
const headers = (secure: boolean): RequestHandler =>
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: secure ? { ...directives, 'upgrade-insecure-requests': [] } : directives },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    crossOriginOpenerPolicy: secure ? { policy: 'same-origin' } : false,
    originAgentCluster: secure,
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
  });

export const createSecurityHeaders = (): RequestHandler => {
  const [plain, secure] = [headers(false), headers(true)];
  return (request, response, next) => (request.secure ? secure : plain)(request, response, next);
};

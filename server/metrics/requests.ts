/** Which requests a server answered, and how. */
import type { Server } from 'node:http';
import type { Metrics, Route } from '../metrics.ts';

/** What is asked for most comes first: without a dot in its path it is a page. */
const patterns: readonly [Route, RegExp][] = [
  ['page', /^\/(?:stories\/[^.?]*)?(?:\?|$)/],
  ['feed', /(?:^|\/)(?:feed\.(?:atom|json)|ninjs|sitemap[^/]*\.xml|robots\.txt)(?:\?|$)/],
  ['events', /^\/api\/(?:.*\/)?events(?:\?|$)/],
  ['api', /^\/api\//],
  ['file', /^\/(?:client\/|embed\.js|favicon\.svg)|^\/stories\/[^?]*\.(?:jpe?g|png|gif|webp|avif|svg|mp4|webm|mp3|vtt|pdf)(?:\?|$)/i],
  ['page', /^\/stories(?:\/|\?|$)/],
  ['operator', /^\/(?:healthz|readyz|metrics)(?:\?|$)/],
];

/** What an address stands for, whether or not there is something. */
export const routeOf = (url: string): Route => patterns.find(([, pattern]) => pattern.test(url))?.[0] ?? 'other';

/** Counts every answer that was given whole, whoever gave it. */
export const countAnswers = (server: Server, { answered }: Pick<Metrics, 'answered'>): void =>
  void server.prependListener('request', ({ url = '' }, response) => void response.once('finish', () => answered(routeOf(url), response.statusCode)));

/** HTTP: pages, JSON and files, as one express application. Sockets are not its business. */
import type { RequestListener } from 'node:http';
import compression from 'compression';
import express, { type RequestHandler, type Response, type Router } from 'express';
import { defaults } from './config.ts';
import { everyStory } from './core/protocol.ts';
import { createReaders, type Readers } from './readers.ts';
import type { RevisionLog } from './revision-log.ts';
import type { WebhookStatus } from './webhooks.ts';
import { askedNext } from './http/ahead.ts';
import { fingerprint, positionHeader, redirect } from './http/answers.ts';
import { createApi, type FileProblem } from './http/api.ts';
import { createAssets, createStoryFiles } from './http/assets.ts';
import { crossOrigin } from './http/cross-origin.ts';
import { createDocuments } from './http/documents.ts';
import { answerErrors, notFound, readOnly, refuseMalformed } from './http/errors.ts';
import { createEventRoutes } from './http/events.ts';
import { createFeedRoutes } from './http/feeds.ts';
import { createMetricsRoute } from './http/metrics.ts';
import { createReplay } from './http/replay.ts';
import { createSearch } from './http/search.ts';
import { createSecurityHeaders } from './http/security.ts';
import { createSite } from './http/site.ts';
import type { Site } from './pages/layout.ts';
import { createWebhookRoutes } from './http/webhooks.ts';
import { styleHash } from './pages/style.ts';

export type HttpOptions = {
  log: RevisionLog;
  /** Who is sent events, together with the sockets' clients. */
  readers?: Readers;
  /** What is wrong with the file of a story, with its name. */
  problemsOf: (story: string) => FileProblem[] | Promise<FileProblem[]>;
  storiesFolder: string;
  /** The built browser scripts: the folder served under `/client/`, and the address of each. */
  client: { script: Site['script']; folder: string };
  options: {
    /** BCP 47: what pages speak that belong to no story. */
    lang: string;
    editorToken?: string;
    /** There is one proxy in front, whose `X-Forwarded-*` are believed. */
    trustProxy: boolean;
    /** Whose pages may read the JSON; `*` for all. */
    origins: string[];
    /** Whose pages may show `/stories/<slug>/embed` in a frame, as sources of a content security policy. */
    frameAncestors: string[];
    /** The WebSub hub that feeds name. */
    hub?: string;
  };
  /** Whether stories are being published; until then `/readyz` answers 503. */
  ready: () => boolean;
  /** How each webhook stands. */
  webhooks?: () => WebhookStatus[] | Promise<WebhookStatus[]>;
  /** What is counted, in the text format of Prometheus; default: nothing. */
  metrics?: () => Promise<string>;
  /** More routes, before all others. */
  control?: Router;
  /** Changes with the program, so that nobody keeps a page of an older one. */
  build: string;
  /** Is told of every error that nobody foresaw. Default: the error stream. */
  onError?: (error: unknown) => void;
};

/** Listens to nothing itself: hand it to `createServer`. */
export const createHttp = ({ log, readers = createReaders({ log }), problemsOf, storiesFolder, client, options, ready, webhooks = () => [], metrics = async () => '', control, build, onError = console.error }: HttpOptions): RequestListener => {
  const site = { lang: options.lang, script: client.script };
  const edition = fingerprint([build, styleHash, options.lang, client.script('story'), client.script('index'), client.script('walk'), client.script('frame'), options.hub].join());
  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  // One hop, not all: the address is the one that the proxy saw, whatever the client claims.
  app.set('trust proxy', options.trustProxy ? 1 : false);

  app.use(createSecurityHeaders(options.frameAncestors));
  if (control) app.use(control);
  app.use(refuseMalformed, withoutLastSlash);
  app.use('/api', createEventRoutes({ ...options, log, readers }));
  app.use(varies, compression({ filter: isWhole }));
  app.use(createHealth(ready));
  app.use(createMetricsRoute({ ...options, text: metrics }));
  app.use(createAssets(client.folder));
  app.use(createFeedRoutes({ ...options, log, edition }));
  app.use(createSearch({ log, edition }));
  app.use(createWebhookRoutes({ ...options, list: webhooks }));
  app.use(createDocuments(options));
  app.use('/api', createApi({ ...options, log, readers, problemsOf, edition }));
  app.use(createStoryFiles(storiesFolder, crossOrigin(options.origins)));
  app.use(createSite({ log, site, edition }));
  app.use(notFound);
  app.use(answerErrors(site, onError));

  const replay = createReplay({ listener: app, version: log.version, maxBytes: defaults.replayBytes, isClosing: () => readers.closing.aborted });
  // What is asked for is made anew ahead, but only when those who follow have been written to.
  log.subscribe(everyStory, log.head(), (entry) => void readers.written().then(() => setImmediate(() => void replay.prepare(askedNext(entry)))));
  return replay.answer;
};

/** Also on a 304, so that caches keep one answer for each encoding. */
const varies: RequestHandler = (_request, response, next) => {
  response.vary('Accept-Encoding');
  next();
};

/** A range counts in the bytes of the file: compressing it would break it. What tells its position is as it is to be, and is kept so. */
const isWhole = (request: Parameters<RequestHandler>[0], response: Response): boolean => response.statusCode !== 206 && !response.hasHeader(positionHeader) && compression.filter(request, response);

const withoutLastSlash: RequestHandler = ({ path, originalUrl }, response, next) => {
  if (!path.endsWith('/') || !(path.startsWith('/stories/') || path.startsWith('/api/'))) return next();
  redirect(response, path.slice(0, -1) + originalUrl.slice(path.length));
};

/** `/healthz`: the process answers. `/readyz`: it has its stories. */
const createHealth = (ready: () => boolean): Router => {
  const router = express.Router({ caseSensitive: true, strict: true });
  const answer = (response: Response, well: boolean) => void response.status(well ? 200 : 503).set('Cache-Control', 'no-store').type('text/plain').end(well ? 'ok\n' : 'not ready\n');
  router.route('/healthz').get((_request, response) => answer(response, true)).all(readOnly);
  router.route('/readyz').get((_request, response) => answer(response, ready())).all(readOnly);
  return router;
};

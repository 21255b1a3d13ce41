/** What readers meet: pages, JSON, event streams and sockets on one address, over a log that somebody else writes. */
import { createServer, type Server } from 'node:http';
import { createAdmission } from './admission.ts';
import { findClientFiles } from './client-files.ts';
import { defaults, UsageError, type Config } from './config.ts';
import { createControlRoute, type Control } from './control.ts';
import { everyStory } from './core/protocol.ts';
import { nativeFanIn } from './fan-in.ts';
import { nativeFanOut } from './fan-out.ts';
import { createHttp, type HttpOptions } from './http.ts';
import type { ProcessMetrics } from './metrics/prometheus.ts';
import { countAnswers } from './metrics/requests.ts';
import { loadNativeSocket } from './native-socket.ts';
import { createReaders } from './readers.ts';
import type { RevisionLog } from './revision-log.ts';
import { trackSilent } from './silent-connections.ts';
import { createSocketServer } from './socket.ts';
import { boundYoungGeneration } from './young-generation.ts';

/** What only the process knows that publishes. */
export type Newsroom = Required<Pick<HttpOptions, 'problemsOf' | 'webhooks' | 'ready'>> & Pick<HttpOptions, 'metrics'> & { control: Control; /** More is about to be published. */ isMoreComing: () => boolean };

export type FrontOptions = {
  log: RevisionLog;
  /** Of the stories, for their pictures. */
  folder: string;
  config: Config;
  newsroom: Newsroom;
  metrics: ProcessMetrics;
  /** Other processes listen on the same port. */
  shared?: boolean;
  /** Is told of every error that nobody foresaw. */
  onError: (error: unknown) => void;
};

export type Front = {
  /** Resolves to `http://127.0.0.1:3000`, with the port really taken. Rejects with `UsageError` where it is not free. */
  listen: () => Promise<string>;
  /** How many readers a story has, once they have been written what the log has told. */
  following: (story: string) => Promise<number>;
  /**
   * Takes no reader in any more, and says `bye` to those who are here over the time that the configuration gives: who has not been told is still served, and so is every page.
   * Resolves when all have been told. `hurry` tells the rest at once; both may be called twice.
   */
  drain: () => Promise<void>;
  hurry: () => void;
  /** Says `bye` to readers who have not been told, and ends open requests. */
  close: () => Promise<void>;
};

export const createFront = async ({ log, folder, config, newsroom, metrics, shared = false, onError }: FrontOptions): Promise<Front> => {
  const { lang, trustProxy, origins, frameAncestors, editorToken, hub, maxSocketsPerAddress, maxAccepts } = config;
  const client = findClientFiles();
  const native = config.plainWrites ? undefined : await loadNativeSocket();
  const restartWindowMs: [min: number, max: number] = [defaults.restartWindowMs[0], config.restartWindowMs];
  const admission = createAdmission({ rate: { perSecond: maxAccepts, burst: maxAccepts }, windowMs: restartWindowMs, late: metrics.late });
  log.subscribe(everyStory, log.head(), ({ sequence }) => metrics.durable(sequence));
  const readers = createReaders({
    log,
    ...(maxSocketsPerAddress !== undefined && { maxPerAddress: maxSocketsPerAddress }),
    limits: { restartWindowMs },
    holdOff: admission.holdOff,
    coalesceMs: admission.coalesceMs,
    isMoreComing: newsroom.isMoreComing,
    ...(native && { fanOut: nativeFanOut(native.send), fanIn: nativeFanIn(native.receive) }),
    metrics,
    onError,
  });
  const ready = () => newsroom.ready() && !readers.closing.aborted && !admission.isOverloaded();
  const app = createHttp({
    log,
    readers,
    storiesFolder: folder,
    client,
    build: client.build,
    options: { lang, trustProxy, origins, frameAncestors, ...(editorToken !== undefined && { editorToken }), ...(hub !== undefined && { hub }) },
    metrics: metrics.text,
    ...newsroom,
    ready,
    control: createControlRoute(newsroom.control),
    onError,
  });
  const server = createServer(app);
  countAnswers(server, metrics);
  metrics.watch({ readers, log, ready });
  const cutSilent = trackSilent(server);
  const sockets = createSocketServer({ server, readers, options: { origins, trustProxy } });
  const unbound = boundYoungGeneration();

  return {
    listen: () => listen(server, config, shared),
    following: async (story) => {
      await readers.written();
      return readers.following(story);
    },
    drain: () => readers.drain(config.drainMs),
    hurry: readers.close,
    close: async () => {
      unbound();
      readers.close();
      admission.close();
      const closed = Promise.all([sockets.close(), closeServer(server)]);
      cutSilent();
      await closed;
    },
  };
};

/** Where the kernel can, it spreads connections over all processes that listen on a port; elsewhere node:cluster hands them round. */
export const canSpread = process.platform === 'linux';

/** Resolves to the address, with the port really taken. Rejects with `UsageError` where it is not free. */
export const listen = (server: Server, { host, port }: Config, shared = false): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new UsageError(`port ${port} on ${host} is taken: choose another with --port, or 0 for a free one`) : error),
    );
    server.listen({ port, host, backlog: defaults.backlog, reusePort: shared && canSpread }, () => {
      const address = server.address();
      const taken = address !== null && typeof address === 'object' ? address.port : port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${taken}`);
    });
  });

/** Lets open requests end, for a while. */
const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    if (!server.listening) return resolve();
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), defaults.shutdownMs).unref();
  });

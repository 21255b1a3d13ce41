/** Composes the server, in the order in which its parts need each other, and takes it apart again. */
import { statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { findClientFiles } from './client-files.ts';
import { defaults, UsageError, type Config } from './config.ts';
import { createControl } from './control.ts';
import { createDesk, type Terminal } from './desk.ts';
import { createFanOut, plainFanOut } from './fan-out.ts';
import { createHttp } from './http.ts';
import { createSizeOf } from './pictures.ts';
import { createPublisher } from './publisher.ts';
import { createReaders } from './readers.ts';
import { createSqliteLog } from './revision-log/sqlite.ts';
import { createSocketServer } from './socket.ts';
import { createWatcher } from './watcher.ts';
import { createWebhooks } from './webhooks/file.ts';

export type Running = {
  /** `http://127.0.0.1:3000`, with the port really taken. */
  address: string;
  /** Says `bye` to readers, ends open requests, closes the log. May be called twice. */
  close: () => Promise<void>;
};

/** Starts a server on a folder of stories. Rejects with one clear error, and nothing left behind, where it cannot. */
export const serve = async (folder: string, config: Config, terminal: Terminal): Promise<Running> => {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`there is no folder ${folder}: make it, or name another with stop-press serve FOLDER`);
  const { lang, trustProxy, origins, frameAncestors, editorToken, hub, maxSocketsPerAddress } = config;
  const client = findClientFiles();
  const onError = (error: unknown) => terminal.complain(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);

  const webhooks = createWebhooks(config.webhooks, process.env);
  const log = createSqliteLog({ folder: config.data, onListenerError: onError });
  const publisher = createPublisher({ log, lang, now: Date.now, sizeOf: createSizeOf(folder) });
  const control = createControl(config.data, (wish) => (wish.command === 'webhooks' ? webhooks.fulfil(wish) : desk.fulfil(wish)));
  const readers = createReaders({ log, ...(maxSocketsPerAddress !== undefined && { maxPerAddress: maxSocketsPerAddress }), fanOut: config.plainWrites ? plainFanOut : await createFanOut(), onError });
  let ready = false;
  const app = createHttp({
    log,
    readers,
    problemsOf: publisher.problemsOf,
    storiesFolder: folder,
    client,
    options: { lang, trustProxy, origins, frameAncestors, ...(editorToken !== undefined && { editorToken }), ...(hub !== undefined && { hub }) },
    ready: () => ready,
    control: control.router,
    webhooks: webhooks.list,
    build: client.build,
    onError,
  });
  const server = createServer(app);
  const sockets = createSocketServer({ server, readers, options: { origins, trustProxy } });
  const desk = createDesk({ folder, log, publisher, terminal, readers: readers.following });

  let watcher: { close: () => Promise<void> } | undefined;
  const stop = async (): Promise<void> => {
    ready = false;
    await watcher?.close();
    await publisher.idle();
    control.close();
    readers.close();
    await Promise.all([sockets.close(), closeServer(server), webhooks.close()]);
    await log.close();
  };

  try {
    const address = await listen(server, config);
    webhooks.begin({ log, folder: config.data, publicUrl: config.publicUrl ?? address, terminal, onError });
    const { settleMs, maxStoryBytes: maxBytes } = defaults;
    const known = log.files().map(({ story, ...rest }) => ({ slug: story, ...rest }));
    watcher = await createWatcher({ folder, settleMs, withdrawAfterMs: config.withdrawAfterMs, maxBytes, known, onEvent: desk.handle });
    await publisher.idle();
    ready = true;
    control.announce(address);
    let closing: Promise<void> | undefined;
    return { address, close: () => (closing ??= stop()) };
  } catch (error) {
    await stop();
    throw error;
  }
};

const listen = (server: Server, { host, port }: Config): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new UsageError(`port ${port} on ${host} is taken: choose another with --port, or 0 for a free one`) : error),
    );
    server.listen(port, host, () => {
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

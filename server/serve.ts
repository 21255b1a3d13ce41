/** Composes the server, a newsroom and what readers meet, in the order in which its parts need each other, and takes it apart again. */
import { statSync } from 'node:fs';
import { defaults, type Config } from './config.ts';
import { createControl } from './control.ts';
import { createDesk, type Terminal } from './desk.ts';
import { createFront } from './front.ts';
import { createMetrics } from './metrics/prometheus.ts';
import { version } from './package.ts';
import { createSizeOf } from './pictures.ts';
import { createPublisher } from './publisher.ts';
import { createSqliteLog } from './revision-log/sqlite.ts';
import { createWatcher, type Watcher } from './watcher.ts';
import { createWebhooks } from './webhooks/file.ts';
import { createWorkers } from './workers.ts';

export type Running = {
  /** `http://127.0.0.1:3000`, with the port really taken. */
  address: string;
  /** Says `bye` to readers, ends open requests, closes the log. Called again it takes no more time for the first. */
  close: () => Promise<void>;
};

/** Starts a server on a folder of stories. Rejects with one clear error, and nothing left behind, where it cannot. */
export const serve = async (folder: string, config: Config, terminal: Terminal): Promise<Running> => {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`there is no folder ${folder}: make it, or name another with stop-press serve FOLDER`);
  const onError = (error: unknown) => terminal.complain(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);

  const webhooks = createWebhooks(config.webhooks, process.env);
  const log = createSqliteLog({ folder: config.data, onListenerError: onError });
  const publisher = createPublisher({ log, lang: config.lang, now: Date.now, sizeOf: createSizeOf(folder) });
  const control = createControl(config.data, (wish) => (wish.command === 'webhooks' ? webhooks.fulfil(wish) : desk.fulfil(wish)));
  let ready = false;
  let watcher: Watcher | undefined;
  const newsroom = { problemsOf: publisher.problemsOf, webhooks: webhooks.list, ready: () => ready, isMoreComing: () => publisher.isBusy() || watcher?.isLooking() === true, control };
  const metrics = createMetrics({ version: version() });
  const front = config.workers > 1 ? createWorkers({ log, config, newsroom, metrics, terminal }) : await createFront({ log, folder, config, newsroom, metrics, onError });
  const desk = createDesk({ folder, log, publisher, terminal, readers: front.following, metrics });
  metrics.watch({ data: config.data, webhooks: webhooks.list, broken: publisher.broken });

  const stop = async (): Promise<void> => {
    ready = false;
    await front.drain();
    await watcher?.close();
    await publisher.idle();
    control.close();
    await Promise.all([front.close(), webhooks.close()]);
    await log.close();
  };

  try {
    const address = await front.listen();
    webhooks.begin({ log, folder: config.data, publicUrl: config.publicUrl ?? address, terminal, onError });
    const { settleMs, maxStoryBytes: maxBytes } = defaults;
    const known = log.files().map(({ story, ...rest }) => ({ slug: story, ...rest }));
    watcher = await createWatcher({ folder, settleMs, withdrawAfterMs: config.withdrawAfterMs, maxBytes, known, onEvent: desk.handle });
    await publisher.idle();
    ready = true;
    control.announce(address);
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => {
      if (closing) front.hurry();
      return (closing ??= stop());
    };
    return { address, close };
  } catch (error) {
    front.hurry();
    await stop();
    throw error;
  }
};

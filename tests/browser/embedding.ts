/** A newsroom and a page elsewhere: two real servers of two origins. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Content } from '../../server/core/story.ts';
import { createHttp } from '../../server/http.ts';
import { createMemoryLog } from '../../server/revision-log/memory.ts';
import { createReaders } from '../../server/readers.ts';
import { createSocketServer } from '../../server/socket.ts';
import { publish } from '../http-fixture.ts';
import { buildScripts } from './site.ts';

const listen = (server: Server, port: number): Promise<string> =>
  new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)));

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

export type Newsroom = Awaited<ReturnType<typeof startNewsroom>>;

/** A newsroom on a log in memory, with the element's script. `stop` and `start` may follow each other: the log stays, and so does the port. */
export const startNewsroom = async ({ origins = [], frameAncestors = [], folder = '' }: { origins?: string[]; frameAncestors?: string[]; folder?: string } = {}) => {
  const scripts = await buildScripts({ embed: true });
  const log = createMemoryLog({ epoch: '7f3a9c21' });
  const options = { lang: 'en', trustProxy: false, origins, frameAncestors };
  const app = createHttp({
    log, options, storiesFolder: folder || scripts.folder, problemsOf: () => [], ready: () => true, build: 'test',
    client: { folder: scripts.folder, script: (name) => `/client/${scripts.fileOf(name)}` },
  });
  /** Sockets that were opened so far. */
  let opened = 0;
  let port = 0;
  const open = async () => {
    const server = createServer(app as RequestListener);
    server.on('upgrade', () => { opened += 1; });
    const readers = createReaders({ log });
    const sockets = createSocketServer({ server, readers, options });
    const address = await listen(server, port);
    port = Number(new URL(address).port);
    return { server, readers, sockets, address };
  };
  let running = await open();
  const { address } = running;
  const stop = async (): Promise<void> => {
    running.readers.close();
    await running.sockets.close();
    await closeServer(running.server);
  };
  return {
    address,
    log,
    folder: scripts.folder,
    script: () => readFile(join(scripts.folder, 'embed.js'), 'utf8'),
    connections: () => running.readers.count(),
    opened: () => opened,
    readers: (story: string) => running.readers.following(story),
    publish: (story: string, content: Content, more: Parameters<typeof publish>[3] = {}) => publish(log, story, content, more),
    stop,
    start: async () => { running = await open(); },
    close: async () => {
      await stop();
      await log.close();
      await rm(scripts.folder, { recursive: true, force: true });
    },
  };
};

/** A site of somebody else: answers every address with `show`'s page. */
export const startElsewhere = async () => {
  let [html, headers]: [string, Record<string, string>] = ['', {}];
  const server = createServer((request, response) => {
    if (request.url === '/favicon.ico') return void response.writeHead(204).end();
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...headers }).end(html);
  });
  const address = await listen(server, 0);
  return {
    address,
    show: (body: string, more: { head?: string; headers?: Record<string, string> } = {}) => {
      html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Elsewhere</title><meta name="viewport" content="width=device-width">${more.head ?? ''}</head><body>${body}</body></html>`;
      headers = more.headers ?? {};
    },
    close: () => closeServer(server),
  };
};

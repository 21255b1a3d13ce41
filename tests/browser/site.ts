/** A small real site for tests of the pages' scripts: rendered by the server's own functions, with a socket that says what a test tells it to. */
import { createServer, type ServerResponse } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { build } from 'vite';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ClientMessage, Diff, ServerMessage } from '../../server/core/protocol.ts';
import { parsePosition, subprotocol } from '../../server/core/protocol.ts';
import type { Change, Content, State, Time } from '../../server/core/story.ts';
import { diff } from '../../server/core/diff.ts';
import { renderIndex } from '../../server/pages/index.ts';
import { renderStory } from '../../server/pages/story.ts';
import { checked, sent } from '../checked.ts';

const root = new URL('../../', import.meta.url);

/** Builds the scripts as `npm run build` does, those of the pages or the element's too, into a folder of their own; whoever asks for it removes it. */
export const buildScripts = async (options: { embed?: true } = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'stop-press-client-'));
  for (const config of ['client/vite.config.ts', ...(options.embed ? ['client/embed.vite.config.ts'] : [])]) {
    await build({ root: root.pathname, configFile: new URL(config, root).pathname, logLevel: 'error', build: { outDir: folder, emptyOutDir: config === 'client/vite.config.ts' } });
  }
  const manifest = JSON.parse(await readFile(join(folder, '.vite/manifest.json'), 'utf8')) as Record<string, { file: string }>;
  return { folder, fileOf: (name: 'story' | 'changes' | 'index' | 'walk' | 'frame' | 'embed/changes'): string => manifest[`client/${name}.ts`]?.file ?? '' };
};

export type FakeSocket = {
  /** `/live?...` as it was asked for */
  address: URL;
  heard: ClientMessage[];
  send(...messages: ServerMessage[]): void;
  close(code?: number): void;
  /** Ends it as a broken network does. */
  cut(): void;
  isOpen(): boolean;
};

export const heartbeatMs = 60_000;
const hello: ServerMessage = { type: 'hello', protocol: subprotocol, session: 'test', heartbeatMs, limits: { maxMessageBytes: 4096, maxSubscriptions: 32, messagesPerSecond: 10 } };

/**
 * Serves each state as the page `/stories/<slug>`, all of them as `/`, and each as JSON at its position. Says hello to a new socket and, where `onSocket`
 * is not set to something else, nothing more.
 */
export const createSite = async () => {
  const scripts = await buildScripts();
  const states: State[] = [];
  const sockets: FakeSocket[] = [];
  let waiting: ((socket: FakeSocket) => void)[] = [];
  const site = { lang: 'en', script: (name: 'story' | 'index' | 'walk' | 'frame') => `/client/${scripts.fileOf(name)}` };

  const latest = (slug: string) => states.findLast(({ story }) => story === slug);

  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    const send = (type: string, body: string) => response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-store' }).end(body);
    const [, area = '', slug = '', kind = '', position] = path.replace(/^\/api/, '').split('/').map(decodeURIComponent);
    const origin = 'http://127.0.0.1';
    const range = kind === 'diffs' ? diffOf(position?.split('..').map((end) => states.find((each) => each.story === slug && each.position === end)) ?? []) : undefined;
    const state = position === undefined ? latest(slug) : states.find((each) => each.story === slug && each.position === position);
    if (area === 'client') send('text/javascript', await readFile(join(scripts.folder, path.slice('/client/'.length)), 'utf8'));
    else if (path === '/') send('text/html', renderIndex(site, listed(states), { position: states.at(-1)?.position ?? '7f3a9c21_0', origin }));
    else if (range) send('application/json', JSON.stringify(range));
    else if (!state) response.writeHead(404).end();
    else if (path.startsWith('/api/')) send('application/json', JSON.stringify(state));
    else send('text/html', renderStory(site, state, { position: state.position, origin }));
  };

  const http = createServer((request, response) => void answer(new URL(request.url ?? '/', 'http://localhost').pathname, response));
  const live = new WebSocketServer({ server: http, path: '/live' });
  live.on('connection', (ws, request) => {
    const socket = wrap(ws, new URL(request.url ?? '', 'http://localhost'));
    sockets.push(socket);
    socket.send(hello);
    for (const resolve of waiting) resolve(socket);
    waiting = [];
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));

  return {
    address: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    sockets,
    /** Publishes without telling anyone: what a page is rendered from, and what the API answers. */
    put: (...all: State[]) => { states.push(...all); },
    forget: () => { states.length = 0; sockets.length = 0; },
    /** The next socket that is opened. */
    nextSocket: () => new Promise<FakeSocket>((resolve) => { waiting.push(resolve); }),
    close: async () => {
      for (const ws of live.clients) ws.terminate();
      await new Promise((resolve) => live.close(resolve));
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await rm(scripts.folder, { recursive: true, force: true });
    },
  };
};

const wrap = (ws: WebSocket, address: URL): FakeSocket => {
  const heard: ClientMessage[] = [];
  ws.on('message', (data) => heard.push(sent(JSON.parse(String(data)) as ClientMessage)));
  return {
    address,
    heard,
    send: (...messages) => { for (const message of messages) ws.send(JSON.stringify(checked(message))); },
    close: (code) => ws.close(code),
    cut: () => ws.terminate(),
    isOpen: () => ws.readyState === ws.OPEN,
  };
};

const listed = (states: State[]) => {
  const slugs = [...new Set(states.map(({ story }) => story))];
  const latest = slugs.flatMap((slug) => states.filter(({ story }) => story === slug).slice(-1));
  return latest.toSorted((a, b) => (a.meta.updated < b.meta.updated ? 1 : -1)).map((state) => ({ story: state.story, state }));
};

/** One diff between two states, as loud as they differ. */
const diffOf = ([from, to]: (State | undefined)[]): Diff | undefined => {
  if (!from || !to) return undefined;
  const change = to.meta.corrections.length > from.meta.corrections.length ? 'correction' : to.meta.updated === from.meta.updated ? 'minor' : 'update';
  const ops = diff(from, to, { at: to.meta.updated });
  return { type: 'diff', story: to.story, from: from.position, to: to.position, revision: to.revision, at: to.meta.updated, change, folded: to.revision - from.revision, hash: to.hash, ops };
};

const sequenceOf = ({ position }: State): number => parsePosition(position)?.sequence ?? 0;

/** The state that follows on another, and the frame that leads there. */
export const follow = (before: State, content: Content, { at, change = 'update' }: { at: Time; change?: Change }): { state: State; frame: Diff } => {
  const position = `${before.position.split('_')[0]}_${sequenceOf(before) + 1}`;
  const state: State = { story: before.story, position, revision: before.revision + 1, hash: content.hash, meta: content.meta, sections: content.sections };
  const ops = diff(before, content, { at });
  return { state, frame: { type: 'diff', story: before.story, from: before.position, to: position, revision: state.revision, at, change, folded: 1, hash: content.hash, ops } };
};

/** Files: the pages' scripts, and pictures beside stories. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import express, { type NextFunction, type Request, type RequestHandler, type Response, type Router } from 'express';
import { keepShortly } from './answers.ts';
import { isRead, notFound, onlyRead, readOnly, statusOf } from './errors.ts';

// The box at the foot of a newspaper's column in which late news was printed.
const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="5" fill="#a8201a"/><path d="M8 9h16M8 14h16M8 19h6" stroke="#fff" stroke-width="2.5" stroke-linecap="round"/><rect x="17" y="18" width="8" height="7" rx="1" fill="#fff"/></svg>`;

/** Pages of every origin may load scripts from here. */
const forEveryPage = { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' };

/** The name never changes: pages everywhere know it, and are to have a new one soon. */
const embedHeaders = { ...forEveryPage, 'Cache-Control': 'public, max-age=300, stale-while-revalidate=86400' };

/** The script of `<stop-press-story>`. */
const answerEmbed = (folder: string): RequestHandler => {
  let script: Promise<string> | undefined;
  return async (_request, response) => void response.set(embedHeaders).type('text/javascript').send(await (script ??= readFile(join(folder, 'embed.js'), 'utf8')));
};

/** The icon, the script for pages elsewhere, and the built scripts of `folder`, whose names hold a hash of their content. */
export const createAssets = (folder: string): Router => {
  const router = express.Router({ caseSensitive: true, strict: true });
  router.route('/favicon.svg').get((_request, response) => void response.set('Cache-Control', 'public, max-age=86400').type('image/svg+xml').send(favicon)).all(readOnly);
  router.route('/embed.js').get(answerEmbed(folder)).all(readOnly);
  router.use('/client', onlyRead, express.static(folder, { index: false, redirect: false, dotfiles: 'ignore', immutable: true, maxAge: '365d', setHeaders: (response) => void response.set(forEveryPage) }), notFound);
  return router;
};

/** What may lie beside a story for readers, and nothing else: never a story's source. */
const types: Record<string, string> = {
  '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.png': 'image/png', '.gif': 'image/gif', '.webp': 'image/webp', '.avif': 'image/avif', '.svg': 'image/svg+xml',
  '.mp4': 'video/mp4', '.webm': 'video/webm', '.mp3': 'audio/mpeg', '.vtt': 'text/vtt; charset=utf-8', '.pdf': 'application/pdf',
};

const typeOf = (path: string): string | undefined => types[extname(path).toLowerCase()];

/**
 * `/stories/<path>` for the files of `folder` that are meant for readers. What is none of them, and every method but GET and HEAD, is left to the next route.
 * Any page may show them; subtitles in it also need what `allow` says.
 */
export const createStoryFiles = (folder: string, allow: RequestHandler): Router =>
  express.Router({ caseSensitive: true, strict: true }).all('/stories/*path', answerFile(folder, allow));

const answerFile = (folder: string, allow: RequestHandler): RequestHandler<{ path: string[] }> => async (request, response, next) => {
  const file = isRead(request) ? await readerFile(folder, request.params.path) : undefined;
  if (!file) return next();
  allow(request as Request, response, () => sendFile(file, response, next)); // it reads headers alone
};

/** A file for readers: `path` is relative to `root`, and holds no symbolic link. */
export type StoryFile = { root: string; path: string; type: string };

const sendFile = ({ root, path, type }: StoryFile, response: Response, next: NextFunction): void => {
  const headers = { 'Content-Type': type, 'Content-Security-Policy': 'sandbox', 'Cross-Origin-Resource-Policy': 'cross-origin' };
  keepShortly(response).sendFile(path, { root, dotfiles: 'deny', cacheControl: false, headers }, (error: unknown) => {
    if (!error || response.headersSent || response.destroyed) return;
    const status = statusOf(error);
    if (status === 412 || status === 416) response.status(status).end();
    else next(error);
  });
};

/** Where the file really lies that `/stories/<segments>` names, or `undefined` where it is not for readers: symbolic links are followed first, so that neither the folder nor the list of types is left through one. */
export const readerFile = async (folder: string, segments: string[]): Promise<StoryFile | undefined> => {
  const hidden = segments.some((segment) => segment === '' || segment.startsWith('.') || /[/\\\0]/.test(segment));
  if (hidden || typeOf(segments.at(-1) ?? '') === undefined) return undefined;
  const root = await realpath(folder).catch(() => undefined);
  const target = root && (await locate(root, segments));
  if (!root || !target) return undefined;
  const path = relative(root, target);
  const inside = path.split(sep).every((part) => part !== '' && !part.startsWith('.'));
  const type = typeOf(path);
  return inside && type !== undefined && (await isFile(target)) ? { root, path, type } : undefined;
};

/** An address is composed (NFC), while some editors and file systems write names decomposed (NFD): one folder may be either. */
const locate = async (root: string, segments: string[]): Promise<string | undefined> => {
  let path: string | undefined = root;
  for (const segment of segments) path &&= await firstReal(path, new Set([segment, segment.normalize('NFC'), segment.normalize('NFD')]));
  return path;
};

const firstReal = async (folder: string, names: Set<string>): Promise<string | undefined> => {
  for (const name of names) {
    const found = await realpath(join(folder, name)).catch(() => undefined);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Opening a named pipe would wait for its writer, for good. */
const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() ?? false;

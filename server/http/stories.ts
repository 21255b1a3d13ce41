/** From an address to a story, a revision or a range of them. Everything that is not there is an `HttpError`, or a redirect that has been sent. */
import type { Request, Response } from 'express';
import { encodeSlug } from '../core/render.ts';
import { formats, parsePosition, type Format } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';
import type { Lookup, RevisionLog, Standing } from '../revision-log.ts';
import { HttpError } from './errors.ts';
import { redirect } from './answers.ts';

export type Published = Extract<Standing, { kind: 'published' }>;
export type FoundRevision = Extract<Lookup, { kind: 'found' }>;

/** The address of a story's state. */
export const apiPath = (story: string): string => `/api/stories/${encodeSlug(story)}`;

/** The segments of `*story` in a route. */
export const slugOf = (segments: string[]): string => segments.join('/').normalize('NFC');

/** The story as it is published now, or `undefined` where the request has been redirected to its new address. Throws 404 and 410. */
export const publishedStory = (log: RevisionLog, request: Request<{ story: string[] }>, response: Response): Published | undefined => {
  const slug = slugOf(request.params.story);
  const standing = log.find(slug);
  switch (standing?.kind) {
    case 'published':
      return sentOn(request, response, slug) ? undefined : standing;
    case 'withdrawn':
      throw new HttpError('withdrawn', 'this story has been withdrawn', { lang: standing.state.meta.lang });
    case 'moved':
      return void sentOn(request, response, standing.to);
    case undefined:
      throw new HttpError('missing', 'there is no story at this address');
  }
};

/**
 * Whether the request named the story otherwise than by `slug`, and so has been redirected to the same address under it.
 * Compared decoded: a proxy may escape more letters than we do, or fewer, and would never get out of a redirect.
 */
export const sentOn = (request: Request<{ story: string[] }>, response: Response, slug: string): boolean => {
  const wanted = slug.split('/');
  const { story } = request.params;
  if (story.length === wanted.length && story.every((segment, index) => segment === wanted[index])) return false;
  redirect(response, addressUnder(request, slug));
  return true;
};

/** The same address under another slug, also where something stands behind the slug, as in `storm.md`. */
const addressUnder = ({ originalUrl, baseUrl, params }: Request<{ story: string[] }>, to: string): string => {
  const [path = '', ...query] = originalUrl.split('?');
  const segments = path.slice(baseUrl.length).split('/');
  const last = decodeURIComponent(segments[1 + params.story.length] ?? '').slice(params.story.at(-1)?.length);
  const rest = segments.slice(2 + params.story.length).map((segment) => `/${segment}`);
  return `${baseUrl}/${segments[1]}/${encodeSlug(to)}${last}${rest.join('')}${query.map((part) => `?${part}`).join('')}`;
};

/** `7`, `007` or a position; `undefined` where it is neither. */
export const parseWhich = (text: string): number | Position | undefined => {
  if (/^0*[1-9]\d{0,14}$/.test(text)) return Number(text);
  return parsePosition(text) === undefined ? undefined : text;
};

/** Throws 404 where there is no such revision, 410 where its text has been removed. */
export const revisionAt = (log: RevisionLog, story: string, text: string): FoundRevision => {
  const which = parseWhich(text);
  const lookup: Lookup = which === undefined ? { kind: 'unknown' } : log.revision(story, which);
  switch (lookup.kind) {
    case 'found':
      return lookup;
    case 'redacted':
      throw new HttpError('redacted', 'the text of this revision has been removed');
    case 'unknown':
      throw new HttpError('missing', `this story has no revision ${text}`);
  }
};

/** The two ends of `<from>..<to>`. Throws 404 where the text is no range. */
export const parseRange = (text: string): [from: string, to: string] => {
  const [from, to, ...more] = text.split('..');
  if (from === undefined || to === undefined || more.length > 0) throw new HttpError('missing', `${text} is not a range: write <from>..<to>`);
  return [from, to];
};

/** `?before=7`: where a page of revisions begins. Throws 400 where it is no number. */
export const beforeOf = ({ query }: Request): number | undefined => {
  const { before } = query;
  if (before === undefined) return undefined;
  if (typeof before !== 'string' || !/^[1-9]\d{0,14}$/.test(before)) throw new HttpError('malformed', 'before is the number of a revision');
  return Number(before);
};

/** `?format=compact`: how diffs are to be told. Throws 400 where it is none that is known. */
export const formatOf = ({ query }: Request): Format => {
  const { format = 'ops' } = query;
  const known = formats.find((each) => each === format);
  if (!known) throw new HttpError('malformed', `format is one of ${formats.join(', ')}`);
  return known;
};

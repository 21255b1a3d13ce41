/** The JSON addresses under `/api`. */
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { defaults } from '../config.ts';
import { encodeSlug } from '../core/render.ts';
import type { Problem } from '../core/parse.ts';
import { parsePosition, type Diff } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';
import type { RevisionLog, Summary } from '../revision-log.ts';
import { answerImmutable, answerLive, fingerprint, positionHeader, redirect } from './answers.ts';
import { isEditor } from './editors.ts';
import { HttpError, readOnly } from './errors.ts';
import { beforeOf, parseRange, parseWhich, publishedStory, revisionAt, sentOn, slugOf } from './stories.ts';

export type FileProblem = Problem & { file: string };

export type ApiOptions = {
  log: RevisionLog;
  problemsOf: (story: string) => FileProblem[];
  editorToken?: string;
  trustProxy: boolean;
  /** Whose pages may read along; `*` for all. */
  origins: string[];
  /** What else answers depend on besides the log: part of every ETag. */
  edition: string;
};

type StoryRequest = Request<{ story: string[] }>;
type PartRequest = Request<{ story: string[]; part: string }>;

/** Every address answers GET and HEAD with JSON, other methods with 405. */
export const createApi = (options: ApiOptions): Router => {
  const { log, edition } = options;
  const router = express.Router({ caseSensitive: true, strict: true });
  const json = (response: Response): Response => response.type('application/json');

  const list = (request: Request, response: Response): void =>
    answerLive(request, json(response), { position: log.head(), edition }, () => JSON.stringify({ position: log.head(), stories: log.published().map(listed) }));

  const state = (request: StoryRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (standing) answerLive(request, json(response), { position: standing.position, edition }, () => JSON.stringify(standing.state));
  };

  const revisions = (request: StoryRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const body = JSON.stringify(pageOfRevisions(log, standing.state.story, beforeOf(request)));
    answerLive(request, json(response), { position: standing.position, edition: `${edition}-${fingerprint(body)}` }, () => body);
  };

  const revision = (request: PartRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { part } = request.params;
    const { state } = revisionAt(log, standing.state.story, part);
    if (part !== state.position) return redirect(response, `${address(standing.state.story)}/revisions/${state.position}`);
    answerImmutable(json(response), state.position, JSON.stringify(state));
  };

  const diff = (request: PartRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { story } = standing.state;
    const found = diffBetween(log, story, request.params.part);
    const range = `${found.from}..${found.to}`;
    if (request.params.part !== range) return redirect(response, `${address(story)}/diffs/${range}`);
    answerImmutable(json(response), found.to, JSON.stringify(found));
  };

  const problems = (request: StoryRequest, response: Response): void => {
    if (!isEditor(request, options)) throw new HttpError('forbidden', 'problems are for editors: ask from this machine, or with the editor token');
    const story = slugOf(request.params.story);
    const found = options.problemsOf(story);
    const standing = log.find(story);
    if (found.length === 0 && !standing) throw new HttpError('missing', 'there is no story at this address');
    if (sentOn(request, response, found.length === 0 && standing?.kind === 'moved' ? standing.to : story)) return;
    json(response).set('Cache-Control', 'no-store').send(JSON.stringify({ problems: found.map(({ severity, file, line, column, message }) => ({ severity, file, line, column, message })) }));
  };

  // Before CORS: what editors may read, no page of another origin may.
  router.route('/stories/*story/problems').get(problems).all(readOnly);
  router.use(crossOrigin(options.origins));
  router.route('/stories').get(list).all(readOnly);
  router.route('/stories/*story/revisions').get(revisions).all(readOnly);
  router.route('/stories/*story/revisions/:part').get<PartRequest['params']>(revision).all(readOnly);
  router.route('/stories/*story/diffs/:part').get<PartRequest['params']>(diff).all(readOnly);
  router.route('/stories/*story').get(state).all(readOnly);
  return router;
};

const address = (story: string): string => `/api/stories/${encodeSlug(story)}`;

const listed = ({ story, position, state }: ReturnType<RevisionLog['published']>[number]) => ({ slug: story, position, revision: state.revision, meta: state.meta });

const pageOfRevisions = (log: RevisionLog, story: string, before: number | undefined) => {
  const limit = defaults.revisionsPerPage;
  const page = log.revisions(story, { limit, ...(before !== undefined && { before }) });
  const last = page.at(-1)?.revision ?? 1;
  return { revisions: page.map(summarised), ...(page.length === limit && last > 1 && { next: `${address(story)}/revisions?before=${last}` }) };
};

const summarised = ({ revision, position, at, change, note, redacted, edited, added, removed, moved }: Summary) => ({
  revision, position, at, change, ...(note !== undefined && { note }), edited, added, removed, moved, ...(redacted && { redacted }),
});

/** The diff that leads from one place to another; between two places with the same state it has no ops and folds 0 revisions. */
const diffBetween = (log: RevisionLog, story: string, range: string): Diff => {
  const [from, to] = parseRange(range).map((end) => endOf(log, story, end));
  if (from === undefined || to === undefined) throw new HttpError('missing', `this story knows nothing of ${range}`);
  if (sequenceOf(from) > sequenceOf(to)) throw new HttpError('malformed', 'a diff leads forward: from must not be after to');
  const lookup = from === to ? ({ kind: 'same', position: to } as const) : log.diff(story, from, to);
  switch (lookup.kind) {
    case 'found':
      return lookup.diff;
    case 'same':
      return emptyDiff(log, story, lookup.position);
    case 'gone':
      throw new HttpError('redacted', 'the text at one end of this range has been removed');
    case 'unknown':
      throw new HttpError('missing', `this story knows nothing of ${range}`);
  }
};

/** A number becomes its revision's position, a position stays what it is. */
const endOf = (log: RevisionLog, story: string, end: string): Position | undefined => {
  const which = parseWhich(end);
  if (typeof which === 'number') return revisionAt(log, story, end).state.position;
  return which !== undefined && parsePosition(which)?.epoch === log.epoch ? log.locate(story, which) : undefined;
};

const sequenceOf = (position: Position): number => parsePosition(position)?.sequence ?? 0;

const emptyDiff = (log: RevisionLog, story: string, position: Position): Diff => {
  const { state, summary } = revisionAt(log, story, position);
  return { type: 'diff', story, from: state.position, to: state.position, revision: state.revision, at: summary.at, change: 'minor', folded: 0, hash: state.hash, ops: [] };
};

/** Lets pages of these origins read along. */
export const crossOrigin = (origins: string[]): RequestHandler => (request, response, next) => {
  const origin = request.get('Origin');
  if (origins.length > 0 && !origins.includes('*')) response.vary('Origin');
  const allowed = origins.includes('*') ? '*' : origins.find((known) => known === origin);
  if (allowed !== undefined) {
    response.set({ 'Access-Control-Allow-Origin': allowed, 'Access-Control-Expose-Headers': `ETag, ${positionHeader}` });
    if (request.method === 'OPTIONS') response.set({ 'Access-Control-Allow-Methods': 'GET, HEAD', 'Access-Control-Allow-Headers': 'If-None-Match', 'Access-Control-Max-Age': '86400' });
  }
  next();
};

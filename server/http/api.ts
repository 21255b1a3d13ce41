/** The JSON addresses under `/api`. */
import express, { type Request, type Response, type Router } from 'express';
import { defaults } from '../config.ts';
import type { Problem } from '../core/parse.ts';
import type { Readers } from '../readers.ts';
import type { RevisionLog, Summary } from '../revision-log.ts';
import { answerImmutable, answerLive, fingerprint, redirect } from './answers.ts';
import { crossOrigin } from './cross-origin.ts';
import { createDiffs, type DiffRequest } from './diffs.ts';
import { isEditor } from './editors.ts';
import { HttpError, readOnly } from './errors.ts';
import { createSources } from './sources.ts';
import { apiPath, beforeOf, publishedStory, revisionAt, sentOn, slugOf } from './stories.ts';

export type FileProblem = Problem & { file: string };

export type ApiOptions = {
  log: RevisionLog;
  readers: Readers;
  problemsOf: (story: string) => FileProblem[] | Promise<FileProblem[]>;
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
    answerLive(request, json(response), { position: log.head(), edition, anyQuery: true }, () => JSON.stringify({ position: log.head(), stories: log.published().map(listed) }));

  const state = (request: StoryRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (standing) answerLive(request, json(response), { position: standing.position, edition, anyQuery: true }, () => JSON.stringify(standing.state));
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
    if (part !== state.position) return redirect(response, `${apiPath(standing.state.story)}/revisions/${state.position}`);
    answerImmutable(request, json(response), { position: state.position, edition }, () => JSON.stringify(state));
  };

  const problems = async (request: StoryRequest, response: Response): Promise<void> => {
    response.set('Cache-Control', 'no-store');
    if (!isEditor(request, options)) throw new HttpError('forbidden', 'problems are for editors: ask from this machine, or with the editor token');
    const story = slugOf(request.params.story);
    const found = await options.problemsOf(story);
    const standing = log.find(story);
    if (found.length === 0 && !standing) throw new HttpError('missing', 'there is no story at this address');
    if (sentOn(request, response, found.length === 0 && standing?.kind === 'moved' ? standing.to : story)) return;
    json(response).send(JSON.stringify({ problems: found.map(({ severity, file, line, column, message }) => ({ severity, file, line, column, message })) }));
  };

  // Before CORS: what editors may read, no page of another origin may.
  router.route('/stories/*story/problems').get(problems).all(readOnly);
  router.use(crossOrigin(options.origins));
  router.use(createSources(options));
  router.route('/stories').get(list).all(readOnly);
  router.route('/stories/*story/revisions').get(revisions).all(readOnly);
  router.route('/stories/*story/revisions/:part').get<PartRequest['params']>(revision).all(readOnly);
  router.route('/stories/*story/diffs/:part').get<DiffRequest['params']>(createDiffs(options)).all(readOnly);
  router.route('/stories/*story').get(state).all(readOnly);
  return router;
};

const listed = ({ story, position, state }: ReturnType<RevisionLog['published']>[number]) => ({ slug: story, position, revision: state.revision, meta: state.meta });

const pageOfRevisions = (log: RevisionLog, story: string, before: number | undefined) => {
  const limit = defaults.revisionsPerPage;
  const page = log.revisions(story, { limit, ...(before !== undefined && { before }) });
  const last = page.at(-1)?.revision ?? 1;
  return { revisions: page.map(summarised), ...(page.length === limit && last > 1 && { next: `${apiPath(story)}/revisions?before=${last}` }) };
};

const summarised = ({ revision, position, at, change, note, redacted, edited, added, removed, moved }: Summary) => ({
  revision, position, at, change, ...(note !== undefined && { note }), edited, added, removed, moved, ...(redacted && { redacted }),
});

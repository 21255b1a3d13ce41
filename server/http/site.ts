/** The addresses of the pages. */
import express, { type Request, type Response, type Router } from 'express';
import { defaults } from '../config.ts';
import { storyPath } from '../core/render.ts';
import { createUpdates } from '../feeds/updates.ts';
import { renderCompare } from '../pages/compare.ts';
import { renderIndex } from '../pages/index.ts';
import type { Site } from '../pages/layout.ts';
import { renderRevisions } from '../pages/revisions.ts';
import { renderRevision, renderStory } from '../pages/story.ts';
import type { RevisionLog } from '../revision-log.ts';
import { answerLive, fingerprint, redirect } from './answers.ts';
import { HttpError, readOnly } from './errors.ts';
import { originOf } from './origin.ts';
import { beforeOf, parseRange, publishedStory, revisionAt } from './stories.ts';

type StoryRequest = Request<{ story: string[] }>;
type PartRequest = Request<{ story: string[]; part: string }>;

/** `edition` is what pages depend on besides the log: part of every ETag. */
export const createSite = ({ log, site, edition }: { log: RevisionLog; site: Site; edition: string }): Router => {
  const router = express.Router({ caseSensitive: true, strict: true });
  const updatesOf = createUpdates(log);

  const index = (request: Request, response: Response): void => {
    const position = log.head();
    answerLive(request, response.type('html'), { position, edition }, () => renderIndex(site, log.published(), { position, origin: originOf(request) }));
  };

  const story = (request: StoryRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { state, position } = standing;
    const updates = updatesOf(state.story);
    answerLive(request, response.type('html'), { position, edition: edition + updates.edition }, () => renderStory(site, state, { position, origin: originOf(request), updates: updates.read() }));
  };

  const revisions = (request: StoryRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { state, position } = standing;
    const before = beforeOf(request);
    const limit = defaults.revisionsPerPage;
    const summaries = log.revisions(state.story, { limit, ...(before !== undefined && { before }) });
    const last = summaries.at(-1)?.revision ?? 1;
    const history = { summaries, origin: originOf(request), ...(before !== undefined && { before }), ...(last > 1 && summaries.length === limit && { next: last }) };
    answerLive(request, response.type('html'), { position, edition: `${edition}-${fingerprint(JSON.stringify(summaries))}` }, () => renderRevisions(site, state, history));
  };

  const revision = (request: PartRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { part } = request.params;
    const { state, summary } = revisionAt(log, standing.state.story, part);
    if (part !== String(state.revision)) return redirect(response, `${storyPath(state.story)}/revisions/${state.revision}`);
    const context = { summary, newest: standing.state.revision, origin: originOf(request) };
    answerLive(request, response.type('html'), { position: standing.position, edition }, () => renderRevision(site, state, context));
  };

  /** The later of the two always stands last; a revision compared with itself is that revision. */
  const compare = (request: PartRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { story } = standing.state;
    const [from, to] = parseRange(request.params.part).map((end) => revisionAt(log, story, end)).sort((a, b) => a.state.revision - b.state.revision);
    if (!from || !to) throw new HttpError('missing', 'there are no two revisions at this address');
    if (from.state.revision === to.state.revision) return redirect(response, `${storyPath(story)}/revisions/${to.state.revision}`);
    const range = `${from.state.revision}..${to.state.revision}`;
    if (request.params.part !== range) return redirect(response, `${storyPath(story)}/compare/${range}`);
    const lookup = log.diff(story, from.state.position, to.state.position);
    if (lookup.kind !== 'found') throw new HttpError('missing', 'there is nothing to compare at this address');
    answerLive(request, response.type('html'), { position: standing.position, edition }, () => renderCompare(site, from, to, { diff: lookup.diff, origin: originOf(request) }));
  };

  router.route('/').get(index).all(readOnly);
  router.route('/stories').get((_request, response) => redirect(response, '/')).all(readOnly);
  router.route('/stories/*story/revisions').get(revisions).all(readOnly);
  router.route('/stories/*story/revisions/:part').get<PartRequest['params']>(revision).all(readOnly);
  router.route('/stories/*story/compare/:part').get<PartRequest['params']>(compare).all(readOnly);
  router.route('/stories/*story').get(story).all(readOnly);
  return router;
};

/** The addresses of the pages. */
import express, { type Request, type Response, type Router } from 'express';
import { defaults } from '../config.ts';
import { storyPath } from '../core/render.ts';
import { createUpdates } from '../feeds/updates.ts';
import { renderCompare } from '../pages/compare.ts';
import { renderEmbed } from '../pages/embed.ts';
import { renderIndex } from '../pages/index.ts';
import type { Site } from '../pages/layout.ts';
import { renderRedacted, renderRevision } from '../pages/revision.ts';
import { renderRevisions } from '../pages/revisions.ts';
import { renderStory } from '../pages/story.ts';
import type { RevisionLog } from '../revision-log.ts';
import { answerLive, fingerprint, redirect } from './answers.ts';
import { HttpError, readOnly } from './errors.ts';
import { createHistories } from './histories.ts';
import { originOf } from './origin.ts';
import { beforeOf, parseRange, parseWhich, publishedStory, revisionAt } from './stories.ts';

type StoryRequest = Request<{ story: string[] }>;
type PartRequest = Request<{ story: string[]; part: string }>;

/** `edition` is what pages depend on besides the log: part of every ETag. */
export const createSite = ({ log, site, edition }: { log: RevisionLog; site: Site; edition: string }): Router => {
  const router = express.Router({ caseSensitive: true, strict: true });
  const updatesOf = createUpdates(log);
  const histories = createHistories(log);

  const index = (request: Request, response: Response): void => {
    const position = log.head();
    answerLive(request, response.type('html'), { position, edition, anyQuery: true }, () => renderIndex(site, log.published(), { position, origin: originOf(request) }));
  };

  const story = (request: StoryRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { state, position } = standing;
    const updates = updatesOf(state.story);
    answerLive(request, response.type('html'), { position, edition: edition + updates.edition, anyQuery: true }, () => renderStory(site, state, { position, origin: originOf(request), updates: updates.read() }));
  };

  const embed = (request: StoryRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { state, position } = standing;
    answerLive(request, response.type('html'), { position, edition, anyQuery: true }, () => renderEmbed(site, state, { position, origin: originOf(request) }));
  };

  /** Redaction moves no position, so what a page of the past knows of its neighbours is part of its tag. */
  const editionWith = (known: unknown): string => `${edition}-${fingerprint(JSON.stringify(known))}`;

  /** `?n=7` is what the form on a revision's page asks for. */
  const revisions = (request: StoryRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { state, position } = standing;
    const { n } = request.query;
    if (typeof n === 'string') return redirect(response, `${storyPath(state.story)}/revisions/${encodeURIComponent(n)}`);
    const before = beforeOf(request);
    const limit = defaults.revisionsOnPage;
    const summaries = log.revisions(state.story, { limit, ...(before !== undefined && { before }) });
    const last = summaries.at(-1)?.revision ?? 1;
    const page = { origin: originOf(request), ...(before !== undefined && { before }), ...(last > 1 && summaries.length === limit && { next: last }) };
    answerLive(request, response.type('html'), { position, edition: editionWith(summaries) }, () => renderRevisions(site, state, { ...page, entries: histories.entriesOf(state.story, summaries) }));
  };

  /** A revision whose text has been removed keeps its place in the walk. */
  const revision = (request: PartRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { story, revision: newest } = standing.state;
    const { part } = request.params;
    const which = parseWhich(part);
    const redacted = typeof which === 'number' && log.revision(story, which).kind === 'redacted';
    const found = redacted ? undefined : revisionAt(log, story, part);
    const number = found?.state.revision ?? Number(part);
    if (part !== String(number)) return redirect(response, `${storyPath(story)}/revisions/${number}`);
    const place = { ...histories.placeOf(story, number), newest, origin: originOf(request) };
    const page = () => (found ? renderRevision(site, found.state, { ...place, ...histories.entryOf(story, found.summary) }) : renderRedacted(site, standing.state, place));
    answerLive(request, response.status(found ? 200 : 410).type('html'), { position: standing.position, edition: editionWith([place, redacted]) }, page);
  };

  /** The later of the two always stands last; a revision compared with itself is that revision. */
  const compare = (request: PartRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { story, revision: newest } = standing.state;
    const [from, to] = parseRange(request.params.part).map((end) => revisionAt(log, story, end)).sort((a, b) => a.state.revision - b.state.revision);
    if (!from || !to) throw new HttpError('missing', 'there are no two revisions at this address');
    const range = { from: from.state.revision, to: to.state.revision };
    if (range.from === range.to) return redirect(response, `${storyPath(story)}/revisions/${range.to}`);
    const canonical = `${range.from}..${range.to}`;
    if (request.params.part !== canonical) return redirect(response, `${storyPath(story)}/compare/${canonical}`);
    const lookup = log.diff(story, from.state.position, to.state.position);
    if (lookup.kind !== 'found') throw new HttpError('missing', 'there is nothing to compare at this address');
    const place = { ...histories.stepsFrom(story, range, newest), newest, origin: originOf(request) };
    answerLive(request, response.type('html'), { position: standing.position, edition: editionWith(place) }, () => renderCompare(site, from, to, { ...place, diff: lookup.diff }));
  };

  /** `?from=3&to=7`, as the form on a comparison's page asks. */
  const chooseEnds = (request: StoryRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { from, to } = request.query;
    if (typeof from !== 'string' || typeof to !== 'string') throw new HttpError('malformed', 'name both revisions: ?from=1&to=2');
    redirect(response, `${storyPath(standing.state.story)}/compare/${encodeURIComponent(from)}..${encodeURIComponent(to)}`);
  };

  router.route('/').get(index).all(readOnly);
  router.route('/stories').get((_request, response) => redirect(response, '/')).all(readOnly);
  router.route('/stories/*story/revisions').get(revisions).all(readOnly);
  router.route('/stories/*story/revisions/:part').get<PartRequest['params']>(revision).all(readOnly);
  router.route('/stories/*story/compare').get(chooseEnds).all(readOnly);
  router.route('/stories/*story/compare/:part').get<PartRequest['params']>(compare).all(readOnly);
  router.route('/stories/*story/embed').get(embed).all(readOnly);
  router.route('/stories/*story').get(story).all(readOnly);
  return router;
};

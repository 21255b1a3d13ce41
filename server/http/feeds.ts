/** The addresses of feeds, of ninjs, and of what search engines ask for first. */
import express, { type Request, type Response, type Router } from 'express';
import { storyPath } from '../core/render.ts';
import type { Position } from '../core/story.ts';
import { createFeeds, type Feed, type Links, type Outline } from '../feeds.ts';
import { renderAtom } from '../feeds/atom.ts';
import { renderJsonFeed } from '../feeds/json-feed.ts';
import { renderNinjs } from '../feeds/ninjs.ts';
import { partsOf, renderSitemap, renderSitemapIndex, type Listed } from '../feeds/sitemap.ts';
import { siteName } from '../pages/layout.ts';
import type { RevisionLog } from '../revision-log.ts';
import { answerLive } from './answers.ts';
import { crossOrigin } from './api.ts';
import { HttpError, readOnly } from './errors.ts';
import { originOf, wholeOriginOf } from './origin.ts';
import { beforeOf, publishedStory, sentOn, slugOf } from './stories.ts';

type StoryRequest = Request<{ story: string[] }>;
type PartRequest = Request<{ part: string }>;

const formats = [
  { file: 'feed.atom', type: 'application/atom+xml', render: renderAtom },
  { file: 'feed.json', type: 'application/feed+json', render: renderJsonFeed },
] as const;
type Format = (typeof formats)[number];

export type FeedRoutesOptions = {
  log: RevisionLog;
  /** BCP 47: what the newsroom's feed speaks. */
  lang: string;
  /** Whose pages may read along; `*` for all. */
  origins: string[];
  /** The WebSub hub that feeds name. */
  hub?: string;
  /** What answers depend on besides the log: part of every ETag. */
  edition: string;
};

export const createFeedRoutes = ({ log, lang, origins, hub, edition }: FeedRoutesOptions): Router => {
  const router = express.Router({ caseSensitive: true, strict: true });
  const feeds = createFeeds({ log, publisher: siteName, lang });

  /** `base` is the address of the page that the feed is about, without a slash at its end. */
  const answer = (request: Request, response: Response, { format, position, outline, base }: { format: Format; position: Position; outline: Outline; base: string }): void => {
    const address = `${base}/${format.file}`;
    const self = address + (request.query['before'] === undefined ? '' : `?before=${beforeOf(request)}`);
    const links = { self, ...(hub !== undefined && { hub }) };
    response.links(links);
    answerLive(request, response.type(format.type), { position, edition: edition + outline.edition }, () => {
      const feed = outline.read();
      return format.render(feed, { ...links, ...nextOf(feed, address) });
    });
  };

  const newsroom = (format: Format) => (request: Request, response: Response): void => {
    const origin = wholeOriginOf(request);
    answer(request, response, { format, position: log.head(), outline: feeds.newsroom(origin), base: origin });
  };

  const story = (format: Format) => (request: StoryRequest, response: Response): void => {
    const origin = wholeOriginOf(request);
    const slug = slugOf(request.params.story);
    const standing = log.find(slug);
    const base = origin + storyPath(slug);
    if (standing?.kind === 'withdrawn') {
      if (!sentOn(request, response, slug)) answer(request, response, { format, position: standing.position, outline: feeds.withdrawn(slug, standing, origin), base });
      return;
    }
    const published = publishedStory(log, request, response);
    const before = beforeOf(request);
    if (published) answer(request, response, { format, position: published.position, outline: feeds.story(published.state, { origin, ...(before !== undefined && { before }) }), base });
  };

  const ninjs = (request: StoryRequest, response: Response): void => {
    const origin = wholeOriginOf(request);
    const standing = publishedStory(log, request, response);
    if (standing) answerLive(request, response.type('application/json'), { position: standing.position, edition }, () => renderNinjs(standing.state, { origin, publisher: siteName }));
  };

  const sitemap = (request: Request, response: Response): void => {
    const origin = wholeOriginOf(request);
    answerLive(request, response.type('application/xml'), { position: log.head(), edition }, () => {
      const parts = partsOf(pagesOf(log));
      return parts.length > 1 ? renderSitemapIndex(parts, origin) : renderSitemap(parts[0] ?? [], origin);
    });
  };

  const sitemapPart = (request: PartRequest, response: Response): void => {
    const origin = wholeOriginOf(request);
    const part = /^[1-9]\d*$/.test(request.params.part) ? partsOf(pagesOf(log))[Number(request.params.part) - 1] : undefined;
    if (!part) throw new HttpError('missing', 'there is no such part of the sitemap');
    answerLive(request, response.type('application/xml'), { position: log.head(), edition }, () => renderSitemap(part, origin));
  };

  const robots = (request: Request, response: Response): void => {
    const origin = originOf(request);
    const named = origin === '' ? '' : `\nSitemap: ${origin}/sitemap.xml\n`;
    response.set('Cache-Control', 'public, max-age=86400').type('text/plain').send(`User-agent: *\nDisallow: /api/\n${named}`);
  };

  const readable = crossOrigin(origins);
  for (const format of formats) {
    router.route(`/${format.file}`).all(readable).get(newsroom(format)).all(readOnly);
    router.route(`/stories/*story/${format.file}`).all(readable).get<StoryRequest['params']>(story(format)).all(readOnly);
  }
  router.route('/api/stories/*story/ninjs').all(readable).get<StoryRequest['params']>(ninjs).all(readOnly);
  router.route('/sitemap.xml').get(sitemap).all(readOnly);
  router.route('/sitemap-:part.xml').get(sitemapPart).all(readOnly);
  router.route('/robots.txt').get(robots).all(readOnly);
  return router;
};

const nextOf = ({ next }: Feed, address: string): Pick<Links, 'next'> => (next === undefined ? {} : { next: `${address}?before=${next}` });

/** The list of stories, and every published story. */
const pagesOf = (log: RevisionLog): Listed[] => {
  const stories = log.published().map(({ story, state }) => ({ path: storyPath(story), updated: state.meta.updated }));
  const [latest] = stories;
  return [{ path: '/', ...(latest && { updated: latest.updated }) }, ...stories];
};

/** The addresses of feeds, and of stories as ninjs. */
import express, { type Request, type Response, type Router } from 'express';
import { storyPath } from '../core/render.ts';
import type { Position } from '../core/story.ts';
import { createFeeds, type Feed, type Links, type Outline } from '../feeds.ts';
import { renderAtom } from '../feeds/atom.ts';
import { renderJsonFeed } from '../feeds/json-feed.ts';
import { renderNinjs } from '../feeds/ninjs.ts';
import { siteName } from '../pages/layout.ts';
import type { RevisionLog } from '../revision-log.ts';
import { answerLive } from './answers.ts';
import { crossOrigin } from './cross-origin.ts';
import { readOnly } from './errors.ts';
import { wholeOriginOf } from './origin.ts';
import { beforeOf, publishedStory, sentOn, slugOf } from './stories.ts';

type StoryRequest = Request<{ story: string[] }>;

const formats = [
  { file: 'feed.atom', type: 'application/atom+xml', render: renderAtom },
  { file: 'feed.json', type: 'application/feed+json', render: renderJsonFeed },
] as const;
type Format = (typeof formats)[number];

/** `base` is the address of the page that the feed is about, without a slash at its end. */
type Asked = { format: Format; position: Position; outline: Outline; base: string; before?: number };

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

  const answer = (request: Request, response: Response, { format, position, outline, base, before }: Asked): void => {
    const address = `${base}/${format.file}`;
    const links = { self: address + (before === undefined ? '' : `?before=${before}`), ...(hub !== undefined && { hub }) };
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
    const page = before === undefined ? {} : { before };
    if (published) answer(request, response, { format, position: published.position, outline: feeds.story(published.state, { origin, ...page }), base, ...page });
  };

  const ninjs = (request: StoryRequest, response: Response): void => {
    const origin = wholeOriginOf(request);
    const standing = publishedStory(log, request, response);
    if (standing) answerLive(request, response.type('application/json'), { position: standing.position, edition }, () => renderNinjs(standing.state, { origin, publisher: siteName }));
  };

  const readable = crossOrigin(origins);
  for (const format of formats) {
    router.route(`/${format.file}`).all(readable).get(newsroom(format)).all(readOnly);
    router.route(`/stories/*story/${format.file}`).all(readable).get<StoryRequest['params']>(story(format)).all(readOnly);
  }
  router.route('/api/stories/*story/ninjs').all(readable).get<StoryRequest['params']>(ninjs).all(readOnly);
  return router;
};

const nextOf = ({ next }: Feed, address: string): Pick<Links, 'next'> => (next === undefined ? {} : { next: `${address}?before=${next}` });

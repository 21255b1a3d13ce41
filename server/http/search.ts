/** What search engines ask for first. */
import express, { type Request, type Response, type Router } from 'express';
import { storyPath } from '../core/render.ts';
import { partsOf, renderSitemap, renderSitemapIndex, type Listed } from '../feeds/sitemap.ts';
import type { RevisionLog } from '../revision-log.ts';
import { answerLive } from './answers.ts';
import { HttpError, readOnly } from './errors.ts';
import { originOf, wholeOriginOf } from './origin.ts';

type PartRequest = Request<{ part: string }>;

/** `/robots.txt` and the sitemap. `edition` is what answers depend on besides the log: part of every ETag. */
export const createSearch = ({ log, edition }: { log: RevisionLog; edition: string }): Router => {
  const router = express.Router({ caseSensitive: true, strict: true });

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

  router.route('/sitemap.xml').get(sitemap).all(readOnly);
  router.route('/sitemap-:part.xml').get(sitemapPart).all(readOnly);
  router.route('/robots.txt').get(robots).all(readOnly);
  return router;
};

/** The list of stories, and every published story. */
const pagesOf = (log: RevisionLog): Listed[] => {
  const stories = log.published().map(({ story, state }) => ({ path: storyPath(story), updated: state.meta.updated }));
  const [latest] = stories;
  return [{ path: '/', ...(latest && { updated: latest.updated }) }, ...stories];
};

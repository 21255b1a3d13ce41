/** The addresses described for tools: `/api/openapi.json`, `/api/asyncapi.json`. */
import express, { type Request, type Response, type Router } from 'express';
import { asyncApi } from '../schema/asyncapi.ts';
import { openApi } from '../schema/openapi.ts';
import { fingerprint } from './answers.ts';
import { crossOrigin } from './cross-origin.ts';
import { readOnly } from './errors.ts';
import { wholeOriginOf } from './origin.ts';

/** `origins`: whose pages may read along; `*` for all. */
export const createDocuments = ({ origins }: { origins: string[] }): Router => {
  const router = express.Router({ caseSensitive: true, strict: true });
  let addresses: string | undefined;
  const answer = (response: Response, body: string): void => {
    response.set({ 'Cache-Control': 'public, max-age=3600', ETag: `W/"${fingerprint(body)}"` }).type('application/json').send(body);
  };
  const readable = crossOrigin(origins);
  router.route('/api/openapi.json').all(readable).get((_request, response) => answer(response, (addresses ??= JSON.stringify(openApi())))).all(readOnly);
  router.route('/api/asyncapi.json').all(readable).get((request: Request, response) => answer(response, JSON.stringify(asyncApi(wholeOriginOf(request))))).all(readOnly);
  return router;
};

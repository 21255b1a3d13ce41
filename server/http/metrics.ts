/** `/metrics`: what the operator counts, for Prometheus. */
import express, { type Request, type Response, type Router } from 'express';
import { isEditor, type EditorRule } from './editors.ts';
import { HttpError, readOnly } from './errors.ts';

/** The text format of Prometheus. */
const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Says how many read and how the server fares, which is nobody's business elsewhere: from this machine, or with the editor token. */
export const createMetricsRoute = ({ text, ...rule }: EditorRule & { text: () => Promise<string> }): Router => {
  const router = express.Router({ caseSensitive: true, strict: true });
  const metrics = async (request: Request, response: Response): Promise<void> => {
    if (!isEditor(request, rule)) throw new HttpError('forbidden', 'metrics are for operators: ask from this machine, or with the editor token');
    response.set({ 'Content-Type': contentType, 'Cache-Control': 'no-store' }).end(await text());
  };
  router.route('/metrics').get(metrics).all(readOnly);
  return router;
};

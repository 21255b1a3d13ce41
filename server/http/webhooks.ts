/** `/api/webhooks`: how each webhook stands, for editors. */
import express, { type Request, type Response, type Router } from 'express';
import type { WebhookStatus } from '../webhooks.ts';
import { isEditor, type EditorRule } from './editors.ts';
import { HttpError, readOnly } from './errors.ts';

export const createWebhookRoutes = ({ list, ...rule }: EditorRule & { list: () => WebhookStatus[] | Promise<WebhookStatus[]> }): Router => {
  const router = express.Router({ caseSensitive: true, strict: true });
  const webhooks = async (request: Request, response: Response): Promise<void> => {
    if (!isEditor(request, rule)) throw new HttpError('forbidden', 'webhooks are for editors: ask from this machine, or with the editor token');
    response.type('application/json').set('Cache-Control', 'no-store').send(JSON.stringify({ webhooks: await list() }));
  };
  router.route('/api/webhooks').get(webhooks).all(readOnly);
  return router;
};

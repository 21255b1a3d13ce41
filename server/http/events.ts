/** The addresses that go on answering: everything that happens, as server-sent events. */
import express, { type Request, type Response, type Router } from 'express';
import { everyStory } from '../core/protocol.ts';
import { eventStreamHeaders, streamEvents } from '../event-stream.ts';
import type { Readers } from '../readers.ts';
import type { RevisionLog } from '../revision-log.ts';
import { clientAddress } from '../upgrade.ts';
import { crossOrigin } from './cross-origin.ts';
import { HttpError, readOnly, turnedAway } from './errors.ts';
import { formatOf, sentOn, slugOf } from './stories.ts';

type StoryRequest = Request<{ story: string[] }>;

export type EventRoutesOptions = {
  log: RevisionLog;
  readers: Readers;
  trustProxy: boolean;
  /** Whose pages may read along; `*` for all. */
  origins: string[];
};

/** To be mounted before anything that compresses: an event must go out when it is written. */
export const createEventRoutes = ({ log, readers, trustProxy, origins }: EventRoutesOptions): Router => {
  const router = express.Router({ caseSensitive: true, strict: true });

  const stream = (request: Request, response: Response, story: string): void => {
    const format = formatOf(request);
    if (request.method === 'HEAD') return void response.writeHead(200, eventStreamHeaders).end();
    const refusal = readers.refusal();
    if (refusal) throw turnedAway(refusal);
    const address = clientAddress(request, trustProxy);
    if (!readers.enter(address)) {
      readers.metrics.refused('address');
      throw new HttpError('crowded', 'too many connections from one address: let some go, or follow every story on one');
    }
    response.once('close', () => readers.exit(address));
    const after = positionBefore(request);
    streamEvents(readers, response, { story, format, ...(after !== undefined && { after }) });
  };

  const everything = (request: Request, response: Response): void => stream(request, response, everyStory);

  const ofStory = (request: StoryRequest, response: Response): void => {
    const story = slugOf(request.params.story);
    const standing = log.find(story);
    if (!standing) throw new HttpError('missing', 'there is no story at this address');
    if (!sentOn(request, response, standing.kind === 'moved' ? standing.to : story)) stream(request, response, story);
  };

  const readable = crossOrigin(origins);
  router.route('/events').all(readable).get(everything).all(readOnly);
  router.route('/stories/*story/events').all(readable).get<StoryRequest['params']>(ofStory).all(readOnly);
  return router;
};

/** Where the client stands: what it has read last wins over what it was told to begin with. */
const positionBefore = (request: Request): string | undefined => {
  const { after } = request.query;
  return request.get('Last-Event-ID') || (typeof after === 'string' && after !== '' ? after : undefined);
};

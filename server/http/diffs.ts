/** Diffs between two places of a story, and the wait for the next one. */
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { parsePosition, type Diff, type Format } from '../core/protocol.ts';
import type { Position, State } from '../core/story.ts';
import type { Readers } from '../readers.ts';
import type { RevisionLog } from '../revision-log.ts';
import { clientAddress } from '../upgrade.ts';
import { answerImmutable, answerLive, positionHeader, redirect } from './answers.ts';
import { HttpError, type Failure } from './errors.ts';
import { apiPath, formatOf, parseRange, parseWhich, publishedStory, revisionAt, slugOf } from './stories.ts';

export type DiffRequest = Request<{ story: string[]; part: string }>;

export type DiffsOptions = {
  log: RevisionLog;
  readers: Readers;
  trustProxy: boolean;
  /** What else answers depend on besides the log: part of every ETag. */
  edition: string;
};

/** s that a client may wait for the next diff */
const maxWait = 60;

/** Answers `<from>..<to>` with the diff between the two; `<from>..` with the one from there to now, for which it waits where nothing is new and `?wait` says so. */
export const createDiffs = ({ log, readers, trustProxy, edition }: DiffsOptions): RequestHandler<DiffRequest['params']> => {
  const stateAt = (story: string, position: Position): State | undefined => {
    const lookup = log.revision(story, position);
    return lookup.kind === 'found' ? lookup.state : undefined;
  };

  const textOf = (diff: Diff, format: Format, from = diff.from): string => {
    const frame = readers.frames.diff(diff, { from, format, stateAt });
    if (!frame) throw new HttpError('redacted', 'the text at one end of this range has been removed');
    return frame.data.toString();
  };

  const between = (request: DiffRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { part } = request.params;
    const format = formatOf(request);
    const found = diffBetween(log, standing.state.story, parseRange(part));
    const range = `${found.from}..${found.to}`;
    if (part !== range) return redirect(response, addressOf(request, found.story, range));
    answerImmutable(request, response.type('application/json'), { position: found.to, edition }, () => textOf(found, format));
  };

  /** Whether there was something to answer: a diff, or that the story has gone elsewhere. The diff leads from where the client says it stands. */
  const since = (request: DiffRequest, response: Response, start: string): boolean => {
    const standing = publishedStory(log, request, response);
    if (!standing) return true;
    const { position, state: { story } } = standing;
    const format = formatOf(request);
    // Nothing can lead from a text that has been removed: whoever holds it is to ask for the state, as from a place that nobody knows.
    const found = diffBetween(log, story, [start, position], 'missing');
    const from = parsePosition(start) ? start : found.from;
    response.set(positionHeader, position);
    if (found.folded === 0) return false;
    response.type('application/json').set('Content-Location', addressOf(request, story, `${from}..${found.to}`));
    answerLive(request, response, { position, edition: `${from}-${format}-${edition}` }, () => textOf(found, format, from));
    return true;
  };

  /** Answers as soon as the story has an entry more; with 204 where the time is over, with 503 where the server stops. */
  const wait = (request: DiffRequest, response: Response, next: NextFunction, { from, ms }: { from: string; ms: number }): void => {
    if (readers.closing.aborted) throw new HttpError('stopping', 'this server is about to stop');
    const address = clientAddress(request, trustProxy);
    if (!readers.enter(address)) throw new HttpError('crowded', 'too many connections from one address: let some go, or follow every story on one socket');
    const over = (answer: () => void) => (): void => {
      clearTimeout(timer);
      unsubscribe();
      readers.exit(address);
      response.off('close', gone);
      readers.closing.removeEventListener('abort', stop);
      try {
        answer();
      } catch (error) {
        next(error);
      }
    };
    const nothing = over(() => nothingNew(response));
    const gone = over(() => undefined);
    const stop = over(() => next(new HttpError('stopping', 'this server is about to stop')));
    const timer = setTimeout(nothing, ms);
    const unsubscribe = log.subscribe(slugOf(request.params.story), log.head(), over(() => void (since(request, response, from) || nothingNew(response))));
    response.once('close', gone);
    readers.closing.addEventListener('abort', stop);
  };

  return (request, response, next) => {
    const [from, to] = parseRange(request.params.part);
    if (to !== '') return between(request, response);
    const seconds = waitOf(request);
    if (since(request, response, from)) return;
    if (seconds === 0 || request.method === 'HEAD') nothingNew(response);
    else wait(request, response, next, { from, ms: seconds * 1_000 });
  };
};

const nothingNew = (response: Response): void => void response.status(204).set('Cache-Control', 'no-store').end();

/** `?wait=25`: s. Throws 400 where it is none. */
const waitOf = ({ query }: Request): number => {
  const { wait = '0' } = query;
  const seconds = typeof wait === 'string' && /^\d{1,3}$/.test(wait) ? Number(wait) : Infinity;
  if (seconds > maxWait) throw new HttpError('malformed', `wait is a whole number of seconds, at most ${maxWait}`);
  return seconds;
};

/** The same address with another range, in the same format. */
const addressOf = ({ query: { format } }: Request, story: string, range: string): string =>
  `${apiPath(story)}/diffs/${range}${typeof format === 'string' ? `?format=${encodeURIComponent(format)}` : ''}`;

/** The diff that leads from one place to another; between two places with the same state it has no ops and folds 0 revisions. */
const diffBetween = (log: RevisionLog, story: string, range: readonly [from: string, to: string], gone: Failure = 'redacted'): Diff => {
  const [from, to] = range.map((end) => endOf(log, story, end));
  if (from === undefined || to === undefined) throw new HttpError('missing', `this story knows nothing of ${range.join('..')}: ask for its state`);
  if (sequenceOf(from) > sequenceOf(to)) throw new HttpError('malformed', 'a diff leads forward: from must not be after to');
  const lookup = from === to ? ({ kind: 'same', position: to } as const) : log.diff(story, from, to);
  switch (lookup.kind) {
    case 'found':
      return lookup.diff;
    case 'same':
      return emptyDiff(log, story, lookup.position);
    case 'gone':
      throw new HttpError(gone, 'the text at one end of this range has been removed');
    case 'unknown':
      throw new HttpError('missing', `this story knows nothing of ${range.join('..')}: ask for its state`);
  }
};

/** A number becomes its revision's position, a position stays what it is. */
const endOf = (log: RevisionLog, story: string, end: string): Position | undefined => {
  const which = parseWhich(end);
  if (typeof which === 'number') return revisionAt(log, story, end).state.position;
  return which !== undefined && parsePosition(which)?.epoch === log.epoch ? log.locate(story, which) : undefined;
};

const sequenceOf = (position: Position): number => parsePosition(position)?.sequence ?? 0;

const emptyDiff = (log: RevisionLog, story: string, position: Position): Diff => {
  const { state, summary } = revisionAt(log, story, position);
  return { type: 'diff', story, from: state.position, to: state.position, revision: state.revision, at: summary.at, change: 'minor', folded: 0, hash: state.hash, ops: [] };
};

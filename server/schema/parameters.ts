/** What an address may be asked, as OpenAPI tells it. */
import { formats } from '../core/protocol.ts';
import type { Asked } from './addresses.ts';

const text = { type: 'string' };
const number = { type: 'integer', minimum: 1 };

type Parameter = { name: string; in: 'path' | 'query' | 'header'; description: string; schema: object };

const inPath = (name: string, description: string, schema: object = text) => ({ name, in: 'path', required: true, description, schema }) as const;

const place = 'A position; the number of a revision is redirected to its position.';

/** By the name that stands in the path. */
export const pathParameters: Record<string, Parameter> = {
  story: inPath('story', 'The slug of a story. Its slashes stay as they are; percent-encoded they are redirected.'),
  revision: inPath('revision', place),
  from: inPath('from', place),
  to: inPath('to', place),
  number: inPath('number', 'The number of a revision; its position is redirected to its number.'),
  range: inPath('range', 'The numbers of two revisions: `3..7`.'),
  part: inPath('part', 'As the index says.', number),
  file: inPath('file', 'As the pages say; its slashes stay.'),
};

const inQuery = (name: string, description: string, schema: object) => ({ name, in: 'query', description, schema }) as const;
const inHeader = (name: string, description: string, schema: object = text) => ({ name, in: 'header', description, schema }) as const;

export const askedParameters: Record<Asked, Parameter> = {
  after: inQuery('after', 'The position up to which the client holds the story. Without: it holds nothing.', text),
  before: inQuery('before', 'The number of the revision that the page before ended with.', number),
  compareFrom: inQuery('from', 'The number of a revision.', text),
  compareTo: inQuery('to', 'The number of a revision.', text),
  format: inQuery('format', 'How diffs are to be told.', { type: 'string', enum: [...formats], default: 'ops' }),
  lastEventId: inHeader('Last-Event-ID', 'As `after`, before which it counts. Browsers send it when they reconnect.'),
  match: inHeader('If-Match', 'The `ETag` of the file: answers 412 where it has changed.'),
  n: inQuery('n', 'The number of a revision: leads to its page.', text),
  noneMatch: inHeader('If-None-Match', 'The `ETag` of the answer that the client holds: answers 304 while it stands.'),
  byteRange: inHeader('Range', 'A part of the file.'),
  wait: inQuery('wait', 'Seconds to wait where nothing has changed yet.', { type: 'integer', minimum: 0, maximum: 60, default: 0 }),
};

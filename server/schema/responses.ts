/** How an address answers, as OpenAPI tells it. */
import { retryAfter, statuses, type Failure } from '../http/errors.ts';
import { addresses, type Address, type Kept, type More } from './addresses.ts';
import { refTo } from './json-schema.ts';

const text = { type: 'string' };

export const headers = {
  'Cache-Control': { required: true, description: 'How long the answer may be kept.', schema: text },
  ETag: { required: true, description: 'Names this answer: `If-None-Match` asks whether it still stands.', schema: { ...text, pattern: '^(?:W/)?".+"$' } },
  'Stop-Press-Position': { required: true, description: 'The position that the answer was made from. The socket goes on from there.', schema: { $ref: refTo('Position') } },
  Location: { required: true, description: 'Where it is.', schema: text },
  'Content-Location': { required: true, description: 'The address at which this answer stays.', schema: text },
  'Content-Range': { required: true, description: 'Which bytes, of how many.', schema: text },
  'Retry-After': { required: true, description: 'Seconds after which to come back.', schema: { type: 'integer', minimum: 0 } },
  Allow: { required: true, description: 'What can be done here.', schema: { ...text, const: 'GET, HEAD, OPTIONS' } },
};
type Header = keyof typeof headers;

const bearing = (...names: Header[]) => ({ headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])) });

const headersOf: Record<Kept, Header[]> = {
  live: ['Cache-Control', 'ETag', 'Stop-Press-Position'],
  mixed: ['Cache-Control', 'ETag'],
  immutable: ['Cache-Control', 'ETag', 'Stop-Press-Position'],
  timed: ['Cache-Control', 'ETag'],
  never: ['Cache-Control'],
};

const failureWords: Record<Failure, string> = {
  malformed: 'The request cannot be read.',
  forbidden: 'This is for editors and operators.',
  missing: 'There is nothing at this address.',
  readonly: 'This address can only be read.',
  withdrawn: 'The story has been withdrawn. It may come back.',
  redacted: 'The content of this revision has been removed, for good.',
  crowded: 'There are too many connections from one address.',
  failed: 'Something went wrong that nobody foresaw.',
  stopping: 'The server is about to stop.',
  overloaded: 'Too many readers are coming at once.',
};

/** Failures are told to programs under `/api`, to people elsewhere. */
const failureContent = {
  problem: { 'application/problem+json': { schema: { $ref: refTo('Failure') } } },
  page: { 'text/html': { schema: text } },
};

const kindOf = (path: string): keyof typeof failureContent => (path.startsWith('/api/') ? 'problem' : 'page');

type FailureGroup = { status: number; name: string; kind: keyof typeof failureContent; failures: Failure[] };

/** How an address can fail, by status. */
const failuresOf = ({ path, fails = [] }: Address): FailureGroup[] => {
  const kind = kindOf(path);
  const all = new Set<Failure>([...(path.includes('{') ? (['malformed'] as const) : []), ...fails, 'failed']);
  return [...Map.groupBy(all, (failure) => statuses[failure])].map(([status, failures]) => ({ status, name: [kind, ...failures].join('-'), kind, failures }));
};

const failureResponses = Object.fromEntries(
  addresses.flatMap(failuresOf).map(({ name, kind, failures }) => [name, { description: failures.map((failure) => failureWords[failure]).join(' Or: '), ...bearing('Cache-Control', ...(failures.some((failure) => failure in retryAfter) ? (['Retry-After'] as const) : [])), content: failureContent[kind] }]),
);

/** Those that are the same at many addresses. */
export const responses = {
  ...failureResponses,
  redirected: { description: 'The story has moved, or the address has another true form.', ...bearing('Cache-Control', 'Location'), content: { 'text/plain': { schema: text }, 'text/html': { schema: text } } },
  options: { description: 'What can be done here.', ...bearing('Allow') },
  tooLarge: { description: 'The headers of the request are larger than 16 KiB.' },
  empty: { description: 'Nothing has come.', ...bearing('Cache-Control', 'Stop-Press-Position') },
  precondition: { description: 'A condition of the request does not hold.', ...bearing('Cache-Control') },
  noRange: { description: 'The file has no such part.', ...bearing('Cache-Control', 'Content-Range') },
  notReady: { description: 'Not yet.', ...bearing('Cache-Control'), content: { 'text/plain': { schema: text } } },
};

const shared = (name: string) => ({ $ref: `#/components/responses/${name}` });

type Response = [status: number, response: object];

const moreStatuses = { empty: 204, precondition: 412, noRange: 416, notReady: 503 } as const;

const contentOf = (answers: NonNullable<Address['answers']>) =>
  Object.fromEntries(Object.entries(answers).map(([type, said]) => [type, { schema: 'schema' in said ? { $ref: refTo(said.schema) } : { ...text, description: said.text } }]));

const moreOf = (more: More, answers: NonNullable<Address['answers']>): Response =>
  more === 'part' ? [206, { description: 'A part of the file.', ...bearing('Cache-Control', 'Content-Range', 'ETag'), content: contentOf(answers) }] : [moreStatuses[more], shared(more)];

const successes = ({ answers, kept, located, asks, also = [], summary }: Address): Response[] => {
  if (!answers) return [];
  const own = bearing(...headersOf[kept], ...(located ? (['Content-Location'] as const) : []));
  const unchanged: Response[] = asks?.includes('noneMatch') ? [[304, { description: 'What the client holds still stands.', ...own }]] : [];
  return [[200, { description: `${summary}.`, ...own, content: contentOf(answers) }], ...unchanged, ...also.map((more) => moreOf(more, answers))];
};

/** Every answer that a GET of the address can have; a HEAD has the same without a body. An address that only redirects has no 500: tools want `default` there. */
export const responsesOf = (address: Address): Record<string, object> => {
  const redirects: Response[] = address.redirects ? [[308, shared('redirected')]] : [];
  const failures = failuresOf(address).map(({ status, name }) => [status === 500 && !address.answers ? 'default' : status, shared(name)] as const);
  return Object.fromEntries([...successes(address), ...redirects, ...failures, [431, shared('tooLarge')] as const]);
};

/** Every answer that an OPTIONS of the address can have. */
export const optionsResponsesOf = ({ path }: Address): Record<string, object> => ({
  204: shared('options'),
  ...(path.includes('{') && { 308: shared('redirected'), 400: shared(`${kindOf(path)}-malformed`) }),
  431: shared('tooLarge'),
});

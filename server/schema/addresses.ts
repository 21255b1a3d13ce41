/** Every address that HTTP answers: what it is for, what it may be asked, what it answers and how it can fail. */
import { defaults } from '../config.ts';
import type { Failure } from '../http/errors.ts';

export const tags = {
  stories: 'Stories as they are now and as they were, as JSON.',
  changes: 'What changed: between two places, while one waits, or as a stream. The socket is described by `/api/asyncapi.json`.',
  sources: 'What the newsroom wrote, as text.',
  feeds: 'For feed readers, agencies and search engines.',
  pages: 'For people.',
  files: 'What pages consist of.',
  editors: 'For editors: from the machine of the server, or with the editor token.',
  operators: 'For operators.',
  webhooks: 'What is posted to services that cannot hold a socket: each revision, signed, in order, and again until it is taken.',
  documents: 'This document, and the one about the socket.',
};

/**
 * How long an answer may be kept. `live`: it is asked for again each time; `mixed`: so are pages, but not files; `immutable`: it never changes; `timed`: for a time that it names; `never`: not at all.
 * Those that stand for something in the log tell the position that they were made from.
 */
export type Kept = 'live' | 'mixed' | 'immutable' | 'timed' | 'never';

/** Parameters besides those in the path. */
export type Asked = 'after' | 'before' | 'byteRange' | 'compareFrom' | 'compareTo' | 'format' | 'lastEventId' | 'match' | 'n' | 'noneMatch' | 'wait';

/** What else an address may answer than 200, 304, 308 and failures. */
export type More = 'empty' | 'noRange' | 'notReady' | 'part' | 'precondition';

export type Address = {
  /** As in OpenAPI; a story's slashes stay. */
  path: string;
  id: string;
  tag: keyof typeof tags;
  summary: string;
  description?: string;
  /** Content types, each with the name of its schema, or with what the text is. Without: the address only redirects. */
  answers?: Record<string, { schema: string } | { text: string }>;
  kept: Kept;
  asks?: Asked[];
  fails?: Failure[];
  /** Whether the address has one true form, to which others are redirected. */
  redirects?: boolean;
  also?: More[];
  /** The answer names its own address. */
  located?: boolean;
};

const json = (schema: string) => ({ 'application/json': { schema } });
const text = (type: string, meaning: string) => ({ [type]: { text: meaning } });
const page = (meaning: string) => text('text/html', meaning);
const anyDiff = { 'application/json': { schema: 'AnyDiff' } };

/** What an address under a published story has in common with every other. */
const ofStory = { kept: 'live', redirects: true, asks: ['noneMatch'], fails: ['missing', 'withdrawn'] } satisfies Partial<Address>;
const immutable = { ...ofStory, kept: 'immutable', fails: ['missing', 'withdrawn', 'redacted'] } satisfies Partial<Address>;

const stories: Address[] = [
  { path: '/api/stories', id: 'listStories', tag: 'stories', summary: 'Every published story', answers: json('StoryList'), kept: 'live', asks: ['noneMatch'] },
  { ...ofStory, path: '/api/stories/{story}', id: 'getState', tag: 'stories', summary: 'A story as it is now', answers: json('State') },
  {
    ...ofStory, path: '/api/stories/{story}/revisions', id: 'listRevisions', tag: 'stories', summary: 'What changed when, newest first', description: `A page has ${defaults.revisionsPerPage} revisions; \`next\` leads on.`,
    answers: json('RevisionList'), asks: ['before', 'noneMatch'],
  },
  { ...immutable, path: '/api/stories/{story}/revisions/{revision}', id: 'getRevision', tag: 'stories', summary: 'A story as it was', answers: json('State') },
];

const streamed = { 'text/event-stream': { text: 'Server-sent events. The `data` of each is one message, as `/api/asyncapi.json` describes it; where the message moves the position from which one resumes, `id` is that position.' } };
const stream = { answers: streamed, kept: 'never', asks: ['after', 'format', 'lastEventId'] } satisfies Partial<Address>;

const diffs: Address[] = [
  {
    ...immutable, path: '/api/stories/{story}/diffs/{from}..{to}', id: 'getDiff', tag: 'changes', summary: 'What leads from one revision to another', answers: anyDiff, asks: ['format', 'noneMatch'],
    fails: ['malformed', ...immutable.fails],
  },
  {
    ...ofStory, path: '/api/stories/{story}/diffs/{from}..', id: 'awaitDiff', tag: 'changes', summary: 'What changed since, or the next change', answers: anyDiff, asks: ['format', 'noneMatch', 'wait'],
    description: 'Answers at once where something has changed since; else waits, and answers 204 where nothing came.', fails: ['malformed', ...immutable.fails, 'crowded', 'stopping'], also: ['empty'], located: true,
  },
  { ...stream, path: '/api/stories/{story}/events', id: 'streamStory', tag: 'changes', summary: 'A story, as a stream of changes', redirects: true, fails: ['malformed', 'missing', 'crowded', 'stopping', 'overloaded'] },
  { ...stream, path: '/api/events', id: 'streamStories', tag: 'changes', summary: 'Every story, as a stream of changes', fails: ['malformed', 'crowded', 'stopping', 'overloaded'] },
];

const markdown = text('text/markdown', 'The file, without drafts, comments and what was meant for the server alone.');
const plain = text('text/plain', 'The story as plain text.');

const sources: Address[] = [
  { ...ofStory, path: '/api/stories/{story}.md', id: 'getMarkdown', tag: 'sources', summary: 'A story as Markdown', answers: markdown },
  { ...ofStory, path: '/api/stories/{story}.txt', id: 'getText', tag: 'sources', summary: 'A story as plain text', answers: plain },
  { ...immutable, path: '/api/stories/{story}/revisions/{revision}.md', id: 'getRevisionMarkdown', tag: 'sources', summary: 'A story as Markdown, as it was', answers: markdown },
  { ...immutable, path: '/api/stories/{story}/revisions/{revision}.txt', id: 'getRevisionText', tag: 'sources', summary: 'A story as plain text, as it was', answers: plain },
];

const atom = text('application/atom+xml', 'Atom (RFC 4287), with tombstones (RFC 6721).');
const sitemap = text('application/xml', 'A sitemap, or beyond 50,000 stories an index of sitemaps.');
const newsroomFeed = { tag: 'feeds', kept: 'live', asks: ['noneMatch'], fails: ['malformed'] } satisfies Partial<Address>;
const storyFeed = { ...ofStory, tag: 'feeds', asks: ['before', 'noneMatch'], fails: ['missing'] } satisfies Partial<Address>;

const feeds: Address[] = [
  { ...newsroomFeed, path: '/feed.atom', id: 'getAtom', summary: 'The newest entries of all stories', answers: atom },
  { ...newsroomFeed, path: '/feed.json', id: 'getJsonFeed', summary: 'The newest entries of all stories', answers: { 'application/feed+json': { schema: 'JsonFeed' } } },
  { ...storyFeed, path: '/stories/{story}/feed.atom', id: 'getStoryAtom', summary: 'The entries of a story', answers: atom },
  { ...storyFeed, path: '/stories/{story}/feed.json', id: 'getStoryJsonFeed', summary: 'The entries of a story', answers: { 'application/feed+json': { schema: 'JsonFeed' } } },
  { ...ofStory, path: '/api/stories/{story}/ninjs', id: 'getNinjs', tag: 'feeds', summary: 'A story as ninjs 3.0', answers: json('Ninjs') },
  { ...newsroomFeed, path: '/sitemap.xml', id: 'getSitemap', summary: 'The addresses of all stories', answers: sitemap },
  { ...newsroomFeed, path: '/sitemap-{part}.xml', id: 'getSitemapPart', summary: 'A part of the sitemap', answers: sitemap, fails: ['malformed', 'missing'] },
  { path: '/robots.txt', id: 'getRobots', tag: 'feeds', summary: 'For crawlers', answers: text('text/plain', 'Names the sitemap.'), kept: 'timed', asks: ['noneMatch'] },
];

const beside: Address['answers'] = Object.fromEntries(
  ['image/*', 'video/*', 'audio/*', 'text/vtt', 'application/pdf'].map((type) => [type, { text: 'A file beside a story: the path ends in jpg, jpeg, png, gif, webp, avif, svg, mp4, webm, mp3, vtt or pdf.' }]),
);

const pages: Address[] = [
  { path: '/', id: 'indexPage', tag: 'pages', summary: 'Every story, latest first', answers: page('The page.'), kept: 'live', asks: ['noneMatch'] },
  { path: '/stories', id: 'storiesPage', tag: 'pages', summary: 'Leads to `/`', kept: 'live', redirects: true },
  {
    ...ofStory, path: '/stories/{story}', id: 'storyPage', tag: 'pages', summary: 'A story, or a file beside one', description: 'The page tells the position that it was made from in `Stop-Press-Position`.', answers: { ...page('The page.'), ...beside }, kept: 'mixed', asks: ['noneMatch', 'match', 'byteRange'],
    also: ['part', 'precondition', 'noRange'],
  },
  { ...ofStory, path: '/stories/{story}/embed', id: 'embedPage', tag: 'pages', summary: 'A story alone, for a frame', answers: page('The page.') },
  { ...ofStory, path: '/stories/{story}/revisions', id: 'revisionsPage', tag: 'pages', summary: 'What changed when', answers: page('The page.'), asks: ['before', 'n', 'noneMatch'] },
  { ...ofStory, path: '/stories/{story}/revisions/{number}', id: 'revisionPage', tag: 'pages', summary: 'A story as it was', answers: page('The page.'), fails: ['missing', 'withdrawn', 'redacted'] },
  { ...ofStory, path: '/stories/{story}/compare', id: 'chooseComparison', tag: 'pages', summary: 'Leads to the comparison of two revisions', asks: ['compareFrom', 'compareTo'], fails: ['malformed', 'missing', 'withdrawn'] },
  { ...ofStory, path: '/stories/{story}/compare/{range}', id: 'comparePage', tag: 'pages', summary: 'What changed between two revisions', answers: page('The page.'), fails: ['missing', 'withdrawn', 'redacted'] },
];

const script = text('text/javascript', 'A script.');

const files: Address[] = [
  { path: '/embed.js', id: 'embedScript', tag: 'files', summary: 'The element `<stop-press-story>`', answers: script, kept: 'timed', asks: ['noneMatch'] },
  { path: '/client/{file}', id: 'getScript', tag: 'files', summary: 'The scripts of the pages', answers: script, kept: 'timed', asks: ['noneMatch', 'match', 'byteRange'], fails: ['missing'], also: ['part', 'precondition', 'noRange'] },
  { path: '/favicon.svg', id: 'getIcon', tag: 'files', summary: 'The icon', answers: text('image/svg+xml', 'A picture.'), kept: 'timed', asks: ['noneMatch'] },
];

const others: Address[] = [
  {
    path: '/api/stories/{story}/problems', id: 'listProblems', tag: 'editors', summary: 'What is wrong with the file of a story', answers: json('ProblemList'), kept: 'never', asks: ['noneMatch'], redirects: true,
    fails: ['forbidden', 'missing'],
  },
  { path: '/api/webhooks', id: 'listWebhooks', tag: 'editors', summary: 'How each webhook stands', answers: json('WebhookList'), kept: 'never', asks: ['noneMatch'], fails: ['forbidden'] },
  { path: '/healthz', id: 'getHealth', tag: 'operators', summary: 'Whether the process lives', answers: text('text/plain', '`ok`'), kept: 'never' },
  { path: '/readyz', id: 'getReadiness', tag: 'operators', summary: 'Whether the server serves', answers: text('text/plain', '`ok`'), kept: 'never', also: ['notReady'] },
  {
    path: '/metrics', id: 'getMetrics', tag: 'operators', summary: 'What the server counts, for Prometheus', answers: text('text/plain', 'The text format of Prometheus, version 0.0.4.'), kept: 'never',
    description: 'From the machine of the server, or with the editor token.', fails: ['forbidden'],
  },
  { path: '/api/openapi.json', id: 'getOpenApi', tag: 'documents', summary: 'This document', answers: json('Document'), kept: 'timed', asks: ['noneMatch'] },
  { path: '/api/asyncapi.json', id: 'getAsyncApi', tag: 'documents', summary: 'The socket, as AsyncAPI 3.0', answers: json('Document'), kept: 'timed', asks: ['noneMatch'], fails: ['malformed'] },
];

export const addresses: readonly Address[] = [...stories, ...diffs, ...sources, ...feeds, ...pages, ...files, ...others];

/** The JSON that only HTTP answers, as schemas. */
import * as v from 'valibot';
import type { Problem } from '../core/parse.ts';
import { exactly, told } from './exactly.ts';
import { change, count, meta, position, revisionNumber, slug, time } from './story.ts';

const address = told(v.string(), 'An address on this server, from `/` on.');
const uri = v.pipe(v.string(), v.metadata({ format: 'uri' }));

export const storyList = told(
  v.object({
    position: told(position, 'That of the last entry of the log.'),
    stories: told(v.array(v.object({ slug, position, revision: revisionNumber, meta })), 'Latest update first.'),
  }),
  'Every published story.',
);

export const revisionSummary = told(
  v.object({
    revision: revisionNumber,
    position,
    at: told(time, 'When it was published.'),
    change,
    note: v.exactOptional(told(v.string(), 'The note of the newsroom. Plain text.')),
    edited: told(count, 'Sections that were edited in it.'),
    added: told(count, 'Sections that came.'),
    removed: told(count, 'Sections that went.'),
    moved: told(count, 'Sections that changed their place.'),
    redacted: v.exactOptional(told(v.literal(true), 'Its content has been removed.')),
  }),
  'A revision, without its content.',
);

export const revisionList = told(
  v.object({ revisions: told(v.array(revisionSummary), 'Newest first.'), next: v.exactOptional(told(address, 'The next page; absent on the last.')) }),
  'A page of the revisions of a story.',
);

export const problem = exactly<Problem & { file: string }>()(
  told(
    v.object({
      severity: told(v.picklist(['error', 'warning', 'note']), '`error`: nothing of the file is published until it is mended.'),
      file: told(v.string(), 'The path of the file in the folder of stories.'),
      line: told(v.number(), 'From 1.'),
      column: told(v.number(), 'From 1.'),
      message: v.string(),
    }),
    'What is wrong with a file.',
  ),
);

export const problemList = told(v.object({ problems: v.array(problem) }), 'What is wrong with the file of a story.');

const waiting = { position, story: slug, attempts: told(count, 'How often it was tried.'), since: told(time, 'When it was parked.'), error: told(v.string(), 'Why the last attempt failed.') };

export const webhook = told(
  v.object({
    name: v.string(),
    url: told(v.string(), 'Without what stands behind the path.'),
    stories: told(v.array(v.string()), 'What it wants: slugs, all under a folder, or `*`.'),
    state: told(v.picklist(['idle', 'delivering', 'retrying', 'gone']), '`gone`: it stands no more in the file.'),
    position: told(position, 'All up to here has been told, parked or left out.'),
    behind: told(count, 'Entries of the log that come after it.'),
    attempts: v.exactOptional(told(count, 'How often what comes next has been tried.')),
    nextAttempt: v.exactOptional(time),
    lastError: v.exactOptional(v.string()),
    parked: told(v.array(v.object(waiting)), 'What the receiver would not take.'),
  }),
  'How a webhook stands.',
);

export const webhookList = v.object({ webhooks: v.array(webhook) });

export const failure = told(
  v.object({
    type: told(v.literal('about:blank'), 'What went wrong is told by `status` and `code`.'),
    title: told(v.string(), 'The status in words.'),
    status: told(v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)), 'That of the answer.'),
    detail: told(v.string(), 'One line for people.'),
    code: told(v.string(), 'For programs: what went wrong. More of them may come.'),
  }),
  'A problem document (RFC 9457).',
);

const author = v.object({ name: v.string() });

export const jsonFeed = told(
  v.object({
    version: v.literal('https://jsonfeed.org/version/1.1'),
    title: v.string(),
    home_page_url: uri,
    feed_url: uri,
    description: v.string(),
    next_url: v.exactOptional(told(uri, 'Older entries.')),
    language: v.string(),
    authors: v.array(author),
    hubs: v.exactOptional(v.array(v.object({ type: v.literal('WebSub'), url: uri }))),
    items: v.array(
      v.object({
        id: told(v.string(), 'The same in every feed and format.'),
        url: uri,
        title: v.string(),
        summary: v.string(),
        content_html: v.string(),
        date_published: time,
        date_modified: time,
        authors: v.exactOptional(v.array(author)),
        tags: v.array(change),
        language: v.string(),
      }),
    ),
  }),
  'JSON Feed 1.1. An item is a revision that is not minor.',
);

const said = { contentType: v.string(), value: v.string() };

export const ninjs = told(
  v.object({
    uri,
    standard: v.object({ name: v.literal('ninjs'), version: v.literal('3.0'), schema: uri }),
    type: v.literal('text'),
    representationType: v.literal('full'),
    version: told(v.string(), 'The number of the revision.'),
    firstCreated: time,
    versionCreated: time,
    pubStatus: v.literal('usable'),
    language: v.string(),
    title: v.string(),
    headlines: v.array(v.object({ role: v.literal('main'), ...said })),
    descriptions: v.array(v.object({ role: v.literal('summary'), ...said })),
    bodies: v.array(v.object({ role: v.picklist(['main', 'plain']), ...said, charCount: v.exactOptional(count), wordCount: v.exactOptional(count) })),
    by: v.exactOptional(v.string()),
    people: v.exactOptional(v.array(v.object({ name: v.string(), rel: v.literal('author') }))),
    edNote: v.exactOptional(v.string()),
    infoSources: v.array(v.object({ name: v.string(), role: v.literal('publisher') })),
    altIds: v.array(v.object({ role: v.literal('position'), value: position })),
  }),
  'The story as ninjs 3.0 (IPTC).',
);

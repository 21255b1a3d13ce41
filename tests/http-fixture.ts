/** A site on a log in memory, as small as the claims about it allow: stories by hand, a real server on a real socket. */
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diff } from '../server/core/diff.ts';
import { hashOfContent } from '../server/core/hash.ts';
import type { Change, Content, Meta, Section, State } from '../server/core/story.ts';
import { createHttp, type HttpOptions } from '../server/http.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import type { Revision, RevisionLog } from '../server/revision-log.ts';

export const at = (minute: number): string => new Date(Date.UTC(2026, 10, 22, 14, minute)).toISOString();

export const metaOf = (given: Partial<Meta> = {}): Meta => ({
  headline: 'Storm closes the northern line', lang: 'en', dir: 'ltr', status: 'developing', authors: ['Ada Berg'], corrections: [], published: at(0), updated: at(0), ...given,
});

export const sectionOf = (id: string, blocks: string[], given: Partial<Section> = {}): Section => ({
  id, level: id === 'lead' ? 0 : 2, heading: id === 'lead' ? '' : `About ${id}`, attrs: {}, added: at(0), revised: at(0), was: [], blocks, ...given,
});

export const contentOf = (meta: Meta, sections: Section[]): Content => ({ hash: hashOfContent(meta, sections), meta, sections });

export const sampleSections = (): Section[] => [
  sectionOf('lead', ['<p>The storm has closed the line between Kiruna and Narvik.</p>']),
  sectionOf('what-we-know', ['<p>118 passengers were on the train.</p>', '<p>Nobody was hurt.</p>']),
  sectionOf('trains', ['<p>Buses run from <a href="/stories/buses">the station</a>.</p>']),
];

/** Publishes the next revision of a story. */
export const publish = (log: RevisionLog, story: string, content: Content, { minute = 0, change = 'update', note }: { minute?: number; change?: Change; note?: string } = {}): Promise<Revision> => {
  const standing = log.find(story);
  const before: State | undefined = standing?.kind === 'published' || standing?.kind === 'withdrawn' ? standing.state : undefined;
  const time = at(minute);
  const ops = before ? diff(before, content, { at: time }) : [];
  return log.append({ story, at: time, change, content, ops, splits: {}, origin: { source: '', fileHash: content.hash }, ...(note !== undefined && { note }) });
};

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string; bytes: Buffer };

/** A request whose path and headers arrive as they are written; `fetch` would tidy them up. */
const ask = (port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => {
        parts.push(part);
        // A stream does not end: its first piece has to do.
        if (response.headers['content-type'] === 'text/event-stream') response.emit('end');
      });
      response.once('end', () => {
        response.destroy();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString(), bytes: Buffer.concat(parts) });
      });
    });
    sent.on('error', reject);
    sent.end();
  });

type Given = Partial<Omit<HttpOptions, 'options'>> & { options?: Partial<HttpOptions['options']>; port?: number };

/** A server on a free port, or on one that another has left; `close` takes everything away again. */
export const startSite = async ({ port: wanted = 0, ...given }: Given = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'stop-press-http-'));
  const log = given.log ?? createMemoryLog({ epoch: '7f3a9c21' });
  const app = createHttp({
    log,
    problemsOf: () => [],
    storiesFolder: folder,
    client: { folder: join(folder, 'client'), script: (name) => `/client/${name}-abc.js` },
    ready: () => true,
    build: 'test',
    ...given,
    options: { lang: 'en', trustProxy: false, origins: [], frameAncestors: [], ...given.options },
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    log, folder, port, server,
    get: (path: string, headers?: Record<string, string>, method?: string) => ask(port, path, headers, method),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await log.close();
      await rm(folder, { recursive: true });
    },
  };
};

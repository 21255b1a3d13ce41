/** A cache in front: how seldom the server is asked, and that nobody misses anything by it. */
import { channel } from 'node:diagnostics_channel';
import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../server/config.ts';
import { apply } from '../../server/core/diff.ts';
import type { State } from '../../server/core/story.ts';
import { serve, type Running } from '../../server/serve.ts';
import { createFolders, type Folders } from '../server-process.ts';
import { connectClient } from '../socket-client.ts';
import { startNginx } from './nginx.ts';

const paragraphs = Array.from({ length: 30 }, (_, n) => `Paragraph ${n} says what the storm has done to the line between Kiruna and Narvik.`);
const storyOf = (headline: string) => `# ${headline}\n\n${paragraphs.join('\n\n')}\n`;

let folders: Folders;
let running: Running;
let nginx: Awaited<ReturnType<typeof startNginx>>;
const agent = new Agent({ keepAlive: true, maxSockets: 50 });

/** Addresses that the server has been asked for, with what it took them in. */
const asked: string[] = [];
const onRequest = (message: unknown): void => {
  const { request: heard } = message as { request: IncomingMessage };
  asked.push(`${heard.headers['accept-encoding'] ?? ''} ${heard.url ?? ''}`);
};

beforeAll(async () => {
  folders = await createFolders();
  await folders.save('storm.md', storyOf('One'));
  const config = readConfig({ data: folders.data, port: '0', 'trust-proxy': true, origins: 'https://one.example,https://two.example' }, {});
  const published = Promise.withResolvers<void>();
  running = await serve(folders.stories, config, { say: (line) => { if (line.includes('revision 1')) published.resolve(); }, complain: published.reject });
  await published.promise;
  nginx = await startNginx(running.address, join(folders.root, 'nginx'));
  channel('http.server.request.start').subscribe(onRequest);
});
afterAll(async () => {
  channel('http.server.request.start').unsubscribe(onRequest);
  agent.destroy();
  await nginx.stop();
  await running.close();
  await folders.remove();
});
beforeEach(() => { asked.length = 0; });

type Answer = { status: number; headers: IncomingHttpHeaders; bytes: Buffer };

const get = (path: string, headers: Record<string, string> = {}, address = nginx.address): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(address + path, { agent, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part)).on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(parts) }));
    });
    sent.on('error', reject).end();
  });

const textOf = ({ headers, bytes }: Answer): string => {
  const encoding = headers['content-encoding'];
  return (encoding === 'br' ? brotliDecompressSync(bytes) : encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
};

const stateNow = async (): Promise<State> => JSON.parse((await get('/api/stories/storm', {}, running.address)).bytes.toString()) as State;

/** Saves the story, and resolves when the server has published it; nothing is asked through the cache. */
const publish = async (headline: string): Promise<void> => {
  const { position } = await stateNow();
  await folders.save('storm.md', storyOf(headline));
  const socket = connectClient(`${running.address.replace('http', 'ws')}/live?story=storm&after=${position}`);
  await socket.next('diff');
  socket.ws.terminate();
};

/** As often as `count` says, fifty at a time; and how many seconds it took. */
const askOften = async (path: string, count: number): Promise<{ statuses: number[]; seconds: number }> => {
  const start = performance.now();
  const answers = await Promise.all(Array.from({ length: count }, () => get(path, { 'accept-encoding': 'gzip, deflate, br, zstd' })));
  return { statuses: [...new Set(answers.map(({ status }) => status))], seconds: (performance.now() - start) / 1_000 };
};

describe('2,000 readers', () => {
  test.each(['/stories/storm', '/api/stories/storm', '/api/stories', '/', '/feed.atom', '/stories/nothing'])('of %s cost the server about a request a second', async (path) => {
    const { statuses, seconds } = await askOften(path, 2_000);
    expect(statuses).toEqual([path.endsWith('nothing') ? 404 : 200]);
    console.log(`${path}: 2,000 requests in ${seconds.toFixed(1)} s, ${asked.length} at the server`);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.length).toBeLessThanOrEqual(1 + seconds);
  });

  test('of a revision and of a diff cost it one each, for good', async () => {
    await publish('Two');
    const { revisions } = JSON.parse((await get('/api/stories/storm/revisions', {}, running.address)).bytes.toString()) as { revisions: { position: string }[] };
    const [to = '', from = ''] = revisions.map(({ position }) => position);
    for (const path of [`/api/stories/storm/revisions/${from}`, `/api/stories/storm/diffs/${from}..${to}`]) {
      asked.length = 0;
      expect((await askOften(path, 2_000)).statuses).toEqual([200]);
      expect(asked).toEqual([`br ${path}`]);
    }
  });
});

describe('a copy', () => {
  test('is of the encoding that was asked for, however it is spelled', async () => {
    const path = `/api/stories/storm/revisions/${(await stateNow()).position}`;
    const plain = textOf(await get(path, {}, running.address));
    asked.length = 0;
    const wanted = { br: ['br', 'gzip, deflate, br, zstd', 'BR;q=0.5, gzip'], gzip: ['gzip', 'gzip, deflate', 'br;q=0, gzip;q=0.1'], identity: ['', 'identity', 'gzip;q=0', 'br; q=0.000'] };
    for (const [encoding, spellings] of Object.entries(wanted)) {
      for (const spelling of [...spellings, ...spellings]) {
        const answer = await get(path, { 'accept-encoding': spelling });
        expect(answer.headers['content-encoding'] ?? 'identity', spelling).toBe(encoding);
        expect(textOf(answer)).toBe(plain);
      }
    }
    expect(asked).toEqual(Object.keys(wanted).map((encoding) => `${encoding} ${path}`));
  });

  test('answers 304 by itself to who has it', async () => {
    const { headers: { etag = '' } } = await get('/stories/storm', { 'accept-encoding': 'gzip' });
    asked.length = 0;
    const again = await get('/stories/storm', { 'accept-encoding': 'gzip', 'if-none-match': etag });
    expect([again.status, again.bytes.length, again.headers.etag]).toEqual([304, 0, etag]);
    expect(asked).toEqual([]);
  });

  test('tells asking pages apart', async () => {
    const allowed = async (origin: string) => (await get('/api/stories/storm', { origin })).headers['access-control-allow-origin'];
    expect([await allowed('https://one.example'), await allowed('https://two.example'), await allowed('https://evil.example'), await allowed('https://one.example')])
      .toEqual(['https://one.example', 'https://two.example', undefined, 'https://one.example']);
  });

  test('that is old leads, over the socket, to what the server has now', async () => {
    await get('/stories/storm');
    await publish('Three');
    const page = await get('/stories/storm');
    const after = String(page.headers['stop-press-position']);
    expect(textOf(page)).toContain(`data-position="${after}"`);
    const now = await stateNow();
    expect(after).not.toBe(now.position);
    const held = JSON.parse((await get(`/api/stories/storm/revisions/${after}`)).bytes.toString()) as State;
    const socket = connectClient(`${nginx.address.replace('http', 'ws')}/live?story=storm&after=${after}`);
    const [diff, live] = [await socket.next('diff'), await socket.next('live')];
    expect([diff.from, diff.to, live.position]).toEqual([after, now.position, now.position]);
    expect(apply(held, diff.ops, diff.at).hash).toBe(now.hash);
    socket.ws.terminate();
  });
});

test('what is for editors and operators is never kept', async () => {
  for (const path of ['/api/stories/storm/problems', '/healthz']) {
    const statuses = [(await get(path)).status, (await get(path)).status];
    expect(new Set(statuses).size).toBe(1);
    expect(asked.splice(0).length, path).toBe(2);
  }
});

test('while the server is away, readers see the last copy', async () => {
  const before = await get('/stories/storm/revisions');
  expect(nginx.said()).toBe('');
  await running.close();
  for (let shown = before; shown.headers['x-cache'] !== 'STALE';) {
    shown = await get('/stories/storm/revisions');
    expect([shown.status, shown.headers.etag, shown.bytes.equals(before.bytes)]).toEqual([200, before.headers.etag, true]);
  }
});

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shortly } from '../server/http/answers.ts';
import { contentOf, metaOf, publish, sampleSections, startSite } from './http-fixture.ts';

let site: Awaited<ReturnType<typeof startSite>>;
const svg = `<svg xmlns="http://www.w3.org/2000/svg"><!--${'x'.repeat(3000)}--></svg>`;

beforeAll(async () => {
  site = await startSite();
  const { folder } = site;
  const write = async (name: string, text: string) => {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  await write('photo.jpg', 'jpg');
  await write('uk/Karta över Öland.PNG', 'png');
  await write(`förort/${'kväll ångström.jpg'.normalize('NFD')}`, 'jpg');
  await write('map.svg', svg);
  await write('subtitles.vtt', `WEBVTT\n${'x'.repeat(3000)}`);
  await write('film.mp4', '0123456789');
  await write('draft.md', 'secret');
  await write('wire.txt', 'secret');
  await write('archive.zip', 'secret');
  await write('page.html', 'secret');
  await write('folder.jpg/photo.jpg', 'jpg');
  execFileSync('mkfifo', [join(folder, 'fifo.jpg')]);
  await write('.hidden.jpg', 'secret');
  await write('.git/photo.jpg', 'secret');
  await write('client/story-abc.js', 'export {};');
  await write('client/.vite/manifest.json', 'secret');
  const outside = await startSite();
  await writeFile(join(outside.folder, 'outside.jpg'), 'secret');
  await symlink(join(outside.folder, 'outside.jpg'), join(folder, 'out.jpg'));
  await symlink(outside.folder, join(folder, 'out'));
  await symlink(join(folder, 'draft.md'), join(folder, 'draft.jpg'));
  await symlink(join(folder, '.hidden.jpg'), join(folder, 'shown.jpg'));
  await symlink(join(folder, 'photo.jpg'), join(folder, 'linked.jpg'));
  closeOutside = outside.close;
});
let closeOutside = async () => {};
afterAll(async () => {
  await site.close();
  await closeOutside();
});

describe('files beside stories', () => {
  test.each([
    ['/stories/photo.jpg', 'image/jpeg'],
    ['/stories/linked.jpg', 'image/jpeg'],
    [`/stories/uk/${encodeURIComponent('Karta över Öland.PNG')}`, 'image/png'],
    [`/stories/uk/${encodeURIComponent('Karta över Öland.PNG'.normalize('NFD'))}`, 'image/png'],
    [`/stories/${encodeURIComponent('förort')}/${encodeURIComponent('kväll ångström.jpg')}`, 'image/jpeg'],
    ['/stories/folder.jpg/photo.jpg', 'image/jpeg'],
    ['/stories/map.svg', 'image/svg+xml'],
    ['/stories/film.mp4', 'video/mp4'],
    ['/stories/subtitles.vtt', 'text/vtt; charset=utf-8'],
  ])('%s is served, shut in a sandbox', async (path, type) => {
    const { status, headers } = await site.get(path);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': type, 'content-security-policy': 'sandbox', 'x-content-type-options': 'nosniff', 'cache-control': shortly, 'cross-origin-resource-policy': 'cross-origin' });
    expect((await site.get(path, { 'if-none-match': headers.etag ?? '' })).status).toBe(304);
  });

  test.each([
    '/stories/draft.md', '/stories/wire.txt', '/stories/archive.zip', '/stories/page.html', '/stories/draft.jpg', '/stories/folder.jpg', '/stories/fifo.jpg',
    '/stories/.hidden.jpg', '/stories/shown.jpg', '/stories/.git/photo.jpg', '/stories/%2egit/photo.jpg',
    '/stories/out.jpg', '/stories/out/outside.jpg', '/stories/nothing.jpg', '/stories/uk', '/stories/draft.md%00.jpg', '/stories/photo.jpg/',
    '/stories/../draft.md', '/stories/uk/../photo.jpg/../draft.md', '/stories/uk%2f..%2fphoto.jpg', '/stories/%2e%2e/etc/passwd.jpg', '/stories/..%5cphoto.jpg', '/stories//photo.jpg',
  ])('%s is not', async (path) => {
    const { status, body } = await site.get(path);
    expect([404, 308]).toContain(status);
    expect(body).not.toContain('secret');
  });

  test('a range is a range of the file, also of one that is otherwise compressed', async () => {
    const ranged = await site.get('/stories/film.mp4', { range: 'bytes=2-4' });
    expect([ranged.status, ranged.body, ranged.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10']);
    const subtitles = await site.get('/stories/subtitles.vtt', { range: 'bytes=0-2005', 'accept-encoding': 'gzip' });
    expect([subtitles.status, subtitles.body.length, subtitles.headers['content-encoding']]).toEqual([206, 2006, undefined]);
    const beyond = await site.get('/stories/film.mp4', { range: 'bytes=50-60' });
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */10']);
  });

  test('text is compressed for those who take it, and is the same text', async () => {
    const bytes = await new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: site.port, path: '/stories/map.svg', headers: { 'accept-encoding': 'gzip' } }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part)).on('end', () => resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(parts) }));
      });
      sent.on('error', reject).end();
    });
    expect(bytes.encoding).toBe('gzip');
    expect(bytes.body.length).toBeLessThan(500);
    expect(gunzipSync(bytes.body).toString()).toBe(svg);
  });

  test('a story whose name ends like a picture is a story where there is no such picture', async () => {
    await publish(site.log, 'scoop.jpg', contentOf(metaOf(), sampleSections()));
    expect((await site.get('/stories/scoop.jpg')).headers['content-type']).toMatch(/^text\/html/);
  });
});

describe('the pages’ own files', () => {
  test('the scripts may be kept for good', async () => {
    const { status, headers } = await site.get('/client/story-abc.js');
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable']);
  });

  test('the style stands in the page, and is the only one that the page may have', async () => {
    const { body, headers } = await site.get('/');
    const [, style = ''] = /<style>([^]*?)<\/style>/.exec(body) ?? [];
    expect(headers['content-security-policy']).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(body).not.toContain('rel="stylesheet"');
  });

  test('there are an icon and a robots.txt', async () => {
    expect((await site.get('/favicon.svg')).headers['content-type']).toMatch(/^image\/svg\+xml/);
    expect((await site.get('/robots.txt')).body).toMatch(/^User-agent: \*$/m);
  });

  test('what is hidden or not there is not found', async () => {
    for (const path of ['/client/.vite/manifest.json', '/client/', '/client', '/client/../draft.md', '/client/%2e%2e/draft.md', '/client/nothing.js', '/style-old.css', '/favicon.ico']) {
      const { status, body } = await site.get(path);
      expect(status, path).toBe(404);
      expect(body, path).not.toContain('secret');
    }
  });
});

/** The documents that describe the server for tools: the tools find nothing to say about them. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asyncApi } from '../server/schema/asyncapi.ts';
import { openApi } from '../server/schema/openapi.ts';
import { startSite } from './http-fixture.ts';
import { judge, judgeModule } from './judges.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stop-press-documents-'));
  await writeFile(join(folder, 'openapi.json'), JSON.stringify(openApi()));
  await writeFile(join(folder, 'asyncapi.json'), JSON.stringify(asyncApi('https://news.example')));
  await writeFile(join(folder, 'rules.yaml'), 'extends: ["spectral:oas", "spectral:asyncapi"]\n');
});
afterAll(() => rm(folder, { recursive: true }));

const run = (program: string, args: string[]): Promise<{ code: number | null; said: string }> =>
  new Promise((resolve) => {
    const child = spawn(program, args, { cwd: folder, env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { said += String(data); });
    child.on('close', (code) => resolve({ code, said }));
  });

const [redocly, spectral] = [judge('redocly'), judge('spectral')];
const parser = judgeModule('@asyncapi/parser') as { Parser: new () => { parse: (text: string) => Promise<{ document?: unknown; diagnostics: { message: string }[] }> } } | undefined;
const skipped = (tool: unknown): string => (tool === undefined ? ' (skipped: it is not here)' : '');

describe('linters', () => {
  test.skipIf(redocly === undefined)(`redocly finds nothing${skipped(redocly)}`, { timeout: 60_000 }, async () => {
    const { code, said } = await run(redocly ?? '', ['lint', '--extends', 'recommended-strict', '--format', 'json', 'openapi.json']);
    expect(JSON.parse(said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1))).toMatchObject({ totals: { errors: 0, warnings: 0, ignored: 0 } });
    expect(code).toBe(0);
  });

  test.skipIf(spectral === undefined)(`spectral finds nothing${skipped(spectral)}`, { timeout: 60_000 }, async () => {
    const { code, said } = await run(spectral ?? '', ['lint', '--ruleset', 'rules.yaml', '--fail-severity', 'hint', '--format', 'json', 'openapi.json', 'asyncapi.json']);
    expect(JSON.parse(said.slice(said.indexOf('['), said.lastIndexOf(']') + 1))).toEqual([]);
    expect(code).toBe(0);
  });

  test.skipIf(parser === undefined)(`the parser of AsyncAPI finds nothing${skipped(parser)}`, { timeout: 60_000 }, async () => {
    if (!parser) return;
    const { document, diagnostics } = await new parser.Parser().parse(JSON.stringify(asyncApi('https://news.example')));
    expect(diagnostics).toEqual([]);
    expect(document).toBeDefined();
  });
});

describe('the documents', () => {
  test.each(['/api/openapi.json', '/api/asyncapi.json'])('%s is served to pages of every origin that may read along, and kept for an hour', async (path) => {
    const site = await startSite({ options: { origins: ['https://tools.example'] } });
    const { status, headers, body } = await site.get(path, { origin: 'https://tools.example' });
    const again = await site.get(path, { 'if-none-match': headers.etag ?? '' });
    await site.close();
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': expect.stringMatching(/^application\/json/), 'cache-control': 'public, max-age=3600', 'access-control-allow-origin': 'https://tools.example' });
    expect(body).not.toContain('undefined');
    expect([again.status, again.body]).toEqual([304, '']);
  });

  test('the one about the socket says where it is, as the reader found it', () => {
    expect(asyncApi('https://news.example').servers).toMatchObject({ here: { host: 'news.example', protocol: 'wss' } });
    expect(asyncApi('http://127.0.0.1:3000').servers).toMatchObject({ here: { host: '127.0.0.1:3000', protocol: 'ws' } });
  });
});

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildScripts } from './browser/site.ts';

/** bytes, gzipped */
const maxBytes = 10_500;

describe('the script of each page', () => {
  it.each(['story', 'index'] as const)('%s: one file, small enough', async (name) => {
    const { folder, fileOf } = await buildScripts();
    const script = await readFile(join(folder, fileOf(name)), 'utf8');
    await rm(folder, { recursive: true });
    expect(script).not.toMatch(/\bimport\b/);
    expect(gzipSync(script).length).toBeLessThanOrEqual(maxBytes);
  });
});

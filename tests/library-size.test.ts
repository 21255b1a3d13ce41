import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundleLibrary } from './library-bundle.ts';

/** bytes, gzipped: the library and all that it imports */
const limit = 6_000;

test('the library is small, and needs nothing else', async () => {
  const code = await bundleLibrary();
  const size = gzipSync(code).length;
  console.log(`gzipped: ${size} B`);
  expect(size).toBeLessThan(limit);
  expect(code).not.toMatch(/\bimport\b/);
});

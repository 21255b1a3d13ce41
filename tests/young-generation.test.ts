import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** bytes of the heap's new part in a process that has made much that lasts, a piece at a time */
const youngBytes = async (bounded: boolean): Promise<number> => {
  const bound = new URL('../server/young-generation.ts', import.meta.url).href;
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8';
    ${bounded ? `(await import(${JSON.stringify(bound)})).boundYoungGeneration();` : ''}
    const lasting = [];
    for (let piece = 0; piece < 30; piece += 1) {
      for (let number = 0; number < 30_000; number += 1) lasting.push({ number, list: [number] });
      await new Promise((resolve) => setTimeout(resolve, ${bounded ? 50 : 0}));
    }
    console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  return Number(stdout);
};

test('the heap’s new part stops growing where V8 would let it grow on', async () => {
  expect(await youngBytes(false)).toBeGreaterThan(32 * 1024 * 1024);
  expect(await youngBytes(true)).toBeLessThanOrEqual(32 * 1024 * 1024);
});

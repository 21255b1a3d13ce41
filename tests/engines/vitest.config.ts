import { defineConfig } from 'vitest/config';

/** `npm run test:engines`: one engine after the other, for each wants the machine for itself. */
export default defineConfig({
  test: { globalSetup: 'tests/engines/install.ts', include: ['tests/engines/*.suite.ts'], testTimeout: 240_000, hookTimeout: 240_000, fileParallelism: false },
});

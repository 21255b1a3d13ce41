import { defineConfig } from 'vitest/config';

/** `npm run test:outside`: with programs that other people wrote. */
export default defineConfig({
  test: { globalSetup: 'tests/outside/install.ts', include: ['tests/outside/*.suite.ts'], testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false },
});

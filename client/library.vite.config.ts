import { defineConfig } from 'vite';

/** The library `stop-press/client`, into `dist/library/`: one module that imports nothing. Run from the project's root. */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: 'dist/library',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: false,
    rolldownOptions: {
      input: { follow: 'client/follow.ts' },
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: '[name].js' },
      treeshake: { moduleSideEffects: (id) => !id.includes('/server/core/') }, // core is pure
    },
  },
});

import { defineConfig, type Plugin } from 'vite';

/** Scripts whose modules get a name of their own, so that nothing is shared: each page loads one file to begin with, in one request, compressed as a whole. */
const apart = { '/client/index.ts': '?list', '/client/embed/changes.ts': '?embed' };

const oneFilePerPage: Plugin = {
  name: 'one-file-per-page',
  enforce: 'pre',
  async resolveId(source, importer = '', options) {
    const [, suffix] = Object.entries(apart).find(([entry, suffix]) => importer.endsWith(entry) || importer.endsWith(suffix)) ?? [];
    if (suffix === undefined) return null;
    const resolved = await this.resolve(source, importer.replace(suffix, ''), { ...options, skipSelf: true });
    return resolved && { ...resolved, id: `${resolved.id}${suffix}` };
  },
};

/** What a page needs later is fetched when it is needed: nothing is loaded ahead of it, so there is no need for the helper that would. */
const noPreload: Plugin = {
  name: 'no-preload',
  enforce: 'pre',
  load: (id) => (id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load();' : null),
};

/**
 * The scripts of the pages, into `dist/client/` under names that change with their content; `.vite/manifest.json` tells the server which.
 * Run from the project's root.
 */
export default defineConfig({
  base: '/client/',
  publicDir: false,
  plugins: [oneFilePerPage, noPreload],
  build: {
    outDir: 'dist/client',
    emptyOutDir: true,
    manifest: true,
    target: ['chrome122', 'firefox127', 'safari17'],
    modulePreload: false,
    rolldownOptions: {
      input: { story: 'client/story.ts', index: 'client/index.ts', walk: 'client/walk.ts', frame: 'client/frame.ts', 'embed-changes': 'client/embed/changes.ts' },
      preserveEntrySignatures: 'exports-only',
      treeshake: { moduleSideEffects: (id) => !id.includes('/server/core/') }, // core is pure
    },
  },
});

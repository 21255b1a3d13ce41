import { defineConfig, type Plugin } from 'vite';
import { languages } from '../server/core/languages.ts';
import { spoken } from './embed/texts.ts';

/** Of what there is to say in each language the element says little. */
const onlySpoken: Plugin = {
  name: 'only-spoken',
  enforce: 'pre',
  load: (id) => {
    const [, name] = /\/server\/core\/languages\/(\w+)\.ts$/.exec(id) ?? [];
    const language = languages.find(({ lang }) => lang === name);
    return language ? `export const ${name} = ${JSON.stringify(Object.fromEntries(spoken.map((key) => [key, language[key]])))};` : null;
  },
};

/** What the element loads with the first change stands in the folder already: its name is written into the script. */
const nameChanges = (): Plugin => {
  let folder = '';
  return {
    name: 'name-changes',
    enforce: 'pre',
    configResolved: ({ build }) => { folder = build.outDir; },
    async transform(code, id) {
      if (!id.endsWith('/client/embed/later.ts')) return null;
      const manifest: Record<string, { file: string }> = JSON.parse(await this.fs.readFile(`${folder}/.vite/manifest.json`, { encoding: 'utf8' }));
      return code.replace('__changes__', `/client/${manifest['client/embed/changes.ts']?.file}`);
    },
  };
};

/** The script of `<stop-press-story>`, `embed.js`, beside those of the pages and after them. Run from the project's root. */
export default defineConfig({
  publicDir: false,
  plugins: [onlySpoken, nameChanges()],
  build: {
    outDir: 'dist/client',
    emptyOutDir: false,
    target: ['chrome123', 'firefox127', 'safari17.5'],
    lib: { entry: 'client/embed.ts', formats: ['iife'], name: 'stopPress', fileName: () => 'embed.js' },
    rolldownOptions: { treeshake: { moduleSideEffects: (id) => !id.includes('/server/core/') } }, // core is pure
  },
});

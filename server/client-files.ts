/** The built browser scripts; their names hold a hash of their content. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UsageError } from './config.ts';
import { packageFolder } from './package.ts';
import type { ScriptName } from './pages/layout.ts';

type Manifest = Record<string, { file: string }>;

/** Reads what the build left in `dist/client`. `build` changes whenever a script does. Throws `UsageError` where nothing was built. */
export const findClientFiles = () => {
  const folder = fileURLToPath(new URL('dist/client/', packageFolder));
  const manifestFile = `${folder}.vite/manifest.json`;
  if (!existsSync(manifestFile) || !existsSync(`${folder}embed.js`)) throw new UsageError('the browser scripts are not built yet: run "npm run build" once');
  const text = readFileSync(manifestFile, 'utf8');
  const manifest: Manifest = JSON.parse(text);
  const script = (name: ScriptName): string => {
    const entry = Object.entries(manifest).find(([source]) => source.endsWith(`/${name}.ts`))?.[1];
    if (!entry) throw new Error(`${manifestFile} names no ${name}.ts`);
    return `/client/${entry.file}`;
  };
  return { folder, script, build: createHash('sha256').update(text).digest('hex').slice(0, 8) };
};

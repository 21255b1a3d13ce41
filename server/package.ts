/** Where the package lies, whether as a checkout, with its modules in `server/`, or installed, with what was made of them in `lib/server/`. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);

/** Its folder, with a slash at the end. */
export const packageFolder = new URL('.', pathToFileURL(require.resolve('stop-press/package.json')));

export const version = (): string => {
  const { version }: { version: string } = JSON.parse(readFileSync(new URL('package.json', packageFolder), 'utf8'));
  return version;
};

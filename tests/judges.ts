/** Validators that this project did not write, where they are installed: `SUITES_NPM`, or `judges-npm` in the user's cache. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const folder = join(process.env['SUITES_NPM'] ?? join(homedir(), '.cache', 'judges-npm'), 'node_modules');

/** The program of a package, or `undefined` where it is not here. */
export const judge = (program: string): string | undefined => {
  const path = join(folder, '.bin', program);
  return existsSync(path) ? path : undefined;
};

/** What a package exports, or `undefined` where it is not here. */
export const judgeModule = (name: string): unknown => (existsSync(join(folder, name)) ? (createRequire(`${folder}/`)(name) as unknown) : undefined);

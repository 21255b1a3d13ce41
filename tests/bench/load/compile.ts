/** The programs in C beside this file, compiled when they are first needed. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Missing } from '../scope.ts';

const cache = fileURLToPath(new URL('../../../node_modules/.cache/stop-press-bench/', import.meta.url));
const compiler = process.env['CC'] ?? 'cc';

export const hasCompiler = (): boolean => spawnSync(compiler, ['--version']).status === 0;

/** The path of `load` or `limit`, compiled from what its source is now. Throws `Missing` where there is no compiler. */
export const compiled = (program: 'load' | 'limit'): string => {
  const source = join(import.meta.dirname, `${program}.c`);
  const texts = [source, ...globSync(join(import.meta.dirname, '*.h'))].map((file) => readFileSync(file, 'utf8'));
  const path = join(cache, `${program}-${createHash('sha256').update(texts.join()).digest('hex').slice(0, 12)}`);
  if (existsSync(path)) return path;
  if (!hasCompiler()) throw new Missing(`the load generator is written in C, and there is no compiler "${compiler}" here: install gcc or clang ("apt-get install gcc libc6-dev" on Debian), or name yours in CC`);
  mkdirSync(cache, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const { status, stderr } = spawnSync(compiler, ['-O2', '-o', unfinished, source], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${compiler} cannot compile ${source}:\n${stderr}`);
  renameSync(unfinished, path);
  return path;
};

/** The published package, packed from a copy of this checkout and installed in an empty project. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const checkout = fileURLToPath(new URL('../', import.meta.url));
const execute = promisify(execFile);

/** `node` is the one that runs the tests, whatever the system has. */
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, npm_config_update_notifier: 'false', npm_config_audit: 'false', npm_config_fund: 'false' };

/** What a build leaves, and what a fresh clone has not. */
const left = new Set(['.git', 'dist', 'lib', 'node_modules', '.stop-press', 'screenshots'].map((name) => join(checkout, name)));

/** A build in the checkout itself would pull the scripts from under servers of other tests. */
const pack = async (root: string): Promise<string> => {
  const copy = join(root, 'checkout');
  await cp(checkout, copy, { recursive: true, filter: (path) => !left.has(path) });
  await symlink(await realpath(join(checkout, 'node_modules')), join(copy, 'node_modules'));
  const { stdout } = await execute('npm', ['pack', '--silent', '--pack-destination', root], { cwd: copy, env });
  return join(root, stdout.trim().split('\n').at(-1) ?? '');
};

/** As npm does it. Without a registry its dependencies, and nothing else, are those of the checkout. */
const install = async (project: string, tarball: string): Promise<void> => {
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "name": "project", "private": true, "type": "module" }');
  const installed = execute('npm', ['install', '--prefer-offline', '--fetch-retries=0', '--fetch-timeout=20000', tarball], { cwd: project, env });
  await installed.catch((error: unknown) => {
    console.warn(`npm cannot install here, so dependencies are linked: ${String(error).split('\n').find((line) => line.includes('npm error')) ?? String(error)}`);
    return link(project, tarball);
  });
};

const link = async (project: string, tarball: string): Promise<void> => {
  const modules = join(project, 'node_modules');
  await rm(modules, { recursive: true, force: true });
  await mkdir(join(modules, '.bin'), { recursive: true });
  await execute('tar', ['-xzf', tarball, '-C', modules]);
  await rename(join(modules, 'package'), join(modules, 'stop-press'));
  const { bin, dependencies } = JSON.parse(await readFile(join(modules, 'stop-press/package.json'), 'utf8')) as { bin: Record<string, string>; dependencies: Record<string, string> };
  for (const name of Object.keys(dependencies)) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(await realpath(join(checkout, 'node_modules', name)), join(modules, name));
  }
  for (const [name, file] of Object.entries(bin)) await symlink(join('../stop-press', file), join(modules, '.bin', name));
};

export type Project = Awaited<ReturnType<typeof createProject>>;

export const createProject = async () => {
  const root = await mkdtemp(join(tmpdir(), 'stop-press-package-'));
  const folder = join(root, 'project');
  const tarball = await pack(root);
  await install(folder, tarball);
  return {
    folder,
    env,
    /** What the package holds. */
    files: async (): Promise<string[]> => (await execute('tar', ['-tzf', tarball])).stdout.trim().split('\n').map((file) => file.replace('package/', '')),
    save: async (files: Record<string, string>): Promise<void> => {
      for (const [file, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await writeFile(join(folder, file), text);
      }
    },
    /** Answers what was printed; rejects where the program fails. */
    run: async (command: string, ...args: string[]): Promise<string> => (await execute(command, args, { cwd: folder, env })).stdout,
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
};

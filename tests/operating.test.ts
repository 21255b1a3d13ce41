/** docs/operating.md, the unit, the site for nginx and the image: that they say what is so, as far as the programs that read them are here. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { optionSpecs } from '../server/config.ts';

const root = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const document = read('docs/operating.md');
const folder = mkdtempSync(join(tmpdir(), 'stop-press-operating-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (command: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 });
  return { status, said: (stdout + stderr).trim() };
};
const here = (command: string, ...args: string[]): boolean => spawnSync(command, args).error === undefined;

/** The text of a fenced block, by what stands behind its three ticks. */
const block = (name: string): string => {
  const text = document.split(`\`\`\`${name}\n`)[1]?.split('```')[0];
  if (text === undefined) throw new Error(`docs/operating.md has no block ${name}`);
  return text;
};

test('every option has a row, and every row an option', () => {
  const rows = [...document.matchAll(/^\| `--([a-z-]+)` \| `(STOP_PRESS_[A-Z_]+)` \|/gm)].map(([, option, variable]) => [option, variable]);
  const options = Object.keys(optionSpecs).map((option) => [option, `STOP_PRESS_${option.toUpperCase().replaceAll('-', '_')}`]);
  expect(rows.toSorted()).toEqual(options.toSorted());
});

test('its contents are its chapters', () => {
  const chapters = [...document.matchAll(/^## (.+)$/gm)].map(([, title = '']) => `[${title}](#${title.toLowerCase().replaceAll(/[^\p{L}\p{N} -]/gu, '').replaceAll(' ', '-')})`);
  expect([...document.matchAll(/^\d+\. (\[.+\))$/gm)].map(([, link]) => link)).toEqual(chapters);
});

/** A container does not show what belongs to the whole machine. */
const hasKernel = existsSync('/proc/sys/net/core/netdev_max_backlog');

test.skipIf(!hasKernel)(`the kernel knows what it is to be told${hasKernel ? '' : ' (skipped: its settings are not shown here)'}`, () => {
  const names = [...block('sysctl').matchAll(/^([\w.]+) = /gm)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => !existsSync(join('/proc/sys', name.replaceAll('.', '/'))))).toEqual([]);
});

const hasSystemd = here('systemd-analyze', '--version');

describe.skipIf(!hasSystemd)(`the units${hasSystemd ? '' : ' (skipped: systemd-analyze is not here)'}`, () => {
  const program = fileURLToPath(new URL('server/bin.js', root));
  const save = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text.replaceAll('/usr/local/bin/stop-press', program));
    return file;
  };

  test('are understood by systemd without a word', () => {
    const service = save('stop-press.service', read('docs/stop-press.service'));
    for (const name of ['stop-press-backup.service', 'stop-press-backup.timer']) save(name, block(`ini ${name}`));
    for (const file of [service, join(folder, 'stop-press-backup.timer')]) expect(run('systemd-analyze', 'verify', '--man=no', file), file).toEqual({ status: 0, said: '' });
  });

  test('leave the server little to do harm with', () => {
    const file = save('stop-press.service', read('docs/stop-press.service'));
    const { said } = run('systemd-analyze', 'security', '--offline=true', '--no-pager', file);
    expect(Number(/exposure level for stop-press\.service: ([\d.]+)/.exec(said)?.[1])).toBeLessThan(2.5);
  });
});

const nginx = ['/usr/sbin/nginx', 'nginx'].find((command) => here(command, '-v'));

test.skipIf(nginx === undefined)(`nginx takes what the chapter on it says${nginx === undefined ? ' (skipped: nginx is not here)' : ''}`, () => {
  const site = read('docs/nginx.conf').replace('/var/cache/nginx/stop-press', join(folder, 'cache'));
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, `pid ${folder}/pid;\nworker_shutdown_timeout 10m;\n${block('nginx')}\nhttp { access_log off; ${site} }\n`);
  chmodSync(folder, 0o755);
  expect(run(nginx ?? '', '-t', '-p', folder, '-c', file, '-e', 'stderr').said).toContain('test is successful');
});

test('the image is built of what is there, on the Node that the program needs', () => {
  const dockerfile = read('Dockerfile').replaceAll(/\\\n\s*/g, ' ');
  const { engines, files, scripts }: { engines: { node: string }; files: string[]; scripts: Record<string, string> } = JSON.parse(read('package.json'));
  expect([...dockerfile.matchAll(/^FROM node:(\d+)-slim/gm)].map(([, major]) => `>=${major}`)).toEqual([engines.node, engines.node, engines.node]);
  const admitted = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path = '']) => path);
  for (const path of admitted) expect(existsSync(new URL(path, root)), path).toBe(true);
  for (const path of ['package.json', 'package-lock.json', 'server', 'client']) expect(admitted).toContain(path);
  for (const [, script = ''] of dockerfile.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([script]);
  for (const [, path = ''] of dockerfile.matchAll(/^COPY --from=build \/build\/(\S+)/gm)) expect(files).toContain(path);
});

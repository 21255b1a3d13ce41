/** nginx in front of a server, with the configuration that the documentation gives; only ports and folders are put in. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathOf } from './install.ts';

const documented = new URL('../../docs/nginx.conf', import.meta.url);

/** What the distribution's nginx.conf has around it. */
const around = (folder: string, site: string): string => `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 2;
pid ${folder}/pid;
error_log stderr warn;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n  ')}
  ${site}
}
`;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};

/** Each of the words stands in the file exactly once, so that what is documented is what is tested. */
const putIn = (text: string, words: Record<string, string>): string =>
  Object.entries(words).reduce((done, [old, word]) => {
    if (done.split(old).length !== 2) throw new Error(`docs/nginx.conf does not say "${old}" exactly once`);
    return done.replace(old, word);
  }, text);

const untilAnswering = async (address: string, isRunning: () => boolean): Promise<void> => {
  while (isRunning() && !(await fetch(address).then(() => true, () => false))) await new Promise((resolve) => setTimeout(resolve, 20));
};

/** Keeps its files in `folder`. */
export const startNginx = async (server: string, folder: string) => {
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const site = putIn(await readFile(documented, 'utf8'), { '127.0.0.1:3000': new URL(server).host, '/var/cache/nginx/stop-press': join(folder, 'cache'), 'listen 80': `listen 127.0.0.1:${port}` });
  await writeFile(join(folder, 'nginx.conf'), around(folder, site));
  const child = spawn(pathOf('nginx'), ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  const ended = once(child, 'exit');
  const address = `http://127.0.0.1:${port}`;
  await untilAnswering(`${address}/healthz`, () => child.exitCode === null);
  if (child.exitCode !== null) throw new Error(`nginx does not start:\n${said}`);
  return {
    address,
    /** What it complained about. */
    said: () => said,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
};

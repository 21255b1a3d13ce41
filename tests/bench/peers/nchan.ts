/** nginx with the module nchan: what is posted to it goes to every subscriber. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startChild } from '../child.ts';
import { descriptorLimit } from '../machine.ts';
import { messageText, type Peer } from '../peer.ts';

const nginx = process.env['NGINX'] ?? 'nginx';
const nchanModule = [process.env['NCHAN'] ?? '', '/usr/lib/nginx/modules/ngx_nchan_module.so', '/usr/lib64/nginx/modules/ngx_nchan_module.so'].find((path) => path !== '' && existsSync(path));

const configuration = (folder: string, port: number, connections: number): string => `load_module ${nchanModule};
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections ${connections}; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  nchan_max_reserved_memory 256M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /publish { nchan_publisher; nchan_channel_id storm; nchan_message_timeout 60s; }
    location = /read { nchan_subscriber websocket; nchan_channel_id storm; nchan_subscriber_first_message newest; nchan_websocket_ping_interval 0; }
  }
}
`;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
};

const answers = async (port: number): Promise<boolean> => fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false);

export const nchan: Peer = {
  name: 'nchan',
  about: 'nginx with the module nchan',
  missing: () => (nchanModule !== undefined && spawnSync(nginx, ['-v']).status === 0 ? undefined : 'install nginx and its module nchan ("apt-get install nginx-light libnginx-mod-nchan" on Debian), or name them in NGINX and NCHAN'),
  start: async (scope) => {
    const [folder, port] = [await scope.folder(), await freePort()];
    writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port, descriptorLimit()));
    const child = startChild(scope, [nginx, '-p', folder, '-c', join(folder, 'nginx.conf')], { role: 'server', channel: false });
    while (!(await answers(port))) if ((await Promise.race([child.ended, pause(50)])) !== undefined) throw new Error(`nginx ended: ${await child.ended}`);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const post = (text: string) =>
      new Promise<void>((resolve, reject) => {
        request({ port, host: '127.0.0.1', path: '/publish', method: 'POST', agent }, (response) => response.resume().on('end', resolve)).on('error', reject).end(text);
      });
    return {
      pid: child.pid,
      port,
      path: '/read',
      publish: (filler) => {
        const { stamp, text } = messageText(filler);
        void post(text).catch(() => undefined); // what does not arrive is told by the readers
        return stamp;
      },
      stop: async () => {
        agent.destroy();
        await child.stop();
      },
    };
  },
};

/** Bun's own publish, which is uWebSockets inside. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startChild } from '../child.ts';
import { publishByLines, type Peer } from '../peer.ts';

const program = fileURLToPath(new URL('bun-server.js', import.meta.url));
const executable = process.env['BUN'] ?? 'bun';

export const bun: Peer = {
  name: 'bun',
  about: 'Bun.serve, publish to a topic',
  missing: () => (spawnSync(executable, ['--version']).status === 0 ? undefined : 'install Bun (https://bun.com), or name the program in BUN'),
  start: (scope) => publishByLines(startChild(scope, [executable, program], { role: 'server', channel: false })),
};

/** The package ws, as most servers use it. */
import { fileURLToPath } from 'node:url';
import { startChild } from '../child.ts';
import { publishByLines, type Peer } from '../peer.ts';

export const wsProgram = fileURLToPath(new URL('ws-server.ts', import.meta.url));

const about = { string: 'ws, send(string) for each client', frame: 'ws, a frame made once and written to each socket' };

export const ws = (name: string, mode: keyof typeof about): Peer => ({
  name,
  about: about[mode],
  start: (scope) => publishByLines(startChild(scope, [process.execPath, wsProgram, mode], { role: 'server' })),
});

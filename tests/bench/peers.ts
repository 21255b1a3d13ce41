/** Everybody that Stop Press is measured beside, in the order in which they are measured and printed. */
import { bun } from './peers/bun.ts';
import { limit } from './peers/limit.ts';
import { nchan } from './peers/nchan.ts';
import { socketIo } from './peers/socket-io.ts';
import { stopPress } from './peers/stop-press.ts';
import { ws } from './peers/ws.ts';
import { Missing } from './scope.ts';
import type { Peer } from './peer.ts';

export const peers: readonly Peer[] = [
  limit,
  stopPress('stop-press', []),
  stopPress('stop-press-plain', ['--plain-writes']),
  ws('ws', 'string'),
  ws('ws-frame', 'frame'),
  socketIo,
  bun,
  nchan,
];

/** Those of these names, or all. Prints a line for each that cannot run here. Throws `Missing` for a name that nobody has. */
export const choosePeers = (names: readonly string[]): Peer[] => {
  const unknown = names.find((name) => !peers.some((peer) => peer.name === name));
  if (unknown !== undefined) throw new Missing(`there is no "${unknown}" here, only ${peers.map(({ name }) => name).join(', ')}`);
  return peers.filter(({ name }) => names.length === 0 || names.includes(name)).filter(({ name, missing }) => {
    const why = missing?.();
    if (why !== undefined) console.log(`without ${name}: ${why}`);
    return why === undefined;
  });
};

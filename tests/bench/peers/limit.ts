/** What the machine allows: a loop of send(2) in C. */
import { startChild } from '../child.ts';
import { compiled } from '../load/compile.ts';
import { publishByLines, type Peer } from '../peer.ts';

export const limit: Peer = {
  name: 'limit',
  about: 'a loop of send(2) over the sockets, in C',
  start: (scope) => publishByLines(startChild(scope, [compiled('limit')], { role: 'server', channel: false })),
};

/** The whole product: a file is saved, believed, parsed, made durable, diffed and sent. */
import type { Peer } from '../peer.ts';
import { startStopPress } from '../server.ts';

export const stopPress = (name: string, args: readonly string[]): Peer => ({
  name,
  about: `Stop Press, from the save of a story of 10 kB${args.length > 0 ? `, ${args.join(' ')}` : ''}`,
  start: async (scope) => {
    const server = await startStopPress(scope, { args });
    return {
      pid: server.pid,
      port: server.port,
      path: '/live',
      greetings: [JSON.stringify({ type: 'subscribe', story: 'storm' })],
      publish: (filler) => server.save('storm', filler),
      lastWrites: () => lastWrites(server.address),
      stop: server.stop,
    };
  },
});

/** The histogram of `/metrics` from durable to the last write, all labels together; `undefined` where there is none. */
const lastWrites = async (address: string): Promise<{ sum: number; count: number } | undefined> => {
  const response = await fetch(`${address}/metrics`);
  const text = await response.text();
  if (!response.ok) return undefined;
  const total = (of: 'sum' | 'count') => [...text.matchAll(new RegExp(`^stop_press_\\w*durable_to_last_write\\w*_seconds_${of}(?:\\{.*\\})? (\\S+)$`, 'gm'))].map((match) => Number(match[1]));
  const [sums, counts] = [total('sum'), total('count')];
  return sums.length === 0 ? undefined : { sum: sums.reduce((a, b) => a + b, 0), count: counts.reduce((a, b) => a + b, 0) };
};

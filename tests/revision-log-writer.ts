/**
 * A process that opens the log of a data directory, for what only another process can show: locks, kills, limits of the system.
 * `node revision-log-writer.ts FOLDER`, then a text a line on stdin becomes a revision of `storm`; each is answered with a line: a position, or an error.
 * Listeners write `heard POSITION` before that.
 */
import { createInterface } from 'node:readline';
import { createSqliteLog } from '../server/revision-log/sqlite.ts';
import { lead, publish } from './revision-log-stories.ts';

const say = (line: string) => void process.stdout.write(`${line}\n`);

try {
  const log = createSqliteLog({ folder: process.argv[2] ?? '' });
  log.subscribe('storm', log.head(), ({ position }) => say(`heard ${position}`));
  say(`open ${log.head()}`);
  let step = 0;
  for await (const line of createInterface(process.stdin)) {
    step += 1;
    await publish(log, 'storm', step, lead(line)).then(({ position }) => say(position), (error: unknown) => say(String(error).replaceAll('\n', ' ')));
  }
  await log.close();
} catch (error) {
  say(String(error));
}

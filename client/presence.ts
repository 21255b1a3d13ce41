/** What a page notices of its reader: the line rests when nobody looks for a while, and is taken up when somebody does. */
import { connect, step, type Line, type Step } from './connection.ts';

export const stepOfPage: Step = (line, event, now, random) => {
  const { phase } = line;
  if (phase.kind === 'over') return line;
  switch (event.type) {
    case 'looked': return look({ ...line, restAt: Infinity }, now);
    case 'hidden': return { ...line, restAt: now + event.patienceMs };
    case 'left': return rest(line);
    case 'renewed': return phase.kind === 'resting' ? line : step(line, event, now, random);
    case 'ticked': return now >= line.restAt ? rest(line) : step(line, event, now, random);
    default: return step(line, event, now, random);
  }
};

const rest = (line: Line): Line => ({ ...line, phase: { kind: 'resting' }, restAt: Infinity });

/** A machine that slept, or a frozen tab, may hold a socket that died long ago: one late heartbeat is enough to doubt it. */
const look = (line: Line, now: number): Line => {
  const doubtful = line.phase.kind === 'open' && now > line.phase.heard + 0.6 * line.phase.silenceMs;
  return doubtful || line.phase.kind === 'waiting' || line.phase.kind === 'resting' ? connect(line, now) : line;
};

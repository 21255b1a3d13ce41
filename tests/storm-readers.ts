/**
 * Many readers of one story in a process of their own, light, and by the rules of the protocol: `node tests/storm-readers.ts URL STORY COUNT`.
 * Says over the channel how they fare, once a change; it ends with its parent.
 */
import { WebSocket } from 'ws';

/** How all readers of the process fare. `back`: ms since 1970 at which each that was cut off was live again. */
export type StormReport = {
  live: number;
  /** Readers that hold each position. */
  held: Record<string, number>;
  closes: Record<string, number>;
  /** Attempts that came to nothing, by what was answered. */
  refused: Record<string, number>;
  back: number[];
  /** What no server may do. */
  faults: string[];
};

type Told = { type: string; position?: string; from?: string; to?: string; retryAfterMs?: [number, number] };

const [url = '', story = '', count = '0'] = process.argv.slice(2);
const report: StormReport = { live: 0, held: {}, closes: {}, refused: {}, back: [], faults: [] };

const add = (counts: Record<string, number>, key: string, by = 1): void => { counts[key] = (counts[key] ?? 0) + by; };

let told = false;
const tell = (): void => {
  if (told) return;
  told = true;
  setTimeout(() => {
    told = false;
    process.send?.({ ...report, faults: report.faults.slice(0, 10) });
  }, 100);
};

const createStormReader = (): (() => void) => {
  let position: string | undefined;
  let attempt = 0;
  let wasCut = false;

  const stand = (next: string): void => {
    if (position !== undefined) add(report.held, position, -1);
    position = next;
    add(report.held, next);
  };

  const live = (): void => {
    attempt = 0;
    report.live += 1;
    if (wasCut) report.back.push(Date.now());
  };

  const follow = ({ type, from, to, position: at }: Told): void => {
    if (type === 'error') report.faults.push('an error');
    if (type === 'snapshot' && position !== undefined) report.faults.push(`a whole story for whoever holds ${position}`);
    if (type === 'diff' && from !== position) report.faults.push(`a gap or a repeat: ${from} to ${to} at ${position}`);
    const next = type === 'diff' ? to : type === 'snapshot' || type === 'live' ? at : undefined;
    if (next !== undefined && next !== position) stand(next);
  };

  const connect = (): void => {
    const ws = new WebSocket(`${url}?story=${story}${position === undefined ? '' : `&after=${position}`}`, { perMessageDeflate: false });
    let isLive = false;
    let window: [number, number] | undefined;
    let refusal: string | undefined;
    ws.on('message', (data) => {
      const message: Told = JSON.parse(String(data));
      follow(message);
      if (message.type === 'bye') window = message.retryAfterMs;
      if (message.type === 'live' && (isLive = true)) live();
      tell();
    });
    ws.on('unexpected-response', (_request, { statusCode, headers }) => {
      const seconds = Number(headers['retry-after']);
      if (seconds > 0) window = [seconds * 1_000, (seconds + 1) * 1_000];
      refusal = String(statusCode);
      ws.terminate();
    });
    ws.on('error', (error) => { refusal ??= 'code' in error ? String(error.code) : error.message; });
    ws.on('close', (code) => {
      if (isLive) {
        wasCut = true;
        report.live -= 1;
        add(report.closes, String(code));
      } else add(report.refused, refusal ?? String(code));
      const [min, max] = window ?? [500, Math.min(30_000, 2 ** (attempt += 1) * 1_000)];
      setTimeout(connect, min + Math.random() * (max - min));
      tell();
    });
  };
  return connect;
};

process.on('disconnect', () => process.exit());
// Not all in one moment: this is how they came, not how they come back.
for (let n = 0; n < Number(count); n += 1) setTimeout(createStormReader(), n * 2);

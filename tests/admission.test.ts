/** Who is let in when many come at once: as many as the rate allows, never fewer; and whether the event loop keeps up. */
import { once } from 'node:events';
import { connect } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createAdmission } from '../server/admission.ts';
import { calm, createLoad, loadLimits, probed, type LoadState, type Ticker } from '../server/load.ts';
import { fullBucket, takeOne } from '../server/session/rate.ts';
import { createFakeClock } from './fake-clock.ts';
import { connectClient, serveSocket, type Served } from './socket-client.ts';
import { startSite } from './http-fixture.ts';
import { createReaders } from '../server/readers.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';

const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 10_000 }), burst: fc.integer({ min: 1, max: 10_000 }) });
/** ms between one newcomer and the next */
const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2_000 })), { maxLength: 300 });

describe('the rate', () => {
  const admitted = (rate: { perSecond: number; burst: number }, waits: number[]): number[] => {
    const bucket = fullBucket(rate, 0);
    let now = 0;
    return waits.flatMap((wait) => (takeOne(bucket, rate, (now += wait)) ? [now] : []));
  };

  test('in any time no more come in than a burst and what the rate gives', () => {
    fc.assert(
      fc.property(rates, gaps, (rate, waits) => {
        const moments = admitted(rate, waits);
        for (const [index, from] of moments.entries()) {
          for (const [more, to] of moments.slice(index).entries()) expect(more + 1).toBeLessThanOrEqual(rate.burst + ((to - from) / 1_000) * rate.perSecond + 1e-6);
        }
      }),
    );
  });

  test('who comes no faster than the rate is never turned away, whatever came before', () => {
    fc.assert(
      fc.property(rates, gaps, fc.integer({ min: 1, max: 100 }), (rate, waits, steady) => {
        const gap = 1_000 / rate.perSecond + 1e-6;
        expect(admitted(rate, [...waits, ...Array.from({ length: steady }, () => gap)]).length).toBe(admitted(rate, waits).length + steady);
      }),
    );
  });

  test('10,000 readers who come back at random within 5 seconds all get in', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 500, max: 5_000, noNaN: true }), { minLength: 10_000, maxLength: 10_000 }), (moments) => {
        const rate = { perSecond: 5_000, burst: 5_000 };
        const waits = moments.toSorted((a, b) => a - b).map((at, index, all) => at - (all[index - 1] ?? 0));
        expect(admitted(rate, waits)).toHaveLength(10_000);
      }),
      { numRuns: 5 },
    );
  });
});

test('those who are turned away come back within the window while they are few, else one after the other, at a fifth of the rate, in five minutes at the latest', () => {
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 10_000 }), fc.integer({ min: 0, max: 5_000 }), (perSecond, crowd) => {
      const clock = createFakeClock();
      const admission = createAdmission({ rate: { perSecond, burst: 1 }, windowMs: [500, 5_000], clock: { now: clock.now, every: () => () => undefined } });
      expect(admission.holdOff()).toBeUndefined();
      for (let place = 1; place <= crowd; place += 1) {
        const turn = Math.min((place * 5_000) / perSecond, 300_000);
        const ms = admission.holdOff() ?? 0;
        expect(ms).toBeGreaterThanOrEqual(turn + 500 - 1e-6);
        expect(ms).toBeLessThanOrEqual(turn + 5_000 + 1e-6);
      }
    }),
    { numRuns: 20 },
  );
});

/** A clock whose probes come as late as they are told to. */
const createLateClock = () => {
  const clock = createFakeClock();
  let late = 0;
  let work: (() => void) | undefined;
  const ticker: Ticker = {
    now: clock.now,
    every: (_ms, callback) => {
      work = callback;
      return () => { work = undefined; };
    },
  };
  return {
    ticker,
    /** The next probe comes so many ms too late. */
    probe: (delayMs: number) => {
      late = delayMs;
      clock.advance(loadLimits.probeMs + late);
      work?.();
    },
    isWatched: () => work !== undefined,
  };
};

const { lateMs, patienceMs, calmMs, recoveryMs, probeMs, coalesceMs: [least, most] } = loadLimits;
const late = fc.integer({ min: lateMs + 1, max: 10_000 });
const soon = fc.integer({ min: 0, max: lateMs });
const delays = fc.array(fc.oneof(late, soon, fc.integer({ min: 0, max: calmMs })), { maxLength: 200 });

describe('the watch on the event loop', () => {
  const after = (list: number[]): LoadState => {
    let [state, now]: [LoadState, number] = [calm, 0];
    for (const delay of list) state = probed(state, delay, (now += probeMs + delay));
    return state;
  };

  test('one late probe between others means nothing, however late', () => {
    fc.assert(fc.property(fc.array(fc.tuple(late, soon)), (pairs) => after(pairs.flat()).kind === 'well'));
  });

  test('that each is late for a while is too much, whatever came before, and not a moment earlier', () => {
    fc.assert(
      fc.property(delays, soon, fc.array(late, { minLength: 1, maxLength: 50 }), (before, punctual, each) => {
        const start = after([...before, punctual]);
        const lasted = each.slice(1).reduce((sum, delay) => sum + delay + probeMs, 0);
        expect(after([...before, punctual, ...each]).kind).toBe(start.kind === 'over' || lasted >= patienceMs ? 'over' : 'well');
      }),
    );
  });

  const overloaded = (delay: number): number[] => Array.from({ length: 10 }, () => delay);

  test('all is well again soon after probes are calm on average, and not at once', () => {
    fc.assert(
      fc.property(late, fc.array(fc.integer({ min: 0, max: 2 * calmMs - 2 }), { minLength: 1, maxLength: 200 }), (delay, some) => {
        const calmly = some.flatMap((each) => [each, 2 * calmMs - 2 - each]);
        expect(after([...overloaded(delay), ...calmly.slice(0, 5)]).kind).toBe('over');
        const wait = calmly.reduce((sum, each) => sum + each + probeMs, 0);
        if (wait >= 2 * recoveryMs + 2 * delay) expect(after([...overloaded(delay), ...calmly]).kind).toBe('well');
      }),
    );
  });

  test('not while they are late', () => {
    fc.assert(fc.property(late, fc.array(late, { maxLength: 50 }), (delay, more) => after([...overloaded(delay), ...more]).kind === 'over'));
  });

  test('nothing is gathered while all is well; else for as long as the loop is late, within bounds', () => {
    fc.assert(
      fc.property(delays, (list) => {
        const clock = createLateClock();
        const load = createLoad(clock.ticker);
        for (const delay of list) {
          clock.probe(delay);
          const ms = load.coalesceMs();
          if (load.isOver()) expect(ms).toBe(Math.min(most, Math.max(least, delay)));
          else expect(ms).toBe(0);
        }
        load.close();
        expect(clock.isWatched()).toBe(false);
      }),
    );
  });

  test('a loop that is really blocked, again and again, is found out, and found well again', { timeout: 30_000 }, async () => {
    const admission = createAdmission({ rate: { perSecond: 1_000, burst: 1_000 }, windowMs: [500, 5_000] });
    const block = (): void => {
      for (const end = performance.now() + probeMs + lateMs + 100; performance.now() < end; );
    };
    while (!admission.isOverloaded()) {
      block();
      await new Promise(setImmediate);
    }
    expect(admission.holdOff()).toBeGreaterThanOrEqual(500);
    expect(admission.coalesceMs()).toBeGreaterThanOrEqual(least);
    await expect.poll(admission.isOverloaded, { timeout: 20_000 }).toBe(false);
    expect(admission.holdOff()).toBeUndefined();
    admission.close();
  });
});

describe('on the wire', () => {
  let served: Served | undefined;
  afterEach(() => served?.close());

  /** What an upgrade request is answered with, whole. */
  const upgrade = async (port: number): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
    let answer = '';
    socket.on('data', (data) => { answer += String(data); });
    await once(socket, 'end');
    socket.destroy();
    return answer;
  };

  test('a socket that is one too many gets 503, when to come back, and the end of its connection; those who are here stay', async () => {
    let open = true;
    served = await serveSocket({ holdOff: () => (open ? undefined : 500 + Math.random() * 4_500) });
    const reader = connectClient(served.url);
    await reader.next('hello');
    open = false;
    const answers = await Promise.all(Array.from({ length: 40 }, () => upgrade(served?.port ?? 0)));
    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
      expect(answer).toMatch(/\r\nConnection: close\r\n/);
      expect(answer).toMatch(/\r\nRetry-After: [1-5]\r\n/);
    }
    expect(new Set(answers).size).toBeGreaterThan(2);
    expect(served.readers.count()).toBe(1);
    open = true;
    await connectClient(served.url).next('hello');
    expect(reader.ws.readyState).toBe(reader.ws.OPEN);
  });

  test('so does an event stream; pages, JSON and who waits for one diff are answered', async () => {
    const log = createMemoryLog({ epoch: '7f3a9c21' });
    const readers = createReaders({ log, holdOff: () => 4_200 });
    const site = await startSite({ log, readers });
    const refused = await site.get('/api/events');
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('5');
    expect(refused.headers.connection).toBe('close');
    expect(JSON.parse(refused.body)).toMatchObject({ status: 503, code: 'overloaded' });
    expect((await site.get('/api/stories')).status).toBe(200);
    expect((await site.get('/')).status).toBe(200);
    await site.close();
  });
});

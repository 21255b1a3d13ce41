import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServerMessage } from '../server/core/protocol.ts';
import { createLater } from '../client/later.ts';
import { createPause } from '../client/pause.ts';
import { keep, keptOf } from '../client/seen.ts';
import { firstState, content, at } from './browser/stories.ts';

describe('the second stage', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  const createScene = (outcomes: ('fails' | 'loads')[], isConnected = () => true) => {
    let [asked, failed] = [0, 0];
    const later = createLater({
      load: () => (outcomes[asked++] === 'loads' ? Promise.resolve('there') : Promise.reject(new Error('404'))),
      isConnected,
      onFailed: () => { failed += 1; },
    });
    return { later, asked: () => asked, failed: () => failed };
  };

  it('is asked for once, whoever needs it', async () => {
    const scene = createScene(['loads']);
    expect(scene.later.now()).toBeUndefined();
    expect(await Promise.all([scene.later.get(), scene.later.get()])).toEqual(['there', 'there']);
    expect([scene.asked(), scene.later.now()]).toEqual([1, 'there']);
  });

  it('is asked for again after a failure', async () => {
    const scene = createScene(['fails', 'fails', 'loads']);
    const got = scene.later.get();
    await vi.runAllTimersAsync();
    expect([await got, scene.failed()]).toEqual(['there', 0]);
  });

  it('is given up where the server answers and never has it', async () => {
    const scene = createScene([]);
    void scene.later.get();
    await vi.runAllTimersAsync();
    expect([scene.asked(), scene.failed()]).toEqual([4, 1]);
  });

  it('is not given up while there is no server', async () => {
    let connected = false;
    const scene = createScene([...Array<'fails'>(20).fill('fails'), 'loads'], () => connected);
    const got = scene.later.get();
    await vi.advanceTimersByTimeAsync(8_000);
    expect(scene.failed()).toBe(0);
    connected = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(scene.asked()).toBeGreaterThan(15);
    expect([scene.failed(), await Promise.race([got, 'waiting'])]).toEqual([1, 'waiting']);
  });
});

describe('a pause', () => {
  const diffs = fc.array(fc.record({ folded: fc.integer({ min: 1, max: 4 }), change: fc.constantFrom('minor' as const, 'update' as const), fromStart: fc.boolean() }));
  const message = (from: string, folded: number, change: 'minor' | 'update'): ServerMessage =>
    ({ type: 'diff', story: 'storm', from, to: '7f3a9c21_99', revision: 2, at: at(1), change, folded, hash: '', ops: [] });

  it('law: keeps back everything that would change the page, counts it, and asks once at its end', () => {
    fc.assert(fc.property(diffs, (all) => {
      let asked = 0;
      const pause = createPause({ position: () => '7f3a9c21_1', catchUp: () => { asked += 1; } });
      expect(pause.holdsBack(message('7f3a9c21_1', 1, 'update'))).toBe(false);
      pause.toggle();
      let expected = 0;
      for (const { folded, change, fromStart } of all) {
        expect(pause.holdsBack(message(fromStart ? '7f3a9c21_1' : '7f3a9c21_5', folded, change))).toBe(true);
        if (change !== 'minor') expected = fromStart ? folded : expected + folded;
        expect(pause.waiting()).toBe(expected);
      }
      expect(asked).toBe(0);
      pause.toggle();
      expect([asked, pause.waiting()]).toEqual([1, undefined]);
    }));
  });

  it('lets an end through, and counts a snapshot', () => {
    const pause = createPause({ position: () => '7f3a9c21_1', catchUp: () => {} });
    pause.toggle();
    expect(pause.holdsBack({ type: 'ended', story: 'storm', position: '7f3a9c21_2', reason: 'withdrawn' })).toBe(false);
    expect(pause.holdsBack({ type: 'live', story: 'storm', position: '7f3a9c21_2' })).toBe(true);
    expect(pause.waiting()).toBe(0);
    pause.holdsBack({ type: 'snapshot', story: 'storm', position: '7f3a9c21_9', reset: true, state: firstState(content([])) });
    expect(pause.waiting()).toBe(1);
  });
});

describe('what a browser remembers', () => {
  const createStorage = (initial: Record<string, string> = {}) => {
    const items = new Map(Object.entries(initial));
    vi.stubGlobal('localStorage', { getItem: (key: string) => items.get(key) ?? null, setItem: (key: string, value: string) => void items.set(key, value) });
    return items;
  };
  afterEach(() => { vi.unstubAllGlobals(); });
  const day = 24 * 60 * 60_000;

  it('law: is the furthest position of one log, and the time of the last look', () => {
    fc.assert(fc.property(fc.array(fc.nat(1_000), { minLength: 1 }), (sequences) => {
      createStorage();
      for (const [now, sequence] of sequences.entries()) keep('storm', `7f3a9c21_${sequence}`, now);
      expect(keptOf('storm', sequences.length)).toEqual({ position: `7f3a9c21_${Math.max(...sequences)}`, at: sequences.length - 1 });
    }));
  });

  it('goes on with a log that is another', () => {
    createStorage();
    keep('storm', '7f3a9c21_9', 1);
    keep('storm', '00000000_1', 2);
    expect(keptOf('storm', 3)).toEqual({ position: '00000000_1', at: 2 });
  });

  it('is the last 200 stories of 90 days', () => {
    const items = createStorage();
    for (let n = 0; n < 250; n += 1) keep(`story-${n}`, '7f3a9c21_1', n);
    expect([keptOf('story-49', 250), keptOf('story-50', 250)?.at]).toEqual([undefined, 50]);
    keep('late', '7f3a9c21_1', 100 * day);
    expect(JSON.parse(items.get('stop-press.seen') ?? '')).toEqual({ late: { position: '7f3a9c21_1', at: 100 * day } });
  });

  it.each(['', '{', '7', 'null', '{"storm":7}', '{"storm":{"position":1,"at":2}}', '["a"]'])('is nothing where the store holds %j', (text) => {
    createStorage({ 'stop-press.seen': text });
    expect(keptOf('storm', 1)).toBeUndefined();
    keep('storm', '7f3a9c21_1', 1);
    expect(keptOf('storm', 1)?.position).toBe('7f3a9c21_1');
  });

  it('is nothing where there is no store', () => {
    const refuse = () => { throw new Error('SecurityError'); };
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse });
    keep('storm', '7f3a9c21_1', 1);
    expect(keptOf('storm', 1)).toBeUndefined();
  });
});

/** How long a receiver may be away, by a clock that stands still. */
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { RevisionLog } from '../server/revision-log.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { delayAfter, delays, maxAttempts, readRetryAfter } from '../server/webhooks/schedule.ts';
import { contentOf, createNewsroom } from './newsroom.ts';
import { lead, publish as publishGraded } from './revision-log-stories.ts';
import { createQueueUnderTest, hookOf, hour, minute } from './webhook-queue.ts';

describe('the schedule', () => {
  test('law: an attempt is never sooner than the schedule or Retry-After says, and at most a tenth or a day later', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: maxAttempts - 1 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.option(fc.nat(1e9), { nil: undefined }), (attempts, random, retryAfterMs) => {
        const delay = delayAfter(attempts, { random, retryAfterMs }) ?? 0;
        const [least, most] = [delays[attempts - 1] ?? 0, 24 * hour];
        expect(delay).toBeGreaterThanOrEqual(Math.max(least, Math.min(retryAfterMs ?? 0, most)));
        expect(delay).toBeLessThanOrEqual(Math.max(least * 1.1, Math.min(retryAfterMs ?? 0, most)));
      }),
    );
  });

  test('ten attempts span more than three days, and then there is none', () => {
    expect(maxAttempts).toBe(10);
    expect(delays.reduce((sum, delay) => sum + delay)).toBeGreaterThan(75 * hour);
    expect(delayAfter(maxAttempts, { random: 0 })).toBeUndefined();
  });

  const now = Date.UTC(2026, 10, 22, 14, 0, 0);
  test.each([
    ['120', 120_000],
    ['Sun, 22 Nov 2026 14:05:00 GMT', 300_000],
    ['Sun, 22 Nov 2026 13:00:00 GMT', 0],
    ['9999999', 24 * hour],
    ['soon', undefined],
    [null, undefined],
  ])('Retry-After: %s', (text, ms) => expect(readRetryAfter(text, now)).toBe(ms));
});

describe('a queue', () => {
  let log: RevisionLog;
  let queue: ReturnType<typeof createQueueUnderTest>;
  let newsroom: ReturnType<typeof createNewsroom>;
  const begin = (given: Parameters<typeof hookOf>[0] = {}, more: { maxMessageBytes?: number } = {}) => {
    log = createMemoryLog({ epoch: '7f3a9c21' });
    newsroom = createNewsroom(log);
    queue = createQueueUnderTest({ log, hook: hookOf(given), ...more });
  };
  afterEach(() => {
    expect(queue.errors).toEqual([]);
    queue.end();
  });
  const publish = (n: number, story = 'storm') => newsroom.publish(story, contentOf(`Storm ${n}`, [`text ${n}`]));
  const positions = () => queue.accepted().map(({ event }) => event.data.position);
  const upTo = (n: number) => Array.from({ length: n }, (_, index) => `7f3a9c21_${index + 1}`);

  test.each([24, 48, 72])('a receiver that was away for %i hours gets what it missed, in order, with the next revision after it is back', async (hours) => {
    begin();
    await publish(1);
    await queue.settled();
    queue.react(() => 'down');
    for (let n = 0; n < hours; n += 1) {
      await publish(n + 2);
      await queue.pass(hour);
    }
    expect(positions()).toEqual(upTo(1));
    queue.react(() => 'up');
    await publish(hours + 2);
    await queue.pass(1);
    expect(positions()).toEqual(upTo(hours + 2));
    expect(queue.lines.map((line) => line.slice(10))).toEqual([expect.stringMatching(/^webhook archive {2}fails: answered 503 .* from 00:00:05 on/), 'webhook archive  works again']);
  });

  test('without news it is tried by the schedule, and everything follows the first success at once', async () => {
    begin();
    queue.react(() => 'down');
    for (let n = 1; n <= 20; n += 1) await publish(n);
    await queue.pass(4 * hour);
    const [first = 0, ...later] = queue.attempts.map(({ at }) => at);
    const waits = later.map((at, n) => at - (later[n - 1] ?? first));
    expect(waits).toHaveLength(4);
    for (const [n, wait] of waits.entries()) expect(Math.abs(wait - (delays[n] ?? 0) * 1.05)).toBeLessThan(10 * minute);
    queue.react(() => 'up');
    await queue.pass(8 * hour);
    expect(positions()).toEqual(upTo(20));
    expect(queue.delivery().status()).toMatchObject({ state: 'idle', behind: 0, parked: [] });
  });

  test('news calls for an attempt at most every five minutes, and uses up none', async () => {
    begin();
    queue.react(() => 'down');
    await publish(1);
    await queue.pass(10 * minute, minute);
    const before = queue.attempts.length;
    for (let n = 0; n < 60; n += 1) {
      await publish(n + 2);
      await queue.pass(10_000, 10_000);
    }
    expect(queue.attempts.length - before).toBeLessThanOrEqual(3);
    expect(queue.delivery().status()).toMatchObject({ state: 'retrying', attempts: 3, behind: 61, lastError: 'answered 503 Service Unavailable' });
  });

  test('Retry-After is honoured, also when there is news', async () => {
    begin();
    queue.react(() => 'busy');
    await publish(1);
    await queue.settled();
    await queue.pass(2 * hour);
    await publish(2);
    await queue.pass(50 * minute);
    expect(queue.attempts).toHaveLength(1);
    queue.react(() => 'up');
    await queue.pass(20 * minute);
    expect(positions()).toEqual(upTo(2));
  });

  test('what fails ten times is parked, the queue goes on, and it is sent once more when asked', async () => {
    begin();
    queue.react(({ data }) => (data.position === '7f3a9c21_2' ? 'down' : 'up'));
    for (const n of [1, 2, 3]) await publish(n);
    await queue.pass(90 * hour, hour);
    expect(positions()).toEqual(['7f3a9c21_1', '7f3a9c21_3']);
    expect(queue.accepted().map(({ event }) => event.data.message?.type)).toEqual(['snapshot', 'snapshot']);
    expect(queue.attempts).toHaveLength(2 + maxAttempts);
    expect(queue.delivery().status()).toMatchObject({ state: 'idle', parked: [{ position: '7f3a9c21_2', story: 'storm', attempts: 10, error: 'answered 503 Service Unavailable' }] });
    expect(queue.lines.at(-2)).toMatch(/7f3a9c21_2 \(storm\) is parked after 10 attempts: answered 503 .*"stop-press webhooks retry archive"/);

    expect(queue.delivery().retry('7f3a9c21_1')).toBe(0);
    expect(queue.delivery().retry('all')).toBe(1);
    await queue.settled();
    expect(queue.delivery().status().parked).toMatchObject([{ attempts: 11 }]);
    queue.react(() => 'up');
    queue.restart();
    expect(queue.delivery().retry('7f3a9c21_2')).toBe(1);
    await queue.settled();
    expect(positions()).toEqual(['7f3a9c21_1', '7f3a9c21_3', '7f3a9c21_2']);
    expect(queue.delivery().status().parked).toEqual([]);
  });

  test('what has been redacted while it was parked is not sent', async () => {
    begin();
    queue.react(({ data }) => (data.position === '7f3a9c21_1' ? 'down' : 'up'));
    await publish(1);
    await publish(2);
    await queue.pass(90 * hour, hour);
    await log.redact('storm', 1);
    queue.react(() => 'up');
    queue.delivery().retry('all');
    await queue.settled();
    expect(positions()).toEqual(['7f3a9c21_2']);
    expect(queue.delivery().status().parked).toEqual([]);
  });

  test('what is redacted while it waits is not sent', async () => {
    begin();
    queue.react(() => 'down');
    await newsroom.publish('storm', contentOf('Storm', ['a SECRETWORD']));
    await publish(2);
    await queue.settled();
    await log.redact('storm', 1);
    queue.react(() => 'up');
    await queue.pass(minute);
    expect(positions()).toEqual(['7f3a9c21_2']);
    expect(JSON.stringify(queue.accepted())).not.toContain('SECRETWORD');
  });

  test.each(Array.from({ length: 25 }, (_, turns) => turns))('what is published %i turns after the queue has begun to look is told without further news', async (turns) => {
    begin();
    await publish(1);
    queue.clock.advance(0);
    for (let n = 0; n < turns; n += 1) await Promise.resolve();
    await publish(2);
    await queue.settled();
    expect(positions()).toEqual(upTo(2));
  });

  test('410 ends it until somebody asks, or it has another address; then it gets what it missed', async () => {
    begin();
    queue.react(() => 'gone');
    await publish(1);
    await publish(2);
    await queue.pass(30 * hour);
    expect(queue.attempts).toHaveLength(1);
    expect(queue.delivery().status()).toMatchObject({ state: 'gone', behind: 2 });
    queue.restart();
    await publish(3);
    await queue.pass(hour);
    expect(queue.attempts).toHaveLength(1);
    queue.delivery().retry('all');
    await queue.settled();
    expect(queue.attempts).toHaveLength(2);
    queue.react(() => 'up');
    queue.restart(hookOf({ url: 'https://elsewhere.example/' }));
    await queue.settled();
    expect(positions()).toEqual(upTo(3));
  });

  test('a new hook begins now; the diff it gets first leads on from what stood then', async () => {
    begin({ from: 'now' });
    queue.end();
    await publish(1);
    queue = createQueueUnderTest({ log, hook: hookOf({ from: 'now' }) });
    await publish(2);
    await queue.settled();
    expect(queue.accepted()).toMatchObject([
      { id: 'archive_7f3a9c21_2', event: { type: 'story.revised', data: { story: 'storm', position: '7f3a9c21_2', message: { type: 'diff', from: '7f3a9c21_1', to: '7f3a9c21_2' } } } },
    ]);
  });

  test('minor revisions that are left out stand in the next diff', async () => {
    begin({ minor: false });
    await publishGraded(log, 'storm', 1, lead('one'));
    await publishGraded(log, 'storm', 2, lead('two'), { change: 'minor' });
    await publishGraded(log, 'storm', 3, lead('three'));
    await queue.pass(1);
    expect(positions()).toEqual(['7f3a9c21_1', '7f3a9c21_3']);
    expect(queue.accepted()[1]?.event.data.message).toMatchObject({ from: '7f3a9c21_1', to: '7f3a9c21_3', folded: 2, change: 'update' });
  });

  test('links are whole addresses; withdrawals and moves are told as the socket tells them', async () => {
    begin();
    await newsroom.publish('uk/röst', contentOf('Vote', ['one']));
    await queue.settled();
    await newsroom.move('uk/röst', 'uk/vote');
    await queue.settled();
    await newsroom.withdraw('uk/vote');
    await queue.pass(1);
    expect(queue.accepted().map(({ event: { type, data } }) => [type, data.story, data.page, data.state])).toEqual([
      ['story.revised', 'uk/röst', 'https://news.example/stories/uk/r%C3%B6st', 'https://news.example/api/stories/uk/r%C3%B6st/revisions/7f3a9c21_1'],
      ['story.moved', 'uk/röst', 'https://news.example/stories/uk/vote', undefined],
      ['story.withdrawn', 'uk/vote', 'https://news.example/stories/uk/vote', undefined],
    ]);
    expect(queue.accepted().slice(1).map(({ event }) => event.data.message)).toEqual([
      { type: 'ended', story: 'uk/röst', position: '7f3a9c21_2', reason: 'moved', to: 'uk/vote' },
      { type: 'ended', story: 'uk/vote', position: '7f3a9c21_3', reason: 'withdrawn' },
    ]);
  });

  test('what has been withdrawn since is told of without its text, and so is a message that is too long', async () => {
    begin({}, { maxMessageBytes: 1_000 });
    queue.react(() => 'down');
    await publish(1);
    await publish(1, 'vote');
    await newsroom.withdraw('storm');
    await newsroom.publish('long', contentOf('Long', ['word '.repeat(300)]));
    queue.react(() => 'up');
    await queue.pass(minute);
    expect(queue.accepted().map(({ event: { type, data } }) => [type, data.story, data.message?.type])).toEqual([
      ['story.revised', 'storm', undefined],
      ['story.revised', 'vote', 'snapshot'],
      ['story.withdrawn', 'storm', 'ended'],
      ['story.revised', 'long', undefined],
    ]);
  });

  test('closed while it waits, it leaves no timer; closed in the middle of a delivery, it waits for the answer, but not for long', async () => {
    begin();
    queue.react(() => 'silent');
    await publish(1);
    await queue.settled();
    const closed = queue.delivery().close();
    queue.clock.advance(2_999);
    await publish(2);
    queue.clock.advance(1);
    await closed;
    expect([queue.clock.waiting(), queue.lines]).toEqual([0, []]);
    expect(queue.delivery().status()).toMatchObject({ position: '7f3a9c21_0', behind: 2 });
    expect(queue.delivery().status()).not.toHaveProperty('attempts');
    queue.react(() => 'down');
    queue.restart();
    await queue.settled();
    expect(queue.clock.waiting()).toBe(1);
    await queue.delivery().close();
    await queue.delivery().close();
    expect(queue.clock.waiting()).toBe(0);
  });

  test('of a history of 10,000 entries one is held at a time', { timeout: 120_000 }, async () => {
    begin();
    queue.end();
    for (let n = 1; n <= 10_000; n += 1) await publish(n, `story-${n % 50}`);
    let [given, history] = [0, 0];
    let most = 0;
    const counted: RevisionLog = {
      ...log,
      next: (after, wanted) => {
        const found = log.next(after, wanted);
        given += found.entry ? 1 : 0;
        most = Math.max(most, given - queue.attempts.length);
        return found;
      },
      subscribe: (story, after, listener) => {
        history += after === log.head() ? 0 : 1;
        return log.subscribe(story, after, listener);
      },
    };
    queue = createQueueUnderTest({ log: counted });
    await queue.settled();
    expect(positions()).toEqual(upTo(10_000));
    expect([given, most, history]).toEqual([10_000, 1, 0]);
  });

  test('what could not be noted is told again, with the same id', async () => {
    begin();
    await publish(1);
    let full = true;
    const store = {
      ...queue.store,
      keep: (...given: Parameters<typeof queue.store.keep>) => {
        if (full && given[2].position === '7f3a9c21_1') throw new Error('the disk is full');
        queue.store.keep(...given);
      },
    };
    const next = createQueueUnderTest({ log, hook: hookOf({ name: 'other' }), store });
    await next.settled();
    full = false;
    await next.pass(6 * minute, minute);
    expect(next.errors.map(String)).toEqual(['Error: the disk is full']);
    expect(next.taken.map(({ id }) => id)).toEqual(['other_7f3a9c21_1', 'other_7f3a9c21_1']);
    expect(next.delivery().status()).toMatchObject({ state: 'idle', behind: 0 });
  });

  test('a place in another log means nothing: the hook goes on from the head, and says so', async () => {
    begin();
    queue.react(() => 'down');
    await publish(1);
    await queue.pass(90 * hour, hour);
    const { store } = queue;
    const other = createMemoryLog({ epoch: '00c0ffee' });
    await createNewsroom(other).publish('storm', contentOf('Storm', ['one']));
    const next = createQueueUnderTest({ log: other, hook: hookOf({ from: 'now' }), store });
    expect(next.delivery().status()).toMatchObject({ position: '00c0ffee_1', behind: 0, parked: [] });
    expect(next.lines).toEqual([expect.stringContaining('was told up to 7f3a9c21_1, which is not in this log: it goes on from 00c0ffee_1')]);
  });
});

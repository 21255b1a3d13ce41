import { afterEach, describe, expect, test } from 'vitest';
import { request } from 'node:http';
import { shortly } from '../server/http/answers.ts';
import { apply } from '../server/core/diff.ts';
import type { Diff } from '../server/core/protocol.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { createReaders, type ReadersOptions } from '../server/readers.ts';
import { startSite, type Answer } from './http-fixture.ts';
import { contentOf, createNewsroom } from './newsroom.ts';
import { received } from './checked.ts';

type Site = Awaited<ReturnType<typeof startSite>>;

const epoch = '7f3a9c21';
const at = (sequence: number): string => `${epoch}_${sequence}`;
const text = (...words: string[]) => contentOf('Storm', ['Lead.', ...words], ['The railway says nothing new.']);

let site: Site | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});

/** `waiting` counts those that wait now. */
const start = async (options: Partial<ReadersOptions> = {}) => {
  const log = createMemoryLog({ epoch });
  const readers = createReaders({ log, ...options });
  let waiting = 0;
  const { subscribe } = log;
  log.subscribe = (...args) => {
    const end = subscribe(...args);
    waiting += 1;
    return () => {
      waiting -= 1;
      end();
    };
  };
  site = await startSite({ log, readers });
  waiting = 0; // but for the server itself
  const { get, port } = site;
  const poll = (range: string, headers?: Record<string, string>, method?: string): Promise<Answer> => get(`/api/stories/storm/diffs/${range}`, headers, method);
  return { log, readers, newsroom: createNewsroom(log), get, poll, port, areWaiting: (count: number) => expect.poll(() => waiting).toBe(count) };
};

const diffOf = ({ body }: Answer): Diff => received(body) as Diff;

describe('the diff to now', () => {
  test('comes at once where there is one, and says where it leads', async () => {
    const { newsroom, poll } = await start();
    const { state } = await newsroom.publish('storm', text());
    await newsroom.publish('storm', text('One.'));
    const last = await newsroom.publish('storm', text('One.', 'Two.'));
    const answer = await poll(`${at(1)}..?wait=25`);
    const { status, headers } = answer;
    expect([status, headers['content-location'], headers['stop-press-position'], headers['cache-control']]).toEqual([200, `/api/stories/storm/diffs/${at(1)}..${at(3)}`, at(3), shortly]);
    expect(apply(state, diffOf(answer).ops, diffOf(answer).at).hash).toBe(last.state.hash);
    expect((await poll(`${at(1)}..`, { 'If-None-Match': String(headers.etag) })).status).toBe(304);
    expect((await poll(`${at(2)}..`, { 'If-None-Match': String(headers.etag) })).status).toBe(200);
    const canonical = await poll(`${at(1)}..${at(3)}`);
    expect([canonical.status, canonical.body]).toEqual([200, answer.body]);
  });

  test('leads from where the client says that it stands, in the format that it asks for', async () => {
    const { newsroom, poll, get } = await start();
    await newsroom.publish('storm', text());
    await newsroom.publish('vote', text());
    await newsroom.publish('storm', text('One.'));
    expect(diffOf(await poll(`${at(2)}..`))).toMatchObject({ from: at(2), to: at(3) });
    expect(diffOf(await poll('1..'))).toMatchObject({ from: at(1), to: at(3) });
    const patch = await poll(`${at(1)}..?format=json-patch`);
    expect(diffOf(patch)).toMatchObject({ from: at(1), to: at(3), patch: expect.any(Array) as unknown });
    const location = String(patch.headers['content-location']);
    expect(location).toBe(`/api/stories/storm/diffs/${at(1)}..${at(3)}?format=json-patch`);
    expect((await get(location)).body).toBe(patch.body);
    expect((await poll('1..2?format=compact')).headers.location).toBe(`/api/stories/storm/diffs/${at(1)}..${at(3)}?format=compact`);
    expect(diffOf(await poll(`${at(1)}..${at(3)}?format=compact`))).toHaveProperty('compact');
    expect(diffOf(await poll(`${at(1)}..${at(1)}?format=json-patch`))).toMatchObject({ folded: 0, patch: [] });
  });

  test('is nothing where nothing is new: 204, at once without a wait', async () => {
    const { newsroom, poll } = await start();
    await newsroom.publish('storm', text());
    await newsroom.publish('vote', text());
    for (const range of [`${at(1)}..`, `${at(2)}..`, `${at(1)}..?wait=0`]) {
      const { status, headers, body } = await poll(range);
      expect([status, headers['stop-press-position'], headers['cache-control'], body]).toEqual([204, at(1), 'no-store', '']);
    }
    expect((await poll(`${at(1)}..?wait=60`, {}, 'HEAD')).status).toBe(204);
  });

  test('cannot be told from a place that nobody knows, or that is gone', async () => {
    const { newsroom, poll, log } = await start();
    await newsroom.publish('vote', text());
    await newsroom.publish('storm', text());
    await newsroom.publish('storm', text('One.'));
    for (const range of [`${at(1)}..`, `${at(9)}..`, 'ffffffff_2..', 'x..', '..', '9..']) expect((await poll(range)).status, range).toBe(404);
    await log.redact('storm', 1);
    expect((await poll(`${at(2)}..`)).status).toBe(404);
    for (const range of [`${at(3)}..?wait=61`, `${at(3)}..?wait=-1`, `${at(3)}..?wait=x`, `${at(3)}..?wait=1&wait=2`, `${at(3)}..?format=xml`, `${at(2)}..${at(3)}?format=xml`]) {
      expect((await poll(range)).status, range).toBe(400);
    }
  });
});

describe('who waits', () => {
  test('is answered as soon as something happens, all of them the same', async () => {
    const { newsroom, poll, areWaiting } = await start();
    await newsroom.publish('storm', text());
    const polls = Array.from({ length: 50 }, () => poll(`${at(1)}..?wait=60`));
    await areWaiting(50);
    await newsroom.publish('vote', text());
    const { diff } = await newsroom.publish('storm', text('One.'));
    const answers = await Promise.all(polls);
    for (const answer of answers) expect([answer.status, diffOf(answer)]).toEqual([200, diff]);
    await areWaiting(0);
  });

  test('is told when the time is over, and comes back from where it stood', async () => {
    const { newsroom, poll } = await start();
    await newsroom.publish('storm', text());
    const { status, headers } = await poll(`${at(1)}..?wait=1`);
    expect([status, headers['stop-press-position']]).toEqual([204, at(1)]);
  });

  test('is told that the story is withdrawn, or where it has moved', async () => {
    const { newsroom, poll, areWaiting } = await start();
    await newsroom.publish('storm', text());
    const withdrawn = poll(`${at(1)}..?wait=60`);
    await areWaiting(1);
    await newsroom.withdraw('storm');
    expect((await withdrawn).status).toBe(410);
    expect((await poll(`${at(1)}..?wait=60`)).status).toBe(410);
    await newsroom.publish('storm', text('Again.'));
    const moved = poll(`${at(3)}..?wait=60&format=compact`);
    await areWaiting(1);
    await newsroom.move('storm', 'uk/storm é');
    expect([(await moved).status, (await moved).headers.location]).toEqual([308, `/api/stories/uk/${encodeURIComponent('storm é')}/diffs/${at(3)}..?wait=60&format=compact`]);
    await areWaiting(0);
  });

  test('may be gone: 200 that left leave nothing behind', async () => {
    const { newsroom, port, areWaiting } = await start({ maxPerAddress: 200 });
    await newsroom.publish('storm', text());
    for (let round = 0; round < 2; round += 1) {
      const polls = Array.from({ length: 200 }, () => request({ host: '127.0.0.1', port, path: `/api/stories/storm/diffs/${at(1)}..?wait=60`, agent: false }).on('error', () => undefined));
      for (const each of polls) each.end();
      await areWaiting(200);
      for (const each of polls) each.destroy();
      await areWaiting(0);
    }
  });

  test('counts among the connections of its address', async () => {
    const { newsroom, poll, areWaiting } = await start({ maxPerAddress: 2 });
    await newsroom.publish('storm', text());
    const polls = [1, 2].map(() => poll(`${at(1)}..?wait=60`));
    await areWaiting(2);
    const { status, headers } = await poll(`${at(1)}..?wait=60`);
    expect([status, Number(headers['retry-after']) > 0]).toEqual([429, true]);
    expect((await poll(`${at(1)}..`)).status).toBe(204);
    await newsroom.publish('storm', text('One.'));
    await Promise.all(polls);
    const again = poll(`${at(2)}..?wait=60`);
    await areWaiting(1);
    await newsroom.publish('storm', text('Two.'));
    expect((await again).status).toBe(200);
  });

  test('is sent away at once when the server is about to stop', async () => {
    const { newsroom, poll, readers, areWaiting } = await start();
    await newsroom.publish('storm', text());
    const polls = [1, 2].map(() => poll(`${at(1)}..?wait=60`));
    await areWaiting(2);
    readers.close();
    for (const { status, headers } of await Promise.all(polls)) expect([status, Number(headers['retry-after']) > 0]).toEqual([503, true]);
    expect((await poll(`${at(1)}..?wait=60`)).status).toBe(503);
    expect((await poll(`${at(1)}..`)).status).toBe(204);
    await areWaiting(0);
  });
});

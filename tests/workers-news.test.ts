/** What the newsroom tells its workers, with workers that only listen. */
import { afterEach, expect, test, vi } from 'vitest';
import { readConfig } from '../server/config.ts';
import { noMetrics } from '../server/metrics.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { createWorkers } from '../server/workers.ts';
import type { News } from '../server/workers/messages.ts';
import { contentOf, createNewsroom } from './newsroom.ts';

const told: News[] = [];
vi.mock('../server/workers/crew.ts', () => ({
  startCrew: async () => ({ members: () => [{ inform: (news: News) => told.push(news) }], drain: async () => undefined, close: async () => undefined }),
}));

afterEach(() => vi.useRealTimers());

test('that more is coming is told with an entry, and that nothing is as soon as it is so', async () => {
  const log = createMemoryLog({ epoch: '7f3a9c21' });
  const newsroom = createNewsroom(log);
  let saves = 2;
  const workers = createWorkers({
    log,
    config: readConfig({ port: '0', workers: '2' }, {}),
    newsroom: { problemsOf: () => [], webhooks: () => [], ready: () => true, isMoreComing: () => saves > 0, control: { key: '', fulfil: async () => ({ done: true, message: '' }) } },
    metrics: { ...noMetrics, watch: () => undefined, text: async () => '', json: async () => [] },
    terminal: { say: () => undefined, complain: () => undefined },
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  await workers.listen();
  const publish = async (story: string) => {
    told.length = 0;
    await newsroom.publish(story, contentOf(story, ['Lead.']));
    saves -= 1;
    await vi.advanceTimersByTimeAsync(20);
    return told.map(({ head, isMoreComing, entry }) => ({ head, isMoreComing, isNew: entry !== undefined }));
  };
  expect(await publish('storm')).toEqual([{ head: 1, isMoreComing: true, isNew: true }]);
  expect(await publish('vote')).toEqual([{ head: 2, isMoreComing: true, isNew: true }, { head: 2, isMoreComing: false, isNew: false }]);
  saves = 2;
  await publish('fire');
  await workers.close();
  expect(vi.getTimerCount()).toBe(0);
});

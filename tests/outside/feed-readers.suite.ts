/** Feed readers that nobody here wrote ask for the feed of a story again and again, through connections that are cut: none of them misses an update. */
import { parseFeed } from '@rowanmanning/feed-parser';
import FeedParser from 'feedparser';
import Parser from 'rss-parser';
import { expect, test } from 'vitest';
import { createProxy } from '../browser/proxy.ts';
import { startSite } from '../http-fixture.ts';
import { contentOf, createNewsroom, createRandom, reworked } from '../newsroom.ts';

const cuts = Number(process.env['CUTS'] ?? 200);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

/** What each makes of a feed: the ids of its entries. Rejects where the connection breaks, or the feed cannot be read. */
const readers: Record<string, (address: string) => Promise<(string | null | undefined)[]>> = {
  'rss-parser': async (address) => (await new Parser().parseURL(address)).items.map((item) => String(item['id'])),
  '@rowanmanning/feed-parser': async (address) => parseFeed(await textOf(address)).items.map(({ id }) => id),
  feedparser: async (address) => {
    const text = await textOf(address);
    return new Promise((resolve, reject) => {
      const ids: string[] = [];
      const parser = new FeedParser({ feedurl: address });
      parser.on('error', reject).on('data', ({ guid }: { guid: string }) => ids.push(guid)).on('end', () => resolve(ids));
      parser.end(text);
    });
  },
};

const textOf = async (address: string): Promise<string> => (await fetch(address)).text();

test(`three feed readers, through ${cuts} cuts (SEED=${seed})`, { timeout: 60_000 + cuts * 2_000 }, async () => {
  const random = createRandom(seed);
  const site = await startSite();
  const proxy = await createProxy(`http://127.0.0.1:${site.port}`);
  try {
    const newsroom = createNewsroom(site.log);
    let last = contentOf('Storm', ['Lead.'], ['Text.']);
    await newsroom.publish('storm', last);
    const seen = new Map(Object.keys(readers).map((name) => [name, new Set<unknown>()]));
    const address = `${proxy.address}/stories/storm/feed.atom`;
    let broken = 0;
    const poll = async (name: string): Promise<void> => {
      try {
        for (const id of (await readers[name]?.(address)) ?? []) seen.get(name)?.add(id);
      } catch (error) {
        broken += 1;
        if (!/terminated|fetch failed|socket hang up|ECONN|other side/i.test(String(error))) throw error;
      }
    };
    for (let cut = 0; cut < cuts; cut += 1) {
      await newsroom.publish('storm', (last = reworked(last, random)));
      const polls = Object.keys(readers).map(poll);
      for (let turns = random.below(8); turns > 0; turns -= 1) await new Promise(setImmediate);
      proxy.cut();
      proxy.mend();
      await Promise.all(polls);
      // A reader that comes by less often than the feed is long would miss something by its own doing.
      if (cut % 10 === 9) await Promise.all(Object.keys(readers).map(poll));
    }
    await Promise.all(Object.keys(readers).map(poll));
    expect(broken).toBeGreaterThan(cuts / 10);
    const revisions = site.log.revisions('storm', { limit: cuts + 2 });
    for (const [name, ids] of seen) expect([name, ids.size]).toEqual([name, revisions.length]);
    for (const ids of seen.values()) expect(ids).toEqual(seen.get('rss-parser'));
  } finally {
    await proxy.close();
    await site.close();
  }
});

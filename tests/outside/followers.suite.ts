/** Clients that nobody here wrote follow a real history, cut off again and again: each ends with what the log has, and was told every state that it was not too late for. */
import fastJsonPatch from 'fast-json-patch';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AnyDiff, PatchDiff, ServerMessage } from '../../server/core/protocol.ts';
import type { State } from '../../server/core/story.ts';
import { launchChromium } from '../browser/chromium.ts';
import { createProxy } from '../browser/proxy.ts';
import { received } from '../checked.ts';
import { historiesOf } from '../histories.ts';
import { contentOf, createNewsroom, createRandom, reworked } from '../newsroom.ts';
import { createHolder, type Reached } from '../transports.ts';
import { startWholeServer } from '../whole-server.ts';
import { chromiumEvents, chromiumSocket, curl, eventSource, wscat, type ForeignClient } from './clients.ts';

const cuts = Number(process.env['CUTS'] ?? 200);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchChromium();
  page = await browser.newPage();
});
afterAll(() => browser.close());

/** The contents of a real history one after another; made up where there is none. */
const contents = () => {
  const random = createRandom(seed);
  const [{ steps = [] } = {}] = historiesOf(2 * cuts).toSorted((a, b) => b.steps.length - a.steps.length);
  let last = contentOf('Storm', ['Lead.'], Array.from({ length: 12 }, (_, n) => `Paragraph ${n} says what the storm has done to the line.`));
  const left = steps.map(({ content }) => content);
  return () => (last = left.shift() ?? reworked(last, random));
};

/** What a client makes of the messages. */
const createReading = () => {
  const [reached, faults]: [Reached[], string[]] = [[], []];
  const holder = createHolder(reached, faults);
  /** The same state by the other library, which nobody here wrote either. */
  let twin: State | undefined;
  const patch = (diff: PatchDiff): void => {
    if (twin?.position === diff.from) twin = fastJsonPatch.applyPatch(twin, structuredClone(diff.patch) as Parameters<typeof fastJsonPatch.applyPatch>[1], true).newDocument;
    if (twin?.position === diff.to && twin.hash !== diff.hash) faults.push('the other library has another state');
  };
  return {
    reached, faults,
    at: () => holder.held.get('storm')?.position,
    twin: () => twin,
    state: () => holder.held.get('storm')?.state,
    hear: (text: string): void => {
      const message = received(text) as ServerMessage | AnyDiff; // a diff may be in any format
      if (message.type === 'snapshot') {
        holder.snapshot('storm', message.position, message.state, message.reset);
        twin = structuredClone(message.state);
      }
      if (message.type === 'diff' && 'patch' in message) patch(message);
      if (message.type === 'diff' && !holder.diff(message)) faults.push(`a gap: ${message.from} to ${message.to} at ${holder.held.get('storm')?.position}`);
      if (message.type === 'error') faults.push(text);
    },
  };
};
type Reading = ReturnType<typeof createReading>;

test(`npm eventsource, curl, wscat, Chromium's EventSource and WebSocket, through ${cuts} cuts (SEED=${seed})`, { timeout: 60_000 + cuts * 5_000 }, async () => {
  const random = createRandom(seed);
  const { log, address, errors, close } = await startWholeServer({ limits: { restartWindowMs: [1, 20] } });
  const proxy = await createProxy(address);
  const clients: ForeignClient[] = [];
  try {
    const next = contents();
    const newsroom = createNewsroom(log);
    await newsroom.publish('storm', next());
    const readings = new Map<string, Reading>();
    const begin = async (name: string, path: string, connect: (wish: { address: string; path: string; hear: (text: string) => void }, reading: Reading) => ForeignClient | Promise<ForeignClient>): Promise<void> => {
      const reading = createReading();
      readings.set(name, reading);
      clients.push(await connect({ address: proxy.address, path, hear: reading.hear }, reading));
    };
    await page.goto(`${proxy.address}/`);
    await begin('npm eventsource', '/api/stories/storm/events', eventSource);
    await begin('npm eventsource, patches', '/api/stories/storm/events?format=json-patch', eventSource);
    await begin('curl -N', '/api/stories/storm/events?format=compact', curl);
    await begin('wscat', '/live?story=storm&format=json-patch', (wish, { at }) => wscat(wish, at));
    await begin('Chromium, EventSource', '/api/stories/storm/events', (wish) => chromiumEvents(page, wish));
    await begin('Chromium, WebSocket', '/live?story=storm&format=json-patch', (wish, { at }) => chromiumSocket(page, wish, at));

    const faults = (): string[] => [...readings].flatMap(([name, reading]) => reading.faults.map((fault) => `${name}: ${fault}`));
    const allThere = async (): Promise<void> => {
      while (faults().length === 0 && ![...readings.values()].every(({ at }) => at() === log.head())) await new Promise((resolve) => setTimeout(resolve, 2));
    };
    await allThere();
    for (let cut = 0; cut < cuts; cut += 1) {
      for (let turns = random.below(6); turns > 0; turns -= 1) await new Promise(setImmediate);
      const publishing = newsroom.publish('storm', next());
      proxy.cut();
      proxy.mend();
      await publishing;
      if (random.below(3) === 0) await allThere();
    }
    await newsroom.publish('storm', next());
    await allThere();

    expect(faults()).toEqual([]);
    expect(errors).toEqual([]);
    const standing = log.find('storm');
    for (const [name, { reached, state, twin }] of readings) {
      for (const { position, hash } of reached) expect(log.revision('storm', position), name).toMatchObject({ kind: 'found', state: { hash } });
      expect(new Set(reached.map(({ position }) => position)).size, name).toBe(reached.length);
      expect(standing?.kind === 'published' && standing.state.hash).toBe(state()?.hash);
      if (name.includes('patches') || name.includes('scat') || name.includes('Socket')) expect(twin(), name).toEqual(standing?.kind === 'published' && standing.state);
      console.log(`${name}: ${reached.length} states of ${cuts + 2}, ${reached.filter(({ folded = 1 }) => folded > 1).length} of them at once with others`);
    }
  } finally {
    for (const client of clients) await client.close();
    await page.goto('about:blank');
    await proxy.close();
    await close();
  }
});

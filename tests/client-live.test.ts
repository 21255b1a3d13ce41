import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Content, State } from '../server/core/story.ts';
import { launchChromium } from './browser/chromium.ts';
import { createSite, follow, type FakeSocket } from './browser/site.ts';
import { at, content, firstState, section } from './browser/stories.ts';

let browser: Browser;
let site: Awaited<ReturnType<typeof createSite>>;
let page: Page;

beforeAll(async () => { [browser, site] = await Promise.all([launchChromium(), createSite()]); });
beforeEach(async () => {
  await page?.context().close();
  page = await (await browser.newContext()).newPage();
  site.forget();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const before = content([section('lead', ['<p>The line is closed.</p>']), section('traffic', ['<p>Slow.</p>'])]);
const after = content([section('lead', ['<p>The line is open.</p>'], { revised: at(1) }), section('traffic', ['<p>Slow.</p>'])], { updated: at(1) });
const later = content([section('lead', ['<p>The line is open.</p>'], { revised: at(1) }), section('traffic', ['<p>Fast.</p>'], { revised: at(2) })], { updated: at(2) });

/** A story with three revisions, and the frames between them. */
const createStory = (story = 'storm') => {
  const first = firstState(before, story);
  const second = follow(first, after, { at: at(1) });
  const third = follow(second.state, later, { at: at(2) });
  return { first, second: second.state, third: third.state, toSecond: second.frame, toThird: third.frame };
};

const live = (state: State, socket: FakeSocket) => socket.send({ type: 'live', story: state.story, position: state.position });
const isState = (state: 'connecting' | 'live' | 'offline' | 'ended') => page.waitForSelector(`html[data-live="${state}"]`);
const isShown = (state: State) => page.waitForSelector(`main[data-position="${state.position}"][data-revision="${state.revision}"]`);

const open = async (state: State): Promise<FakeSocket> => {
  site.put(state);
  const opened = site.nextSocket();
  await page.goto(`${site.address}/stories/${state.story}`);
  const socket = await opened;
  live(state, socket);
  await isState('live');
  return socket;
};

const setHidden = (hidden: boolean) => page.evaluate((hidden) => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}, hidden);

describe('the page of a story', () => {
  it('goes on from exactly what was rendered, however stale, also where the socket is faster than the state', async () => {
    const { first, second, third, toSecond } = createStory();
    let answer = (): void => {};
    const held = new Promise<void>((resolve) => { answer = resolve; });
    await page.route('**/api/**', async (route) => { await held; await route.fallback(); });
    site.put(first);
    const opened = site.nextSocket();
    await page.goto(`${site.address}/stories/storm`);
    site.put(second, third);
    const socket = await opened;
    expect(Object.fromEntries(socket.address.searchParams)).toEqual({ story: 'storm', after: first.position, format: 'compact' });
    socket.send(toSecond);
    answer();
    await isShown(second);
    expect(await page.textContent('#s-lead .blocks')).toBe('The line is open.');
  });

  it('resumes after a drop from the position it shows, and says quietly that it is away', async () => {
    const { first, second, third, toSecond, toThird } = createStory();
    const socket = await open(first);
    socket.send(toSecond);
    await isShown(second);
    const again = site.nextSocket();
    socket.cut();
    await isState('offline');
    expect(await page.isHidden('#connection')).toBe(true);
    const resumed = await again;
    expect(resumed.address.searchParams.get('after')).toBe(second.position);
    resumed.send(toThird);
    live(third, resumed);
    await isState('live');
    await isShown(third);
    expect(await page.isHidden('#connection')).toBe(true);
  });

  it('shows a line of text while it has been away for two seconds, until it is back', async () => {
    const { first } = createStory();
    await page.clock.install();
    await page.routeWebSocket('**/live*', (route) => {
      if (blocked) route.onMessage(() => {}); // connects to nobody
      else route.connectToServer();
    });
    let blocked = false;
    const socket = await open(first);
    blocked = true;
    await page.clock.pauseAt(Date.now() + 60_000);
    socket.cut();
    await isState('offline');
    await page.clock.runFor(1_900);
    expect(await page.isHidden('#connection')).toBe(true);
    await page.clock.runFor(200);
    expect(await page.textContent('#connection')).toBe('Connection lost. Trying again …');
    expect(await page.isVisible('#connection')).toBe(true);
    blocked = false;
    const again = site.nextSocket();
    await page.evaluate(() => dispatchEvent(new Event('online')));
    live(first, await again);
    await isState('live');
    expect(await page.isHidden('#connection')).toBe(true);
  });

  it('stays away when it is told to, and says so', async () => {
    const { first } = createStory();
    await page.clock.install();
    const socket = await open(first);
    socket.close(4003);
    await isState('ended');
    expect(await page.textContent('#connection')).toBe('This page can no longer follow the story. Load it anew');
    await page.clock.runFor(120_000);
    expect(site.sockets).toHaveLength(1);
  });

  it.each([['developing', 300_000], ['final', 60_000]] as const)('lets the socket of a hidden page go, story %s, and resumes when it is looked at', async (status, patience) => {
    const { first, second, toSecond } = createStory();
    const state = { ...first, ...content(before.sections, { status }) };
    await page.clock.install();
    const socket = await open(state);
    await setHidden(true);
    for (let passed = 0; passed < patience - 5_000; passed += 50_000) {
      await page.clock.runFor(Math.min(50_000, patience - 5_000 - passed));
      socket.send({ type: 'heartbeat', at: at(1), position: first.position });
      await page.evaluate(() => undefined);
    }
    expect(socket.isOpen()).toBe(true);
    await page.clock.runFor(10_000);
    await expect.poll(() => socket.isOpen()).toBe(false);
    const again = site.nextSocket();
    await setHidden(false);
    const resumed = await again;
    expect(resumed.address.searchParams.get('after')).toBe(first.position);
    if (status === 'developing') {
      resumed.send(toSecond);
      await isShown(second);
    }
  });

  it('asks for a snapshot when the hash does not agree, counts it, and never shows what is wrong', async () => {
    const { first, third, toSecond } = createStory();
    const socket = await open(first);
    socket.send({ ...toSecond, hash: '00000000' });
    await expect.poll(() => socket.heard).toEqual([{ type: 'subscribe', story: 'storm', format: 'compact' }]);
    expect(await page.getAttribute('html', 'data-mismatches')).toBe('1');
    expect(await page.textContent('#s-lead .blocks')).toBe('The line is closed.');
    socket.send({ type: 'snapshot', story: 'storm', position: third.position, reset: false, state: third });
    await isShown(third);
    expect(await page.textContent('#sections .blocks >> nth=1')).toBe('Fast.');
    expect(await page.evaluate(() => [...(CSS.highlights.get('added') ?? [])].map(String))).toEqual(['open', 'Fast']);
  });

  it('asks again from its own position when a diff does not follow on, and drops one that it has already', async () => {
    const { first, second, third, toSecond, toThird } = createStory();
    const socket = await open(first);
    socket.send(toThird);
    await expect.poll(() => socket.heard).toEqual([{ type: 'subscribe', story: 'storm', after: first.position, format: 'compact' }]);
    socket.send(toSecond, toSecond, toThird);
    await isShown(third);
    expect(socket.heard).toHaveLength(1);
    expect(second.position).not.toBe(third.position);
  });

  it('takes a withdrawn story off the screen, and puts it back when it returns', async () => {
    const { first, second, toSecond } = createStory();
    const socket = await open(first);
    socket.send({ type: 'ended', story: 'storm', position: '7f3a9c21_2', reason: 'withdrawn' });
    await isState('ended');
    expect(await page.textContent('#notice')).toBe('This story has been withdrawn.');
    expect(await page.isVisible('#notice')).toBe(true);
    expect(await page.textContent('body')).not.toContain('The line is closed.');
    socket.send({ ...toSecond, from: '7f3a9c21_2', to: '7f3a9c21_3' });
    await isState('live');
    await page.waitForSelector('main[data-position="7f3a9c21_3"]');
    expect(await page.isHidden('#notice')).toBe(true);
    expect(await page.textContent('#s-lead .blocks')).toBe('The line is open.');
    expect(second.revision).toBe(2);
  });

  it('follows a story to its new address', async () => {
    const { first, toSecond } = createStory();
    const socket = await open(first);
    socket.send({ type: 'ended', story: 'storm', position: '7f3a9c21_2', reason: 'moved', to: 'norr/stormen å' });
    await expect.poll(() => socket.heard).toEqual([{ type: 'subscribe', story: 'norr/stormen å', after: '7f3a9c21_2', format: 'compact' }]);
    expect(await page.evaluate(() => location.pathname)).toBe('/stories/norr/stormen%20%C3%A5');
    socket.send({ ...toSecond, story: 'norr/stormen å', from: '7f3a9c21_2', to: '7f3a9c21_3' });
    await page.waitForSelector('main[data-position="7f3a9c21_3"]');
    const again = site.nextSocket();
    socket.cut();
    expect((await again).address.searchParams.get('story')).toBe('norr/stormen å');
  });
});

describe('the list of stories', () => {
  const slugs = () => page.evaluate(() => [...document.querySelectorAll('#story-list > li')].map((item) => item.getAttribute('data-story')));
  const state = (story: string, minute: number, more: Partial<Content['meta']> = {}): State => ({ ...firstState(content(before.sections, { updated: at(minute), ...more }), story), position: `7f3a9c21_${minute}` });
  /** Waits until the list has been patched so often, from the beginning. */
  const patches = (count: number) => page.waitForFunction((count) => (globalThis as unknown as { patches: number }).patches >= count, count);

  const openList = async (...states: State[]): Promise<FakeSocket> => {
    site.put(...states);
    await page.addInitScript(() => {
      const counter = Object.assign(globalThis, { patches: 0 });
      document.addEventListener('stop-press:patched', () => { counter.patches += 1; });
    });
    const opened = site.nextSocket();
    await page.goto(`${site.address}/`);
    const socket = await opened;
    socket.send({ type: 'live', story: '*', position: states.at(-1)?.position ?? '7f3a9c21_0' });
    await isState('live');
    return socket;
  };

  it('puts what changed on top, with its new headline and the beginning that it has now', async () => {
    const old = state('storm', 1);
    const socket = await openList(old, state('vote', 2, { headline: 'The vote' }));
    expect(socket.address.searchParams.get('story')).toBe('*');
    expect(socket.address.searchParams.get('after')).toBe('7f3a9c21_2');
    expect(await slugs()).toEqual(['vote', 'storm']);
    const next = follow({ ...old, position: '7f3a9c21_2' }, content(after.sections, { headline: 'The line reopens', updated: at(3) }), { at: at(3) });
    site.put(next.state);
    socket.send(next.frame);
    await patches(1);
    expect(await slugs()).toEqual(['storm', 'vote']);
    expect(await page.textContent('[data-story=storm] .headline')).toBe('The line reopens');
    expect(await page.getAttribute('#stories', 'data-position')).toBe('7f3a9c21_3');
    await expect.poll(() => page.textContent('[data-story=storm] .excerpt')).toBe('The line is open.');
    await expect.poll(() => page.textContent('#announcer')).toBe('Updated: The line reopens');
  });

  it('inserts a new story, renames one that has moved, and leaves out one that is withdrawn', async () => {
    const socket = await openList(state('vote', 1));
    const fresh = state('storm', 2);
    socket.send({ type: 'snapshot', story: 'storm', position: fresh.position, reset: false, state: fresh });
    await patches(1);
    expect(await slugs()).toEqual(['storm', 'vote']);
    socket.send({ type: 'ended', story: 'storm', position: '7f3a9c21_3', reason: 'moved', to: 'gale' });
    await patches(2);
    expect(await slugs()).toEqual(['gale', 'vote']);
    expect(await page.getAttribute('[data-story=gale] .headline a', 'href')).toBe('/stories/gale');
    for (const story of ['gale', 'vote']) socket.send({ type: 'ended', story, position: '7f3a9c21_4', reason: 'withdrawn' });
    await expect.poll(slugs).toEqual([]);
    expect(await page.isVisible('.empty')).toBe(true);
  });

  it('resumes only from `live`, what comes after it, and heartbeats', async () => {
    const first = state('storm', 1);
    const socket = await openList(first);
    socket.send({ type: 'heartbeat', at: at(1), position: '7f3a9c21_5' });
    await page.waitForSelector('#stories[data-position="7f3a9c21_5"]');
    const again = site.nextSocket();
    socket.cut();
    const resumed = await again;
    expect(resumed.address.searchParams.get('after')).toBe('7f3a9c21_5');
    const next = follow({ ...first, position: '7f3a9c21_5' }, content(after.sections, { updated: at(6) }), { at: at(6) });
    resumed.send(next.frame);
    await patches(1);
    expect(await page.getAttribute('#stories', 'data-position')).toBe('7f3a9c21_5');
    resumed.send({ type: 'live', story: '*', position: '7f3a9c21_9' });
    await page.waitForSelector('#stories[data-position="7f3a9c21_9"]');
  });

  it('after a reset holds what it is told of, and nothing else', async () => {
    const socket = await openList(state('vote', 1), state('storm', 2));
    const fresh = { ...state('storm', 3), position: '00000000_1' };
    socket.send({ type: 'snapshot', story: 'storm', position: '00000000_1', reset: true, state: fresh }, { type: 'live', story: '*', position: '00000000_1' });
    await page.waitForSelector('#stories[data-position="00000000_1"]');
    expect(await slugs()).toEqual(['storm']);
  });
});

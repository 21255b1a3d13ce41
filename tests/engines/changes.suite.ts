/** What a reader sees of changes, and what can be done about them: the bar, the keys, the marks. */
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Change, Content, State } from '../../server/core/story.ts';
import { launchChromium } from '../browser/chromium.ts';
import { createSite, follow, type FakeSocket } from '../browser/site.ts';
import { at, content, firstState, longContent, section } from '../browser/stories.ts';

let browser: Browser;
let site: Awaited<ReturnType<typeof createSite>>;
let context: BrowserContext;
let page: Page;
let errors: string[] = [];

beforeAll(async () => { [browser, site] = await Promise.all([launchChromium(), createSite()]); });
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const start = async (options: BrowserContextOptions = {}) => {
  context = await browser.newContext({ viewport: { width: 900, height: 700 }, ...options });
  page = await newPage();
};
const newPage = async () => {
  const fresh = await context.newPage();
  fresh.on('pageerror', ({ message }) => errors.push(message));
  return fresh;
};
beforeEach(async () => {
  errors = [];
  site.forget();
  await start();
});
afterEach(async () => {
  await context.close();
  expect(errors).toEqual([]);
});

const open = async (state: State): Promise<FakeSocket> => {
  site.put(state);
  const opened = site.nextSocket();
  await page.goto(`${site.address}/stories/${state.story}`);
  const socket = await opened;
  socket.send({ type: 'live', story: state.story, position: state.position });
  await page.waitForSelector('html[data-live="live"]');
  return socket;
};

const isShown = (state: State) => page.waitForSelector(`main[data-position="${state.position}"]`);

/** The next state, published and sent. */
const send = (socket: FakeSocket, before: State, next: Content, change: Change = 'update'): State => {
  const { state, frame } = follow(before, next, { at: at(before.revision), change });
  site.put(state);
  socket.send(frame);
  return state;
};
const show = async (socket: FakeSocket, before: State, next: Content, change: Change = 'update'): Promise<State> => {
  const state = send(socket, before, next, change);
  await isShown(state);
  return state;
};

const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
const countText = () => page.textContent('#changes [data-do=list]');
const highlighted = () => page.evaluate(() => [...(CSS.highlights.get('added') ?? [])].map(String));
const labels = () => page.evaluate(() => [...document.querySelectorAll('.change-label')].map((label) => `${label.closest('section')?.dataset['id']}: ${label.querySelector('span')?.textContent}`));
const listed = () => page.evaluate(() => [...document.querySelectorAll('#changes-list li')].map((item) => `${item.className} ${item.querySelector('b')?.textContent}`));
const news = () => page.evaluate(() => [...document.querySelectorAll('#changes-news p')].map((line) => line.textContent));
const announced = () => page.waitForFunction(() => document.querySelector('#announcer')?.textContent).then((handle) => handle.jsonValue());
/** Until the browser has told all observers what is on the screen. */
const observed = () => page.evaluate(() => new Promise((resolve) => { new IntersectionObserver(resolve).observe(document.body); }));
const setHidden = (hidden: boolean) => page.evaluate((hidden) => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}, hidden);

const revised = { revised: at(1) };
const edited = (id: string) => section(id, ['<p>Rewritten from the first word to the last.</p>'], revised);
const threeEdits = () => longContent({ 'part-3': edited('part-3'), 'part-6': edited('part-6'), 'part-9': edited('part-9') });

describe('the change bar', () => {
  it('counts what is new, in the title too, and leads from one change to the next, never to the top', async () => {
    const socket = await open(firstState(longContent()));
    expect(await page.isVisible('#changes-idle')).toBe(true);
    expect(await page.isVisible('#changes [data-do=next]')).toBe(false);
    await page.evaluate(() => scrollTo(0, 400));
    await show(socket, firstState(longContent()), threeEdits());
    expect([await countText(), await page.title()]).toEqual(['3 changes', '(3) Storm closes the northern line – Stop Press']);
    const visits: (string | undefined)[] = [];
    for (const key of ['n', 'n', 'n', 'n', 'p']) {
      await page.keyboard.press(key);
      visits.push(await page.evaluate(() => document.activeElement?.closest('section')?.dataset['id']));
      expect(await page.evaluate(() => scrollY)).toBeGreaterThan(400);
      expect(await page.evaluate(() => {
        const [place, bar] = [document.activeElement?.getBoundingClientRect(), document.querySelector('#changes')?.getBoundingClientRect()];
        return place && bar && place.top >= 0 && place.bottom <= bar.top;
      })).toBe(true);
    }
    expect(visits).toEqual(['part-3', 'part-6', 'part-9', 'part-3', 'part-9']);
    expect([await countText(), await page.title()]).toEqual(['Changes', 'Storm closes the northern line – Stop Press']);
  });

  it('does by mouse what keys do, and lists what has been read too', async () => {
    const socket = await open(firstState(longContent()));
    await show(socket, firstState(longContent()), threeEdits());
    await page.click('[data-do=next]');
    expect(await focused()).toContain('Rewritten');
    await page.click('[data-do=list]');
    expect(await listed()).toEqual(['read Edited: part 3', 'unread Edited: part 6', 'unread Edited: part 9']);
    await page.click('#changes-list li:nth-child(3) a');
    expect(await page.evaluate(() => document.activeElement?.closest('section')?.id)).toBe('s-part-9');
    expect(await page.isVisible('#changes-list')).toBe(false);
    await page.keyboard.press('l');
    expect(await listed()).toEqual(['read Edited: part 3', 'unread Edited: part 6', 'read Edited: part 9']);
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-do'))).toBe('list');
  });

  it('takes blocks that stand together for one change, and those that stand apart for two', async () => {
    const blocks = (...changed: number[]) => [0, 1, 2, 3, 4].map((n) => (changed.includes(n) ? `<p>Another text, number ${n}.</p>` : `<p>Paragraph ${n} of the story.</p>`));
    const socket = await open(firstState(content([section('lead', blocks())])));
    await show(socket, firstState(content([section('lead', blocks())])), content([section('lead', blocks(0, 1, 4), revised)]));
    expect(await countText()).toBe('2 changes');
  });

  it('never takes the focus unasked, and leaves no trace where it has led', async () => {
    const socket = await open(firstState(longContent()));
    await page.focus('[data-do=pause]');
    const state = await show(socket, firstState(longContent()), threeEdits());
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-do'))).toBe('pause');
    await page.keyboard.press('n');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('tabindex'))).toBe('-1');
    await show(socket, state, longContent({ 'part-3': section('part-3', ['<p>Rewritten from the first word to the very last.</p>'], revised), 'part-6': edited('part-6'), 'part-9': edited('part-9') }));
    expect(await focused()).toContain('very last');
    await page.keyboard.press('n');
    expect(await page.locator('.blocks [tabindex]').count()).toBe(1);
  });
});

describe('the keys', () => {
  it('are listed by ?, and can be turned off for good', async () => {
    const socket = await open(firstState(longContent()));
    await show(socket, firstState(longContent()), threeEdits());
    await page.keyboard.press('?');
    await page.waitForSelector('#keys[open]');
    expect(await page.locator('#keys kbd').allTextContents()).toEqual(['n', 'p', 'l', 'r', 'u', '?']);
    await page.keyboard.press('n');
    expect(await countText()).toBe('3 changes');
    await page.uncheck('#use-keys');
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    expect(await countText()).toBe('3 changes');
    page = await newPage();
    const again = await open(firstState(longContent(), 'gale'));
    await show(again, firstState(longContent(), 'gale'), threeEdits());
    await page.keyboard.press('n');
    expect(await countText()).toBe('3 changes');
    await page.click('[data-do=keys]');
    await page.check('#use-keys');
    await page.click('#keys button');
    await page.keyboard.press('n');
    expect(await countText()).toBe('2 changes');
  });

  it('are off with a modifier and in a field, and found by their place on a keyboard without Latin letters', async () => {
    const socket = await open(firstState(longContent()));
    await show(socket, firstState(longContent()), threeEdits());
    for (const keys of ['Control+n', 'Alt+n', 'Meta+n']) await page.keyboard.press(keys);
    await page.evaluate(() => {
      const field = document.createElement('input');
      document.body.append(field);
      field.focus();
    });
    await page.keyboard.press('n');
    expect(await countText()).toBe('3 changes');
    await page.evaluate(() => {
      document.querySelector('input:not(#use-keys)')?.remove();
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'т', code: 'KeyN', bubbles: true }));
    });
    expect(await countText()).toBe('2 changes');
  });
});

describe('a pause', () => {
  it('keeps changes back and counts them, and lets them in as one', async () => {
    const first = firstState(longContent());
    const socket = await open(first);
    await page.keyboard.press('u');
    await page.waitForSelector('#changes-paused:not([hidden])');
    expect(await page.textContent('#changes-paused')).toBe('Paused');
    const second = send(socket, first, longContent({ 'part-3': edited('part-3') }));
    const third = send(socket, second, threeEdits());
    await expect.poll(() => page.textContent('#changes-paused')).toBe('2 changes waiting');
    expect(await page.title()).toBe('(2) Storm closes the northern line – Stop Press');
    expect(await page.getAttribute('main', 'data-position')).toBe(first.position);
    expect(await page.textContent('#sections')).not.toContain('Rewritten');
    await page.click('[data-do=pause]:visible');
    await expect.poll(() => socket.heard).toEqual([{ type: 'subscribe', story: 'storm', after: first.position, format: 'compact' }]);
    const { frame } = follow(first, third, { at: at(2) });
    socket.send({ ...frame, to: third.position, folded: 2, revision: 3 }, { type: 'live', story: 'storm', position: third.position });
    await isShown(third);
    expect([await countText(), await page.isVisible('#changes-paused')]).toEqual(['3 changes', false]);
    expect(await page.getAttribute('html', 'data-mismatches')).toBeNull();
  });

  it('does not hold back that a story is withdrawn', async () => {
    const socket = await open(firstState(longContent()));
    await page.keyboard.press('u');
    await page.waitForSelector('#changes-paused:not([hidden])');
    socket.send({ type: 'ended', story: 'storm', position: '7f3a9c21_2', reason: 'withdrawn' });
    await page.waitForSelector('#notice:not([hidden])');
  });

  it('asks again from where the page stands when the line was lost meanwhile', async () => {
    const first = firstState(longContent());
    const socket = await open(first);
    await page.keyboard.press('u');
    await page.waitForSelector('#changes-paused:not([hidden])');
    send(socket, first, threeEdits());
    await expect.poll(() => page.textContent('#changes-paused')).toBe('1 change waiting');
    const again = site.nextSocket();
    socket.cut();
    expect((await again).address.searchParams.get('after')).toBe(first.position);
  });
});

describe('labels', () => {
  it('tell new, edited, moved and merged sections and the place of a removed one apart', async () => {
    const [lead, ...parts] = ['lead', 'a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => section(id, [`<p>This is the text of ${id}.</p>`]));
    const [, , , d, , f, g] = parts;
    if (!lead || !d || !f || !g) throw new Error('no sections');
    const socket = await open(firstState(content([lead, ...parts])));
    await show(socket, firstState(content([lead, ...parts])), content([
      lead, section('a', ['<p>This is the new text of a.</p>'], revised), section('x', ['<p>Come lately.</p>'], { added: at(1), revised: at(1) }),
      section('c', ['<p>This is the text of c.</p>', '<p>This is the text of b.</p>'], { ...revised, was: ['b'] }), f, g, d,
    ]));
    expect(await labels()).toEqual(['a: Edited', 'x: New', 'c: Merged from “b” · Edited', 'f: Removed here: “e”', 'd: Moved']);
    const shapes = await page.evaluate(() => ['a .block-changed', 'x', 'c', 'd'].map((id) => getComputedStyle(document.querySelector(`#s-${id}`) ?? document.body, '::before').borderInlineStartStyle));
    expect(new Set(shapes).size).toBe(4);
  });

  it('take no room: what they stand at does not move when they come and go', async () => {
    await page.clock.install();
    const socket = await open(firstState(longContent()));
    const tops = () => page.evaluate(() => [...document.querySelectorAll('#s-part-1 .blocks > p, #s-part-2 .heading')].map((element) => Math.round(element.getBoundingClientRect().top)));
    const before = await tops();
    await show(socket, firstState(longContent()), longContent({ 'part-1': section('part-1', longContent().sections[1]?.blocks.map((block) => block.replace('wind', 'gale')) ?? []) }));
    expect(await labels()).toEqual(['part-1: Edited']);
    expect(await tops()).toEqual(before);
    await page.evaluate(() => document.querySelector('#s-part-1')?.scrollIntoView());
    await observed();
    await page.clock.runFor(90_000);
    expect(await labels()).toEqual([]);
    await page.evaluate(() => scrollTo(0, 0));
    expect(await tops()).toEqual(before);
  });
});

describe('removed words', () => {
  const before = content([section('lead', ['<p>Nine people were treated, nobody is <em>badly</em> hurt.</p>', '<ul>\n<li>one</li>\n<li>two</li>\n</ul>', '<p>Gone soon.</p>', '<p>Stays.</p>'])]);
  const after = content([section('lead', ['<p>Eleven people were treated, nobody is hurt.</p>', '<ul>\n<li>one</li>\n<li>three</li>\n</ul>', '<p>Stays.</p>'], revised)]);
  const dels = () => page.locator('del').allTextContents();

  it('are shown where they stood when the reader asks, and leave nothing behind', async () => {
    const socket = await open(firstState(before));
    await show(socket, firstState(before), after);
    const html = () => page.evaluate(() => document.querySelector('.blocks')?.outerHTML);
    const nodes = () => page.evaluate(() => document.querySelector('#s-lead p:not([class])')?.childNodes.length);
    const [plain, count, words] = [await html(), await nodes(), await highlighted()];
    expect(words).toEqual(['Eleven', 'three']);
    await page.click('.change-label button');
    expect((await dels()).map((text) => text.trim())).toEqual(['Nine', 'badly', 'two', 'Gone soon.']);
    expect(await page.getAttribute('.change-label button', 'aria-pressed')).toBe('true');
    expect(await highlighted()).toEqual(words);
    expect(await page.locator('ul > del, ul > :not(li)').count()).toBe(0);
    await page.keyboard.press('r');
    expect(await dels()).toEqual([]);
    expect([await html(), await nodes(), await highlighted()]).toEqual([plain, count, words]);
  });

  it('do not disturb what comes while they are shown, and the button keeps the focus', async () => {
    const socket = await open(firstState(before));
    const state = await show(socket, firstState(before), after);
    await page.focus('.change-label button');
    await page.keyboard.press('Enter');
    expect(await dels()).toHaveLength(4);
    const last = await show(socket, state, content([section('lead', ['<p>Twelve people were treated, nobody is hurt.</p>', '<ul>\n<li>one</li>\n<li>three</li>\n</ul>', '<p>Stays.</p>'], revised)]));
    expect((await dels())[0]?.trim()).toBe('Nine');
    expect(await page.evaluate(() => document.activeElement?.closest('.change-label') !== null)).toBe(true);
    await page.keyboard.press('r');
    expect((await page.locator('.blocks').innerHTML()).replaceAll(' class=""', '')).toBe(last.sections[0]?.blocks.join('').replaceAll('<p>Twelve', '<p class="block-changed">Twelve').replace('<ul>', '<ul class="block-changed">'));
  });
});

describe('a mark', () => {
  const text = (words: number) => `<p>${'word '.repeat(words)}</p>`;
  const marks = () => page.evaluate(() => [...document.querySelectorAll('.block-changed')].map((element) => element.closest('section')?.dataset['id']));

  it('stays as long as its text takes to read, while the page is looked at, and is listed afterwards', async () => {
    await page.clock.install();
    const before = content([section('lead', ['<p>A.</p>']), section('long', ['<p>B.</p>']), ...longContent().sections.slice(1)]);
    const socket = await open(firstState(before));
    await show(socket, firstState(before), content([section('lead', ['<p>Short.</p>'], revised), section('long', [text(60)], revised), ...longContent({ 'part-11': edited('part-11') }).sections.slice(1)]));
    await page.evaluate(() => document.querySelector('#s-lead')?.scrollIntoView());
    await observed();
    expect(await marks()).toEqual(['lead', 'long', 'part-11']);
    await page.clock.runFor(5_000);
    await setHidden(true);
    await page.clock.runFor(600_000);
    await setHidden(false);
    expect(await marks()).toEqual(['lead', 'long', 'part-11']);
    await page.clock.runFor(5_000);
    expect(await marks()).toEqual(['long', 'part-11']);
    expect([await labels(), await countText()]).toEqual([['long: Edited', 'part-11: Edited'], '2 changes']);
    await page.clock.runFor(60_000);
    expect(await marks()).toEqual(['part-11']);
    await page.keyboard.press('l');
    expect(await listed()).toEqual(['read Edited: Opening', 'read Edited: long', 'unread Edited: part 11']);
    await page.keyboard.press('n');
    expect(await page.evaluate(() => document.activeElement?.closest('section')?.id)).toBe('s-part-11');
  });

  it('is not made by a minor revision, nor is it counted, listed or said', async () => {
    const socket = await open(firstState(longContent()));
    const minor = await show(socket, firstState(longContent()), threeEdits(), 'minor');
    expect(await page.locator('.block-changed, .change-label').count()).toBe(0);
    expect([await page.title(), await page.isVisible('[data-do=next]')]).toEqual(['Storm closes the northern line – Stop Press', false]);
    await show(socket, minor, longContent());
    expect(await announced()).toMatch(/^Story updated: 3 sections edited/);
  });
});

describe('a reader who comes back', () => {
  const corrected = () => {
    const { sections } = threeEdits();
    const fresh = section('fresh', ['<p>News.</p>'], { added: at(1), revised: at(1) });
    return content([...sections, fresh], { updated: at(1), corrections: [{ at: at(1), text: 'Three trains stood, not two.', section: 'part-3' }] });
  };
  const comeBack = async (to: State) => {
    page = await newPage();
    await page.clock.install({ time: new Date('2026-11-22T15:00:00.000Z') });
    site.put(to);
    await page.goto(`${site.address}/stories/storm`);
  };
  const visit = async (from: State) => {
    await page.clock.install({ time: new Date('2026-11-22T14:05:00.000Z') });
    await open(from);
    await page.close();
  };

  beforeEach(async () => {
    await context.close();
    await start({ timezoneId: 'UTC' });
  });

  it('is told what has changed since, with the same marks, list and keys, once', async () => {
    const first = firstState(longContent());
    await visit(first);
    const { state } = follow(first, corrected(), { at: at(1) });
    await comeBack(state);
    await page.waitForSelector('#changes-news:not([hidden])');
    expect(await news()).toEqual(['Since you read this at 14:05: 1 correction, 1 section added and 3 sections edited.', 'Correction to what you read: Three trains stood, not two.']);
    expect(await announced()).toBe((await news()).join(' '));
    expect([await countText(), await page.title()]).toEqual(['5 changes', '(5) Storm closes the northern line – Stop Press']);
    expect(await labels()).toEqual(['part-3: Correction · Edited', 'part-6: Edited', 'part-9: Edited', 'fresh: New']);
    await page.keyboard.press('n');
    expect(await page.evaluate(() => document.activeElement?.className)).toContain('corrected');
    await page.reload();
    await page.waitForSelector('html[data-live]');
    site.sockets.at(-1)?.send({ type: 'live', story: 'storm', position: state.position });
    await page.waitForSelector('html[data-live="live"]');
    expect(await page.isVisible('[data-do=next]')).toBe(false);
  });

  it('is told on the next day which day it was', async () => {
    const first = firstState(longContent());
    await visit(first);
    const { state } = follow(first, content(threeEdits().sections, { updated: at(1) }), { at: at(1) });
    page = await newPage();
    await page.clock.install({ time: new Date('2026-11-24T08:00:00.000Z') });
    site.put(state);
    await page.goto(`${site.address}/stories/storm`);
    await page.waitForSelector('#changes-news:not([hidden])');
    expect(await news()).toEqual(['Since you read this on 22 Nov 2026, 14:05: 3 sections edited.']);
  });

  it.each([[404, 404], [410, 200], [200, 410]])('hears nothing where the past cannot be had: state %i, diff %i', async (stateStatus, diffStatus) => {
    const first = firstState(longContent());
    await visit(first);
    const { state } = follow(first, corrected(), { at: at(1) });
    await context.route(`**/revisions/${first.position}`, (route) => (stateStatus === 200 ? route.fallback() : route.fulfill({ status: stateStatus })));
    await context.route('**/diffs/**', (route) => (diffStatus === 200 ? route.fallback() : route.fulfill({ status: diffStatus })));
    const opened = site.nextSocket();
    await comeBack(state);
    (await opened).send({ type: 'live', story: 'storm', position: state.position });
    await page.waitForSelector('html[data-live="live"]');
    expect([await news(), await labels()]).toEqual([[], []]);
  });

  it('hears nothing of what was minor', async () => {
    const first = firstState(longContent());
    await visit(first);
    const { state } = follow(first, threeEdits(), { at: at(1), change: 'minor' });
    const opened = site.nextSocket();
    await comeBack(state);
    (await opened).send({ type: 'live', story: 'storm', position: state.position });
    await page.waitForSelector('html[data-live="live"]');
    expect([await news(), await labels()]).toEqual([[], []]);
  });

  it('is told on the page that was hidden, also of what comes when the line is taken up again', async () => {
    const first = firstState(longContent());
    await page.clock.install({ time: new Date('2026-11-22T14:05:00.000Z') });
    const socket = await open(first);
    await setHidden(true);
    const second = await show(socket, first, longContent({ 'part-3': edited('part-3') }));
    await page.clock.runFor(10_000);
    expect(await page.textContent('#announcer')).toBe('');
    await setHidden(false);
    await expect.poll(news).toEqual(['Since you read this at 14:05: 1 section edited.']);
    await page.clock.runFor(1_500);
    expect(await page.textContent('#announcer')).toBe('Story updated: 1 section edited (part 3).');
    await show(socket, second, threeEdits());
    expect(await news()).toEqual(['Since you read this at 14:05: 1 section edited.']);
    await page.keyboard.press('n');
    expect(await news()).toEqual([]);
  });
});

describe('a correction', () => {
  const wrong = content([section('lead', ['<p>The line is closed.</p>']), section('figures', ['<p>There were 180.</p>'])]);
  const right = (named?: string) => content([section('lead', ['<p>The line is closed.</p>']), section('figures', ['<p>There were 118.</p>'], revised)], { updated: at(1), corrections: [{ at: at(1), text: 'There were 118, not 180.', ...(named !== undefined && { section: named }) }] });

  it.each(['figures', undefined])('is told to somebody who has seen the wrong text until it is reached (section %s)', async (named) => {
    const socket = await open(firstState(wrong));
    await show(socket, firstState(wrong), right(named), 'correction');
    expect(await news()).toEqual(['Correction to what you read: There were 118, not 180.']);
    expect(await announced()).toMatch(/^Correction to what you read: There were 118, not 180\. /);
    expect(await labels()).toEqual(['figures: Correction · Edited']);
    expect(await page.getAttribute('#s-figures .corrected a', 'href')).toBe('#c-1');
    expect(await page.textContent('#c-1 .correction-text')).toBe('There were 118, not 180.');
    await page.keyboard.press('n');
    expect(await focused()).toMatch(/^Corrected/);
    expect(await news()).toEqual([]);
  });

  it('stands quietly at its section for somebody who comes later', async () => {
    await open({ ...firstState(right('figures')), position: '7f3a9c21_2', revision: 2 });
    expect(await page.textContent('#s-figures .corrected')).toMatch(/^Corrected/);
    expect([await news(), await labels(), await page.textContent('#announcer')]).toEqual([[], [], '']);
  });

  it('is only counted where what it corrects was never on the page, or nobody looked', async () => {
    await page.addInitScript(() => { Object.defineProperty(document, 'hidden', { configurable: true, get: () => true }); });
    const socket = await open(firstState(wrong));
    await show(socket, firstState(wrong), right('figures'), 'correction');
    expect(await news()).toEqual([]);
    expect(await labels()).toEqual(['figures: Correction · Edited']);
    await setHidden(false);
    expect(await announced()).toMatch(/^Story updated: 1 correction and /);
  });
});

describe('the second stage of the script', () => {
  const requests = () => page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js')).length);

  it('is loaded with the first change, and not before', async () => {
    const socket = await open(firstState(longContent()));
    expect(await requests()).toBe(1);
    await show(socket, firstState(longContent()), threeEdits());
    expect(await requests()).toBe(2);
  });

  it('loses and confuses nothing that comes while it loads', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => { release = resolve; });
    await page.route('**/changes-*.js', async (route) => { await released; await route.fallback(); });
    const first = firstState(longContent());
    const socket = await open(first);
    const asked = page.waitForRequest('**/changes-*.js');
    const second = send(socket, first, longContent({ 'part-3': edited('part-3') }));
    const third = send(socket, second, longContent());
    const last = send(socket, third, threeEdits());
    await asked;
    expect(await page.getAttribute('main', 'data-position')).toBe(first.position);
    release();
    await isShown(last);
    expect(socket.heard).toEqual([]);
    expect(await page.textContent('#s-part-9 .blocks')).toContain('Rewritten');
    expect(await page.getAttribute('html', 'data-mismatches')).toBeNull();
  });

  it('is asked for again when it fails', async () => {
    let attempts = 0;
    await page.route('**/changes-*.js', (route) => ((attempts += 1) < 3 ? route.abort() : route.fallback()));
    const socket = await open(firstState(longContent()));
    await show(socket, firstState(longContent()), threeEdits());
    expect(attempts).toBe(3);
    errors = [];
  });

  it('that is there no more ends the page’s way, which says so and how to go on', async () => {
    await page.clock.install();
    await page.route('**/changes-*.js', (route) => route.fulfill({ status: 404 }));
    const socket = await open(firstState(longContent()));
    send(socket, firstState(longContent()), threeEdits());
    for (let second = 0; second < 10 && (await page.getAttribute('html', 'data-live')) === 'live'; second += 1) {
      await page.clock.runFor(1_000);
      await page.evaluate(() => fetch('/style.css').then((response) => response.text()));
    }
    await page.waitForSelector('html[data-live="ended"]');
    expect(await page.textContent('#connection')).toBe('This page can no longer follow the story. Load it anew');
    await page.unroute('**/changes-*.js');
    await page.click('#connection a');
    await page.waitForSelector('#s-part-3:has-text("Rewritten")');
  });
});

describe('the contents', () => {
  const entries = (attribute: string) => page.evaluate((attribute) => [...document.querySelectorAll('#contents a')].flatMap((entry) => (entry.hasAttribute(attribute) ? [`${entry.getAttribute('data-id')} ${entry.getAttribute(attribute)}`] : [])), attribute);

  it('follow the reader, and say what is new and what was edited', async () => {
    const socket = await open(firstState(longContent()));
    await page.evaluate(() => document.querySelector('#s-part-6')?.scrollIntoView());
    await expect.poll(() => entries('aria-current')).toEqual(['part-6 true']);
    const next = longContent({ 'part-3': edited('part-3'), 'part-9': edited('part-9') });
    await show(socket, firstState(longContent()), content([...next.sections, section('fresh', ['<p>News.</p>'], { added: at(1), revised: at(1) })]));
    expect(await entries('class')).toEqual(['part-3 is-edited', 'part-9 is-edited', 'fresh is-new']);
    await expect.poll(() => entries('aria-current')).toEqual(['part-6 true']);
    expect(await page.locator('#contents a').count()).toBe(12);
  });
});

describe('everybody', () => {
  const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const looks: [string, BrowserContextOptions][] = [['desktop', {}], ['a phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }], ['dark', { colorScheme: 'dark' }], ['forced colours', { forcedColors: 'active' }]];

  it.each(looks)('axe finds nothing while changes are shown: %s', async (_, options) => {
    await context.close();
    await start({ bypassCSP: true, ...options });
    const socket = await open(firstState(longContent()));
    await show(socket, firstState(longContent()), content(threeEdits().sections, { corrections: [{ at: at(1), text: 'Not so.', section: 'part-3' }] }), 'correction');
    await page.evaluate(await axe);
    const violations = () => page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(root: Document): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
      return (await axe.run(document)).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`);
    });
    expect(await violations()).toEqual([]);
    for (const key of ['n', 'r', 'l']) await page.keyboard.press(key);
    expect(await violations()).toEqual([]);
    await page.keyboard.press('?');
    expect(await violations()).toEqual([]);
  });

  it.each([[320, 640], [320, 256], [1280, 900]])('the bar hides little and nothing runs out of the page: %i x %i', async (width, height) => {
    await page.setViewportSize({ width, height });
    const socket = await open(firstState(longContent()));
    await page.keyboard.press('u');
    const state = firstState(longContent());
    await page.keyboard.press('u');
    await show(socket, state, threeEdits());
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const box = await page.locator('#changes').boundingBox();
    expect(box?.height).toBeLessThan(60);
    const small = await page.evaluate(() => [...document.querySelectorAll('#changes button')].filter((button) => button.checkVisibility()).filter((button) => Math.min(button.clientHeight, button.clientWidth) < 24).length);
    expect(small).toBe(0);
  });

  it('fingers find targets of 44 px', async () => {
    await context.close();
    await start({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const socket = await open(firstState(longContent()));
    await show(socket, firstState(longContent()), threeEdits());
    expect(await page.evaluate(() => [...document.querySelectorAll('#changes button')].filter((button) => button.checkVisibility()).map((button) => Math.min(button.clientHeight, button.clientWidth)).every((size) => size >= 44))).toBe(true);
  });
});

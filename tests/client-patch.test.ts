import * as fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Content, Op, Section, State } from '../server/core/story.ts';
import { apply } from '../server/core/diff.ts';
import { renderStory } from '../server/pages/story.ts';
import { launchChromium } from './browser/chromium.ts';
import { createSite, follow, type FakeSocket } from './browser/site.ts';
import { at, content, firstState, pageContents, section } from './browser/stories.ts';

let browser: Browser;
let site: Awaited<ReturnType<typeof createSite>>;
let page: Page;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), createSite()]);
  page = await browser.newPage();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const rendered = (state: State): string => renderStory({ lang: 'en', script: () => '' }, state, { position: state.position, origin: 'http://127.0.0.1' });

/** Opens the page of a state, live. */
const open = async (state: State): Promise<FakeSocket> => {
  site.forget();
  site.put(state);
  const opened = site.nextSocket();
  await page.goto(`${site.address}/stories/${state.story}`);
  const socket = await opened;
  socket.send({ type: 'live', story: state.story, position: state.position });
  await page.waitForSelector('html[data-live="live"]');
  return socket;
};

/** Opens the page of a state that the API does not give away any more; it then asks for a snapshot. */
const openWithoutState = async (state: State): Promise<void> => {
  site.forget();
  site.put(state);
  await page.route('**/api/**', (route) => route.fulfill({ status: 410 }));
  await page.goto(`${site.address}/stories/${state.story}`);
  const hasAsked = ({ address, heard }: FakeSocket) => !address.searchParams.has('after') || heard.some((message) => message.type === 'subscribe' && message.after === undefined);
  await expect.poll(() => site.sockets.slice(-1).some(hasAsked), { timeout: 10_000 }).toBe(true);
  await page.unroute('**/api/**');
};

const untilShown = (state: State) => page.waitForSelector(`main[data-position="${state.position}"]`);

/** What of the page is the story's, without marks and with times as the machine reads them: of the page itself, or of another's HTML. */
const storyIn = (html?: string) =>
  page.evaluate((html) => {
    const from = html === undefined ? document : new DOMParser().parseFromString(html, 'text/html');
    const marks = ['block-changed', 'is-edited', 'is-new', 'is-moved', 'is-merged', 'is-removed'];
    const clean = (element: Element): string => {
      const copy = element.cloneNode(true) as Element;
      for (const ours of copy.querySelectorAll('.change-label, .removed-words')) ours.remove();
      for (const each of [copy, ...copy.querySelectorAll('*')]) {
        each.classList.remove(...marks);
        if (each.className === '') each.removeAttribute('class');
        each.removeAttribute('aria-current');
        if (each.closest('#sections, #story-header')) each.removeAttribute('tabindex');
        if (each instanceof HTMLTimeElement && !each.closest('.blocks')) each.textContent = each.dateTime;
      }
      return copy.outerHTML;
    };
    const { title, documentElement: { lang, dir } } = from;
    return { title: title.replace(/^\(\d+\) /, ''), lang, dir, parts: [...from.querySelectorAll('#story-header, #contents, #sections > *, #corrections')].map(clean) };
  }, html);

/** The blocks that the ops leave alone: section and index before, section and index after. */
const keptBlocks = (before: Content, after: Content, ops: Op[]): [string, number, string, number][] =>
  before.sections.flatMap((old: Section) => {
    const edit = ops.find((op) => op.op === 'edit' && op.id === old.id);
    const id = (edit?.op === 'edit' && edit.newId) || old.id;
    if (ops.some((op) => op.op === 'remove' && op.id === old.id) || !after.sections.some((each) => each.id === id)) return [];
    const edits = (edit?.op === 'edit' && edit.blocks) || [];
    return old.blocks.flatMap((_, index): [string, number, string, number][] => {
      if (edits.some((one) => index >= one.at && index < one.at + one.drop)) return [];
      const shift = edits.filter((one) => one.at + one.drop <= index).reduce((sum, one) => sum + one.put.length - one.drop, 0);
      return [[old.id, index, id, index + shift]];
    });
  });

const rememberBlocks = () => page.evaluate(() => {
  const blocks = [...document.querySelectorAll('#sections > section')].map((each) => [each.getAttribute('data-id'), [...each.querySelectorAll('.blocks > :not(.removed-words)')]] as const);
  Object.assign(globalThis, { remembered: Object.fromEntries(blocks) });
});

const countSame = (kept: [string, number, string, number][]) => page.evaluate((kept) => {
  const { remembered } = globalThis as unknown as { remembered: Record<string, Element[]> };
  return kept.filter(([oldId, oldIndex, id, index]) => {
    const now = [...document.querySelectorAll('#sections > section')].find((each) => each.getAttribute('data-id') === id);
    return now?.querySelectorAll('.blocks > :not(.removed-words)')[index] === remembered[oldId]?.[oldIndex];
  }).length;
}, kept);

describe('a page that is patched', () => {
  it('is the page that the server would render, and blocks that no op touches are the same nodes', async () => {
    await fc.assert(fc.asyncProperty(fc.array(pageContents, { minLength: 2, maxLength: 8 }), async ([first, ...others]) => {
      if (!first) return;
      let state = firstState(first);
      const socket = await open(state);
      for (const [index, next] of others.entries()) {
        const { state: after, frame } = follow(state, next, { at: at(index) });
        await rememberBlocks();
        for (const key of ['r', 'n'].slice(0, index % 3)) await page.keyboard.press(key); // removed words shown, a change with the focus
        socket.send(frame);
        await untilShown(after);
        expect(await storyIn()).toEqual(await storyIn(rendered(after)));
        const kept = keptBlocks(state, after, frame.ops);
        expect(await countSame(kept)).toBe(kept.length);
        state = after;
      }
      expect(await page.evaluate(() => document.documentElement.dataset['mismatches'])).toBeUndefined();
    }), { numRuns: 8 });
  }, 120_000);

  it('is that page too when a snapshot comes, whether the page held a state or could not have it', async () => {
    await fc.assert(fc.asyncProperty(pageContents, pageContents, fc.boolean(), async (first, second, had) => {
      const state = firstState(first);
      const { state: after } = follow(state, second, { at: at(1) });
      if (had) await open(state);
      else await openWithoutState(state);
      site.sockets.at(-1)?.send({ type: 'snapshot', story: 'storm', position: after.position, reset: false, state: after });
      await untilShown(after);
      expect(await storyIn()).toEqual(await storyIn(rendered(after)));
    }), { numRuns: 8 });
  }, 120_000);

  it('moves a section itself, with what is selected in it and what has the focus', async () => {
    const [lead, a, b, c] = [section('lead', ['<p>Lead.</p>']), section('a', ['<p>One <a href="/a">link</a> here.</p>']), section('b', ['<p>Two.</p>']), section('c', ['<p>Three.</p>'])];
    const state = firstState(content([lead, a, b, c]));
    const socket = await open(state);
    await page.focus('a[href="/a"]');
    await page.evaluate(() => document.addEventListener('stop-press:patched', () => {
      Object.assign(globalThis, { gliding: document.querySelector('#s-a')?.getAnimations({ subtree: true }).length });
    }));
    const { state: after, frame } = follow(state, content([lead, b, c, a]), { at: at(1) });
    expect(frame.ops).toEqual([{ op: 'move', id: 'a', after: 'c' }]);
    socket.send(frame);
    await untilShown(after);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('/a');
    expect(await page.evaluate('gliding')).toBeGreaterThan(0);
    expect(await page.getAttribute('#s-a', 'class')).toBe('section is-moved');
  });

  it('lets what was hidden appear where it stands: it comes from nowhere', async () => {
    const state = firstState(content([section('lead', ['<p>Lead.</p>']), section('a', ['<p>One.</p>'])]));
    const socket = await open(state);
    await page.evaluate(() => document.addEventListener('stop-press:patched', () => {
      const shown = document.querySelector('#s-a .revised');
      const frames = shown?.getAnimations().flatMap(({ effect }) => (effect instanceof KeyframeEffect ? effect.getKeyframes() : [])) ?? [];
      Object.assign(globalThis, { appeared: shown?.getAttribute('hidden') === null, flown: frames.some(({ transform }) => transform !== undefined) });
    }));
    const { state: after, frame } = follow(state, content([section('lead', ['<p>Lead.</p>']), section('a', ['<p>Two.</p>'], { revised: at(1) })]), { at: at(1) });
    socket.send(frame);
    await untilShown(after);
    expect(await page.evaluate(() => [(globalThis as { appeared?: boolean }).appeared, (globalThis as { flown?: boolean }).flown])).toEqual([true, false]);
  });

  it('keeps open details, a selection beside the change and one further on in the changed paragraph', async () => {
    const details = (text: string) => `<details><summary>Figures</summary><p>${text}</p></details>`;
    const state = firstState(content([section('lead', ['<p>Some 180 passengers spent the night in Moss.</p>', details('180 in all'), '<p>Stay.</p>'])]));
    const socket = await open(state);
    await page.click('summary');
    await page.evaluate(() => {
      const text = document.querySelector('#s-lead p:not([class])')?.firstChild;
      const from = text?.nodeValue?.indexOf('night') ?? 0;
      if (text) getSelection()?.setBaseAndExtent(text, from, text, from + 'night'.length);
    });
    expect(await page.evaluate(() => String(getSelection()))).toBe('night');
    const after = follow(state, content([section('lead', ['<p>Some 118 passengers spent the night in Moss.</p>', details('118 in all'), '<p>Stay.</p>'], { revised: at(1) })]), { at: at(1) });
    socket.send(after.frame);
    await untilShown(after.state);
    expect(await page.evaluate(() => String(getSelection()))).toBe('night');
    expect(await page.evaluate(() => document.querySelector('details')?.open)).toBe(true);
    expect(await page.textContent('details p')).toBe('118 in all');
  });

  it('rewrites blocks whole where something else has changed the page, and is right again', async () => {
    const state = firstState(content([section('lead', ['<p>One.</p>', '<p>Two.</p>'])]));
    const socket = await open(state);
    await page.evaluate(() => document.querySelector('.blocks')?.prepend(document.createElement('aside')));
    const after = follow(state, content([section('lead', ['<p>One.</p>', '<p>Three.</p>'])]), { at: at(1) });
    socket.send(after.frame);
    await untilShown(after.state);
    expect((await storyIn()).parts).toEqual((await storyIn(rendered(after.state))).parts);
  });

  it('shows times in the reader’s zone, but leaves those in the text alone', async () => {
    const context = await browser.newContext({ timezoneId: 'Asia/Tokyo' });
    const tokyo = await context.newPage();
    site.forget();
    site.put(firstState(content([section('lead', ['<p>At <time datetime="2026-11-22T14:00:00.000Z">two</time>.</p>'])])));
    await tokyo.goto(`${site.address}/stories/storm`);
    await tokyo.waitForSelector('html[data-live]');
    expect(await tokyo.textContent('#story-header time')).toContain('23:00');
    expect(await tokyo.textContent('.blocks time')).toBe('two');
    await context.close();
  });
});

describe('the ops of these tests', () => {
  it('lead to the state that they are compared with', () => {
    fc.assert(fc.property(pageContents, pageContents, (first, second) => {
      const state = firstState(first);
      const { state: after, frame } = follow(state, second, { at: at(1) });
      expect(apply(state, frame.ops, frame.at).hash).toBe(after.hash);
    }));
  });
});

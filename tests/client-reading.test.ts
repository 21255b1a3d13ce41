import * as fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Content, State } from '../server/core/story.ts';
import { launchChromium } from './browser/chromium.ts';
import { createSite, follow, type FakeSocket } from './browser/site.ts';
import { at, content, firstState, longContent, section } from './browser/stories.ts';

let browser: Browser;
let site: Awaited<ReturnType<typeof createSite>>;
let page: Page;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), createSite()]);
  page = await browser.newPage({ viewport: { width: 900, height: 700 } });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

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

const show = async (socket: FakeSocket, before: State, next: Content, change: 'update' | 'minor' | 'correction' = 'update'): Promise<State> => {
  const { state, frame } = follow(before, next, { at: at(before.revision), change });
  socket.send(frame);
  await page.waitForSelector(`main[data-position="${state.position}"]`);
  return state;
};

/** Puts a section's first paragraph near the top of the screen and remembers where it stands. */
const read = (id: string) => page.evaluate(async (id) => {
  const paragraph = document.querySelector(`#s-${id} .blocks > p`);
  scrollTo(0, scrollY + (paragraph?.getBoundingClientRect().top ?? 0) - 40);
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  Object.assign(globalThis, { reading: paragraph, readAt: paragraph?.getBoundingClientRect().top, start: scrollY });
}, id);

/** How far what is read is painted from where it was, at worst in the next frames; and how far the page has been scrolled. */
const moved = () => page.evaluate(async () => {
  const { reading, readAt, start } = globalThis as unknown as { reading: Element; readAt: number; start: number };
  let worst = 0;
  for (let frame = 0; frame < 6; frame += 1) {
    worst = Math.max(worst, Math.abs(reading.getBoundingClientRect().top - readAt));
    await new Promise(requestAnimationFrame);
  }
  return { connected: reading.isConnected, px: Math.round(worst * 50) / 50, scrolled: Math.round(scrollY - start) };
});

const longer = (id: string) => section(id, [`<p>${'Something new is known about the night. '.repeat(20)}</p>`, '<p>And more of it.</p>'], { revised: at(1) });

describe('the line being read', () => {
  const changes: Record<string, Content> = {
    'a section above is edited': longContent({ 'part-1': longer('part-1') }),
    'sections above are removed': longContent({ 'part-1': null, 'part-2': null }),
    'a section is inserted above': content([...longContent().sections.slice(0, 2), longer('new'), ...longContent().sections.slice(2)]),
    'a section moves from above to below': content([...longContent().sections.slice(0, 2), ...longContent().sections.slice(3), ...longContent().sections.slice(2, 3)]),
    'a section below is edited': longContent({ 'part-11': longer('part-11') }),
    'the headline grows': longContent(),
  };

  for (const anchoring of ['auto', 'none']) {
    describe(anchoring === 'auto' ? 'where the browser anchors scrolling' : 'where it does not', () => {
      it.each(Object.entries(changes))('does not move when %s', async (name, next) => {
        const before = longContent();
        const socket = await open(firstState(before));
        await page.addStyleTag({ content: `* { overflow-anchor: ${anchoring}; }` });
        await read('part-6');
        await show(socket, firstState(before), name === 'the headline grows' ? content(next.sections, { headline: 'Storm '.repeat(40) }) : next);
        const { connected, px, scrolled } = await moved();
        expect({ connected, px }).toEqual({ connected: true, px: 0 });
        expect(scrolled === 0).toBe(name === 'a section below is edited');
      });
    });
  }

  it('goes with its section when that is moved, since it is being read', async () => {
    const { sections } = longContent();
    const socket = await open(firstState(longContent()));
    await read('part-6');
    await show(socket, firstState(longContent()), content([...sections.slice(0, 1), ...sections.slice(6, 7), ...sections.slice(1, 6), ...sections.slice(7)]));
    expect((await moved()).px).toBe(0);
  });

  it('at the very top nothing is scrolled: what is new comes into view', async () => {
    const socket = await open(firstState(longContent()));
    await show(socket, firstState(longContent()), longContent({ lead: longer('lead') }));
    expect(await page.evaluate(() => scrollY)).toBe(0);
  });

  it('does not move over random changes of other sections', async () => {
    const others = fc.array(fc.tuple(fc.constantFrom('lead', 'part-1', 'part-2', 'part-4', 'part-5', 'part-7', 'part-9'), fc.nat(3)), { minLength: 1, maxLength: 4 });
    await fc.assert(fc.asyncProperty(fc.array(others, { minLength: 1, maxLength: 10 }), fc.constantFrom('auto', 'none'), async (all, anchoring) => {
      let state = firstState(longContent());
      const socket = await open(state);
      await page.addStyleTag({ content: `* { overflow-anchor: ${anchoring}; }` });
      await read('part-6');
      for (const some of all) {
        state = await show(socket, state, longContent(Object.fromEntries(some.map(([id, size]) => [id, size === 0 ? null : section(id, Array<string>(size * 2).fill('<p>Rewritten.</p>'))]))));
        expect((await moved()).px).toBe(0);
      }
    }), { numRuns: 6 });
  }, 120_000);
});

describe('what changed', () => {
  const highlighted = () => page.evaluate(() => [...(CSS.highlights.get('added') ?? [])].map(String));
  const classes = (selector: string) => page.evaluate((selector) => document.querySelector(selector)?.className, selector);
  const announced = () => page.waitForFunction(() => document.querySelector('#announcer')?.textContent).then((handle) => handle.jsonValue());

  const before = content([section('lead', ['<p>The line is <em>closed</em> from Moss to Halden.</p>']), section('what-we-know', ['<p>Some 180 people spent the night in trains.</p>', '<p>Nobody is hurt.</p>'])]);
  const know = (blocks: string[]) => section('what-we-know', blocks, { revised: at(1) });

  it('is marked word by word, on the block and on its section, and said in one sentence', async () => {
    const socket = await open(firstState(before));
    await show(socket, firstState(before), content([
      section('lead', ['<p>The line is <em>open again</em> from Moss to Halden.</p>'], { revised: at(1) }),
      know(['<p>Some 118 people spent the night in trains.</p>', '<p>Nobody is hurt.</p>', '<p>Buses run.</p>']),
      section('traffic', ['<p>Slow.</p>'], { added: at(1), revised: at(1) }),
    ], { updated: at(1) }));
    expect(await highlighted()).toEqual(['open again', '118', 'Buses run.']);
    expect(await page.evaluate(() => [...document.querySelectorAll('.block-changed')].map((block) => block.textContent))).toEqual([
      'The line is open again from Moss to Halden.', 'Some 118 people spent the night in trains.', 'Buses run.',
    ]);
    expect([await classes('#s-lead'), await classes('#s-what-we-know'), await classes('#s-traffic')]).toEqual(['section lead is-edited', 'section is-edited', 'section is-new']);
    expect(await page.isVisible('#s-what-we-know .revised')).toBe(true);
    expect(await announced()).toBe('Story updated: 1 section added (traffic) and 2 sections edited (Opening and what we know).');
  });

  it('of several revisions at once is one sentence', async () => {
    const socket = await open(firstState(before));
    const first = await show(socket, firstState(before), content([...before.sections.slice(0, 1), know(['<p>Some 118 people spent the night in trains.</p>'])]));
    await show(socket, first, content([...before.sections.slice(0, 1), know(['<p>Some 119 people spent the night in trains.</p>'])], { headline: 'The line reopens', corrections: [{ at: at(1), text: 'There were 119.' }] }), 'correction');
    expect(await announced()).toBe('Correction to what you read: There were 119. Story updated: new headline: The line reopens and 1 section edited (what we know).');
    expect(await page.title()).toBe('(3) The line reopens – Stop Press');
    expect(await page.textContent('#corrections li .correction-text')).toBe('There were 119.');
  });

  it('in a minor revision is nobody’s business: no mark, not a word', async () => {
    const socket = await open(firstState(before));
    const minor = await show(socket, firstState(before), content([section('lead', ['<p>The line is <em>closed</em>, from Moss to Halden.</p>']), ...before.sections.slice(1)]), 'minor');
    expect(await page.textContent('#s-lead p:not(.revised)')).toContain('closed,');
    expect(await highlighted()).toEqual([]);
    expect(await page.locator('.block-changed, .is-edited').count()).toBe(0);
    await show(socket, minor, content([...minor.sections.slice(0, 1), know(['<p>Nobody is hurt.</p>'])]));
    expect(await announced()).toBe('Story updated: 1 section edited (what we know).');
  });

  it('stays marked by the margin where words cannot be highlighted', async () => {
    const context = await browser.newContext();
    const plain = await context.newPage();
    await plain.addInitScript(() => { Reflect.deleteProperty(CSS, 'highlights'); });
    site.forget();
    site.put(firstState(before));
    const opened = site.nextSocket();
    await plain.goto(`${site.address}/stories/storm`);
    const { frame } = follow(firstState(before), content([...before.sections.slice(0, 1), know(['<p>Some 118 people.</p>'])]), { at: at(1) });
    (await opened).send(frame);
    await plain.waitForSelector('.block-changed');
    expect(await plain.evaluate(() => 'highlights' in CSS)).toBe(false);
    await context.close();
  });

  it('fades once it has been on the screen for a while, not before', async () => {
    const context = await browser.newContext();
    const later = await context.newPage();
    await later.clock.install();
    site.forget();
    site.put(firstState(before));
    const opened = site.nextSocket();
    await later.goto(`${site.address}/stories/storm`);
    const { frame } = follow(firstState(before), content([...before.sections.slice(0, 1), know(['<p>Some 118 people spent the night in trains.</p>', '<p>Nobody is hurt.</p>'])]), { at: at(1) });
    (await opened).send(frame);
    await later.waitForSelector('.block-changed');
    await later.clock.runFor(4_000);
    expect(await later.locator('.block-changed').count()).toBe(1);
    await later.clock.runFor(30_000);
    expect(await later.locator('.block-changed, .is-edited').count()).toBe(0);
    expect(await later.evaluate(() => CSS.highlights.get('added')?.size)).toBe(0);
    expect(await later.getAttribute('#s-what-we-know .blocks > p', 'class')).toBeNull();
    await context.close();
  });
});

/** `<stop-press-story>` in a page of another origin. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, ConsoleMessage, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { languages } from '../server/core/languages.ts';
import type { Content, Section, State } from '../server/core/story.ts';
import { launchChromium } from './browser/chromium.ts';
import { startElsewhere, startNewsroom, type Newsroom } from './browser/embedding.ts';
import { at, contentOf, metaOf, sampleSections, sectionOf } from './http-fixture.ts';
import { createRandom, reworked } from './newsroom.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let newsroom: Newsroom;
let elsewhere: Awaited<ReturnType<typeof startElsewhere>>;
let page: Page;
let slug = 'storm';

beforeAll(async () => {
  [browser, elsewhere] = await Promise.all([launchChromium(), startElsewhere()]);
  newsroom = await startNewsroom({ origins: [elsewhere.address] });
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await newsroom?.close();
  await elsewhere?.close();
});
let count = 0;
beforeEach(async () => {
  slug = `story-${(count += 1)}`;
  page = await browser.newPage({ viewport: { width: 800, height: 600 } });
});
afterEach(() => page.close());

type Embedded = HTMLElement & { src: string; state?: State; position?: string; status: string };

const tag = (story = slug, more = '') => `<stop-press-story src="${newsroom.address}/stories/${story}" ${more}><a href="${newsroom.address}/stories/${story}">Read it there</a></stop-press-story>`;
const script = () => `<script src="${newsroom.address}/embed.js" async></script>`;
const show = async (body: string, more: { head?: string; headers?: Record<string, string> } = {}): Promise<void> => {
  elsewhere.show(body, { ...more, head: `${script()}${more.head ?? ''}` });
  await page.goto(elsewhere.address);
};
const publish = (content: Content, more?: Parameters<Newsroom['publish']>[2]) => newsroom.publish(slug, content, more);
const until = (revision: number, index = 0) =>
  page.waitForFunction(([revision, index]) => document.querySelectorAll<Embedded>('stop-press-story')[index ?? 0]?.state?.revision === revision, [revision, index]);
const isLive = () => page.waitForFunction(() => [...document.querySelectorAll<Embedded>('stop-press-story')].every(({ status }) => status === 'live'));
const part = (name: string) => page.locator(`stop-press-story [part~="${name}"]`);
const markedWords = () => page.evaluate(() => [...(CSS.highlights.get('stop-press') ?? [])].map(String));
/** What is waited for may take its time on a busy machine. */
const poll = <T>(get: () => T) => expect.poll(get, { timeout: 10_000 });
const fallback = () => page.locator('stop-press-story > a');
const styleOf = (name: string, property: string) => part(name).first().evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), property);

/** The sample with other blocks in some sections. */
const edited = (blocks: Record<string, string[]>, minute: number): Section[] =>
  sampleSections().map((section) => ({ ...section, ...(blocks[section.id] && { blocks: blocks[section.id] ?? [], revised: at(minute) }) }));

describe('the element', () => {
  test('shows a story of another origin, and what changes in it, word by word', async () => {
    await publish(contentOf(metaOf(), sampleSections()));
    await show(tag());
    await until(1);
    expect(await part('headline').textContent()).toBe('Storm closes the northern line');
    expect(await part('block').count()).toBe(4);
    expect(await part('link').getAttribute('href')).toBe(`${newsroom.address}/stories/buses`);
    expect(await fallback().isVisible()).toBe(false);
    await publish(contentOf(metaOf({ updated: at(3) }), edited({ 'what-we-know': ['<p>180 passengers were on the train.</p>', '<p>Nobody was hurt.</p>'] }, 3)), { minute: 3 });
    await until(2);
    expect(await markedWords()).toEqual(['180']);
    expect(await page.locator('stop-press-story [part~=block][part~=changed]').allTextContents()).toEqual(['180 passengers were on the train.']);
    expect(await part('label').filter({ visible: true }).allTextContents()).toEqual(['Edited']);
    expect(await part('revised').filter({ visible: true }).count()).toBe(1);
    await poll(() => page.locator('stop-press-story .heard').textContent()).toBe('Story updated: Edited: About what-we-know.');
  });

  test('a correction stands at its section and at the foot; a minor revision is not marked', async () => {
    await publish(contentOf(metaOf(), sampleSections()));
    await show(tag());
    await until(1);
    await publish(contentOf(metaOf(), edited({ trains: ['<p>Buses run from <a href="/stories/buses">the Station</a>.</p>'] }, 1)), { minute: 1, change: 'minor' });
    await until(2);
    expect([await part('changed').count(), await markedWords()]).toEqual([0, []]);
    await publish(contentOf(metaOf({ corrections: [{ at: at(2), text: 'There were 118.', section: 'what-we-know' }] }), sampleSections()), { minute: 2, change: 'correction' });
    await until(3);
    expect(await part('correction').textContent()).toContain('There were 118.');
    expect(await page.locator('stop-press-story [data-id=what-we-know] [part~=corrected][part~=changed]').isVisible()).toBe(true);
    await poll(() => page.locator('stop-press-story .heard').textContent()).toContain('Correction: There were 118.');
  });

  test('law: however a story has changed, it stands as though it had just been drawn', async () => {
    const random = createRandom(5);
    let content = contentOf(metaOf(), sampleSections());
    await publish(content);
    await show(tag());
    await until(1);
    for (let revision = 2; revision < 14; revision += 1) {
      content = reworked(content, random);
      await publish(content, { minute: revision });
      await until(revision);
    }
    await page.evaluate((html) => document.body.insertAdjacentHTML('beforeend', html), tag());
    await until(13, 1);
    const [changed, fresh] = await page.evaluate(() => [...document.querySelectorAll('stop-press-story')].map(({ shadowRoot }) => {
      const article = shadowRoot?.querySelector('article')?.cloneNode(true) as Element;
      for (const label of article.querySelectorAll('[part~=label]')) label.remove();
      for (const element of article.querySelectorAll('[part]')) element.part.remove('changed', 'new', 'moved');
      for (const element of article.querySelectorAll('[part=""]')) element.removeAttribute('part');
      return article.innerHTML;
    }));
    expect(changed).toBe(fresh);
  });

  test('tells the page what it shows: state, position and events, out of shadow trees too', async () => {
    await publish(contentOf(metaOf(), sampleSections()));
    await show('<div id="box"></div>', { head: `<script>
      told = [];
      addEventListener('stop-press:update', ({ target, detail }) => told.push(detail.type));
      addEventListener('stop-press:status', ({ detail }) => told.push(detail.status));
    </script>` });
    await page.evaluate((html) => { (document.querySelector('#box') as HTMLElement).attachShadow({ mode: 'open' }).innerHTML = html; }, tag());
    await poll(() => page.evaluate('told')).toEqual(['snapshot', 'live', 'live']);
    const embedded = await page.evaluate(() => {
      const { state, position, status, src } = document.querySelector('#box')?.shadowRoot?.querySelector<Embedded>('stop-press-story') ?? ({} as Partial<Embedded>);
      return { headline: state?.meta.headline, position, status, src };
    });
    expect(embedded).toEqual({ headline: 'Storm closes the northern line', position: newsroom.log.find(slug)?.position, status: 'live', src: `${newsroom.address}/stories/${slug}` });
  });

  test('shows chosen sections alone, also those that come later', async () => {
    await publish(contentOf(metaOf(), sampleSections()));
    await show(tag(slug, 'sections="lead trains"'));
    await until(1);
    const shown = () => page.locator('stop-press-story section').filter({ visible: true }).evaluateAll((sections) => sections.map((section) => (section as HTMLElement).dataset['id']));
    expect(await shown()).toEqual(['lead', 'trains']);
    await publish(contentOf(metaOf(), [...sampleSections(), sectionOf('later', ['<p>Later.</p>'])]), { minute: 1 });
    await until(2);
    expect(await shown()).toEqual(['lead', 'trains']);
    await page.evaluate(() => document.querySelector('stop-press-story')?.removeAttribute('sections'));
    await poll(shown).toEqual(['lead', 'what-we-know', 'trains', 'later']);
  });

  test('looks as the page wants it', async () => {
    await publish(contentOf(metaOf(), sampleSections()));
    await show(tag(), { head: `<style>
      body { font-family: monospace; color: rgb(10, 20, 30); }
      stop-press-story { --stop-press-link: rgb(1, 2, 3); --stop-press-measure: 300px; --stop-press-accent: rgb(4, 5, 6); }
      stop-press-story::part(headline) { font-size: 41px; }
      stop-press-story::part(block) { text-indent: 7px; }
    </style>` });
    await until(1);
    expect(await styleOf('headline', 'font-family')).toBe('monospace');
    expect(await styleOf('block', 'color')).toBe('rgb(10, 20, 30)');
    expect(await styleOf('link', 'color')).toBe('rgb(1, 2, 3)');
    expect(await styleOf('headline', 'font-size')).toBe('41px');
    expect(await styleOf('block', 'text-indent')).toBe('7px');
    expect((await page.locator('stop-press-story').boundingBox())?.width).toBe(300);
    expect(await part('developing').evaluate((element) => getComputedStyle(element, '::before').backgroundColor)).toBe('rgb(4, 5, 6)');
  });
});

describe('the reader’s place', () => {
  const paragraphs = (n: number, name: string) => Array.from({ length: n }, (_, index) => `<p id="${name}-${index}">${name} ${index}: ${'the wind has turned to the north and the trains stand still. '.repeat(3)}</p>`);
  const tall = (first: string[]) => contentOf(metaOf(), [sectionOf('lead', first), sectionOf('body', paragraphs(8, 'body').map((html) => html.replace(/ id="[^"]+"/, '')))]);
  const topOf = (selector: string) => page.locator(selector).evaluate((element) => element.getBoundingClientRect().top);
  const more = paragraphs(3, 'new').map((html) => html.replace(/ id="[^"]+"/, ''));

  // As in browsers that do not anchor what is scrolled by themselves.
  test.each([
    ['in the story', 'stop-press-story section:nth-child(2) p[part~=block] >> nth=4', ''],
    ['in the page below it', '#below-3', ''],
    ['in a box that scrolls', '#below-3', '#box { height: 500px; overflow-y: auto; }'],
  ])('%s stays where it is on the screen', async (_, read, css) => {
    await publish(tall(['<p>First.</p>']));
    const body = `<header style="position: sticky; top: 0; background: #fff">Elsewhere</header><div id="box">${paragraphs(3, 'above').join('')}${tag()}${paragraphs(12, 'below').join('')}</div>`;
    await show(body, { head: `<style>* { overflow-anchor: none; } ${css}</style>` });
    await until(1);
    await page.locator(read).evaluate((element) => element.scrollIntoView({ block: 'center' }));
    await page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 200); })); // what is scrolled is not changed
    const before = await topOf(read);
    await publish(tall(['<p>First.</p>', ...more]), { minute: 1 });
    await until(2);
    expect(Math.abs((await topOf(read)) - before)).toBeLessThanOrEqual(1);
    await publish(tall(['<p>First, and last.</p>']), { minute: 2 });
    await until(3);
    expect(Math.abs((await topOf(read)) - before)).toBeLessThanOrEqual(1);
  });

  test('what stands before a story is not moved by it', async () => {
    await publish(tall(['<p>First.</p>']));
    await show(`${paragraphs(3, 'above').join('')}${tag()}${paragraphs(12, 'below').join('')}`);
    await until(1);
    await page.evaluate(() => scrollTo(0, 40));
    await publish(tall([...more, '<p>First.</p>']), { minute: 1 });
    await until(2);
    expect(await page.evaluate(() => scrollY)).toBe(40);
  });
});

describe('the way to the story', () => {
  test('all stories of a page share one socket, which closes with the last of them', async () => {
    await publish(contentOf(metaOf(), sampleSections()));
    await newsroom.publish(`${slug}-b`, contentOf(metaOf(), sampleSections()));
    const opened = newsroom.opened();
    await show(tag() + tag(`${slug}-b`) + tag());
    await isLive();
    await Promise.all([until(1), until(1, 1), until(1, 2)]);
    expect([newsroom.opened() - opened, newsroom.readers(slug), newsroom.readers(`${slug}-b`)]).toEqual([1, 1, 1]);
    await page.evaluate(() => document.body.append(document.querySelector('stop-press-story') ?? ''));
    await page.evaluate(() => document.querySelectorAll('stop-press-story')[0]?.remove());
    await poll(() => newsroom.readers(`${slug}-b`)).toBe(0);
    expect([newsroom.opened() - opened, newsroom.connections()]).toEqual([1, 1]);
    await page.evaluate(() => { for (const story of document.querySelectorAll('stop-press-story')) story.remove(); });
    await poll(() => newsroom.connections()).toBe(0);
  });

  test('another src is another story', async () => {
    await publish(contentOf(metaOf(), sampleSections()));
    await newsroom.publish(`${slug}-b`, contentOf(metaOf({ headline: 'Another' }), sampleSections()));
    await show(tag());
    await until(1);
    await page.evaluate((src) => { (document.querySelector('stop-press-story') as Embedded).src = src; }, `${newsroom.address}/stories/${slug}-b`);
    await poll(() => part('headline').allTextContents()).toEqual(['Another']);
    expect(newsroom.readers(slug)).toBe(0);
    await page.evaluate(() => document.querySelector('stop-press-story')?.removeAttribute('src'));
    await fallback().waitFor();
    await poll(() => newsroom.connections()).toBe(0);
  });

  test('without JavaScript the fallback is shown', async () => {
    const plain = await browser.newPage({ javaScriptEnabled: false });
    elsewhere.show(tag(), { head: script() });
    await plain.goto(elsewhere.address);
    expect(await plain.locator('stop-press-story > a').isVisible()).toBe(true);
    await plain.close();
  });

  test('while its server is down there is the fallback, or what was shown last; then it goes on', async () => {
    await publish(contentOf(metaOf(), sampleSections()));
    const source = await newsroom.script();
    await newsroom.stop();
    elsewhere.show(tag(), { head: `<script>${source}</script>` });
    await page.goto(elsewhere.address);
    await page.waitForFunction(() => customElements.get('stop-press-story') !== undefined);
    expect(await fallback().isVisible()).toBe(true);
    await newsroom.start();
    await until(1);
    await isLive();
    expect(await fallback().isVisible()).toBe(false);
    await newsroom.stop();
    await poll(() => part('status').textContent()).toBe('Connection lost. Trying again …');
    expect(await part('headline').isVisible()).toBe(true);
    await publish(contentOf(metaOf(), edited({ lead: ['<p>Open again.</p>'] }, 1)), { minute: 1 });
    await newsroom.start();
    await page.waitForFunction(() => document.querySelector<Embedded>('stop-press-story')?.state?.revision === 2, undefined, { timeout: 40_000 });
    await poll(() => part('status').textContent()).toBe('');
  }, 60_000);

  test('a hidden page lets its socket go after five minutes, and goes on when it is looked at', async () => {
    const setHidden = (hidden: boolean) => page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
    await publish(contentOf(metaOf(), sampleSections()));
    await page.clock.install();
    await show(tag());
    await isLive();
    await setHidden(true);
    await page.clock.fastForward(20_000);
    expect(newsroom.readers(slug)).toBe(1);
    await page.clock.fastForward(300_000);
    await poll(() => newsroom.connections()).toBe(0);
    const opened = newsroom.opened();
    await page.clock.fastForward(300_000);
    expect([newsroom.connections(), newsroom.opened()]).toEqual([0, opened]);
    await publish(contentOf(metaOf(), edited({ lead: ['<p>The storm has closed the line between Kiruna and Boden.</p>'] }, 1)), { minute: 1 });
    await setHidden(false);
    await until(2);
    expect(await markedWords()).toEqual(['Boden']);
  });

  test('a story that is withdrawn is gone, and comes back when it is put back', async () => {
    const content = contentOf(metaOf(), sampleSections());
    await publish(content);
    await show(tag());
    await until(1);
    await newsroom.log.withdraw(slug, at(1));
    await poll(() => part('status').textContent()).toBe('This story has been withdrawn.');
    expect(await part('headline').isVisible()).toBe(false);
    await publish(content, { minute: 2 });
    await part('headline').waitFor();
    expect(await part('status').textContent()).toBe('');
  });

  test('a page that may not read along keeps the fallback, and its console says what to set', async () => {
    const strangers = await startNewsroom();
    await strangers.publish('storm', contentOf(metaOf(), sampleSections()));
    const messages: ConsoleMessage[] = [];
    page.on('console', (message) => messages.push(message));
    await show(`<stop-press-story src="${strangers.address}/stories/storm"><a href="/">Read it there</a></stop-press-story>`);
    await poll(() => messages.map((message) => message.text())).toEqual([
      `<stop-press-story>: ${strangers.address} lets no page of ${elsewhere.address} read along before it is started with --origins ${elsewhere.address}`,
    ]);
    expect(await fallback().isVisible()).toBe(true);
    await strangers.close();
  }, 60_000);

  test('where the second file cannot be had, the story is drawn anew', async () => {
    await publish(contentOf(metaOf(), sampleSections()));
    await page.route('**/embed-changes-*', (route) => route.fulfill({ status: 404 }));
    await show(tag());
    await until(1);
    await publish(contentOf(metaOf(), edited({ lead: ['<p>Open again.</p>'] }, 1)), { minute: 1 });
    await until(2);
    expect(await part('block').first().textContent()).toBe('Open again.');
  });
});

describe('in any page', () => {
  test('under a strict policy: neither inline style nor HTML that is not trusted; pictures come along', async () => {
    const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    await writeFile(join(newsroom.folder, 'bridge.png'), Buffer.from(png, 'base64'));
    await publish(contentOf(metaOf(), [sectionOf('lead', ['<figure><img src="/stories/bridge.png" alt="The bridge"></figure>', '<p>The storm.</p>'])]));
    const host = newsroom.address;
    const policy = `default-src 'none'; script-src ${host}; connect-src ${host} ${host.replace('http', 'ws')}; img-src ${host}; style-src 'self'; require-trusted-types-for 'script'; trusted-types stop-press`;
    const messages: string[] = [];
    page.on('console', (message) => messages.push(message.text()));
    await show(tag(), { headers: { 'Content-Security-Policy': policy, 'Cross-Origin-Embedder-Policy': 'require-corp' } });
    await until(1);
    await poll(() => page.locator('stop-press-story img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
    expect(await styleOf('story', 'border-inline-start-width')).toBe('1px');
    await publish(contentOf(metaOf(), [sectionOf('lead', ['<figure><img src="/stories/bridge.png" alt="The bridge"></figure>', '<p>The great storm.</p>'])]), { minute: 1 });
    await until(2);
    expect(await markedWords()).toEqual(['great']);
    expect(messages).toEqual([]);
  });

  test('it speaks the language of each story, and stands on its side', async () => {
    const [lead, known, trains] = sampleSections();
    const sections = [lead, trains, known].filter((section) => section !== undefined);
    const corrections = [{ at: at(1), text: '118', section: 'trains' }];
    const metas = languages.map(({ lang, dir }) => ({ lang, dir, authors: ['Ada Berg'] }));
    for (const meta of metas) await newsroom.publish(`${slug}-${meta.lang}`, contentOf(metaOf(meta), [...sampleSections(), sectionOf('gone', ['<p>1</p>'])]));
    await show(metas.map(({ lang }) => tag(`${slug}-${lang}`)).join(''));
    for (const index of metas.keys()) await until(1, index);
    for (const meta of metas) {
      const content = contentOf(metaOf({ ...meta, status: 'final', corrections, updated: at(1) }), [...sections, sectionOf('new', ['<p>2</p>'])]);
      await newsroom.publish(`${slug}-${meta.lang}`, content, { minute: 1, change: 'correction' });
    }
    for (const [index, texts] of languages.entries()) {
      await until(2, index);
      const story = page.locator('stop-press-story').nth(index);
      expect(await story.evaluate((element) => element.shadowRoot?.textContent)).not.toMatch(/undefined|[{}]/);
      expect(await story.locator('[part~=kicker]').textContent()).toBe(texts.final);
      expect((await story.locator('[part~=label]').allTextContents()).join(' ')).toMatch(new RegExp(`${texts.correction} · ${texts.isMoved}.*${texts.isNew}`));
      expect(await story.locator('[part=story]').evaluate((element) => getComputedStyle(element).direction)).toBe(texts.dir);
    }
  });

  test.each(['light', 'dark'])('axe finds nothing, %s', async (scheme) => {
    await publish(contentOf(metaOf(), sampleSections()));
    const colours = scheme === 'dark' ? 'background: #15171a; color: #ddd' : 'background: #fff; color: #222';
    await show(`<main><h1>Elsewhere</h1>${tag()}</main>`, { head: `<style>:root { color-scheme: ${scheme} } body { ${colours} }</style>` });
    await until(1);
    await publish(contentOf(metaOf({ corrections: [{ at: at(2), text: 'There were 118.', section: 'what-we-know' }] }), edited({ lead: ['<p>The storm has opened the line.</p>'] }, 2)), { minute: 2, change: 'correction' });
    await until(2);
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(root: Document): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
      return (await axe.run(document)).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`);
    });
    expect(violations).toEqual([]);
  });
});

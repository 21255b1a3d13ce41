/** A walk through a story's past in a real browser: with the slider, and without JavaScript. */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { at, contentOf, metaOf, publish, sectionOf, startSite } from '../http-fixture.ts';
import { launchChromium } from '../browser/chromium.ts';
import { buildScripts } from '../browser/site.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let scripts: Awaited<ReturnType<typeof buildScripts>>;
let site: Awaited<ReturnType<typeof startSite>>;
let address: string;
const pages: Page[] = [];

beforeAll(async () => {
  [browser, scripts] = await Promise.all([launchChromium(), buildScripts()]);
}, 240_000);
afterAll(async () => {
  await browser.close();
  await rm(scripts.folder, { recursive: true });
});

const captain = '<p>The captain, a man of 54, is being questioned by the police.</p>';
const bridge = (n: number) => contentOf(metaOf({ headline: `Bridge closed, day ${n}`, updated: at(n) }), [
  sectionOf('lead', [`<p>${100 + n} people were on board.</p>`]),
  sectionOf('know', n < 3 ? [captain, '<p>Nobody was hurt.</p>'] : ['<p>Nobody was hurt.</p>']),
  ...(n < 3 ? [] : [sectionOf('captain', [captain, '<ul><li>Born at sea</li></ul>'], { added: at(3) })]),
  sectionOf('trains', ['<table><thead><tr><th>Line</th><th>Until</th></tr></thead><tbody><tr><td>12</td><td>22:00</td></tr></tbody></table>']),
]);

beforeEach(async () => {
  site = await startSite({ client: { folder: scripts.folder, script: (name) => `/client/${scripts.fileOf(name)}` } });
  address = `http://127.0.0.1:${site.port}`;
  for (let n = 1; n <= 5; n += 1) await publish(site.log, 'bridge', bridge(n), { minute: n });
});
afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.close()));
  await site.close();
});

const open = async (path: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> => {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(12_000);
  pages.push(page);
  await page.goto(address + path);
  return page;
};

const shows = (page: Page, n: number) => page.waitForFunction((number) => document.querySelector('#walk-label')?.textContent?.includes(`Revision ${number} of 5`), n);

describe('the slider', () => {
  test('costs less than a kilobyte, in one file', () => {
    const script = readFileSync(join(scripts.folder, scripts.fileOf('walk')), 'utf8');
    expect(script).not.toMatch(/\bimport\b/);
    expect(gzipSync(script).length).toBeLessThan(1_000);
  });

  test('walks with the arrow keys: text, label, links, title and address go along, focus stays', async () => {
    const page = await open('/stories/bridge/revisions/3');
    await page.evaluate(() => document.body.setAttribute('data-kept', ''));
    await page.locator('.walk input').focus();
    await page.keyboard.press('ArrowLeft');
    await shows(page, 2);
    await page.keyboard.press('ArrowLeft');
    await shows(page, 1);
    expect(await page.locator('#past h1').innerText()).toBe('Bridge closed, day 1');
    expect([page.url(), await page.title()]).toEqual([`${address}/stories/bridge/revisions/1`, expect.stringContaining('Bridge closed, day 1')]);
    expect(await page.locator('#walk-links a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))).toEqual(['/stories/bridge/revisions/2']);
    expect(await page.evaluate(() => [document.activeElement?.tagName, document.body.hasAttribute('data-kept')])).toEqual(['INPUT', true]);
    expect(await page.locator('button').count()).toBe(0);
  });

  test('whatever it passes, it arrives where it is let go, with one request at a time', async () => {
    const page = await open('/stories/bridge/revisions/1');
    const most = await page.evaluate(async () => {
      const slider = document.querySelector<HTMLInputElement>('.walk input');
      const ask = globalThis.fetch;
      let [under, most] = [0, 0];
      globalThis.fetch = async (...request) => {
        most = Math.max(most, under += 1);
        const response = await ask(...request);
        under -= 1;
        return response;
      };
      for (const value of ['2', '3', '4', '3', '5']) {
        if (slider) slider.value = value;
        slider?.dispatchEvent(new Event('input', { bubbles: true }));
      }
      await new Promise<void>((resolve) => {
        const seen = () => document.querySelector('#walk-label')?.textContent?.includes('Revision 5 of 5') && resolve();
        new MutationObserver(seen).observe(document.body, { subtree: true, childList: true });
      });
      return most;
    });
    expect(await page.locator('#past h1').innerText()).toBe('Bridge closed, day 5');
    expect(most).toBe(1);
  });

  test('goes on over a revision whose text has been removed', async () => {
    await site.log.redact('bridge', 2);
    const page = await open('/stories/bridge/revisions/3');
    await page.locator('.walk input').focus();
    await page.keyboard.press('ArrowLeft');
    await shows(page, 2);
    expect(await page.locator('#past').innerText()).toContain('removed');
    await page.keyboard.press('ArrowLeft');
    await shows(page, 1);
  });

  test('without a connection the page stays what it says it is', async () => {
    const page = await open('/stories/bridge/revisions/3');
    await page.context().setOffline(true);
    await page.locator('.walk input').focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('.walk input')?.value === '3');
    expect([await page.locator('#past h1').innerText(), page.url()]).toEqual(['Bridge closed, day 3', `${address}/stories/bridge/revisions/3`]);
  });
});

describe('without JavaScript', () => {
  test('the slider has a button, and the forms lead where they say', async () => {
    const page = await open('/stories/bridge/revisions/3', { javaScriptEnabled: false });
    await page.locator('.walk input').focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.walk button').click();
    await page.waitForURL('**/revisions/4');
    await page.goto(`${address}/stories/bridge/compare/1..2`);
    await page.locator('input[name=to]').fill('5');
    await page.locator('.ends button').click();
    await page.waitForURL('**/compare/1..5');
    expect(await page.locator('#s-captain .moved-block').innerText()).toContain('Moved here from “About know”');
    await page.locator('#s-captain .moved-label a').click();
    expect(await page.locator(':target').innerText()).toContain('Moved to “About captain”');
  });
});

describe.each([['desktop', 1280, 'light', 'none'], ['phone', 320, 'dark', 'none'], ['forced colours', 390, 'dark', 'active']] as const)('on a %s', (_, width, colorScheme, forcedColors) => {
  test.each(['revisions', 'revisions/2', 'compare/1..5'])('%s: axe finds nothing, and nothing runs out of the window', async (part) => {
    const page = await open(`/stories/bridge/${part}`, { viewport: { width, height: 800 }, colorScheme, forcedColors });
    await page.evaluate(() => { for (const fold of document.querySelectorAll('details')) fold.open = true; });
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run: (options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
      const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
    expect(violations).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
});

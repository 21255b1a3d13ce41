/** The bar, in Chromium, which can count its nodes: half a thousand revisions and fifty lost connections leave no trace. */
import { expect, test } from 'vitest';
import { launchChromium } from '../browser/chromium.ts';
import { historyOf, leaveOpen } from '../browser/left-open.ts';

const revisions = Number(process.env['REVISIONS'] ?? 500);
const { name, texts } = historyOf(Math.ceil(1.1 * revisions)); // some say the same as the one before

test(`left open over ${revisions} revisions and 50 lost connections, a page is the one that is opened now, and keeps no nodes (${name})`, async () => {
  const browser = await launchChromium();
  try {
    const end = await leaveOpen(browser, texts, 50);
    console.log(`nodes kept out of the document: ${end.detachedBefore} at first, ${end.detachedAfter} after ${end.revisions} revisions`);
    expect(end.left).toBe(end.fresh);
    expect(end.mismatches).toBeUndefined();
    expect(end.revisions).toBeGreaterThanOrEqual(revisions);
    expect(end.drops).toBe(50);
    expect(end.detachedAfter - end.detachedBefore).toBeLessThan(revisions);
  } finally {
    await browser.close();
  }
}, 600_000);

import { expect, test } from 'vitest';
import { launchChromium } from './chromium.ts';
import { historyOf, leaveOpen } from './left-open.ts';

const revisions = 50;
const { name, texts } = historyOf(revisions + 1);

test(`left open over ${revisions} revisions and 5 lost connections, a page is the one that is opened now, and keeps no nodes (${name})`, async () => {
  const browser = await launchChromium();
  try {
    const end = await leaveOpen(browser, texts, 5);
    expect(end.left).toBe(end.fresh);
    expect(end.mismatches).toBeUndefined();
    expect(end.revisions).toBeGreaterThan(0.8 * revisions);
    expect(end.drops).toBe(5);
    expect(end.detachedAfter - end.detachedBefore).toBeLessThan(10 * revisions);
  } finally {
    await browser.close();
  }
}, 120_000);

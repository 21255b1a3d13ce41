/** Firefox over WebDriver BiDi. */
import { launch as launchBrowser, type KeyInput } from 'puppeteer-core';
import { expressionOf, type Engine, type EngineOptions } from './engine.ts';
import { pathOf } from './install.ts';

export const launch = async ({ width, height, scale = 1 }: EngineOptions): Promise<Engine> => {
  const browser = await launchBrowser({
    browser: 'firefox',
    executablePath: pathOf('firefox'),
    headless: true,
    defaultViewport: { width, height },
    extraPrefsFirefox: { 'network.dns.disabled': true, 'layout.css.devPixelsPerPx': String(scale), 'media.autoplay.default': 0 },
  });
  const page = await browser.newPage(); // the tab that it opens with has no focus and a size of its own
  const errors: string[] = [];
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  page.on('pageerror', (error) => errors.push(String(error)));
  return {
    name: 'firefox',
    version: (await browser.version()).replace('firefox/', ''),
    goto: async (address) => {
      errors.length = 0;
      await page.goto(address);
    },
    run: async <Args extends unknown[], T>(script: (...args: Args) => T | Promise<T>, ...args: Args) => (await page.evaluate(expressionOf(script, args))) as T,
    click: (selector) => page.click(selector),
    press: (key) => page.keyboard.press(key as KeyInput),
    errors: async () => errors,
    close: () => browser.close(),
  };
};

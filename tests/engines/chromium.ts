/** Chromium over the DevTools protocol. */
import { launchChromium } from '../browser/chromium.ts';
import { expressionOf, type Engine, type EngineOptions } from './engine.ts';

export const launch = async ({ width, height, scale = 1 }: EngineOptions): Promise<Engine> => {
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: scale });
  const errors: string[] = [];
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  page.on('pageerror', ({ message }) => errors.push(message));
  return {
    name: 'chromium',
    version: browser.version(),
    goto: async (address) => {
      errors.length = 0;
      await page.goto(address);
    },
    run: <Args extends unknown[], T>(script: (...args: Args) => T | Promise<T>, ...args: Args) => page.evaluate<T>(expressionOf(script, args)),
    click: (selector) => page.click(selector),
    press: (key) => page.keyboard.press(key),
    errors: async () => errors,
    close: () => browser.close(),
  };
};

/** What a test asks of a browser, whichever engine it is. */

export type EngineName = 'chromium' | 'firefox' | 'webkit';

export type Engine = {
  name: EngineName;
  version: string;
  goto(address: string): Promise<void>;
  /** Runs a function in the page, which sees nothing around it. A promise is awaited; arguments and answer are JSON. */
  run<Args extends unknown[], T>(script: (...args: Args) => T | Promise<T>, ...args: Args): Promise<T>;
  /** A real click in the middle of the first element that matches. */
  click(selector: string): Promise<void>;
  /** A real key: `End`, `PageDown`, `Tab`, `a`. */
  press(key: string): Promise<void>;
  /** What has been said on the console as an error since `goto`, and what has been thrown. */
  errors(): Promise<readonly string[]>;
  /** Ends the browser with all it has started; may be called twice. */
  close(): Promise<void>;
};

export type EngineOptions = { width: number; height: number; /** device pixels a CSS pixel, where the engine can be told */ scale?: number };

/** How long, in ms, a test waits for what it expects before it fails. */
const patienceMs = 15_000;

/** Waits until something in the page matches. Throws with what the page shows where it never does. */
export const untilShown = async (engine: Engine, selector: string): Promise<void> => {
  const shown = await engine.run((selector: string, ms: number) => new Promise<boolean>((resolve) => {
    const look = () => document.querySelector(selector) !== null;
    const settle = (found: boolean) => {
      observer.disconnect();
      resolve(found);
    };
    const observer = new MutationObserver(() => { if (look()) settle(true); });
    observer.observe(document, { subtree: true, childList: true, attributes: true });
    if (look()) settle(true);
    else setTimeout(() => settle(false), ms);
  }), selector, patienceMs);
  if (!shown) throw new Error(`${engine.name} never showed ${selector}`);
};

/** As it goes into a page: a function and its arguments as one expression. */
export const expressionOf = (script: (...args: never[]) => unknown, args: readonly unknown[]): string => `(${script})(...${JSON.stringify(args)})`;

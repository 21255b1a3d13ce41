/** Clients that nobody here wrote, each on its way to one story: what they receive goes to `hear`, as the text that they give out. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EventSource as NpmEventSource } from 'eventsource';
import type { Page } from 'playwright-core';
import { pathOf } from './install.ts';

export type ForeignClient = { close: () => Promise<void> | void };

type Wish = { address: string; path: string; hear: (text: string) => void };

/** npm `eventsource`: it comes back by itself. */
export const eventSource = ({ address, path, hear }: Wish): ForeignClient => {
  const source = new NpmEventSource(address + path);
  source.addEventListener('message', ({ data }: { data: string }) => hear(data));
  return { close: () => source.close() };
};

/** A program that is started again whenever it ends; `argsNow` are its arguments then, `onLine` is told each line of what it prints. */
const restarted = (command: string, argsNow: () => string[], onLine: (line: string) => void): ForeignClient => {
  let child: ChildProcess;
  let isOver = false;
  const start = (): void => {
    let rest = '';
    child = spawn(command, argsNow(), { stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
    });
    child.once('close', () => { if (!isOver) start(); });
  };
  start();
  return {
    close: () => {
      isOver = true;
      child.kill();
    },
  };
};

/** `curl -N`: prints the stream as it comes; whoever runs it remembers the last id. */
export const curl = ({ address, path, hear }: Wish): ForeignClient => {
  let event: { id?: string; data?: string } = {};
  let lastId: string | undefined;
  const onLine = (line: string): void => {
    if (line.startsWith('id: ')) event.id = line.slice(4);
    if (line.startsWith('data: ')) event.data = line.slice(6);
    if (line !== '') return;
    if (event.data !== undefined) hear(event.data);
    lastId = event.id ?? lastId;
    event = {};
  };
  const argsNow = (): string[] => {
    event = {};
    return ['-N', '-s', ...(lastId === undefined ? [] : ['-H', `Last-Event-ID: ${lastId}`]), address + path];
  };
  return restarted(pathOf('curl'), argsNow, onLine);
};

const wscatBin = fileURLToPath(new URL('../../node_modules/wscat/bin/wscat', import.meta.url));

/** `wscat`: prints a message a line; `after` is where whoever runs it stands. */
export const wscat = ({ address, path, hear }: Wish, after: () => string | undefined): ForeignClient => {
  const argsNow = (): string[] => {
    const position = after();
    return [wscatBin, '--no-color', '-c', `${address.replace('http', 'ws')}${path}${position === undefined ? '' : `&after=${position}`}`];
  };
  return restarted(process.execPath, argsNow, (line) => { if (line.startsWith('{')) hear(line); });
};

let names = 0;

/** Chromium's own EventSource, in a page of the server. */
export const chromiumEvents = async (page: Page, { path, hear }: Wish): Promise<ForeignClient> => {
  const name = `hear${(names += 1)}`;
  await page.exposeFunction(name, hear);
  await page.evaluate(([to, tell]) => {
    const source = new EventSource(to);
    source.addEventListener('message', ({ data }) => (window as unknown as Record<string, (text: string) => void>)[tell]?.(data as string));
  }, [path, name] as const);
  return { close: () => undefined };
};

/** Chromium's own WebSocket; the page opens the next one from where it stands. */
export const chromiumSocket = async (page: Page, { path, hear }: Wish, after: () => string | undefined): Promise<ForeignClient> => {
  const name = `hear${(names += 1)}`;
  await page.exposeFunction(name, hear);
  await page.exposeFunction(`${name}Stands`, after);
  await page.evaluate(([to, tell]) => {
    const outside = window as unknown as Record<string, (text?: string) => Promise<string | undefined>>;
    const open = async (): Promise<void> => {
      const position = await outside[`${tell}Stands`]?.();
      const socket = new WebSocket(`ws://${location.host}${to}${position === undefined || position === null ? '' : `&after=${position}`}`);
      let told: Promise<unknown> = Promise.resolve();
      socket.addEventListener('message', ({ data }) => { told = told.then(() => outside[tell]?.(data as string)); });
      // Only when all it has received is known does it know where it stands.
      socket.addEventListener('close', () => void told.then(() => setTimeout(open, 5)));
    };
    void open();
  }, [path, name] as const);
  return { close: () => undefined };
};

/** WebKitGTK's MiniBrowser over WebDriver, on a display of its own: what Safari's engine does, on a machine without a screen. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { expressionOf, type Engine, type EngineOptions } from './engine.ts';
import { pathOf } from './install.ts';

const requestTimeoutMs = 60_000;
/** ms within which display and driver must answer */
const startTimeoutMs = 15_000;

const keys: Record<string, string> = { Tab: '\ue004', Enter: '\ue007', Escape: '\ue00c', PageUp: '\ue00e', PageDown: '\ue00f', End: '\ue010', Home: '\ue011', ArrowUp: '\ue013', ArrowDown: '\ue015' };

/** Programs, each in a process group of its own, so that what they start ends with them. */
const createGroup = () => {
  const children: ChildProcess[] = [];
  const signal = (name: NodeJS.Signals) => {
    for (const { pid, exitCode, signalCode } of children) if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, name);
  };
  const killAll = () => signal('SIGKILL');
  process.once('exit', killAll);
  return {
    start: (path: string, args: string[], env: Record<string, string> = {}): ChildProcess => {
      const child = spawn(path, args, { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
      children.push(child);
      return child;
    },
    stop: async () => {
      const exits = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).map((child) => once(child, 'exit'));
      signal('SIGTERM');
      const timer = setTimeout(killAll, 2_000);
      await Promise.all(exits);
      clearTimeout(timer);
      process.off('exit', killAll);
    },
  };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};

type Group = ReturnType<typeof createGroup>;

/** A screen in memory; answers its name. */
const startDisplay = async (group: Group): Promise<string> => {
  const display = group.start(pathOf('xvfb'), ['-displayfd', '3', '-screen', '0', '2000x1600x24', '-nolisten', 'tcp']);
  const [name] = (await once(display.stdio[3] as Readable, 'data', { signal: AbortSignal.timeout(startTimeoutMs) })) as [Buffer];
  return `:${name.toString().trim()}`;
};

type Command = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => Promise<unknown>;

const commandAt = (address: string): Command => async (method, path, body) => {
  const response = await fetch(address + path, { method, ...(body !== undefined && { body: JSON.stringify(body) }), signal: AbortSignal.timeout(requestTimeoutMs) });
  const { value } = (await response.json()) as { value: { error?: string; message?: string } };
  if (!response.ok) throw new Error(`webkit: ${method} ${path}: ${value.error}: ${value.message}`);
  return value;
};

const untilReady = async (command: Command): Promise<void> => {
  const end = Date.now() + startTimeoutMs;
  for (let ready = false; !ready;) {
    ready = await command('GET', '/status').then(() => true, (error: unknown) => { if (Date.now() > end) throw error; return false; });
    if (!ready) await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** Under a driver this browser's console cannot be read from outside: the page itself takes down what is said from now on. Asked again it answers what was said. */
const errorsInPage = (): string[] => {
  const page = globalThis as { errors?: string[] };
  if (page.errors) return page.errors;
  const errors: string[] = (page.errors = []);
  addEventListener('error', ({ message }) => errors.push(message));
  addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)));
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => errors.push(`${violatedDirective} ${blockedURI}`));
  console.error = (...words: unknown[]) => errors.push(words.join(' '));
  return errors;
};

const startSession = async (group: Group, scale: number) => {
  const [display, port] = await Promise.all([startDisplay(group), freePort()]);
  const env = { DISPLAY: display, GDK_BACKEND: 'x11', GDK_SCALE: String(Math.round(scale)), NO_AT_BRIDGE: '1' };
  group.start(pathOf('webkitDriver'), [`--port=${port}`, '--host=127.0.0.1'], env);
  const command = commandAt(`http://127.0.0.1:${port}`);
  await untilReady(command);
  const session = (await command('POST', '/session', { capabilities: {} })) as { sessionId: string; capabilities: { browserVersion: string } };
  return { version: session.capabilities.browserVersion, command: ((method, path, body) => command(method, `/session/${session.sessionId}${path}`, body)) as Command };
};

/** The window has a bar of its own: what is left for the page is measured, and asked for again. */
const resize = async (command: Command, { width, height }: EngineOptions): Promise<void> => {
  const setRect = (w: number, h: number) => command('POST', '/window/rect', { x: 0, y: 0, width: w, height: h });
  await setRect(width, height);
  const [w = width, h = height] = (await command('POST', '/execute/sync', { script: 'return [innerWidth, innerHeight]', args: [] })) as number[];
  if (w !== width || h !== height) await setRect(2 * width - w, 2 * height - h);
};

export const launch = async (options: EngineOptions): Promise<Engine> => {
  const group = createGroup();
  try {
    const { version, command } = await startSession(group, options.scale ?? 1);
    await resize(command, options);
    const run = async <Args extends unknown[], T>(script: (...args: Args) => T | Promise<T>, ...args: Args) =>
      (await command('POST', '/execute/sync', { script: `return ${expressionOf(script, args)}`, args: [] })) as T;
    return {
      name: 'webkit',
      version,
      goto: async (url) => {
        await command('POST', '/url', { url });
        await run(errorsInPage);
      },
      run,
      click: async (value) => {
        const element = (await command('POST', '/element', { using: 'css selector', value })) as Record<string, string>;
        await command('POST', `/element/${Object.values(element)[0]}/click`, {});
      },
      press: async (key) => {
        const value = keys[key] ?? key;
        await command('POST', '/actions', { actions: [{ type: 'key', id: 'keyboard', actions: [{ type: 'keyDown', value }, { type: 'keyUp', value }] }] });
      },
      errors: () => run(errorsInPage),
      close: async () => {
        await command('DELETE', '').catch(() => {}); // the group's end is the session's, too
        await group.stop();
      },
    };
  } catch (error) {
    await group.stop();
    throw error;
  }
};

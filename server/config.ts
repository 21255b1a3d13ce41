/** Every option, default and limit, with its unit, checked once. */
import { parseArgs } from 'node:util';

/** Limits that no option changes. */
export const defaults = {
  /** bytes of a story file */
  maxStoryBytes: 4 * 1024 * 1024,

  /** ms a doubtful save must stand still before it is believed */
  settleMs: 500,

  /** ms between two heartbeats on a silent socket */
  heartbeatMs: 25_000,
  /** ms without a pong after which a socket is closed */
  pongTimeoutMs: 30_000,
  /** bytes in flight to one reader, or one larger frame */
  windowBytes: 64 * 1024,
  /** bytes of one message from a client */
  maxMessageBytes: 4 * 1024,
  /** subscriptions a socket */
  maxSubscriptions: 32,
  /** messages a second from a client, on average, and at once */
  messagesPerSecond: 10,
  messageBurst: 40,
  /** sockets a client address, where the server listens beyond this machine */
  maxSocketsPerAddress: 1_000,
  /** ms window in which clients come back after a restart */
  restartWindowMs: [500, 5_000] as [min: number, max: number],
  /** newcomers a second, with as many at once after a quiet time */
  maxAccepts: 5_000,
  /** connections that the kernel holds ready, where it allows as many, until they are taken */
  backlog: 4_096,

  /** revisions in one page of `/api/stories/<slug>/revisions` */
  revisionsPerPage: 100,
  /** on a page of a story's history, where each says what it changed */
  revisionsOnPage: 50,

  /** bytes of answers kept ready in memory, compressed and not */
  preparedBytes: 64 * 1024 * 1024,
  /** bytes of whole answers that can be given again at once while the log stands */
  replayBytes: 16 * 1024 * 1024,
  /** ms for a webhook's receiver to answer */
  webhookTimeoutMs: 15_000,
  /** ms after a failed attempt from which on the next revision may call for another, ahead of the schedule */
  webhookNewsMs: 5 * 60_000,
  /** bytes of a message in a webhook's event; a longer one is left out, and read from `state` */
  webhookMessageBytes: 64 * 1024,
  /** webhooks that are told at the same time */
  webhooksAtOnce: 16,

  /** ms for open requests to end when the server stops */
  shutdownMs: 3_000,
} as const;

/** Stands in the environment of a process that `serve` has started as a worker. */
export const workerMark = 'STOP_PRESS_IS_WORKER';

type OptionSpec = { value?: string; default?: string; help: string };

/** What `serve` and the operator's commands take. Each is also an environment variable: `--withdraw-after` is `STOP_PRESS_WITHDRAW_AFTER`. */
export const optionSpecs = {
  port: { value: 'N', default: '3000', help: 'port to listen on; 0 takes a free one' },
  host: { value: 'ADDRESS', default: '127.0.0.1', help: 'address to listen on' },
  data: { value: 'FOLDER', default: '.stop-press', help: 'where the revision log is kept' },
  lang: { value: 'TAG', default: 'en', help: 'language of stories that do not name theirs (BCP 47)' },
  origins: { value: 'LIST', help: 'origins whose pages may read along, by commas; * for all (default: this host only)' },
  'frame-ancestors': { value: 'LIST', help: 'sites that may show /stories/<slug>/embed in a frame, by commas; * for all (default: none)' },
  'trust-proxy': { help: 'believe X-Forwarded-For and X-Forwarded-Proto of the proxy in front' },
  workers: { value: 'N', default: '1', help: 'processes that hold the readers; with more than 1 another one publishes' },
  'max-sockets-per-address': { value: 'N', help: 'sockets a client address may hold (default: no limit on loopback, 1000 elsewhere)' },
  'max-accepts': { value: 'N', default: '5000', help: 'readers who may come in a second; others are asked to come back a little later' },
  drain: { value: 'SECONDS', default: '0', help: 'over how long readers are sent away when the server stops; until then they are served' },
  'restart-window': { value: 'SECONDS', default: '5', help: 'within how long those who are sent away come back' },
  'plain-writes': { help: 'write to sockets through streams alone, not straight to the kernel' },
  'withdraw-after': { value: 'SECONDS', default: '5', help: 'how long a file must be gone before its story is withdrawn' },
  hub: { value: 'URL', help: 'WebSub hub that feeds name' },
  webhooks: { value: 'FILE', help: 'YAML file of the services that are told of each revision' },
  'public-url': { value: 'URL', help: 'where readers find this server, for links in webhooks (default: the address it listens on)' },
  'editor-token': { value: 'SECRET', help: 'lets editors read /api/stories/<slug>/problems, /api/webhooks and /metrics from other machines' },
} as const satisfies Record<string, OptionSpec>;

/** What single commands take besides, on the command line alone. */
export const commandOptions = {
  json: { commands: ['follow', 'webhooks'], help: 'JSON for other programs; follow prints an object a line' },
  since: { commands: ['follow'], value: 'POSITION', help: 'tell first what has changed since then' },
  force: { commands: ['backup'], help: 'replace the file' },
  state: { commands: ['follow'], value: 'FILE', help: 'keep the position in this file, and go on from it the next time' },
} as const satisfies Record<string, OptionSpec & { commands: readonly string[] }>;

/** Throws `UsageError` for an option that belongs to other commands. */
export const refuseForeignOptions = (command: string, values: Arguments['values']): void => {
  for (const [name, { commands }] of Object.entries<{ commands: readonly string[] }>(commandOptions)) {
    if (values[name] !== undefined && !commands.includes(command)) throw new UsageError(`--${name} is an option of ${commands.join(' and ')}, not of ${command}`);
  }
};

export type Config = {
  port: number;
  host: string;
  data: string;
  lang: string;
  /** Empty: this host only. */
  origins: string[];
  /** Sources of a content security policy: `https://news.example`, `https://*.news.example`, `*`. Empty: nobody. */
  frameAncestors: string[];
  trustProxy: boolean;
  /** 1: the process that publishes holds the readers too. */
  workers: number;
  maxSocketsPerAddress?: number;
  /** Newcomers a second. */
  maxAccepts: number;
  drainMs: number;
  restartWindowMs: number;
  plainWrites: boolean;
  withdrawAfterMs: number;
  editorToken?: string;
  /** The address of a WebSub hub. */
  hub?: string;
  /** The file of webhooks. */
  webhooks?: string;
  /** Without a slash at its end. */
  publicUrl?: string;
};

/** Options as given, before they are checked; and what stands between them. */
export type Arguments = { values: Record<string, string | boolean | undefined>; positionals: string[] };

/** A wrong command line; the message says what to do, and the program ends with 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Splits a command line. Throws `UsageError` for options that do not exist. */
export const readArguments = (argv: string[]): Arguments => {
  const options = Object.fromEntries(
    Object.entries<OptionSpec>({ ...optionSpecs, ...commandOptions }).map(([name, spec]) => [name, { type: spec.value === undefined ? ('boolean' as const) : ('string' as const) }]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: { ...options, help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
    });
    return { values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? undefined : value])), positionals };
  } catch (error) {
    const [problem] = (error instanceof Error ? error.message : String(error)).split(/\n|\. /);
    throw new UsageError(`${problem}: see stop-press --help`, { cause: error });
  }
};

/** Checks the options: command line before environment before default. Throws `UsageError` with what to write instead. */
export const readConfig = (values: Arguments['values'], env: Record<string, string | undefined>): Config => {
  const find = (name: keyof typeof optionSpecs): Given => {
    const spec: OptionSpec = optionSpecs[name];
    const variable = `STOP_PRESS_${name.toUpperCase().replaceAll('-', '_')}`;
    if (values[name] !== undefined) return { label: `--${name}`, text: String(values[name]) };
    return { label: variable, text: env[variable] || spec.default };
  };
  const [host, limit, editorToken, hub] = [find('host').text ?? '', find('max-sockets-per-address'), find('editor-token').text, address(find('hub'))];
  const [webhooks, publicUrl] = [find('webhooks').text, publicAddress(find('public-url'))];
  const perAddress = limit.text === undefined && isLoopback(host) ? undefined : integer({ ...limit, text: limit.text ?? String(defaults.maxSocketsPerAddress) }, 1, 1e9);
  return {
    port: integer(find('port'), 0, 65_535),
    host,
    data: find('data').text ?? '',
    lang: language(find('lang')),
    origins: origins(find('origins')),
    frameAncestors: frameAncestors(find('frame-ancestors')),
    trustProxy: flag(find('trust-proxy')),
    workers: integer(find('workers'), 1, 256),
    ...(perAddress !== undefined && { maxSocketsPerAddress: perAddress }),
    maxAccepts: integer(find('max-accepts'), 1, 1e9),
    drainMs: seconds(find('drain')),
    restartWindowMs: restartWindow(find('restart-window')),
    plainWrites: flag(find('plain-writes')),
    withdrawAfterMs: seconds(find('withdraw-after')),
    ...(editorToken !== undefined && { editorToken }),
    ...(hub !== undefined && { hub }),
    ...(webhooks !== undefined && { webhooks }),
    ...(publicUrl !== undefined && { publicUrl }),
  };
};

/** The text of an option, and how whoever gave it calls it. */
type Given = { label: string; text: string | undefined };

/** One line an option, for `--help`. */
export const optionsHelp = (specs: Record<string, OptionSpec> = optionSpecs): string =>
  Object.entries(specs)
    .map(([name, spec]) => {
      const left = `  --${name}${spec.value === undefined ? '' : ` ${spec.value}`}`;
      return `${left.padEnd(34)}${spec.help}${spec.default === undefined ? '' : ` (default: ${spec.default})`}`;
    })
    .join('\n');

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');

const integer = ({ label, text = '' }: Given, min: number, max: number): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) throw new UsageError(`${label} takes a whole number from ${min} to ${max}, not "${text}"`);
  return value;
};

/** ms, from `5`, `0.5`, `5s` or `500ms`. */
const seconds = ({ label, text = '' }: Given): number => {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s)?$/.exec(text.trim());
  if (!match) throw new UsageError(`${label} takes seconds, such as 5 or 0.5s, not "${text}"`);
  return Math.round(Number(match[1]) * (match[2] === 'ms' ? 1 : 1000));
};

/** ms; everybody at once would be no window, and nobody reads on who is away for longer than an hour. */
const restartWindow = (given: Given): number => {
  const ms = seconds(given);
  if (ms < 1_000 || ms > 3_600_000) throw new UsageError(`${given.label} takes seconds from 1 to 3600, not "${given.text}"`);
  return ms;
};

const flag = ({ label, text = 'false' }: Given): boolean => {
  if (['false', '0', 'no', 'off'].includes(text)) return false;
  if (['true', '1', 'yes', 'on'].includes(text)) return true;
  throw new UsageError(`${label} is on or off, not "${text}"`);
};

const language = ({ label, text = '' }: Given): string => {
  try {
    const [tag] = Intl.getCanonicalLocales(text);
    if (tag !== undefined) return tag;
  } catch {
    // falls through to the one message
  }
  throw new UsageError(`${label} takes a language tag such as en, sv or pt-BR, not "${text}"`);
};

const listed = (text: string): string[] => text.split(',').map((part) => part.trim()).filter((part) => part !== '');

/** What a browser sends as Origin: a scheme, a host and a port, and no pattern. */
const originIn = (text: string): string | undefined => {
  const url = URL.parse(text);
  return url && `${url.origin}/` === url.href && /^https?:\/\/[\w.:[\]-]+$/.test(url.origin) ? url.origin : undefined;
};

const origins = ({ label, text = '' }: Given): string[] =>
  listed(text).map((origin) => {
    const found = origin === '*' ? origin : originIn(origin);
    if (found === undefined) throw new UsageError(`${label} takes origins such as https://news.example, or *, not "${origin}"`);
    return found;
  });

const anySubdomain = '://*.';

/** The same, or every subdomain of a host. */
const frameAncestors = ({ label, text = '' }: Given): string[] =>
  listed(text).map((source) => {
    const found = source === '*' ? source : originIn(source.replace(anySubdomain, '://'))?.replace('://', source.includes(anySubdomain) ? anySubdomain : '://');
    if (found === undefined) throw new UsageError(`${label} takes sites such as https://news.example or https://*.news.example, or *, not "${source}"`);
    return found;
  });

/** Paths are put behind it. */
const publicAddress = (given: Given): string | undefined => {
  const example = 'https://news.example';
  const found = address(given, example);
  if (/[?#]/.test(found ?? '')) throw new UsageError(`${given.label} takes an address such as ${example}, with nothing behind its path, not "${given.text}"`);
  return found?.replace(/\/+$/, '');
};

const address = ({ label, text }: Given, example = 'https://hub.example/'): string | undefined => {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new UsageError(`${label} takes an address such as ${example}, not "${text}"`);
  return url.href;
};

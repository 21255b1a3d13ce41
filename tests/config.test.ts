import { expect, test } from 'vitest';
import { commandOptions, optionSpecs, optionsHelp, readArguments, readConfig, refuseForeignOptions, UsageError } from '../server/config.ts';

const config = (argv: string[], env: Record<string, string> = {}) => readConfig(readArguments(argv).values, env);

test('without options the defaults hold', () => {
  expect(config([])).toEqual({ port: 3000, host: '127.0.0.1', data: '.stop-press', lang: 'en', origins: [], frameAncestors: [], trustProxy: false, workers: 1, maxAccepts: 5000, drainMs: 0, restartWindowMs: 5000, plainWrites: false, withdrawAfterMs: 5000 });
});

test('every option is also an environment variable, and the command line wins', () => {
  const env = { STOP_PRESS_PORT: '4000', STOP_PRESS_WITHDRAW_AFTER: '0.5', STOP_PRESS_TRUST_PROXY: 'true', STOP_PRESS_EDITOR_TOKEN: 'quiet', STOP_PRESS_LANG: 'sv' };
  expect(config(['--port', '0'], env)).toMatchObject({ port: 0, withdrawAfterMs: 500, trustProxy: true, editorToken: 'quiet', lang: 'sv' });
});

test('beyond this machine a client address has a limit, unless another is given', () => {
  expect(config(['--host', '0.0.0.0']).maxSocketsPerAddress).toBe(1000);
  expect(config(['--host', '::1']).maxSocketsPerAddress).toBeUndefined();
  expect(config(['--max-sockets-per-address', '7']).maxSocketsPerAddress).toBe(7);
});

test('the public address has no slash at its end', () => {
  expect(config(['--public-url', 'https://news.example/']).publicUrl).toBe('https://news.example');
  expect(config(['--public-url', 'https://example.org/news/']).publicUrl).toBe('https://example.org/news');
});

test('origins are kept as origins, and * stays', () => {
  expect(config(['--origins', 'https://a.example/, *']).origins).toEqual(['https://a.example', '*']);
});

test('sites that may frame a story are kept as sources of a policy', () => {
  expect(config(['--frame-ancestors', 'https://a.example/, https://*.B.example:8443,*, http://bücher.example']).frameAncestors).toEqual([
    'https://a.example', 'https://*.b.example:8443', '*', 'http://xn--bcher-kva.example',
  ]);
});

test.each([
  [['--port', 'http'], 'whole number from 0 to 65535'],
  [['--port', '70000'], 'whole number'],
  [['--withdraw-after', 'soon'], 'seconds'],
  [['--drain', 'slowly'], 'seconds'],
  [['--restart-window', '0.4'], 'seconds from 1 to 3600'],
  [['--restart-window', '5000'], 'seconds from 1 to 3600'],
  [['--max-accepts', '0'], 'whole number from 1'],
  [['--lang', '1'], 'language tag'],
  [['--origins', 'news'], 'https://news.example'],
  [['--frame-ancestors', 'news.example'], 'https://*.news.example'],
  [['--frame-ancestors', "https://a.example; script-src 'unsafe-inline'"], 'https://*.news.example'],
  [['--frame-ancestors', 'https://a.*.example'], 'https://*.news.example'],
  [['--frame-ancestors', 'ftp://a.example'], 'https://*.news.example'],
  [['--frame-ancestors', "'self'"], 'https://*.news.example'],
  [['--hub', 'hub.example'], 'https://hub.example/'],
  [['--public-url', 'news.example'], 'https://news.example, not "news.example"'],
  [['--public-url', 'https://news.example/?from=hook'], 'nothing behind its path, not "https://news.example/?from=hook"'],
  [['--public-url', 'https://news.example/#top'], 'nothing behind its path'],
  [['--colour', 'red'], "Unknown option '--colour': see stop-press --help"],
  [['--port', '-1'], 'see stop-press --help'],
  [['--port', '0x10'], 'whole number'],
  [['--origins', 'https://*.example'], 'https://news.example'],
  [['--origins', 'https://a.example/path'], 'https://news.example'],
])('%j is refused with what to write instead', (argv, message) => {
  expect(() => config(argv)).toThrow(UsageError);
  expect(() => config(argv)).toThrow(message);
});

test('the help names every option', () => {
  for (const name of Object.keys(optionSpecs)) expect(optionsHelp()).toContain(`--${name}`);
});

test('a wrong environment variable is named as such', () => {
  expect(() => config([], { STOP_PRESS_PORT: 'x' })).toThrow(/^STOP_PRESS_PORT takes a whole number/);
});

test('an option of one command is refused by the others', () => {
  const { values } = readArguments(['--json', '--port', '1']);
  expect(() => refuseForeignOptions('follow', values)).not.toThrow();
  expect(() => refuseForeignOptions('serve', values)).toThrow('--json is an option of follow and webhooks, not of serve');
  for (const name of Object.keys(commandOptions)) expect(optionsHelp(commandOptions)).toContain(`--${name}`);
});

/** The file of webhooks: what may stand in it, and what is wrong with it, by line and column. Messages repeat no value: it may be a secret. */
import { LineCounter, parseDocument, visit, type Document } from 'yaml';
import * as v from 'valibot';
import { UsageError } from '../config.ts';
import { formats, type Format } from '../core/protocol.ts';
import { offsetAt, placeOf } from './yaml-place.ts';

export type Hook = {
  /** Unique; what the queue is kept under. */
  name: string;
  url: string;
  /** `*`, slugs, and prefixes such as `uk/*`. */
  stories: string[];
  /** One, or two while they are being changed: each signs. */
  secrets: string[];
  format: Format;
  /** Whether it is told of minor revisions. */
  minor: boolean;
  /** Where it begins when it is new. */
  from: 'now' | 'start';
};

type Environment = Record<string, string | undefined>;

/** Reads the hooks from the text of a file. Throws `UsageError` with `webhooks.yaml:4:3: error: ...` where something is wrong. */
export const parseHooks = (text: string, { file, env }: { file: string; env: Environment }): Hook[] => {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter, logLevel: 'silent' });
  const fail: Fail = (offset, message) => {
    const { line, col } = lineCounter.linePos(offset);
    throw new UsageError(`${file}:${Math.max(line, 1)}:${Math.max(col, 1)}: error: ${message}`);
  };
  checkYaml(document, fail);
  const result = v.safeParse(Hooks, document.toJS());
  const [issue] = result.issues ?? [];
  if (!result.success) return fail(placeOf(document, issue), issue?.message ?? 'cannot be read');
  return withNames(result.output.map((given, index) => withSecrets(given, env, (key, message) => fail(offsetAt(document, [index, key]), message))), (index, message) =>
    fail(offsetAt(document, [index]), message),
  );
};

/** Whether a hook is told of a story. */
export const coverage = (stories: readonly string[]): ((story: string) => boolean) => {
  const slugs = new Set(stories);
  const prefixes = stories.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1));
  return (story) => slugs.has(story) || prefixes.some((prefix) => story.startsWith(prefix));
};

type Fail = (offset: number, message: string) => never;

const checkYaml = (document: Document.Parsed, fail: Fail): void => {
  const [error] = document.errors;
  if (error) fail(error.pos[0], error.code === 'BAD_ALIAS' ? starInQuotes : `this is not YAML: ${error.message}`);
  visit(document, {
    Alias: (_key, node) => {
      if (!node.resolve(document)) fail(node.range?.[0] ?? 0, starInQuotes);
    },
  });
};

const starInQuotes = "a value that begins with * must stand in quotes: '*'";

const text = (what: string) => v.pipe(v.string(`${what} must be a text`), v.nonEmpty(`${what} is empty`));

/** A list, or one that stands for a list of it. */
const listOf = <T>(item: v.GenericSchema<T>, { max, what }: { max: number; what: string }) =>
  v.pipe(
    v.lazy((input) => (Array.isArray(input) ? v.pipe(v.array(item), v.minLength(1, `${what} is an empty list`), v.maxLength(max, `${what} takes at most ${max}`)) : item)),
    v.transform((given: T | T[]) => (Array.isArray(given) ? given : [given])),
  );

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host);
const urlOf = (address: string): URL | undefined => (URL.canParse(address) ? new URL(address) : undefined);

const Url = v.pipe(
  text('url'),
  v.check((address) => /^https?:$/.test(urlOf(address)?.protocol ?? ''), 'url must be an address such as https://service.example/hooks'),
  v.check((address) => urlOf(address)?.username === '' && urlOf(address)?.password === '', 'url must not hold a user name or password: receivers know us by the signature'),
  v.transform((address) => new URL(address).href),
);

/** Standard Webhooks asks for 24 to 64 bytes. */
const isSecret = (given: string): boolean => {
  const encoded = /^whsec_([A-Za-z\d+/]+={0,2})$/.exec(given)?.[1] ?? '';
  const key = Buffer.from(encoded, 'base64');
  return key.length >= 24 && key.length <= 64 && key.toString('base64') === encoded;
};
const secretHint = 'must be "whsec_" and 24 to 64 random bytes in base64, as this prints it: echo "whsec_$(openssl rand -base64 32)"';

const Variable = v.pipe(text('secret-env'), v.regex(/^(?!whsec_)[A-Za-z_]\w*$/, 'secret-env takes the name of an environment variable; a secret itself stands in secret'));

const Pattern = v.pipe(
  text('stories'),
  v.transform((pattern) => pattern.normalize('NFC')),
  v.check((pattern) => /^(?:\*|[^*]+\/\*|[^*]+)$/.test(pattern), "stories takes '*', a slug such as uk/vote, or all under a folder: uk/*"),
);

const flag = (what: string) => v.boolean(`${what} is true or false`);

const entries = {
  name: v.optional(v.pipe(text('name'), v.regex(/^[a-z\d](?:[a-z\d-]{0,62}[a-z\d])?$/, 'name takes at most 64 small letters, digits and hyphens, such as archive-2'))),
  url: Url,
  stories: v.optional(listOf(Pattern, { max: 1_000, what: 'stories' }), ['*']),
  secret: v.optional(listOf(v.pipe(text('secret'), v.check(isSecret, `secret ${secretHint}`)), { max: 2, what: 'secret' })),
  'secret-env': v.optional(listOf(Variable, { max: 2, what: 'secret-env' })),
  format: v.optional(v.picklist(formats, `format is one of ${formats.join(', ')}`), 'ops'),
  minor: v.optional(flag('minor'), true),
  from: v.optional(v.picklist(['now', 'start'], 'from is now or start'), 'now'),
  'allow-http': v.optional(flag('allow-http'), false),
};

const known = Object.keys(entries);
const notHooks = 'this must be a list of webhooks, each with a url and a secret: - url: https://...';

const HookEntry = v.pipe(
  v.strictObject(entries, (issue) => {
    if (issue.expected === 'never') return unknownKey(issue.received.slice(1, -1));
    return issue.expected === '"url"' ? 'this webhook has no url' : 'a webhook is written as lines of `key: value`';
  }),
  v.forward(
    v.partialCheck(
      [['url'], ['allow-http']],
      ({ url, 'allow-http': allowed }) => allowed || url.startsWith('https:') || isLoopback(new URL(url).hostname),
      'url must begin with https://: over http anybody on the way reads along. If that is meant, add allow-http: true',
    ),
    ['url'],
  ),
);
const Hooks = v.array(HookEntry, notHooks);
type Given = v.InferOutput<typeof HookEntry>;

const withSecrets = (given: Given, env: Environment, fail: (key: string, message: string) => never): Omit<Hook, 'name'> & { name: string | undefined } => {
  const { name, url, stories, secret, 'secret-env': variables, format, minor, from } = given;
  if (secret && variables) fail('secret-env', 'a webhook has a secret or a secret-env, not both');
  if (!secret && !variables) fail('', 'this webhook has no secret: add secret or secret-env');
  for (const variable of variables ?? []) {
    if (!isSecret(env[variable] ?? '')) fail('secret-env', env[variable] === undefined ? `the environment has no ${variable}` : `the value of ${variable} ${secretHint}`);
  }
  return { name, url, stories, secrets: secret ?? (variables ?? []).map((variable) => env[variable] ?? ''), format, minor, from };
};

/** A hook without a name is called as its host. */
const withNames = (hooks: ReturnType<typeof withSecrets>[], fail: (index: number, message: string) => never): Hook[] => {
  const taken = new Set<string>();
  return hooks.map((hook, index) => {
    const name = hook.name ?? new URL(hook.url).host.replaceAll(/[^a-z\d]+/g, '-').replaceAll(/^-|-$/g, '').slice(0, 64);
    if (taken.has(name)) fail(index, `two webhooks are called ${name}: give this one a name of its own`);
    taken.add(name);
    return { ...hook, name };
  });
};

const unknownKey = (key: string): string => {
  const [nearest] = known.map((name) => ({ name, distance: distanceOf(key, name) })).sort((a, b) => a.distance - b.distance);
  const hint = nearest && nearest.distance <= 2 ? `did you mean ${nearest.name}?` : `known are ${known.join(', ')}`;
  return `unknown key ${key}: ${hint}`;
};

/** Levenshtein's. */
const distanceOf = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) next.push(Math.min((row[j] ?? 0) + (letter === b[j] ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    row = next;
  }
  return row.at(-1) ?? 0;
};

import { expect, test } from 'vitest';
import { UsageError } from '../server/config.ts';
import { coverage, parseHooks } from '../server/webhooks/config.ts';
import { secretA, secretB } from './webhook-receiver.ts';

const parse = (text: string, env: Record<string, string> = {}) => parseHooks(text, { file: 'webhooks.yaml', env });

test('what may be left out has a default', () => {
  expect(parse(`- url: https://archive.example/hooks\n  secret: ${secretA}\n`)).toEqual([
    { name: 'archive-example', url: 'https://archive.example/hooks', stories: ['*'], secrets: [secretA], format: 'ops', minor: true, from: 'now' },
  ]);
  expect(parse('[]')).toEqual([]);
});

test('everything can be said', () => {
  const text = `
- name: archive
  url: https://archive.example:8443/hooks?key=1
  stories: [storm, uk/*]
  secret: [${secretA}, ${secretB}]
  format: compact
  minor: false
  from: start
- name: bot
  url: http://bot.example/
  allow-http: true
  stories: uk/vote
  secret-env: BOT_SECRET
- url: http://127.0.0.1:9000/
  secret-env: [BOT_SECRET]
`;
  expect(parse(text, { BOT_SECRET: secretB })).toMatchObject([
    { name: 'archive', stories: ['storm', 'uk/*'], secrets: [secretA, secretB], format: 'compact', minor: false, from: 'start' },
    { name: 'bot', stories: ['uk/vote'], secrets: [secretB] },
    { name: '127-0-0-1-9000', secrets: [secretB] },
  ]);
});

const hook = `- url: https://a.example/\n  secret: ${secretA}\n`;
test.each<[string, string, string]>([
  ['nothing', '', '1:1: error: this must be a list of webhooks'],
  ['no list', 'url: https://a.example/', '1:1: error: this must be a list of webhooks'],
  ['no hook', '- storm', '1:3: error: a webhook is written as lines'],
  ['no YAML', '- url: "https://a.example/', '1:27: error: this is not YAML'],
  ['an unknown key', `- url: https://a.example/\n  secrets: ${secretA}\n`, '2:3: error: unknown key secrets: did you mean secret?'],
  ['a key like no other', `${hook}  colour: red\n`, '3:3: error: unknown key colour: known are name, url'],
  ['a key in quotes', `${hook}  'a"b': red\n`, '3:3: error: unknown key a"b: known are'],
  ['a secret for a variable', `- url: https://a.example/\n  secret-env: ${secretA}\n`, '2:15: error: secret-env takes the name'],
  ['no url', `- secret: ${secretA}\n`, '1:3: error: this webhook has no url'],
  ['a url that is none', `- url: a.example\n  secret: ${secretA}\n`, '1:8: error: url must be an address such as https://'],
  ['a url of another kind', `- url: ftp://a.example/\n  secret: ${secretA}\n`, '1:8: error: url must be an address'],
  ['a url with a password', `- url: https://me:hidden@a.example/\n  secret: ${secretA}\n`, '1:8: error: url must not hold a user name or password'],
  ['plain http', `- secret: ${secretA}\n  url: http://a.example/\n`, '2:8: error: url must begin with https://'],
  ['no secret', '- url: https://a.example/\n', '1:3: error: this webhook has no secret'],
  ['two kinds of secret', `${hook}  secret-env: X\n`, '3:15: error: a webhook has a secret or a secret-env'],
  ['a secret that is none', '- url: https://a.example/\n  secret: hidden\n', '2:11: error: secret must be "whsec_"'],
  ['a secret too short', '- url: https://a.example/\n  secret: whsec_aGlkZGVu\n', '2:11: error: secret must be'],
  ['three secrets', `- url: https://a.example/\n  secret: [${secretA}, ${secretA}, ${secretA}]\n`, '2:11: error: secret takes at most 2'],
  ['one of two secrets', `- url: https://a.example/\n  secret:\n    - ${secretA}\n    - hidden\n`, '4:7: error: secret must be'],
  ['a variable that is not there', '- url: https://a.example/\n  secret-env: MISSING\n', '2:15: error: the environment has no MISSING'],
  ['a variable that is no secret', '- url: https://a.example/\n  secret-env: BAD\n', '2:15: error: the value of BAD must be'],
  ['a star without quotes', `${hook}  stories: *\n`, "3:12: error: a value that begins with * must stand in quotes: '*'"],
  ['a pattern without quotes', `${hook}  stories: [*uk]\n`, '3:13: error: a value that begins with *'],
  ['a star inside', `${hook}  stories: [uk/*/vote]\n`, "3:13: error: stories takes '*', a slug"],
  ['no story', `${hook}  stories: []\n`, '3:12: error: stories is an empty list'],
  ['an unknown format', `${hook}  format: xml\n`, '3:11: error: format is one of ops, compact'],
  ['a word for a flag', `${hook}  minor: seldom\n`, '3:10: error: minor is true or false'],
  ['an unknown beginning', `${hook}  from: monday\n`, '3:9: error: from is now or start'],
  ['a name with spaces', `${hook}  name: My Hook\n`, '3:9: error: name takes'],
  ['two of one name', hook + hook, '3:3: error: two webhooks are called a-example'],
  ['a key twice', `${hook}  secret: ${secretA}\n`, '3:3: error: this is not YAML: Map keys must be unique'],
])('%s is told with its place', (_what, text, message) => {
  const error = (() => {
    try {
      parse(text, { BAD: 'hidden' });
    } catch (thrown) {
      return thrown;
    }
    return undefined;
  })();
  expect(error).toBeInstanceOf(UsageError);
  expect(String(error)).toContain(`webhooks.yaml:${message}`);
  for (const secret of ['hidden', secretA.slice(6), 'aGlkZGVu']) expect(String(error)).not.toContain(secret);
});

test.each([
  [['*'], ['storm', 'uk/vote'], []],
  [['storm', 'uk/*'], ['storm', 'uk/vote', 'uk/a/b'], ['stormy', 'uk', 'ukraine']],
  [['uk/vote'], ['uk/vote'], ['uk/vote/x', 'vote']],
])('%j covers %j and not %j', (stories, covered, others) => {
  const covers = coverage(stories);
  expect(covered.filter((story) => !covers(story))).toEqual([]);
  expect(others.filter(covers)).toEqual([]);
});

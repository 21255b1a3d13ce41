import { expect, test } from 'vitest';
import { vanished } from '../server/desk.ts';

test.each<[string, Parameters<typeof vanished>[1], string]>([
  ['many stories', { slugs: ['a', 'b', 'c'], folder: 'there' }, '3 stories are gone at once (a, b, c): nothing is withdrawn. If you mean it, run "stop-press withdraw SLUG" for each'],
  ['more than are named', { slugs: [...'abcdef'], folder: 'there' }, '6 stories are gone at once (a, b, c, d, e ...): nothing is withdrawn. If you mean it, run "stop-press withdraw SLUG" for each'],
  ['the folder with one', { slugs: ['f'], folder: 'gone' }, 'the folder /news is gone, and with it 1 story (f): nothing is withdrawn. If you mean it, run "stop-press withdraw SLUG"'],
  ['the folder with more', { slugs: ['f', 'g'], folder: 'gone' }, 'the folder /news is gone, and with it 2 stories (f, g): nothing is withdrawn. If you mean it, run "stop-press withdraw SLUG" for each'],
])('a loss of %s', (_name, event, text) => expect(vanished('/news', event)).toBe(`warning: ${text}`));

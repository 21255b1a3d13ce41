/** Each code of the wire has its page, and each page its code: what it shows is what the server says. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { afterClose, closeCodes } from '../server/core/protocol.ts';
import { retryAfter, statuses, type Failure } from '../server/http/errors.ts';
import { standardCodes } from '../server/schema/asyncapi.ts';
import { httpDefinitions, refTo, toJsonSchemas } from '../server/schema/json-schema.ts';
import { errorCode } from '../server/schema/messages.ts';
import { createValidators } from './json-schemas.ts';
import { saidIn } from './protocol-document.ts';

const folder = (name: string) => new URL(`../docs/${name}/`, import.meta.url);
const pagesIn = (name: string): string[] => readdirSync(folder(name)).filter((file) => file !== 'README.md').map((file) => file.replace('.md', ''));
const read = (name: string, page: string): string => readFileSync(new URL(`${page}.md`, folder(name)), 'utf8');
const linkedIn = (index: string): string[] => [...index.matchAll(/\]\(([\w-]+)\.md\)/g)].map(([, page = '']) => page);
const example = (page: string): string => /```\w+\n([^]*?)\n```/.exec(page)?.[1] ?? '';

describe('errors', () => {
  const failures = Object.keys(statuses) as Failure[];

  test('have a page each, and the index names all', () => {
    const codes = [...errorCode.options, ...failures].toSorted();
    expect(pagesIn('errors').toSorted()).toEqual(codes);
    expect(linkedIn(read('errors', 'README')).toSorted()).toEqual(codes);
  });

  test.each(errorCode.options)('%s: the page shows it as it is sent', (code) => {
    expect(saidIn(example(read('errors', code))).map(({ message }) => message)).toContainEqual(expect.objectContaining({ type: 'error', code }));
  });

  const faultIn = createValidators(toJsonSchemas(httpDefinitions, 'draft-2020-12'), { strict: true })({ $ref: refTo('Failure') });

  test.each(failures)('%s: the page shows the problem document', (code) => {
    const page = read('errors', code);
    const [head = '', body = ''] = example(page).split('\n\n');
    const problem: unknown = JSON.parse(body);
    expect(faultIn(problem)).toBeUndefined();
    expect(problem).toMatchObject({ status: statuses[code], code });
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${statuses[code]} `));
    expect(/Retry-After: (\d+)/.exec(head)?.[1]).toBe(retryAfter[code]?.toString());
    expect(page).toContain(`\n${statuses[code]}. `);
  });
});

describe('close codes', () => {
  const codes = [...standardCodes, ...Object.values(closeCodes)];
  const words = { 'stay-away': 'stays away', 'back-off': 'backs off', 'come-back': 'comes back within the window of `bye`' };

  test('have a page each; the index names all, and says of each what the client does', () => {
    const index = read('close-codes', 'README');
    expect(pagesIn('close-codes').map(Number).toSorted((a, b) => a - b)).toEqual(codes.toSorted((a, b) => a - b));
    for (const code of codes) expect(index).toMatch(new RegExp(`^\\| \\[${code}\\]\\(${code}\\.md\\) \\| [^|]+ \\| ${words[afterClose(code)]} \\|$`, 'm'));
  });

  test.each(codes)('%d: the page shows what comes before it, and `bye` where the server itself wants the client back', (code) => {
    const page = read('close-codes', String(code));
    expect(page).toMatch(new RegExp(`^# ${code}: `));
    for (const { message } of saidIn(example(page))) if (message.type === 'bye') expect(message.code).toBe(code);
    if (code >= 4000) expect(example(page).includes('"bye"')).toBe(afterClose(code) !== 'stay-away');
  });

  test('are all in the protocol', () => {
    const protocol = readFileSync(new URL('../docs/protocol.md', import.meta.url), 'utf8');
    for (const code of codes) if (code !== 1000) expect(protocol).toContain(`[${code}](close-codes/${code}.md)`);
  });
});

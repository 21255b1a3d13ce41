/** The pages of a story's past, over HTTP. */
import { parse, type DefaultTreeAdapterTypes } from 'parse5';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { languages } from '../server/core/languages.ts';
import { at, contentOf, metaOf, publish, sampleSections, sectionOf, startSite } from './http-fixture.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

const elementsIn = (nodes: Node[]): Element[] => nodes.flatMap((node) => ('tagName' in node ? [node, ...elementsIn(node.childNodes)] : []));
const textOf = (node: Node): string => ('value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(textOf).join('') : '');
const attribute = (element: Element, name: string): string | undefined => element.attrs.find((each) => each.name === name)?.value;

let site: Awaited<ReturnType<typeof startSite>>;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.close());

const page = async (path: string) => {
  const { status, headers, body } = await site.get(path);
  const all = elementsIn(parse(body).childNodes);
  const find = (tag: string, name?: string) => all.filter((element) => element.tagName === tag && (name === undefined || attribute(element, 'class')?.split(' ').includes(name)));
  const link = (rel: string) => all.find((element) => element.tagName === 'link' && attribute(element, 'rel') === rel);
  const hrefs = () => find('a').map((element) => attribute(element, 'href') ?? '');
  return { status, headers, body, all, find, hrefs, rel: (rel: string) => { const found = link(rel); return found && attribute(found, 'href'); } };
};

const passengers = (count: number) => contentOf(metaOf({ updated: at(count) }), [
  ...sampleSections().slice(0, 1),
  sectionOf('what-we-know', [`<p>${100 + count} passengers were on the train.</p>`]),
  sectionOf('trains', ['<p>Buses run.</p>']),
]);

const publishMany = async (count: number, change: (n: number) => 'minor' | 'update' = () => 'update') => {
  for (let n = 1; n <= count; n += 1) await publish(site.log, 'storm', passengers(n), { minute: n, change: n === 1 ? 'update' : change(n) });
};

describe('the list of changes', () => {
  test('minor revisions that follow on each other are one line, which opens; each is still linked', async () => {
    await publishMany(6, (n) => (n >= 3 && n <= 5 ? 'minor' : 'update'));
    const { find, hrefs } = await page('/stories/storm/revisions');
    expect(find('summary').map(textOf)).toEqual(['3 minor changes']);
    for (const n of [1, 2, 3, 4, 5, 6]) expect(hrefs()).toContain(`/stories/storm/revisions/${n}`);
    for (const n of [2, 3, 4, 5, 6]) expect(hrefs()).toContain(`/stories/storm/compare/${n - 1}..${n}`);
  });

  test('the names of sections lead to their place in the comparison', async () => {
    await publishMany(2);
    const { hrefs } = await page('/stories/storm/revisions');
    expect(hrefs()).toContain('/stories/storm/compare/1..2#s-what-we-know');
    expect((await page('/stories/storm/compare/1..2')).find('section').map((section) => attribute(section, 'id'))).toEqual(['s-what-we-know']);
  });

  test('a day is a heading, in the language of the story', async () => {
    await publish(site.log, 'sturm', contentOf(metaOf({ lang: 'de' }), sampleSections()));
    await publish(site.log, 'sturm', contentOf(metaOf({ lang: 'de', headline: 'Neu' }), sampleSections()), { minute: 24 * 60 });
    expect((await page('/stories/sturm/revisions')).find('h2').map(textOf)).toEqual(['Montag, 23. November 2026', 'Sonntag, 22. November 2026']);
  });

  test('what a heading holds is text', async () => {
    await publish(site.log, 'storm', contentOf(metaOf(), sampleSections()));
    await publish(site.log, 'storm', contentOf(metaOf({ headline: '<b>{names}</b>', corrections: [{ at: at(1), text: '<i>{text}</i>' }] }), [...sampleSections(), sectionOf('x', ['<p>1</p>'], { heading: '<u>{names} & {heading}</u>' })]), { minute: 1 });
    for (const path of ['revisions', 'revisions/2', 'compare/1..2']) {
      const { find, body } = await page(`/stories/storm/${path}`);
      expect([...find('u'), ...find('b'), ...find('i')], path).toEqual([]);
      expect(body).toContain('&lt;u&gt;{names} &amp; {heading}&lt;/u&gt;');
    }
  });

  test('a redacted revision says so, and the next one is told from the last that can be read', async () => {
    await publishMany(4);
    await site.log.redact('storm', 2);
    await site.log.redact('storm', 3);
    const { find, hrefs } = await page('/stories/storm/revisions');
    expect(find('li').map(textOf).filter((text) => text.includes('The text of this revision has been removed'))).toHaveLength(2);
    expect(hrefs()).toContain('/stories/storm/compare/1..4');
    for (const href of hrefs()) if (href.startsWith('/')) expect([href, (await site.get(href.replace(/#.*/, ''))).status]).toEqual([href, 200]);
  });

  test('a correction stands there in its words', async () => {
    await publishMany(1);
    const { meta, sections } = passengers(1);
    await publish(site.log, 'storm', contentOf({ ...meta, corrections: [{ at: at(2), text: 'There were 118.' }] }, sections), { minute: 2, change: 'correction' });
    expect((await page('/stories/storm/revisions')).find('strong').map(textOf)).toEqual(['Correction: There were 118.']);
    expect((await page('/stories/storm/compare/1..2')).find('section').map(textOf)).toEqual([expect.stringMatching(/^Correction.*There were 118\.$/)]);
  });
});

describe('a walk through the past', () => {
  test('says where it is, and leads on in both directions', async () => {
    await publishMany(3);
    const { find, rel, all } = await page('/stories/storm/revisions/2');
    expect(textOf(find('p')[0] as Element)).toMatch(/^Revision 2 of 3 /);
    expect([rel('prev'), rel('next')]).toEqual(['/stories/storm/revisions/1', '/stories/storm/revisions/3']);
    const slider = all.find(({ tagName }) => tagName === 'input');
    expect(slider && Object.fromEntries(slider.attrs.map(({ name, value }) => [name, value]))).toMatchObject({ type: 'range', name: 'n', min: '1', max: '3', value: '2' });
    expect(find('form').map((form) => attribute(form, 'action'))).toEqual(['/stories/storm/revisions']);
    expect((await page('/stories/storm/revisions/3')).body).toContain('as it stands now: revision 3');
  });

  test('steps over what has been removed; there the walk itself goes on, without a word of the text', async () => {
    await publishMany(3);
    const { etag } = (await site.get('/stories/storm/revisions/1')).headers;
    expect((await page('/stories/storm/revisions/2')).body).toContain('passengers');
    await site.log.redact('storm', 2);
    expect((await page('/stories/storm/revisions/1')).rel('next')).toBe('/stories/storm/revisions/3');
    expect((await site.get('/stories/storm/revisions/1', { 'if-none-match': etag ?? '' })).status).toBe(200);
    const gone = await page('/stories/storm/revisions/2');
    expect([gone.status, gone.rel('prev'), gone.rel('next')]).toEqual([410, '/stories/storm/revisions/1', '/stories/storm/revisions/3']);
    expect(gone.body).not.toContain('passengers');
    expect((await site.get('/stories/storm/revisions/2', { 'if-none-match': String(gone.headers.etag) })).status).toBe(410);
  });

  test('a story that has never changed has nowhere to go', async () => {
    await publishMany(1);
    const { find, rel } = await page('/stories/storm/revisions/1');
    expect([find('form'), rel('prev'), rel('next')]).toEqual([[], undefined, undefined]);
  });

  test('comparisons are walked in steps as wide as the one shown', async () => {
    await publishMany(6);
    const steps = async (range: string) => { const { rel } = await page(`/stories/storm/compare/${range}`); return [rel('prev'), rel('next')].map((href) => href?.split('/').at(-1)); };
    expect(await steps('2..3')).toEqual(['1..2', '3..4']);
    expect(await steps('3..5')).toEqual(['1..3', '5..6']);
    expect(await steps('1..6')).toEqual([undefined, undefined]);
    await site.log.redact('storm', 4);
    expect(await steps('2..3')).toEqual(['1..2', '3..5']);
    expect(await steps('5..6')).toEqual(['3..5', undefined]);
  });
});

describe('a comparison', () => {
  test('is costed once: a 304 until something changes', async () => {
    await publishMany(2);
    const { etag } = (await site.get('/stories/storm/compare/1..2')).headers;
    expect((await site.get('/stories/storm/compare/1..2', { 'if-none-match': etag ?? '' })).status).toBe(304);
  });

  test('folds away what has stayed, and keeps it at hand', async () => {
    await publishMany(2);
    const { find } = await page('/stories/storm/compare/1..2');
    expect(find('details').map(textOf)).toEqual([expect.stringMatching(/^1 section unchanged Opening.*closed the line/), expect.stringMatching(/^1 section unchanged About trains.*Buses run/)]);
  });

  test('says another status, and who wrote', async () => {
    await publishMany(1);
    const { sections } = passengers(1);
    await publish(site.log, 'storm', contentOf(metaOf({ status: 'final', authors: ['Ada Berg', 'Nils Lind'] }), sections), { minute: 2 });
    const facts = (await page('/stories/storm/compare/1..2')).find('p', 'fact').map(textOf);
    expect(facts).toEqual(['Status: Developing story Final version', 'Authors: Ada Berg and Nils Lind']);
  });

  test.each([['?from=1', 400], ['', 400], ['?from=1&to=x', 308]])('the form without two ends: %s', async (query, status) => {
    await publishMany(1);
    expect((await site.get(`/stories/storm/compare${query}`)).status).toBe(status);
  });
});

test.each(languages.map((texts) => [texts.lang, texts] as const))('%s has every plural form that it tells apart, also of what only pages say', (lang, { pages }) => {
  const { pluralCategories } = new Intl.PluralRules(lang).resolvedOptions();
  const counted = [pages.minorChanges, pages.moreNames, pages.sectionsUnchanged, pages.blocksUnchanged];
  for (const forms of counted) expect(Object.keys(forms).sort()).toEqual([...pluralCategories].sort());
});

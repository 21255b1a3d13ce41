import { describe, expect, it } from 'vitest';
import { errorsOf, parse, published, secret, warningsOf } from './parse-stories.ts';

const meta = (yaml: string) => published(`---\n${yaml}\n---\n# H\n\ntext`).meta;
const errors = (yaml: string) => errorsOf(`---\n${yaml}\n---\n# H\n\ntext`);
const warnings = (yaml: string) => warningsOf(`---\n${yaml}\n---\n# H\n\ntext`);

describe('front matter', () => {
  it('need not be there', () => {
    expect(published('# H\n\ntext', { lang: 'ar' }).meta).toEqual({ headline: 'H', lang: 'ar', dir: 'rtl', status: 'developing', authors: [], corrections: [] });
    expect(published('# H\n\ntext', { lang: 'not a tag' }).meta.lang).toBe('en');
  });

  it('says all there is to say', () => {
    expect(meta('headline: The\n  storm\nlang: sv-se\nstatus: final\nauthors: [A, "B, C"]\nnote: >-\n  First\n  figures\nminor: spelling')).toEqual({
      headline: 'The storm', lang: 'sv-SE', dir: 'ltr', status: 'final', authors: ['A', 'B, C'], corrections: [], note: 'First figures', minor: 'spelling',
    });
  });

  it('takes values for the text they are', () => {
    expect(meta('headline: 2024-11-22\nnote: no\nminor: 0x10')).toMatchObject({ headline: '2024-11-22', note: 'no', minor: '0x10' });
    expect(meta('authors: Only One')).toMatchObject({ authors: ['Only One'] });
    expect(meta('authors:\n  - A\n  - B')).toMatchObject({ authors: ['A', 'B'] });
  });

  it('knows languages and their direction', () => {
    for (const [lang, dir] of [['ar', 'rtl'], ['he', 'rtl'], ['fa-AF', 'rtl'], ['ur', 'rtl'], ['az-Arab', 'rtl'], ['az', 'ltr'], ['de', 'ltr'], ['zh-Hant-TW', 'ltr'], ['dv', 'rtl']] as const) expect(meta(`lang: ${lang}`)).toMatchObject({ lang, dir });
    for (const lang of ['sv_SE', 'swedish', 'x', '"en us"', '[en]']) expect(errors(`lang: ${lang}`)).toEqual([expect.stringMatching(/^2:7: lang is not a language tag/)]);
  });

  it('has four statuses', () => {
    for (const status of ['draft', 'developing', 'final', 'withdrawn'] as const) expect(meta(`status: ${status}`).status).toBe(status);
    expect(meta('status: Final').status).toBe('final');
    expect(errors('status: done')).toEqual([expect.stringMatching(/^2:9: status must be one of draft, developing, final, withdrawn/)]);
  });

  it('lists corrections', () => {
    expect(meta('corrections:\n  - One; two.\n  - {text: "A: b", section: "#what"}\n  - text: Three').corrections).toEqual([{ text: 'One; two.' }, { text: 'A: b', section: 'what' }, { text: 'Three' }]);
    expect(meta('corrections: One').corrections).toEqual([{ text: 'One' }]);
    for (const wrong of ['[[One]]', '[{section: a}]', '[{text: One, sektion: a}]', '[{text: [One]}]', '[{text: One, section: ""}]', '[""]']) expect(errors(`corrections: ${wrong}`)).toEqual([expect.stringMatching(/^2:15: corrections must be a list/)]);
  });

  it('says which entry of a list is wrong', () => {
    expect(errors('corrections:\n  - One\n  - Two\n  - {section: a}\n  - Five\n  - [x]')).toEqual([expect.stringMatching(/^5:5: corrections must/), expect.stringMatching(/^7:5: corrections must/)]);
    expect(errors('authors:\n  - A\n  - {b: c}')).toEqual([expect.stringMatching(/^4:5: authors must/)]);
    expect(errors('authors: [A, [B]]')).toEqual([expect.stringMatching(/^2:14: authors must/)]);
    expect(errors('authors: {a: b}')).toEqual([expect.stringMatching(/^2:10: authors must/)]);
  });

  it('says which value is never closed', () => {
    expect(errors('headline: "H')).toEqual(['2:1: the value of headline is never closed: end it with "']);
    expect(errors("lang: en\nheadline: 'H\nnote: x\nminor: y")).toEqual(["3:1: the value of headline is never closed: end it with '"]);
    expect(errors('lang: en\nauthors: [A, B\nnote: x')).toEqual(['3:1: the value of authors is never closed: end it with ]']);
    expect(errors('corrections:\n  - a\n  - "b\n  - c\nlang: sv')).toEqual(['4:5: the value of corrections is never closed: end it with "']);
    expect(errors('corrections:\n  - {text: x\n  - b\nlang: sv')).toEqual(['3:5: the value of corrections is never closed: end it with }']);
    expect(errors('lang: sv\nnote')).toEqual([expect.stringMatching(/^3:1: .*colon after a key/)]);
    expect(errors('note: "a\\q"')).toEqual([expect.stringMatching(/^2:9: a backslash/)]);
    expect(errors('note: "He said "no"')).toEqual([expect.stringMatching(/^2:17: .*quotes/)]);
  });

  it('warns of keys that mean nothing', () => {
    expect(errors('Status: draft')).toEqual([expect.stringMatching(/^2:1: Status .*status: draft/)]);
    expect(errors('draft: true')).toEqual([expect.stringMatching(/^2:1: draft .*status: draft/)]);
    expect(warnings('lang: en\nstatsu: final\nconstructor: x')).toEqual([expect.stringMatching(/^3:1: unknown key statsu.*status/), expect.stringMatching(/^4:1: unknown key constructor/)]);
    expect(warnings('note: #metoo')).toEqual([expect.stringMatching(/^2:1: note is empty.*quotes/)]);
    expect(warnings('headline:\nauthors: []')).toEqual([expect.stringMatching(/^2:1: headline is empty/)]);
  });

  it('says where it is wrong and how to mend it', () => {
    expect(errors('lang: en\nheadline: Storm: line closed')).toEqual([expect.stringMatching(/^3:11: .*colon.*quotes/)]);
    expect(errors('lang: en\nlang: sv')).toEqual([expect.stringMatching(/^3:1: .*second time/)]);
    expect(errors('headline: {a: b}')).toEqual([expect.stringMatching(/^2:11: headline must be a text/)]);
    expect(errors('authors: [A')).toHaveLength(1);
    expect(errors('note: "x')).toHaveLength(1);
    expect(errors('\tnote: x')).toEqual([expect.stringMatching(/^2:1: .*tab/)]);
    expect(errors('just a text')).toEqual([expect.stringMatching(/^2:1: .*key: value/)]);
    expect(errors('note: \u0007')).toEqual([expect.stringMatching(/^2:1: .*control character/)]);
    expect(errors(`note: ${'x'.repeat(70_000)}`)).toEqual([expect.stringMatching(/^2:1: .*longer than/)]);
    expect(errorsOf('---\nheadline: Storm\n\ntext')).toEqual([expect.stringMatching(/^1:1: .*never closed/)]);
    expect(errors('note: a <!-- b -->')).toEqual([expect.stringMatching(/^2:1: .*comment.*#/)]);
  });

  it('knows no anchors, aliases or tags', () => {
    expect(errors('note: &a x\nminor: *a')).toEqual([expect.stringMatching(/^3:8: minor must be a text/)]);
    expect(errors(`a: &a [x, x]\n${'bcdefgh'.split('').map((key, index) => `${key}: &${key} [*${'abcdefg'[index]}, *${'abcdefg'[index]}]`).join('\n')}\nauthors: *h`)).toHaveLength(1);
    expect(meta('note: !!js/function x')).toMatchObject({ note: 'x' });
  });

  it('is told from a rule in the text', () => {
    expect(published('\n---\n\n# H\n\n---\n').sections[0]?.blocks).toEqual(['<hr>', '<hr>']);
    expect(published('---\n\n# H').sections[0]?.blocks).toEqual(['<hr>']);
    expect(published('---\n---\n# H').meta.headline).toBe('H');
    expect(published('--- \r\nheadline: H\r\n...\r\n---\r\n').sections[0]?.blocks).toEqual(['<hr>']);
  });

  it('is kept with the source, without its comments', () => {
    const text = `---\nheadline: "A # b"   # ${secret}\n# ${secret}\n  # ${secret}\nnote: | # ${secret}\n  # shown\nauthors: [A, # ${secret}\n  "#B"]\nodd:   spaced\n---\ntext\n`;
    expect(published(text).source).toBe('---\nheadline: "A # b"\nnote: |\n  # shown\nauthors: [A,\n  "#B"]\nodd:   spaced\n---\ntext\n');
    expect(JSON.stringify(parse(text))).not.toContain(secret);
    expect(JSON.stringify(parse(`---\nheadline: A: b # ${secret}\nnote: [ # ${secret}\n---\n`))).not.toContain(secret);
  });

  it('counts its lines', () => {
    expect(errorsOf('---\nlang: sv\n---\n# H\n\n## A {#X}')).toEqual([expect.stringMatching(/^6:7: /)]);
  });
});

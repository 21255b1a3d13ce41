import { describe, expect, it } from 'vitest';
import { canonicalJson, fnv1a, hashOf, hashOfContent } from '../server/core/hash.ts';

describe('hash', () => {
  it('is FNV-1a as published, over UTF-8', () => {
    expect(fnv1a('')).toBe('811c9dc5');
    expect(fnv1a('a')).toBe('e40c292c');
    expect(fnv1a('foobar')).toBe('bf9cf968');
  });

  // Each made in Python: fnv1a(json.dumps(x, sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode())
  it.each([
    [{}, '5465b825'],
    [["\u00e4", "\u00df", "\u66b4\u98ce", "\u0627\u0644\u0639\u0627\u0635\u0641\u0629"], '672ecf2c'],
    [{"level": 2, "heading": "\u201cStra\u00dfe\u201d \u2013 \u2028 \"q\" \\ \t\u0001\u007f", "attrs": {"pinned": true}, "blocks": ["<p>\ud83d\ude82 e\u0301</p>\n"]}, '21411e92'],
    [{"b": 1, "a": {"z": [], "Z": ""}}, '7fc7fce3'],
  ] as [unknown, string][])('agrees with another language on %j', (value, hash) => {
    expect(hashOf(value)).toBe(hash);
  });

  it('sorts keys and leaves out what is absent', () => {
    expect(canonicalJson({ b: [1, true, { z: 'å', a: '\u2028' }], a: undefined, A: '' })).toBe('{"A":"","b":[1,true,{"a":"\u2028","z":"å"}]}');
  });

  it('counts a lone surrogate as U+FFFD', () => {
    expect(hashOf('x\ud83d')).toBe(hashOf('x\ufffd'));
    expect(fnv1a('\ude82')).toBe(fnv1a('\ufffd'));
  });

  it('of a state is the hash of the hashes of its meta and sections', () => {
    const meta = { headline: 'Storm', lang: 'en', dir: 'ltr' as const, status: 'final' as const, authors: [], corrections: [], published: '2026-11-22T14:05:00.000Z', updated: '2026-11-22T14:05:00.000Z' };
    const lead = { id: 'lead', level: 0, heading: '', attrs: {}, added: meta.published, revised: meta.published, was: [], blocks: ['<p>🚂</p>'] };
    expect(hashOfContent(meta, [lead])).toBe(fnv1a(`${hashOf(meta)},${hashOf(lead)}`));
    expect(hashOfContent(meta, [])).toBe(fnv1a(hashOf(meta)));
  });
});

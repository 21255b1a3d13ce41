import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diff } from '../server/core/diff.ts';
import { en } from '../server/core/languages/en.ts';
import { announcementOf, changesIn } from '../client/announce.ts';
import { isOfSection, newsBetween, newsOf, type Item, type SectionItem } from '../client/news.ts';
import { at, content, section } from './browser/stories.ts';
import { contents } from './generate.ts';

const sectionsIn = (items: Item[], ...kinds: SectionItem['kind'][]) => items.filter(isOfSection).filter(({ kind }) => kinds.includes(kind));
const idsIn = (items: Item[], ...kinds: SectionItem['kind'][]) => sectionsIn(items, ...kinds).map(({ id }) => id).sort();

describe('the news of a change', () => {
  it('law: there is none where nothing differs', () => {
    fc.assert(fc.property(contents, (same) => {
      expect(newsOf(diff(same, same, { at: at(1) }), same, same)).toEqual([]);
      expect(newsBetween(same, same)).toEqual([]);
    }));
  });

  it('law: blocks of an edited section that it does not name stood there before', () => {
    fc.assert(fc.property(contents, contents, (before, after) => {
      const ops = diff(before, after, { at: at(1) });
      for (const item of newsOf(ops, before, after)) {
        if (item.kind !== 'edited') continue;
        const op = ops.find((each) => each.op === 'edit' && (each.newId ?? each.id) === item.id);
        const old = before.sections.find(({ id }) => op?.op === 'edit' && id === op.id)?.blocks ?? [];
        const named = new Set(item.texts.map((text) => text.at));
        const gone = [...item.texts.flatMap((text) => text.old ?? []), ...item.gone.flatMap(({ blocks }) => blocks)];
        const kept = after.sections.find(({ id }) => id === item.id)?.blocks.filter((_, index) => !named.has(index)) ?? [];
        expect([...kept, ...gone].sort()).toEqual([...old].sort());
      }
    }));
  });

  it('law: every section that came is new, and every one that went is removed or merged', () => {
    fc.assert(fc.property(contents, contents, (before, after) => {
      const news = newsBetween(before, after);
      const ids = (of: typeof before) => of.sections.map(({ id }) => id);
      expect(idsIn(news, 'new')).toEqual(ids(after).filter((id) => !ids(before).includes(id)).sort());
      expect(sectionsIn(news, 'removed', 'merged')).toHaveLength(ids(before).filter((id) => !ids(after).includes(id)).length);
    }));
  });

  const before = content([section('lead', ['<p>One.</p>']), section('a', ['<p>Two.</p>']), section('b', ['<p>Three.</p>'])]);

  it('tells a merged section from a removed one, and says what stands where that stood', () => {
    const merged = content([section('lead', ['<p>One.</p>']), section('b', ['<p>Three.</p>', '<p>Two.</p>'], { was: ['a'] })]);
    const removed = content([section('lead', ['<p>One.</p>']), section('b', ['<p>Three.</p>'])]);
    for (const items of [newsOf(diff(before, merged, { at: at(1) }), before, merged), newsBetween(before, merged)]) {
      expect(sectionsIn(items, 'merged', 'removed')).toEqual([{ kind: 'merged', id: 'b', heading: 'b', from: 'a' }]);
    }
    expect(sectionsIn(newsBetween(before, removed), 'removed')).toEqual([{ kind: 'removed', id: 'a', heading: 'a', next: 'b' }]);
  });

  it('calls a correction one of what was read only where what it corrects was there', () => {
    const corrected = (named: string) => content([...before.sections, section('c', ['<p>Four.</p>'])], { corrections: [{ at: at(1), text: 'Not so.', section: named }] });
    const seen = (named: string) => newsOf(diff(before, corrected(named), { at: at(1) }), before, corrected(named)).flatMap((item) => (item.kind === 'correction' ? [item.seen] : []));
    expect([seen('a'), seen('c')]).toEqual([[true], [false]]);
  });
});

describe('the sentence of a batch', () => {
  const edited = (id: string): Item => ({ kind: 'edited', id, heading: id, texts: [], gone: [] });

  it('counts a section once, by the most that happened to it', () => {
    expect(changesIn([edited('a'), { kind: 'moved', id: 'a', heading: 'a' }, { kind: 'merged', id: 'b', heading: 'b', from: 'c' }, edited('b')], en)).toEqual(['1 section merged', '1 section edited']);
  });

  it('says nothing of a headline that is what it was', () => {
    expect(announcementOf([{ kind: 'headline', old: 'A', headline: 'B' }, { kind: 'headline', old: 'B', headline: 'A' }], en)).toBe('');
  });

  it('puts a correction of what was read first, in its own words, and only counts another', () => {
    const correction = (text: string, seen: boolean): Item => ({ kind: 'correction', correction: { at: at(1), text }, index: 0, seen });
    expect(announcementOf([edited('a'), correction('There were 118.', true)], en)).toBe('Correction to what you read: There were 118. Story updated: 1 section edited (a).');
    expect(announcementOf([edited('a'), correction('There were 118.', false)], en)).toBe('Story updated: 1 correction and 1 section edited (a).');
  });
});

/** Stories that change at random, the same way for the same seed. */
import { diff } from '../server/core/diff.ts';
import { hashOfContent } from '../server/core/hash.ts';
import type { Content, Meta, Section } from '../server/core/story.ts';
import type { Revision, RevisionLog } from '../server/revision-log.ts';

/** 0..1, mulberry32 */
export const createRandom = (seed: number) => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { next, below, pick: <T>(list: readonly T[]): T | undefined => list[below(list.length)] };
};

export type Random = ReturnType<typeof createRandom>;

/** The n-th minute of a day. */
export const timeAt = (n: number): string => new Date(Date.UTC(2026, 10, 22, 0, n)).toISOString();

/** A state of a story, made by hand: a lead, and a section for each further list of paragraphs. */
export const contentOf = (headline: string, ...texts: string[][]): Content => {
  const published = timeAt(0);
  const meta: Meta = { headline, lang: 'en', dir: 'ltr', status: 'developing', authors: [], corrections: [], published, updated: published };
  return contentWith(meta, texts.map((paragraphs, index) => sectionOf(index, paragraphs, published)));
};

const contentWith = (meta: Meta, sections: Section[]): Content => ({ hash: hashOfContent(meta, sections), meta, sections });

const sectionOf = (index: number, paragraphs: string[], at: string): Section => ({
  id: index === 0 ? 'lead' : `part-${index}`,
  level: index === 0 ? 0 : 2,
  heading: index === 0 ? '' : `Part ${index}`,
  attrs: {},
  added: at,
  revised: at,
  was: [],
  blocks: paragraphs.map((text) => `<p>${text}</p>`),
});

/** Publishes into a log, each time a minute later than the last. */
export const createNewsroom = (log: RevisionLog) => {
  let minute = 0;
  const now = () => timeAt((minute += 1));

  return {
    now,

    publish: (story: string, content: Content): Promise<Revision> => {
      const standing = log.find(story);
      const before = standing && standing.kind !== 'moved' ? standing.state : undefined;
      const at = now();
      return log.append({
        story,
        at,
        change: 'update',
        content,
        ops: before ? diff(before, content, { at }) : [],
        splits: {},
        origin: { source: JSON.stringify(content), fileHash: content.hash },
      });
    },

    withdraw: (story: string) => log.withdraw(story, now()),
    move: (story: string, to: string) => log.move(story, to, now()),
  };
};

const pool = ['storm', 'line', 'closed', '118', 'reopened', 'järnväg', '暴风', '🚂', 'the', 'a', 'northern', 'on', 'Monday'];

/** Another state that has much in common with the one before. */
export const reworked = (before: Content, random: Random): Content => {
  const sentence = () => `<p>${Array.from({ length: 2 + random.below(12) }, () => random.pick(pool)).join(' ')}</p>`;
  const fresh = (id: string): Section => ({ ...sectionOf(1, [], timeAt(0)), id, heading: id, blocks: [sentence(), sentence()] });
  const sections = before.sections.map((section) => ({ ...section, blocks: [...section.blocks] }));
  const any = random.pick(sections.slice(1));
  switch (random.below(6)) {
    case 0: {
      const id = `new-${random.below(8)}`;
      if (!sections.some((section) => section.id === id)) sections.splice(1 + random.below(sections.length), 0, fresh(id));
      break;
    }
    case 1:
      if (any && sections.length > 2) sections.splice(sections.indexOf(any), 1);
      break;
    case 2:
      if (any) sections.push(...sections.splice(sections.indexOf(any), 1));
      break;
    default: {
      const edited = random.pick(sections);
      edited?.blocks.splice(random.below(edited.blocks.length), random.below(2), sentence());
    }
  }
  const headline = random.below(4) === 0 ? `Storm ${random.below(1_000)}` : before.meta.headline;
  return contentWith({ ...before.meta, headline }, sections);
};

/** Real edit histories, saved one after another. */
import { parseStory, type Parsed } from '../server/core/parse.ts';
import type { Change, Content, Op } from '../server/core/story.ts';
import { allTexts, identityDataIsThere } from './bench/identity-cases.ts';
import { createSaving, minute } from './saving.ts';

export type Step = { content: Content; at: string; ops: Op[]; change: Change; came: string[]; splits: Record<string, string> };
export type History = { name: string; steps: Step[] };

/** The revisions that a stream makes when its versions are saved one after another. */
export const stepsOf = (versions: readonly Parsed[]): Step[] => {
  const save = createSaving();
  return versions.flatMap((parsed, index): Step[] => {
    const revised = save(parsed);
    if (!revised) return [];
    const { content, ops, change, splits, identities } = revised;
    const came = identities.filter(({ previous }) => !previous).map(({ id }) => id);
    return [{ content, at: minute(index), ops, change, came, splits }];
  });
};

const parse = (text: string): Parsed[] => [parseStory(text, { story: 'story', format: 'md', lang: 'en' }).parsed ?? []].flat();

/** What streams were, as they can be published; empty where the histories are not here. The first so many of each, where `most` says so. */
export const versionsOf = (most = Infinity): { name: string; versions: Parsed[] }[] =>
  (identityDataIsThere ? allTexts() : []).map(({ name, texts }) => ({ name, versions: texts.slice(0, most).flatMap(parse) }));

export const historiesOf = (most = Infinity): History[] => versionsOf(most).map(({ name, versions }) => ({ name, steps: stepsOf(versions) }));

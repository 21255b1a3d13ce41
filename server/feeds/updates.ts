/** The newest changes of a story, in few words, for the page's structured data. */
import { textsFor } from '../core/languages.ts';
import { excerptOf } from '../core/render.ts';
import type { Time } from '../core/story.ts';
import type { RevisionLog, Summary } from '../revision-log.ts';
import { loudRevisions, readRevision } from './revisions.ts';
import { tellRevision } from './words.ts';

export type Update = {
  at: Time;
  headline: string;
  text: string;
  /** The first section that is new or says something else. */
  section?: string;
};

export type Updates = {
  /** Changes where a redaction has changed what `read` answers, which no position tells. */
  edition: string;
  /** Newest first. */
  read: () => Update[];
};

/** updates of one story: what keeps the first HTML of a long one small */
const maxUpdates = 20;
/** updates remembered of all stories */
const maxRemembered = 5_000;

/** Every reader of a page asks for the same few: each is made once, and forgotten when any revision of its story is redacted. */
export const createUpdates = (log: RevisionLog): ((story: string) => Updates) => {
  const remembered = new Map<string, Update | undefined>();

  const remember = (key: string, make: () => Update | undefined): Update | undefined => {
    if (!remembered.has(key)) remembered.set(key, make());
    if (remembered.size > maxRemembered) remembered.delete(remembered.keys().next().value ?? '');
    return remembered.get(key);
  };

  return (story) => {
    const { summaries, redacted } = loudRevisions(log, story, { limit: maxUpdates });
    const edition = redacted.join();
    return { edition, read: () => summaries.flatMap((summary) => remember(`${summary.position} ${edition}`, () => updateOf(log, story, summary)) ?? []) };
  };
};

const updateOf = (log: RevisionLog, story: string, summary: Summary): Update | undefined => {
  const found = readRevision(log, story, summary);
  if (!found) return undefined;
  const { state: { meta, sections }, changed } = found;
  const { pages } = textsFor(meta.lang);
  const { short, lines } = tellRevision(found, summary);
  const fresh = new Set([...(changed?.added ?? []), ...(changed?.edited ?? [])]);
  const section = changed?.corrections[0]?.section ?? sections.find((each) => fresh.has(each))?.id;
  const label = pages.grades[summary.change];
  const what = short || (summary.revision === 1 ? meta.headline : label);
  return {
    at: summary.at,
    headline: summary.change === 'correction' && what !== label ? `${label}: ${what}` : what,
    text: [...lines, ...(changed ? [] : [excerptOf(sections)])].filter((line) => line !== '').join(' · ') || what,
    ...(section !== undefined && { section }),
  };
};

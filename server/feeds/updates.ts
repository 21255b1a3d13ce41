/** The newest changes of a story, in few words, for the page's structured data. */
import type { Changed } from '../core/changed.ts';
import { textsFor } from '../core/languages.ts';
import { excerptOf } from '../core/render.ts';
import type { Section, Time } from '../core/story.ts';
import type { RevisionLog, Summary } from '../revision-log.ts';
import { createRecent } from '../revision-log/recent.ts';
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

/** Every reader of a page asks for the same few: each is made once, and again when a revision of its story has been redacted. */
export const createUpdates = (log: RevisionLog): ((story: string) => Updates) => {
  const remembered = createRecent<string, Update>(maxRemembered);
  return (story) => {
    const { summaries, edition } = loudRevisions(log, story, { limit: maxUpdates });
    const read = (summary: Summary): Update => remembered.get(`${summary.position} ${edition}`, () => updateOf(log, story, summary));
    return { edition, read: () => summaries.filter((summary) => !summary.redacted).map(read) };
  };
};

const updateOf = (log: RevisionLog, story: string, summary: Summary): Update => {
  const found = readRevision(log, story, summary);
  const { state: { meta, sections }, changed } = found;
  const { pages } = textsFor(meta.lang);
  const { short, lines } = tellRevision(found, summary);
  const label = pages.grades[summary.change];
  const what = short || (summary.revision === 1 ? meta.headline : label);
  const section = changed && firstChanged(changed, sections);
  return {
    at: summary.at,
    headline: summary.change === 'correction' && what !== label ? `${label}: ${what}` : what,
    text: [...lines, ...(changed ? [] : [excerptOf(sections)])].filter((line) => line !== '').join(' · ') || what,
    ...(section !== undefined && { section }),
  };
};

const firstChanged = ({ corrections: [correction], added, edited }: Changed, sections: readonly Section[]): string | undefined => {
  const fresh = new Set([...added, ...edited]);
  return correction?.section ?? sections.find((section) => fresh.has(section))?.id;
};

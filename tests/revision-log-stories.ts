/** Small stories for examples, and a publisher's part in appending them. */
import { diff } from '../server/core/diff.ts';
import { hashOfContent } from '../server/core/hash.ts';
import type { Change, Content, Meta, Section } from '../server/core/story.ts';
import type { Draft, Revision, RevisionLog } from '../server/revision-log.ts';
import { timeOf } from './revision-log-model.ts';

export type LogFixture = {
  log: RevisionLog;
  /** Closes the log and opens it again, where it is durable. */
  reopen: () => Promise<RevisionLog>;
  /** What listeners threw. */
  errors: unknown[];
  remove: () => Promise<void>;
};

export const sectionOf = (id: string, text: string): Section => {
  const at = timeOf(0);
  return { id, level: id === 'lead' ? 0 : 2, heading: id === 'lead' ? '' : `About ${id}`, attrs: {}, added: at, revised: at, was: [], blocks: [`<p>${text}</p>`] };
};

/** A story of a lead alone. */
export const lead = (text: string): Section[] => [sectionOf('lead', text)];

export const contentOf = (sections: Section[], updated = timeOf(0)): Content => {
  const meta: Meta = { headline: 'Storm', lang: 'en', dir: 'ltr', status: 'developing', authors: [], corrections: [], published: timeOf(0), updated };
  return { hash: hashOfContent(meta, sections), meta, sections };
};

type Wish = { change?: Change; note?: string; splits?: Record<string, string>; source?: string; updated?: string };

/** Appends a revision as a publisher would: with the ops from the story's last state. `step` is its minute. */
export const publish = (log: RevisionLog, story: string, step: number, sections: Section[], wish: Wish = {}): Promise<Revision> => {
  const { change = 'update', note, splits = {}, source = 'source', updated = timeOf(step) } = wish;
  const standing = log.find(story);
  const content = contentOf(sections, updated);
  const ops = standing && standing.kind !== 'moved' ? diff(standing.state, content, { at: timeOf(step), splits }) : [];
  const draft: Draft = { story, at: timeOf(step), change, content, ops, splits, origin: { source, fileHash: `file ${step}` }, ...(note !== undefined && { note }) };
  return log.append(draft);
};

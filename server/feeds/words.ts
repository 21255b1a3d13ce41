/** What a revision changed, in words. */
import { changedInShort, changedInWords, type Changed } from '../core/changed.ts';
import { textsFor } from '../core/languages.ts';
import type { Summary } from '../revision-log.ts';
import type { Found } from './revisions.ts';

export type Told = {
  /** In a few words, without the headline: what was corrected, else the editor's note, else what changed. Empty where there is nothing to say. */
  short: string;
  /** Corrections first, then the editor's note, then what changed, a line each. None for a story's first revision. */
  lines: string[];
};

const nothing: Changed = { corrections: [], edited: [], added: [], moved: [], removed: [] };

export const tellRevision = ({ state, changed = nothing }: Found, { note }: Pick<Summary, 'note'>): Told => {
  const texts = textsFor(state.meta.lang);
  const { headline: _headline, ...rest } = changed;
  return {
    short: changed.corrections.map(({ text }) => text).join(' ') || (note ?? changedInShort(rest, texts)),
    lines: [
      ...changed.corrections.map(({ text }) => `${texts.pages.correctionAdded}: ${text}`),
      ...(note === undefined ? [] : [note]),
      ...changedInWords(changed, texts),
    ],
  };
};

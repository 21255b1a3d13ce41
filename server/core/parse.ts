/** A story file's text becomes what can be published, or a list of problems with their places. */
import type { Attributes, Block, Meta } from './story.ts';

/** `note` informs (`check` only), `warning` publishes all the same, `error` publishes nothing. Lines and columns count from 1. */
export type Problem = { severity: 'error' | 'warning' | 'note'; line: number; column: number; message: string };

export type ParsedSection = {
  /** 0 for the lead, which always stands first; else 2..6 as the page shows it. */
  level: number;
  heading: string;
  attrs: Attributes;
  /** The id an editor pinned: `{#id}`. */
  pin?: string;
  blocks: Block[];
  /** Where its heading stands in the file, from 1. */
  line: number;
};

export type ParsedMeta = Pick<Meta, 'headline' | 'lang' | 'dir' | 'authors'> & {
  status: 'draft' | 'developing' | 'final' | 'withdrawn';
  corrections: { text: string; section?: string }[];
  note?: string;
  minor?: string;
};

export type Parsed = {
  meta: ParsedMeta;
  sections: ParsedSection[];
  /** The source without drafts and comments: what may be kept in the log. */
  source: string;
};

export type ParseOptions = {
  /** `storm`, `uk/vote`: what relative addresses are relative to, and the headline of last resort. */
  story: string;
  format: 'md' | 'txt';
  /** BCP 47, for a story that does not name its own. */
  lang: string;
};

export const parseStory = (_text: string, _options: ParseOptions): { parsed?: Parsed; problems: Problem[] } => {
  throw new Error('not written yet');
};

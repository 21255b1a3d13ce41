/** What the parser hands on: see `parse.ts`, which is where others import it from. */
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

/** One step of a file's content, before sections are made of it: a heading, or a block as it will be published. */
export type Piece = Heading | { kind: 'block'; html: Block };

export type Heading = { kind: 'heading'; level: number; text: string; line: number; attributes?: HeadingAttributes };

/** What `{#id .pinned}` says, and where in the file it stands. */
export type HeadingAttributes = { pin?: string; pinned?: true; line: number; column: number };

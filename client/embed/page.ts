/** A story as it stands in the shadow tree of its element: what draws it whole, and what changes it later, both know it so. */
import type { ClientTexts } from '../../server/core/languages/texts.ts';
import type { Meta, Op, Section, State } from '../../server/core/story.ts';

export type StoryPage = {
  root: ShadowRoot;
  /** Its children are the head, the sections and the corrections. */
  article: Element;
  texts: ClientTexts;
  /** Pieces of the story. Nothing is loaded from them before they stand in the page. */
  head(meta: Meta): Element;
  section(section: Section, meta: Meta): Element;
  corrections(meta: Meta): Element;
  /** After whatever was drawn: what is the reader's, and not the story's, is put right. */
  finish(): void;
};

export type Step = {
  /** What the page shows. */
  before: State;
  after: State;
  /** Where they are known. */
  ops: readonly Op[] | undefined;
  /** Readers are told nothing of it. */
  isMinor: boolean;
};

/** What each signal counts when sections are matched. A score is a sum of these, from about 0 to 1.3. `docs/decisions/identity.md` says what each earns. */

export type Weights = {
  /** Above this score two sections may be one. */
  threshold: number;
  /** An equal heading: the only one of its name on either side, or one of several. */
  heading: number;
  headingOfSeveral: number;
  /** An equal text under an equal heading. */
  text: number;
  /** An equal text under another heading; also, where there is no text to compare, the likeness of the headings. */
  textAlone: number;
  /** The likeness of headings that differ. */
  headingAlike: number;
  /** A neighbour that is linked likewise, on each side; a parent that is. */
  context: number;
  /** Among equals the one that stands where the old one stood: what the whole length of the story costs. */
  place: number;
  /** Share of a section's text that must come from another for a split, or go into it for a merge. */
  relative: number;
};

export const weights: Weights = {
  threshold: 0.5,
  heading: 0.8,
  headingOfSeveral: 0.5,
  text: 0.4,
  textAlone: 0.7,
  headingAlike: 0.35,
  context: 0.1,
  place: 0.01,
  relative: 0.6,
};

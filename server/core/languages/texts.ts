/** What the program knows of a language: what the pages around the stories say, how that is filled in, and what a pasted text is told by. The texts are plain JSON, so that a page can hand them to its script. */

/** One text a plural form that `Intl.PluralRules` tells apart in the language; `{n}` is the count. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** What the page's script needs too. `{name}` is a place that `fill` fills. */
export type ClientTexts = {
  /** The language of these texts: their elements say so where the story speaks another. */
  lang: string;
  /** What times, numbers and lists are formatted for: `en-GB`, `sv`. */
  locale: string;
  /** The direction in which these texts are written. */
  dir: 'ltr' | 'rtl';

  developing: string;
  final: string;
  by: string;
  published: string;
  updated: string;
  /** `{n}` minutes. */
  readingTime: Plural;
  /** Stands above the list of a story's sections. */
  contents: string;
  permalink: string;
  /** The name of the text before the first heading. */
  opening: string;
  corrections: string;
  correctedSection: string;
  /** At a section, with a link to what was wrong. */
  corrected: string;

  /** What a changed section is labelled with. */
  isNew: string;
  isEdited: string;
  isMoved: string;
  mergedFrom: string;
  removedHere: string;
  correction: string;
  showRemoved: string;
  /** How many changes have not been read, and how many came while the page was paused. */
  changes: Plural;
  waiting: Plural;
  /** To somebody who comes back the same day, or on another; `{changes}` is a list of counts. */
  since: string;
  sinceDay: string;
  /** To somebody who has seen what was wrong. */
  correctionToYou: string;

  offline: string;
  reconnecting: string;
  outdated: string;
  /** The link to the page as it is now. */
  reload: string;
  withdrawn: string;

  /** The sentence that is read out after a batch of changes; `{changes}` is a list of what follows. */
  announcement: string;
  sectionsEdited: Plural;
  sectionsAdded: Plural;
  sectionsRemoved: Plural;
  sectionsMoved: Plural;
  sectionsMerged: Plural;
  correctionsAdded: Plural;
  newHeadline: string;
  /** Follows `newHeadline` and the counts when the story became final, or went on. */
  nowFinal: string;
  nowDeveloping: string;

  storyUpdated: string;
};

/** Every text; `pages` is what only the server shows. */
export type Texts = ClientTexts & {
  pages: {
    skip: string;
    latest: string;
    latestDescription: string;
    noStories: string;
    history: string;
    historyTitle: string;
    backToStory: string;
    older: string;
    newest: string;
    revision: string;
    firstPublished: string;
    currentRevision: string;
    redacted: string;
    nothingForReaders: string;
    grades: { minor: string; update: string; correction: string };
    minorChanges: Plural;
    changedSince: string;
    /** What a revision changed: `{names}` is a list of headings, `{heading}` one. */
    whatEdited: string;
    whatAdded: string;
    whatSplit: string;
    whatMoved: string;
    whatMerged: string;
    whatRemoved: string;
    whatHeadline: string;
    whatStatus: string;
    whatAuthors: string;
    whatCorrected: string;
    moreNames: Plural;

    asItWas: string;
    asItIs: string;
    readCurrent: string;
    walk: string;
    revisionOf: string;
    show: string;
    previousRevision: string;
    nextRevision: string;
    compareWithPrevious: string;

    compareTitle: string;
    compareFrom: string;
    compareTo: string;
    compare: string;
    earlierChanges: string;
    laterChanges: string;
    addedWords: string;
    removedWords: string;
    /** What a screen reader says before an insertion and a deletion. */
    added: string;
    removed: string;
    status: string;
    authors: string;
    nothingChanged: string;
    sectionEdited: string;
    sectionAdded: string;
    sectionRemoved: string;
    sectionMoved: string;
    sectionDetails: string;
    splitFrom: string;
    mergedInto: string;
    movedUp: string;
    movedDown: string;
    movedFromTop: string;
    stoodHere: string;
    headingRaised: string;
    headingLowered: string;
    pinned: string;
    unpinned: string;
    blockMovedFrom: string;
    blockMovedUp: string;
    blockMovedDown: string;
    blockMovedTo: string;
    blockStoodHere: string;
    sectionsUnchanged: Plural;
    blocksUnchanged: Plural;
    correctionAdded: string;
    correctionRemoved: string;

    /** The bar at the foot of a story that shows what changed, and its keys. */
    bar: {
      title: string;
      live: string;
      paused: string;
      next: string;
      previous: string;
      pause: string;
      resume: string;
      keys: string;
      keyNext: string;
      keyPrevious: string;
      keyList: string;
      keyRemoved: string;
      keyPause: string;
      keyHelp: string;
      useKeys: string;
      close: string;
    };

    errors: Record<'malformed' | 'forbidden' | 'missing' | 'readonly' | 'withdrawn' | 'redacted' | 'failed', { title: string; text: string }>;
    toStories: string;
  };
};

/**
 * By what a plain text is read that was pasted from a page or a wire. The lists hold regular expressions, compared without regard to capitals, accents on Arabic letters, and kinds of space and apostrophe.
 * In all of them may stand `{n}` (a number), `{name}` (a capitalised word) and `{agency}`.
 */
export type Pasted = {
  /** The letters in which the language is written; beside those from a to z, where it is written in these. */
  letters: string;
  /** The smallest and most frequent words: a text tells its language by them. */
  words: string;
  /** Whole lines that are no part of a story, without final punctuation. `{count}`: a number that may follow; `{place}`: a place to share to; `{title}`: a colon and a title that may follow. */
  furniture: readonly string[];
  /** How a sentence begins that says that the story is developing. `{end}`: and says nothing else. */
  developing: readonly string[];
  /** How bylines, captions, credits and time lines begin. `{mark}`: a colon or the like, the line's end, or a name. */
  bylines: readonly string[];
  /** Agencies at home in the language, parted by `|`. */
  agencies: string;
};

/** One file for each: adding a language is adding its file, and a line in `languages.ts`. */
export type Language = Texts & { pasted: Pasted };

/** Puts `values` in the places of a text; a place without a value stays as it is. */
export const fill = (text: string, values: Record<string, string>): string => text.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);

/** The form of a text for `n`, with `n` in the language's own digits. */
export const plural = (forms: Plural, n: number, locale: string): string =>
  fill(forms[new Intl.PluralRules(locale).select(n)] ?? forms.other, { n: new Intl.NumberFormat(locale).format(n) });

/** `a, b and c`, as the language writes it. */
export const listOf = (items: string[], locale: string): string => new Intl.ListFormat(locale).format(items);

/** Counts of sections in words: `2 sections edited and 1 section moved`; empty where all are 0. */
export const sectionCounts = (counts: Record<'edited' | 'added' | 'removed' | 'moved', number>, texts: ClientTexts): string => {
  const forms = { edited: texts.sectionsEdited, added: texts.sectionsAdded, removed: texts.sectionsRemoved, moved: texts.sectionsMoved };
  const parts = (['edited', 'added', 'removed', 'moved'] as const).filter((kind) => counts[kind] > 0).map((kind) => plural(forms[kind], counts[kind], texts.locale));
  return listOf(parts, texts.locale);
};

/** The words of the pages around the stories: what every language says, and how a text is filled in. Plain JSON, so that a page can hand them to its script. */

/** One text a plural form that `Intl.PluralRules` tells apart in the language; `{n}` is the count. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** What the page's script needs too. `{name}` is a place that `fill` fills. */
export type ClientTexts = {
  /** The language of these texts: their elements say so where the story speaks another. */
  lang: string;
  /** What times, numbers and lists are formatted for: `en-GB`, `sv`. */
  locale: string;

  developing: string;
  final: string;
  by: string;
  published: string;
  updated: string;
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

    asItWas: string;
    readCurrent: string;
    previousRevision: string;
    nextRevision: string;
    compareWithPrevious: string;

    compareTitle: string;
    addedWords: string;
    removedWords: string;
    nothingChanged: string;
    sectionEdited: string;
    sectionAdded: string;
    sectionRemoved: string;
    sectionMoved: string;
    mergedInto: string;
    correctionAdded: string;

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

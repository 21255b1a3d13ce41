/**
 * What the log holds, as news: an entry a revision that is not minor, newest first, and a tombstone for each that was taken back.
 * In no format yet: `feeds/atom.ts` and `feeds/json-feed.ts` write the same feed, each in its own way.
 */
import { textsFor } from './core/languages.ts';
import { formatPosition } from './core/protocol.ts';
import { storyPath } from './core/render.ts';
import type { State, Time } from './core/story.ts';
import { readEntry, type Entry } from './feeds/entry.ts';
import { entryId, feedId } from './feeds/ids.ts';
import { editionOf, loudRevisions, sequenceOf, type Wanted } from './feeds/revisions.ts';
import type { RevisionLog, Standing, Summary } from './revision-log.ts';
import { createRecent } from './revision-log/recent.ts';

export type Feed = {
  id: string;
  title: string;
  description: string;
  /** BCP 47 */
  lang: string;
  /** The page that the feed is about, with host. */
  home: string;
  updated: Time;
  publisher: string;
  entries: Entry[];
  tombstones: Tombstone[];
  /** The number before which older entries follow. */
  next?: number;
};

/** An entry that readers should drop. `at` is when it went; of a redacted one, which the log does not date, when it came. */
export type Tombstone = { id: string; at: Time };

/** What a feed links to, each with host. */
export type Links = {
  self: string;
  /** Where older entries are. */
  next?: string;
  /** The WebSub hub that passes changes on. */
  hub?: string;
};

/** A feed that is not read before somebody needs it. `edition` changes where a redaction has changed it, which no position tells. */
export type Outline = { edition: string; read: () => Feed };

/** entries in a page of a feed */
const entriesPerPage = 50;
/** tombstones in a feed, however many stories are withdrawn at once */
const maxTombstones = 200;
/** entries remembered of all feeds, so that a change costs a feed one new entry */
const maxRemembered = 200;
/** When a feed was updated that nothing has ever stood in. */
const never: Time = '1970-01-01T00:00:00.000Z';

/** `edition` is that of its story. */
type Found = { story: string; summary: Summary; edition: string };
type Gone = Extract<Standing, { kind: 'withdrawn' }>;
type Head = Omit<Feed, 'updated' | 'publisher' | 'entries' | 'tombstones'>;

export type Feeds = ReturnType<typeof createFeeds>;

/**
 * `publisher` is the newsroom's name, `lang` (BCP 47) what its own feed speaks; each entry speaks the language of its story.
 * `origin` is what addresses begin with: `https://news.example`.
 */
export const createFeeds = ({ log, publisher, lang }: { log: RevisionLog; publisher: string; lang: string }) => {
  const remembered = createRecent<string, Entry>(maxRemembered);

  const entryOf = ({ story, summary, edition }: Found, origin: string): Entry[] =>
    summary.redacted ? [] : [remembered.get(`${origin} ${story} ${summary.position} ${edition}`, () => readEntry(log, story, summary, origin))];

  const foundIn = (story: string, wanted: Partial<Wanted> = {}) => {
    const { summaries, next, edition } = loudRevisions(log, story, { limit: entriesPerPage, ...wanted });
    return { found: summaries.map((summary): Found => ({ story, summary, edition })), next, edition };
  };

  /** Stories stand in the order of their last loud revision, so that little needs to be read: where there are enough of them, nothing older than that of the last one. */
  const newest = (): { found: Found[]; edition: string } => {
    let found: Found[] = [];
    const editions: string[] = [];
    const stories = log.published().slice(0, entriesPerPage);
    const since = stories[entriesPerPage - 1]?.state.meta.updated ?? '';
    for (const { story } of stories) {
      const loud = foundIn(story, { since: found[entriesPerPage - 1]?.summary.at ?? since });
      editions.push(loud.edition);
      found = [...found, ...loud.found].sort(newestFirst).slice(0, entriesPerPage);
    }
    return { found, edition: editionOf(editions) };
  };

  const tombstonesOf = (story: string, { at: gone }: Gone): Tombstone[] =>
    loudRevisions(log, story, { limit: entriesPerPage }).summaries.map(({ position, at }) => ({ id: entryId(position, at), at: gone }));

  /** Of every story that was withdrawn since the oldest entry, newest first. */
  const withdrawnSince = (found: readonly Found[]): Tombstone[] => {
    const oldest = found.length === entriesPerPage ? found.at(-1)?.summary.position : undefined;
    const changed = log.changedSince(oldest ?? formatPosition(log.epoch, 0)).toReversed();
    const tombstones: Tombstone[] = [];
    for (const { story } of changed) {
      if (tombstones.length >= maxTombstones) break;
      const standing = log.find(story);
      if (standing?.kind === 'withdrawn') tombstones.push(...tombstonesOf(story, standing));
    }
    return tombstones;
  };

  const feedOf = (head: Head, found: readonly Found[], gone: readonly Tombstone[], origin: string): Feed => {
    const entries = found.flatMap((each) => entryOf(each, origin));
    const redacted = found.flatMap(({ summary: { redacted, position, at } }) => (redacted ? [{ id: entryId(position, at), at }] : []));
    const tombstones = [...gone, ...redacted];
    const updated = [...entries, ...tombstones].reduce((latest, { at }) => (at > latest ? at : latest), never);
    return { ...head, updated, publisher, entries, tombstones };
  };

  return {
    /** The newest entries of all stories. */
    newsroom: (origin: string): Outline => {
      const { lang: spoken, pages } = textsFor(lang);
      const { found, edition } = newest();
      const head = { id: feedId(log.ancestors[0]?.epoch ?? log.epoch), title: `${publisher} – ${pages.latest}`, description: pages.latestDescription, lang: spoken, home: `${origin}/` };
      return { edition, read: () => feedOf(head, found, withdrawnSince(found), origin) };
    },

    /** The entries of a story, from before a revision number on. */
    story: ({ story, meta }: State, { origin, before }: { origin: string; before?: number }): Outline => {
      const { found, next, edition } = foundIn(story, before === undefined ? {} : { before });
      const head = { ...storyHead(log, story, origin), title: `${meta.headline} – ${publisher}`, description: textsFor(meta.lang).pages.historyTitle, lang: meta.lang, ...(next !== undefined && { next }) };
      return { edition, read: () => feedOf(head, found, [], origin) };
    },

    /** What is left of a withdrawn story: tombstones, and not even its headline. */
    withdrawn: (story: string, standing: Gone, origin: string): Outline => {
      const { lang: spoken } = standing.state.meta;
      const { title, text } = textsFor(spoken).pages.errors.withdrawn;
      const head = { ...storyHead(log, story, origin), title: `${title} – ${publisher}`, description: text, lang: spoken };
      return { edition: '', read: () => feedOf(head, [], tombstonesOf(story, standing), origin) };
    },
  };
};

const newestFirst = (a: Found, b: Found): number => sequenceOf(b.summary.position) - sequenceOf(a.summary.position);

/** A story's feed has its name from the story's first entry, which stays when all else changes. */
const storyHead = (log: RevisionLog, story: string, origin: string): { id: string; home: string } => {
  const [first] = log.revisions(story, { before: 2, limit: 1 });
  return { id: feedId(first ? entryId(first.position, first.at) : story), home: origin + storyPath(story) };
};

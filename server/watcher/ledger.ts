/** What has been told of which story: knows when there is something to tell, and nothing about files but what it is handed. */
import type { Emit, KnownStory } from './events.ts';

/** A text that is believed. `savedAt` in ms since 1970. */
export type Sighting = { slug: string; file: string; bytes: Uint8Array; fileHash: string; identity: string | undefined; savedAt: number };

/** `vanished`: with so many others that it may be an accident; it is not withdrawn. */
type Standing = { kind: 'present' } | { kind: 'absent'; since: number } | { kind: 'vanished' } | { kind: 'gone' };

type Story = { slug: string; fileHash: string; standing: Standing; seen?: { file: string; bytes: Uint8Array; identity: string | undefined } };

/** A story that a new file looks like; `since` when it has been without a file. */
export type Twin = { slug: string; file?: string; since?: number };

export const createLedger = (known: KnownStory[], now: number, emit: Emit) => {
  const stories = new Map<string, Story>();
  for (const { slug, fileHash, withdrawn } of known) {
    stories.set(slug, { slug, fileHash, standing: withdrawn ? { kind: 'gone' } : { kind: 'absent', since: now } });
  }

  const absent = (): (Story & { standing: { kind: 'absent'; since: number } })[] =>
    [...stories.values()].flatMap((story) => (story.standing.kind === 'absent' ? [{ ...story, standing: story.standing }] : []));

  /** More than half of the stories that had a file, and at least 3, have lost it. One that vanished earlier says nothing about those that go now. */
  const isLandslide = (lost: number): boolean => {
    const present = [...stories.values()].filter(({ standing }) => standing.kind === 'present').length;
    return lost >= 3 && lost > present;
  };

  const stand = (slug: string, standing: Standing): void => {
    const story = stories.get(slug);
    if (story) story.standing = standing;
  };

  return {
    isNew: (slug: string): boolean => !stories.has(slug),

    /** The text last told of a story by this process, or found unchanged by it. */
    last: (slug: string): Uint8Array | undefined => stories.get(slug)?.seen?.bytes,

    /** A file stands for the story. One that was told to be gone or vanished stays so until its text is believed. */
    arrived: (slug: string): void => {
      if (stories.get(slug)?.standing.kind === 'absent') stand(slug, { kind: 'present' });
    },

    /** No file stands for the story any more. */
    left: (slug: string, at: number): void => {
      if (stories.get(slug)?.standing.kind === 'present') stand(slug, { kind: 'absent', since: at });
    },

    /** Whether readers have these bytes already. Takes note of the file that holds them. */
    holds: ({ slug, file, bytes, fileHash, identity }: Sighting): boolean => {
      const story = stories.get(slug);
      if (!story || story.fileHash !== fileHash || story.standing.kind === 'gone' || story.standing.kind === 'vanished') return false;
      story.seen = { file, bytes, identity };
      return true;
    },

    /** Tells a believed text. */
    save: ({ slug, file, bytes, fileHash, identity, savedAt }: Sighting): void => {
      stories.set(slug, { slug, fileHash, standing: { kind: 'present' }, seen: { file, bytes, identity } });
      emit({ kind: 'saved', slug, file, bytes, fileHash, savedAt });
    },

    /** The story whose renamed file this may be: the same inode, or the same bytes. One without a file comes first. An empty file is like every other. */
    twinOf: ({ slug, identity, fileHash, bytes }: Pick<Sighting, 'slug' | 'identity' | 'fileHash' | 'bytes'>): Twin | undefined => {
      const isLike = (story: Story): boolean =>
        story.slug !== slug &&
        story.standing.kind !== 'gone' &&
        ((identity !== undefined && story.seen?.identity === identity) || (bytes.length > 0 && story.fileHash === fileHash));
      const twins = [...stories.values()].filter(isLike);
      const twin = twins.find(({ standing }) => standing.kind !== 'present') ?? twins[0];
      if (!twin) return undefined;
      const since = twin.standing.kind === 'absent' ? twin.standing.since : twin.standing.kind === 'vanished' ? -Infinity : undefined;
      return { slug: twin.slug, ...(twin.seen && { file: twin.seen.file }), ...(since !== undefined && { since }) };
    },

    /** Tells that a story goes on under another slug. */
    move: (from: string, to: string, file: string): void => {
      const story = stories.get(from);
      if (!story) return;
      stories.delete(from);
      stories.set(to, { ...story, slug: to, standing: { kind: 'present' } });
      emit({ kind: 'moved', from, to, file });
    },

    /** Which stories should have a file and have none. */
    missing: (): string[] => absent().map(({ slug }) => slug),

    /** When the first story that has lost its file did so. */
    firstAbsence: (): number | undefined => absent().map(({ standing }) => standing.since).sort((a, b) => a - b)[0],

    /** Tells which stories have been without a file since `before` or longer: as gone, or, where too much went at once, as vanished. */
    withdraw: (before: number, isFolderThere: boolean): void => {
      const lost = absent();
      const overdue = lost.filter(({ standing }) => standing.since <= before);
      if (overdue.length === 0) return;
      if (!isFolderThere || isLandslide(lost.length)) {
        for (const { slug } of lost) stand(slug, { kind: 'vanished' });
        return emit({ kind: 'vanished', slugs: lost.map(({ slug }) => slug).sort(), folder: isFolderThere ? 'there' : 'gone' });
      }
      for (const { slug, seen } of overdue) {
        stand(slug, { kind: 'gone' });
        emit({ kind: 'gone', slug, ...(seen && { file: seen.file }) });
      }
    },
  };
};

export type Ledger = ReturnType<typeof createLedger>;

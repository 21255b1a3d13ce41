/** Follows each file from the first sign of a save until its text is believed. One look at a time a file; what it sees goes into the ledger. */
import { believe, type Verdict } from './belief.ts';
import type { Claims } from './claims.ts';
import type { Ledger } from './ledger.ts';
import { glance, look, type Text } from './look.ts';
import { fileNames, parseName } from './names.ts';
import type { Problems } from './problems.ts';

/** ms between two looks at a file whose text is not believed yet */
const pollMs = 25;

/** From the moment at which a file differs from what was told of it, until it is believed. Times from the monotonic clock. */
type Episode = { since: number; text: Text; textSince: number; previous?: Uint8Array; doubted: boolean };

type Followed = {
  /** Of the last look that needed no other: nothing to do while it is the same. */
  settled?: string;
  linked: boolean;
  present: boolean;
  /** Nothing speaks against its text: it only has to be seen once more. */
  likely: boolean;
  episode?: Episode;
  timer?: NodeJS.Timeout;
  running?: Promise<void>;
  again: boolean;
};

export type FollowOptions = {
  folder: string;
  maxBytes: number;
  settleMs: number;
  /** ms that a story must have been without a file before another file is taken for its renamed one: some editors rename and write anew */
  moveAfterMs: () => number;
  ledger: Ledger;
  claims: Claims;
  problems: Problems;
  /** A story has just lost its file. */
  onLoss: () => void;
};

export const createFollower = ({ folder, maxBytes, settleMs, moveAfterMs, ledger, claims, problems, onLoss }: FollowOptions) => {
  const files = new Map<string, Followed>();
  let closed = false;

  /** Looks at a file now, and again until there is no more doubt. Resolves after the look. */
  const attend = (file: string): Promise<void> => {
    const name = parseName(file);
    if (closed || name.kind === 'ignored') return Promise.resolve();
    const it = files.get(file) ?? { linked: false, present: false, likely: false, again: false };
    files.set(file, it);
    clearTimeout(it.timer);
    it.again = true;
    return (it.running ??= run(file, it));
  };

  const run = async (file: string, it: Followed): Promise<void> => {
    try {
      while (it.again) {
        it.again = false;
        if (!closed) await lookAt(file, it);
      }
    } finally {
      delete it.running;
      if (!it.present) files.delete(file);
    }
  };

  const lookAt = async (file: string, it: Followed): Promise<void> => {
    const name = parseName(file);
    if (name.kind === 'ignored') return;
    const seen = await look(folder, file, maxBytes);
    if (closed) return;
    it.present = seen.kind !== 'absent';
    it.likely = false;
    if (seen.kind === 'absent') return leave(file, it, name.kind === 'story' ? name.slug : undefined);
    if (name.kind !== 'story') return refuse(file, it, name);
    await claim(file, name.slug);
    switch (seen.kind) {
      case 'torn':
        return lookAgain(file, it, pollMs);
      case 'refused':
        return refuse(file, it, seen, name.slug);
      case 'text':
        problems.clear(file);
        it.linked = seen.linked;
        return claims.isClashing(name.slug) ? rest(it, seen.version) : weigh(file, name.slug, it, seen);
    }
  };

  /** Lets a file stand for a slug. Of a file renamed to another extension the old name may not have been missed yet, which is no clash. */
  const claim = async (file: string, slug: string): Promise<void> => {
    for (const rival of claims.rivals(slug, file)) if ((await glance(folder, rival)) === undefined) claims.drop(slug, rival);
    claims.add(slug, file);
    ledger.arrived(slug);
  };

  const announce = async (file: string): Promise<void> => {
    const name = parseName(file);
    if (!closed && name.kind === 'story' && !claims.has(name.slug, file)) await claim(file, name.slug);
  };

  const refuse = (file: string, it: Followed, { reason }: { reason: string }, slug?: string): void => {
    rest(it);
    problems.tell(file, reason, slug);
  };

  const weigh = async (file: string, slug: string, it: Followed, text: Text): Promise<void> => {
    const sighting = { slug, file, bytes: text.bytes, fileHash: text.fileHash, identity: text.identity, savedAt: Math.min(text.changedAt, Date.now()) };
    if (ledger.isNew(slug) && (await isMoving(file, slug, text))) return lookAgain(file, it, pollMs);
    if (ledger.holds(sighting)) return rest(it, text.version);
    const verdict = judge(it, text, ledger.last(slug));
    it.likely = verdict.kind === 'wait' && verdict.doubt === undefined;
    if (verdict.kind === 'wait') return lookAgain(file, it, verdict.ms);
    rest(it, text.version);
    ledger.save(sighting);
  };

  /** Looks for a story's file where it was last seen, or else by its name. */
  const seek = async (slug: string, file?: string): Promise<void> => {
    await Promise.all((file === undefined ? fileNames(slug) : [file]).map(attend));
  };

  /** Tells a rename as soon as it is certain. True while it is likely: the story that this file looks like has just lost its own. */
  const isMoving = async (file: string, slug: string, text: Text): Promise<boolean> => {
    const found = ledger.twinOf({ ...text, slug });
    if (!found) return false;
    await seek(found.slug, found.file);
    const twin = ledger.twinOf({ ...text, slug });
    if (twin?.since === undefined || claims.isClaimed(twin.slug)) return false;
    if (performance.now() - twin.since < moveAfterMs()) return true;
    ledger.move(twin.slug, slug, file);
    return false;
  };

  const judge = (it: Followed, text: Text, last: Uint8Array | undefined): Verdict => {
    const now = performance.now();
    const episode = (it.episode = nextEpisode(it.episode, text, now));
    // A file never told may have been finished long ago, which only its own clock knows.
    const ageMs = last === undefined && episode.previous === undefined ? Date.now() - text.mtimeMs : 0;
    const quietMs = Math.max(now - episode.textSince, ageMs);
    const evidence = { text: text.bytes, doubted: episode.doubted, quietMs, waitedMs: now - episode.since, ...(last && { last }), ...(episode.previous && { previous: episode.previous }) };
    const verdict = believe(evidence, settleMs);
    if (verdict.kind === 'wait' && verdict.doubt !== undefined && verdict.doubt !== 'empty') episode.doubted = true;
    return verdict;
  };

  const leave = (file: string, it: Followed, slug: string | undefined): void => {
    rest(it);
    problems.clear(file);
    if (slug === undefined) return;
    const others = claims.drop(slug, file);
    for (const other of others) void attend(other);
    if (others.length > 0) return;
    ledger.left(slug, performance.now());
    onLoss();
  };

  const rest = (it: Followed, version?: string): void => {
    delete it.episode;
    if (version === undefined) delete it.settled;
    else it.settled = version;
  };

  const lookAgain = (file: string, it: Followed, ms: number): void => {
    clearTimeout(it.timer);
    if (!closed) it.timer = setTimeout(() => void attend(file), Math.min(ms, pollMs));
  };

  return {
    attend,
    /** Lets a file that is there stand for its slug before it is looked at. Whoever announces a file attends to it soon after. */
    announce,
    seek,
    follows: (file: string): boolean => files.has(file),
    files: (): string[] => [...files.keys()],
    /** Whether a file is as it was when it was last believed. */
    isSettled: (file: string, version: string | undefined): boolean => version !== undefined && files.get(file)?.settled === version,
    /** Whether something may be told at once: a file is being looked at, or only has to be seen once more. */
    isLooking: (): boolean => files.values().some(({ running, likely }) => likely || running !== undefined),
    hasLinks: (): boolean => [...files.values()].some(({ linked }) => linked),
    /** Ends the following and waits for looks under way. */
    close: async (): Promise<void> => {
      closed = true;
      for (const { timer } of files.values()) clearTimeout(timer);
      await Promise.all([...files.values()].map(({ running }) => running));
    },
  };
};

const nextEpisode = (before: Episode | undefined, text: Text, now: number): Episode => {
  if (!before) return { since: now, text, textSince: now, doubted: false };
  const isSame = before.text.version === text.version && before.text.fileHash === text.fileHash;
  return isSame ? before : { ...before, text, textSince: now, previous: before.text.bytes };
};

export type Follower = ReturnType<typeof createFollower>;

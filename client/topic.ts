/**
 * What is followed on a socket, one story or every story: messages in, updates out. The server sends what follows on; a state that is missing (the one that a
 * position alone stands for) is fetched over HTTP, where caches keep it. Until it has come, the position from which to resume stands still.
 */
import type { Diff, Ended, ErrorMessage, Live, ServerMessage, Snapshot } from '../server/core/protocol.ts';
import { everyStory } from '../server/core/protocol.ts';
import type { Position, State } from '../server/core/story.ts';
import { createAudience, type Follower } from './audience.ts';
import type { FetchState } from './fetch-state.ts';
import { isAtOrBefore } from './held.ts';
import type { Lanes, Subscriber } from './lanes.ts';
import { prove } from './prove.ts';
import { FollowError, type Update } from './update.ts';

export type TopicOptions = {
  /** `*` for every story. */
  story: string;
  since: Position | undefined;
  /** What is held at `since`, as far as it is known. */
  states: ReadonlyMap<string, State>;
  lanes: Lanes;
  fetchState: FetchState;
  /** Nothing more comes. */
  onOver(): void;
};

export type Topic = ReturnType<typeof createTopic>;

/** From the state's own position to `position` it is the same. */
type Held = { readonly state: State; position: Position };
/** A state is being fetched; `next` is the last diff that came meanwhile. In vain: it is gone, and the server is about to say why. */
type Job = { next?: Diff; isVain?: true };
/** What cannot be dealt with before a state has come. */
type Missing = Diff | Live | Snapshot;

/** times in a row that a state is asked for in vain before it is given up */
const maxFailures = 3;
/** ms at most until a story is asked for again that the server, newly started perhaps, does not know */
const askAgainMs = 30_000;

export const createTopic = ({ story: wanted, since, states, lanes, fetchState, onOver }: TopicOptions) => {
  const isEvery = wanted === everyStory;
  const audience = createAudience();
  const held = new Map<string, Held>([...states].map(([story, state]) => [story, { state, position: isEvery || since === undefined ? state.position : since }]));
  const withdrawn = new Set<string>();
  const jobs = new Map<string, Job>();
  const ending = new AbortController();
  let story = wanted;
  let position = since;
  /** How far the log has been told; of every story, once the session is caught up. */
  let head = since;
  let [isCaughtUp, isAnew] = [false, false];
  let failures = 0;
  /** `live` has been heard, but not told, since something is still to come. */
  let arriving: Position | undefined;
  /** Stories that this session has told of. */
  let told = new Set<string>();
  /** States are fetched one by one: there may be as many as there are stories. */
  let turn = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const tell = (update: Update): void => audience.tell(update, position);

  /** Without a position everything comes anew. */
  const subscribe = (after?: Position): void => {
    told = new Set();
    isAnew = after === undefined;
    subscriber.lane?.send({ type: 'subscribe', story, ...(after !== undefined && { after }) });
  };

  const moveOn = (to: Position): void => {
    if (isEvery && !isCaughtUp) return;
    if (head === undefined || !isAtOrBefore(to, head)) head = to; // also into another epoch
    if (!isEvery || jobs.size === 0) position = head;
  };

  /** Where nothing has changed but the name of the place, nobody is told. */
  const hold = (slug: string, state: State, at: Position, diff?: Diff, reset = false): void => {
    const before = held.get(slug)?.state;
    held.set(slug, { state, position: at });
    withdrawn.delete(slug);
    moveOn(at);
    if (diff?.folded === 0) return;
    if (diff && before) tell({ type: 'diff', story: slug, position: at, state, before, diff });
    else tell({ type: 'snapshot', story: slug, position: at, reset, state, ...(before && { before }) });
  };

  const takeSnapshot = (message: Snapshot): void => {
    const { story: slug, position: at, reset } = message;
    const known = held.get(slug);
    jobs.delete(slug);
    if (known && !reset && isAtOrBefore(at, known.position)) moveOn(at);
    else if (known || reset || position === undefined || (isEvery && isCaughtUp)) adopt(message);
    else fetchFor(message);
  };

  const adopt = ({ story: slug, position: at, state, reset }: Snapshot): void => {
    const known = held.get(slug);
    if (reset) isAnew = true;
    if (reset && !isEvery) head = undefined;
    // A story that was first published at another time is another story, which has taken this address.
    hold(slug, state, at, undefined, reset || (known !== undefined && known.state.meta.published !== state.meta.published));
  };

  const takeDiff = (message: Diff): void => {
    const { story: slug, from, to } = message;
    const [known, job] = [held.get(slug), jobs.get(slug)];
    if (job && !job.isVain) job.next = message;
    else if (!known && isEvery && message.folded === 0) return; // what is held at `from` is fetched with the next change
    else if (known && isAtOrBefore(to, known.position)) moveOn(to);
    else if (known && (from === known.position || (isAtOrBefore(known.state.position, from) && isAtOrBefore(from, known.position)))) follow(known.state, message);
    else fetchFor(message);
  };

  const follow = (before: State, diff: Diff): void => {
    const { story: slug, to, revision } = diff;
    const after = prove(before, diff);
    if (after) return hold(slug, { story: slug, position: to, revision, hash: after.hash, meta: after.meta, sections: after.sections }, to, diff);
    audience.report(new FollowError('mismatch', `the hash of ${slug} at ${to} does not agree`, { story: slug }));
    fetchFor(diff);
  };

  const fetchFor = (missing: Missing): void => {
    const job: Job = {};
    jobs.set(missing.story, job);
    turn = turn.then(() => (jobs.get(missing.story) === job ? fetchNow(missing, job).catch(() => giveUp(missing, job)) : undefined));
  };

  /** Where nothing is held, the state that was held at the position; where a diff does not follow on, the state that it leads to. */
  const fetchNow = async (missing: Missing, job: Job): Promise<void> => {
    const { story: slug } = missing;
    const diff = missing.type === 'diff' ? missing : undefined;
    const from = diff && isEvery ? diff.from : position;
    const base = from === undefined || held.has(slug) ? undefined : await fetchState(slug, from, ending.signal);
    const isNext = base !== undefined && diff?.from === from;
    const state = diff && !isNext ? await fetchState(slug, diff.to, ending.signal) : undefined;
    if (jobs.get(slug) !== job) return;
    failures = 0;
    if (!base && !state && missing.type !== 'snapshot') return failed(job);
    if (!job.next) jobs.delete(slug);
    if (base && from !== undefined) held.set(slug, { state: base, position: from });
    if (missing.type === 'snapshot') adopt(missing);
    else if (diff && state) hold(slug, state, diff.to);
    else if (diff && base) follow(base, diff);
    if (jobs.get(slug) === job) jobs.delete(slug);
    if (job.next) takeDiff(job.next);
    settle();
  };

  /** The position stands still until the server has told why. */
  const failed = (job: Job): void => {
    job.isVain = true;
    if (!isEvery) startAnew();
    else if (job.next) takeDiff(job.next);
  };

  /** A new session tells it all again; where that does not help, the socket is to bring the state. */
  const giveUp = ({ story: slug }: Missing, job: Job): void => {
    if (ending.signal.aborted || jobs.get(slug) !== job) return;
    jobs.delete(slug);
    failures += 1;
    if (failures % maxFailures === 0) startAnew();
    else subscriber.lane?.doubt();
  };

  const startAnew = (): void => {
    arriving = undefined;
    subscribe();
  };

  const takeEnd = (message: Ended): void => {
    const { story: slug, position: at } = message;
    const known = held.get(slug);
    if (jobs.delete(slug)) {
      if (!isEvery) arriving = undefined;
    } else {
      moveOn(at);
      if (known && isAtOrBefore(known.position, at)) known.position = at;
    }
    if (message.reason === 'moved') move(slug, message.to, at);
    else withdraw(slug, at);
    settle();
  };

  const withdraw = (slug: string, at: Position): void => {
    if (!withdrawn.has(slug)) {
      withdrawn.add(slug);
      tell({ type: 'withdrawn', story: slug, position: at });
    }
    if (!isEvery) audience.show('live');
  };

  const move = (slug: string, to: string, at: Position): void => {
    const known = held.get(slug);
    held.delete(slug);
    withdrawn.delete(slug);
    if (known) held.set(to, known);
    if (!isEvery) story = to;
    tell({ type: 'moved', story: slug, to, position: at });
    if (!isEvery) subscribe(position);
  };

  const arrive = (message: Live): void => {
    isCaughtUp = true;
    isAnew ||= position !== undefined && !isAtOrBefore(position, message.position);
    arriving = message.position;
    if (isEvery) moveOn(arriving);
    if (isEvery || held.has(story) || jobs.has(story)) settle();
    else fetchFor(message);
  };

  const settle = (): void => {
    if (jobs.size > 0) return;
    if (isEvery && isCaughtUp) position = head;
    if (arriving === undefined) return;
    const [at, known] = [arriving, held.get(story)];
    arriving = undefined;
    if (known && isAtOrBefore(known.position, at)) known.position = at;
    if (isEvery) sweep(at);
    else moveOn(at);
    withdrawn.delete(story);
    tell({ type: 'live', story, position: position ?? at });
    audience.show('live');
  };

  /** Of every story anew, those that were not told of are there no more. */
  const sweep = (at: Position): void => {
    for (const slug of Array.from(held.keys())) {
      if (!isAnew || told.has(slug)) continue;
      withdraw(slug, at);
      held.delete(slug);
    }
  };

  const refuse = ({ code, message, story: slug }: ErrorMessage): void => {
    const error = new FollowError(code, message, { story: slug });
    if (slug !== undefined && held.size === 0) return end(error);
    audience.report(error);
    clearTimeout(timer);
    if (slug !== undefined) timer = setTimeout(() => subscribe(position), Math.random() * askAgainMs);
  };

  const close = (): void => {
    ending.abort();
    clearTimeout(timer);
    subscriber.lane?.remove(subscriber);
    onOver();
  };

  const end = (error: FollowError): void => {
    close();
    audience.fail(error);
  };

  const hear = (message: ServerMessage): void => {
    if ('story' in message && message.story !== undefined) told.add(message.story);
    switch (message.type) {
      case 'snapshot': return takeSnapshot(message);
      case 'diff': return takeDiff(message);
      case 'ended': return takeEnd(message);
      case 'live': return arrive(message);
      case 'heartbeat': return isEvery ? moveOn(message.position) : undefined;
      case 'error': return refuse(message);
      default:
    }
  };

  const subscriber: Subscriber = {
    story: () => story,
    greet: () => {
      isCaughtUp = false;
      jobs.clear();
      head = isEvery ? undefined : position;
      subscribe(position);
    },
    hear,
    lose: () => {
      arriving = undefined;
      audience.show('offline');
    },
    fail: end,
  };

  return {
    story: subscriber.story,
    states: (): ReadonlyMap<string, State> => new Map([...held].flatMap(([slug, { state }]) => (withdrawn.has(slug) ? [] : [[slug, state]]))),
    position: () => position,
    /** Whether who holds the story at `from`, or nothing of it, can be told the same as the others. */
    suits: (wanted: string, from: Position | undefined): boolean => wanted === story && (from === undefined ? since === undefined : from === position),
    /** Tells the newcomer what the others know. */
    add: (follower: Follower, from: Position | undefined): void => {
      audience.add(follower);
      if (from === undefined) for (const [slug, { state, position: at }] of held) if (!withdrawn.has(slug)) follower.tell({ type: 'snapshot', story: slug, position: at, reset: false, state }, position);
      if (position !== undefined && audience.status() === 'live') follower.tell({ type: withdrawn.has(story) ? 'withdrawn' : 'live', story, position }, position);
    },
    /** With the last one it is over. */
    remove: (follower: Follower): void => {
      if (audience.remove(follower) === 0) close();
    },
    start: () => lanes.place(subscriber),
  };
};

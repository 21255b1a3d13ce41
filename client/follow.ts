/** The library: follows a story, or every story, of a Stop Press server. */
import { everyStory } from '../server/core/protocol.ts';
import type { Position, State } from '../server/core/story.ts';
import { createFetchState, type FetchState } from './fetch-state.ts';
import { createFollowing } from './following.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { createTopic, type Topic } from './topic.ts';
import { FollowError, type Status, type Update } from './update.ts';

export { FollowError };
export type { FollowErrorCode, Status, Update } from './update.ts';
export type { Diff } from '../server/core/protocol.ts';
export type { Block, Meta, Op, Position, Section, State } from '../server/core/story.ts';

export type FollowOptions = {
  /** Goes on from here; without it the first update is the state as it is. What `position` was when the program ended. */
  since?: Position | undefined;
  /** Closes when it is aborted. */
  signal?: AbortSignal | undefined;
  /** Instead of iterating: is given each update as it comes. */
  onUpdate?: ((update: Update) => void) | undefined;
  onStatus?: ((status: Status) => void) | undefined;
  /** Is told of what went wrong: of what is put right by itself, and of the one error that ends it. */
  onError?: ((error: FollowError) => void) | undefined;
  /** Default: those of the platform. */
  WebSocket?: typeof WebSocket | undefined;
  fetch?: typeof fetch | undefined;
};

export type Following = AsyncIterable<Update> & {
  /** The slug, also after a move; `*` for every story. */
  readonly story: string;
  /** Of one story: as it is now, as far as known; `undefined` while it is withdrawn. */
  readonly state: State | undefined;
  /** What to give as `since` another time: all updates up to here have been handed over. */
  readonly position: Position | undefined;
  readonly status: Status;
  /** The published stories, as far as known. With `since`, those that have changed from then on. */
  states(): ReadonlyMap<string, State>;
  /** Ends it; nothing more comes. May be called twice. */
  close(): void;
  /** Resolves when it is over, for whatever reason. */
  readonly closed: Promise<void>;
};

/** What is followed on one server is shared. */
type Server = { origin: string; WebSocket: typeof WebSocket; lanes: Lanes; fetchState: FetchState; topics: Set<Topic> };
const servers = new Set<Server>();

/**
 * Follows the story whose page has this address, such as `https://host/stories/uk/vote`; with the address of a newsroom, `https://host/`, every story.
 * Throws `FollowError` where it is neither. Begins in the next microtask; updates that nobody takes wait, and then hold up what comes after them.
 */
export const follow = (address: string | URL, { since, signal, onUpdate, onStatus, onError, ...platform }: FollowOptions = {}): Following => {
  const { origin, story: wanted } = readAddress(address);
  const server = serverOf(origin, platform);
  let topic: Topic | undefined;
  /** As they were when the topic was left: others may go on with it. */
  let last: { story: string; states: ReadonlyMap<string, State> } = { story: wanted, states: new Map() };
  const story = (): string => topic?.story() ?? last.story;
  const states = (): ReadonlyMap<string, State> => topic?.states() ?? last.states;

  const attach = (from: Position | undefined): void => {
    const shared = [...server.topics].find((each) => each.suits(last.story, from));
    const mine = shared ?? createTopic({ ...server, ...last, since: from, onOver: () => server.topics.delete(mine) });
    topic = mine;
    server.topics.add(mine);
    mine.add(following.follower, from);
    if (!shared) mine.start();
  };

  const leave = (): void => {
    last = { story: story(), states: states() };
    topic?.remove(following.follower);
    topic = undefined;
  };

  const following = createFollowing({
    since,
    onUpdate,
    onStatus,
    onError,
    pause: leave,
    resume: attach,
    onOver: () => {
      leave();
      signal?.removeEventListener('abort', following.close);
    },
  });

  signal?.addEventListener('abort', following.close);
  if (signal?.aborted) following.close();
  queueMicrotask(() => {
    try {
      if (following.status() !== 'over') attach(since);
    } catch (cause) {
      following.follower.fail(new FollowError('refused', `no connection to ${origin}: ${String(cause)}`, { cause }));
    }
  });

  return {
    get story() { return story(); },
    get state() { return states().get(story()); },
    get position() { return following.position(); },
    get status() { return following.status(); },
    states,
    close: following.close,
    closed: following.closed,
    [Symbol.asyncIterator]: following[Symbol.asyncIterator],
  };
};

const readAddress = (address: string | URL): { origin: string; story: string } => {
  try {
    const { origin, protocol, pathname } = new URL(address, globalThis.document?.baseURI);
    const [, slug] = /^\/(?:stories\/(.+?)\/?)?$/.exec(pathname) ?? ['', ''];
    if (/^https?:$/.test(protocol) && slug !== '') return { origin, story: slug === undefined ? everyStory : decodeURIComponent(slug).normalize('NFC') };
  } catch {
    // falls through to the one message
  }
  throw new FollowError('bad-address', `there is no story at ${address}: an address is https://host/stories/storm, or https://host/ for every story`);
};

const serverOf = (origin: string, { WebSocket = globalThis.WebSocket, fetch = globalThis.fetch }: Pick<FollowOptions, 'WebSocket' | 'fetch'>): Server => {
  const known = [...servers].find((each) => each.origin === origin && each.WebSocket === WebSocket);
  const server = known ?? { origin, WebSocket, lanes: createLanes({ origin, WebSocket }), fetchState: createFetchState(origin, fetch), topics: new Set() };
  servers.add(server);
  return server;
};

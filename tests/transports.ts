/** A subscriber on each transport that follows one story, or every story, by the rules of the protocol, and can be cut off at any moment. */
import { request, type IncomingHttpHeaders } from 'node:http';
import { applyPatch } from 'rfc6902';
import { WebSocket } from 'ws';
import { expand } from '../server/core/compact.ts';
import { apply } from '../server/core/diff.ts';
import { hashOfContent } from '../server/core/hash.ts';
import { everyStory, type AnyDiff, type Format, type ServerMessage } from '../server/core/protocol.ts';
import type { Content, Position, State } from '../server/core/story.ts';
import { createFollower, isAtOrBefore, isBefore } from './follower.ts';
import { openEvents, type EventClient } from './event-client.ts';
import { received } from './checked.ts';

/** A state that a subscriber has reached. `folded` is what brought it there stands for; absent for a whole state. */
export type Reached = { story: string; position: Position; hash: string; folded?: number };

export type Subscriber = {
  name: string;
  reached: Reached[];
  /** What no server may do. */
  faults: string[];
  /** Which story it follows by now. */
  story: () => string;
  /** The position at which it holds a story. */
  at: (story: string) => Position | undefined;
  comeBack: () => void;
  cut: () => void;
};

type Held = { position: Position; content: Content; state: State };

/** What a client that is no socket's keeps: states, by story. */
export const createHolder = (reached: Reached[], faults: string[]) => {
  const held = new Map<string, Held>();

  const hold = (story: string, position: Position, state: State, folded?: number): void => {
    const { hash, meta, sections } = state;
    if (hashOfContent(meta, sections) !== hash) faults.push(`the hash of ${story} at ${position} does not agree`);
    held.set(story, { position, content: { hash, meta, sections }, state });
    reached.push({ story, position, hash, ...(folded !== undefined && { folded }) });
  };

  const patched = (state: State, { patch }: Extract<AnyDiff, { patch: unknown }>): State => {
    const copy = structuredClone(state);
    if (applyPatch(copy, structuredClone(patch) as Parameters<typeof applyPatch>[1]).some((error) => error !== null)) faults.push('a patch that does not fit');
    return copy;
  };

  const after = ({ content, state }: Held, diff: AnyDiff): State => {
    if ('patch' in diff) return patched(state, diff);
    const next = apply(content, 'ops' in diff ? diff.ops : expand(diff, content).ops, diff.at);
    return { ...state, position: diff.to, revision: diff.revision, ...next };
  };

  return {
    held,
    snapshot: (story: string, position: Position, state: State, reset: boolean): void => {
      const now = held.get(story);
      if (!now || reset || !isAtOrBefore(position, now.position)) hold(story, position, state);
    },
    /** `false` where it leads from somewhere else, so that the state must be fetched. */
    diff: (diff: AnyDiff): boolean => {
      const now = held.get(diff.story);
      if (now && isAtOrBefore(diff.to, now.position)) return true;
      if (now?.position !== diff.from) return false;
      hold(diff.story, diff.to, after(now, diff), diff.folded ?? 1);
      return true;
    },
  };
};

export const socketSubscriber = (port: number, story: string, format: Format): Subscriber => {
  const reached: Reached[] = [];
  let last: AnyDiff | undefined;
  const follower = createFollower(story, { format, onState: (slug, position, hash) => void reached.push({ story: slug, position, hash, ...(last?.to === position && { folded: last.folded ?? 1 }) }) });
  let ws: WebSocket | undefined;
  return {
    name: `socket ${format} ${story}`,
    reached,
    faults: follower.faults,
    story: follower.story,
    at: (slug) => (follower.isLive() ? follower.held(slug)?.position : undefined),
    comeBack: () => {
      const opened = new WebSocket(`ws://127.0.0.1:${port}/live`);
      ws = opened;
      opened.on('error', () => undefined);
      opened.on('open', () => follower.connect((message) => opened.readyState === WebSocket.OPEN && opened.send(JSON.stringify(message))));
      opened.on('message', (data) => {
        if (ws !== opened) return;
        const message = received(String(data));
        last = message.type === 'diff' ? message : undefined;
        follower.receive(message);
      });
    },
    cut: () => {
      ws?.terminate();
      ws = undefined;
    },
  };
};

type Got = { status: number; headers: IncomingHttpHeaders; body: string };

/** Calls back unless it is cut before. Follows redirects, as every client does. */
const get = (port: number, path: string, then: (got: Got) => void): (() => void) => {
  let isCut = false;
  let inner: (() => void) | undefined;
  const sent = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
    let body = '';
    response.setEncoding('utf8').on('error', () => undefined).on('data', (chunk: string) => { body += chunk; });
    response.on('end', () => {
      if (isCut || !response.complete) return;
      if (response.statusCode === 308) inner = get(port, String(response.headers.location), then);
      else then({ status: response.statusCode ?? 0, headers: response.headers, body });
    });
  });
  sent.on('error', () => undefined).end();
  return () => {
    isCut = true;
    sent.destroy();
    inner?.();
  };
};

const addressOf = (story: string): string => `/api/stories/${story.split('/').map(encodeURIComponent).join('/')}`;

/** The state as it stands, and where. */
const fetchState = (port: number, story: string, then: (state: State, position: Position) => void, otherwise: () => void = () => undefined): (() => void) =>
  get(port, addressOf(story), ({ status, headers, body }) => (status === 200 ? then(JSON.parse(body) as State, String(headers['stop-press-position'])) : otherwise()));

export const eventSubscriber = (port: number, wanted: string, format: Format): Subscriber => {
  const [reached, faults]: [Reached[], string[]] = [[], []];
  const holder = createHolder(reached, faults);
  const fetches = new Set<() => void>();
  let story = wanted;
  let lastId: string | undefined;
  let client: EventClient | undefined;
  /** Rises with every cut, so that what is under way knows that it is late. */
  let life = 0;
  let live = false;

  const onMessage = (message: ServerMessage | AnyDiff): void => {
    if (message.type === 'snapshot') holder.snapshot(message.story, message.position, message.state, message.reset);
    if (message.type === 'live') live = true;
    if (message.type === 'diff' && !holder.diff(message)) fetches.add(fetchState(port, message.story, (state, position) => holder.snapshot(message.story, position, state, false)));
    if (message.type === 'error') faults.push(JSON.stringify(message));
    if (message.type !== 'ended') return;
    const held = holder.held.get(message.story);
    // It waits there: no `live` comes after it.
    if (wanted !== everyStory) live = message.reason === 'withdrawn';
    if (wanted === everyStory) holder.held.delete(message.story);
    else if (message.reason === 'moved' && held) holder.held.set((story = message.to), { ...held, state: { ...held.state, story: message.to } });
    // What is held stands at the ending itself: what comes next leads from there.
    const now = holder.held.get(story);
    if (wanted !== everyStory && now && isBefore(now.position, message.position)) now.position = message.position;
  };

  const connect = async (): Promise<void> => {
    const mine = (life += 1);
    live = false;
    try {
      const path = wanted === everyStory ? '/api/events' : `${addressOf(story)}/events`;
      const opened = await openEvents(port, `${path}?format=${format}`, lastId === undefined ? {} : { 'Last-Event-ID': lastId });
      if (mine !== life) return opened.cut();
      client = opened;
      opened.listen((event) => {
        if (mine !== life) return;
        onMessage(event.message);
        lastId = event.id ?? lastId;
      });
      await opened.closed;
      // A story that has moved ends the stream, as its story goes on elsewhere.
      if (mine === life) setImmediate(() => void connect());
    } catch {
      if (mine === life) setImmediate(() => void connect());
    }
  };

  return {
    name: `events ${format} ${wanted}`,
    reached,
    faults,
    story: () => story,
    at: (slug) => (live ? holder.held.get(slug)?.position : undefined),
    comeBack: () => void connect(),
    cut: () => {
      life += 1;
      client?.cut();
      client = undefined;
      for (const stop of fetches) stop();
      fetches.clear();
      live = false;
    },
  };
};

export const pollSubscriber = (port: number, wanted: string, format: Format): Subscriber => {
  const [reached, faults]: [Reached[], string[]] = [[], []];
  const holder = createHolder(reached, faults);
  let stop: (() => void) | undefined;
  let story = wanted;
  let isAway = true;

  const later = (work: () => void): void => {
    const timer = setTimeout(work, 2);
    stop = () => clearTimeout(timer);
  };

  const fetch = (): void => {
    stop = fetchState(port, story, (state, position) => {
      story = state.story;
      holder.snapshot(story, position, state, true);
      poll();
    }, () => later(fetch));
  };

  /** The redirect of a story that has moved has led to a diff of the story under its new name. */
  const onDiff = (diff: AnyDiff): void => {
    const held = holder.held.get(story);
    if (diff.story !== story && held) holder.held.set((story = diff.story), { ...held, state: { ...held.state, story } });
    if (!holder.diff(diff)) faults.push(`a gap or a repeat: ${diff.from} to ${diff.to} at ${holder.held.get(story)?.position}`);
  };

  const poll = (): void => {
    if (isAway) return;
    const held = holder.held.get(story);
    if (!held) return fetch();
    stop = get(port, `${addressOf(story)}/diffs/${held.position}..?wait=25&format=${format}`, ({ status, body }) => {
      if (status === 200) onDiff(received(body) as AnyDiff);
      if (status === 410) later(poll);
      else if (status === 404) fetch();
      else poll();
    });
  };

  return {
    name: `long-poll ${format} ${wanted}`,
    reached,
    faults,
    story: () => story,
    at: (slug) => holder.held.get(slug)?.position,
    comeBack: () => {
      isAway = false;
      poll();
    },
    cut: () => {
      isAway = true;
      stop?.();
    },
  };
};

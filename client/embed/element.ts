/** What `<stop-press-story>` does, apart from being an element: follows its story while it stands in a page that is looked at, and shows it. */
import type { Position } from '../../server/core/story.ts';
import { follow } from '../follow.ts';
import type { FollowError, Status, Update } from '../update.ts';
import { heed, ignore } from './attention.ts';
import { loadChanges } from './later.ts';
import { createView, type Changing, type Drawing, type Notice } from './view.ts';

/** ms without a connection that are not worth a word */
const quietMs = 2_000;
/** ms that a hidden page keeps its connection */
const patienceMs = { developing: 5 * 60_000, final: 60_000 };

const originRefused = 4003;

const isDrawing = (update: Update): update is Drawing => update.type === 'snapshot' || update.type === 'diff';

/** Follows nothing before `settle`. */
export const createEmbedded = (host: HTMLElement) => {
  const root = host.attachShadow({ mode: 'open' });
  const fallback = root.appendChild(document.createElement('slot'));
  let address: URL | undefined;
  let view: ReturnType<typeof createView> | undefined;
  let position: Position | undefined;
  let status: Status = 'connecting';
  let line: { close(): void } | undefined;
  let isWithdrawn = false;
  let restTimer: ReturnType<typeof setTimeout> | undefined;
  let quietTimer: ReturnType<typeof setTimeout> | undefined;

  const tell = (type: 'update' | 'status', detail: unknown): void => {
    host.dispatchEvent(new CustomEvent(`stop-press:${type}`, { detail, bubbles: true, composed: true }));
  };

  const complain = ({ message, closeCode }: Pick<FollowError, 'message' | 'closeCode'>): void => {
    const why = closeCode === originRefused ? `${address?.origin} lets no page of ${location.origin} read along before it is started with --origins ${location.origin}` : message;
    console.error(`<stop-press-story>: ${why}`);
  };

  const say = (trouble?: Notice): void => view?.say(trouble ?? (isWithdrawn ? 'withdrawn' : undefined), isWithdrawn);

  const become = (next: Status): void => {
    if (next === status) return;
    status = next;
    clearTimeout(quietTimer);
    if (status === 'live' || status === 'over') say(status === 'over' ? 'outdated' : undefined);
    else quietTimer = setTimeout(() => say('reconnecting'), quietMs);
    tell('status', { status });
  };

  const receive = (update: Update, change: Changing | undefined): void => {
    position = update.position;
    if (update.type !== 'moved') isWithdrawn = update.type === 'withdrawn';
    if (isDrawing(update)) {
      view ??= createView({ root, origin: address?.origin ?? '', chosen: () => host.getAttribute('sections')?.match(/\S+/g) ?? [] });
      view.show(update, change);
    }
    if (status === 'live') say();
    tell('update', update);
  };

  /** What stands in the element is shown again. */
  const forget = (): void => {
    root.replaceChildren(fallback);
    [view, position] = [undefined, undefined];
  };

  const start = (to: URL): void => {
    const opened = { close: () => {} };
    const isOpen = () => line === opened;
    let turn = Promise.resolve();
    /** Each after the one before; a page that is being scrolled is not changed. */
    const take = async (update: Update): Promise<void> => {
      const later = isOpen() && isDrawing(update) && view?.canChange(update) ? await loadChanges(to) : undefined;
      await later?.untilStill();
      if (isOpen()) receive(update, later?.change);
    };
    const fail = (error: unknown): void => {
      reportError(error);
      forget();
    };
    line = opened;
    heed(self);
    become('connecting');
    const following = follow(to, {
      ...(position !== undefined && { since: position }),
      onUpdate: (update) => { turn = turn.then(() => take(update)).catch(fail); },
      onStatus: (next) => { if (isOpen()) become(next); },
      onError: complain,
    });
    opened.close = following.close;
    self.attend();
  };

  const stop = (): void => {
    clearTimeout(restTimer);
    clearTimeout(quietTimer);
    const stopped = line;
    line = undefined; // from now on it is not heard
    stopped?.close();
  };

  /** Whoever is hidden for long lets go, and goes on from where it was when it is looked at. */
  const self = {
    attend: (): void => {
      clearTimeout(restTimer);
      if (document.hidden) restTimer = setTimeout(self.rest, patienceMs[view?.shown()?.meta.status ?? 'developing']);
      else if (!line && address) start(address);
    },
    rest: (): void => {
      become('offline');
      stop();
    },
  };

  const readAddress = (): URL | undefined => {
    const src = host.getAttribute('src') ?? '';
    const url = URL.parse(src, document.baseURI);
    if (url?.pathname.startsWith('/stories/')) return url;
    if (src !== '') complain({ message: `src takes the address of a story, such as https://news.example/stories/storm, not ${src}`, closeCode: undefined });
    return undefined;
  };

  return {
    /** After whatever has changed about the element. */
    settle: (): void => {
      const wanted = readAddress();
      if (wanted?.href !== address?.href) {
        stop();
        forget();
        address = wanted;
      }
      view?.choose();
      if (host.isConnected && address && !line) start(address);
      if (host.isConnected) return;
      ignore(self);
      stop();
    },
    state: () => view?.shown(),
    position: () => position,
    status: () => status,
  };
};

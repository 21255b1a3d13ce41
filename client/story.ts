/**
 * The script of a story's page: a message -> the state held -> the page patched -> what changed, shown and told.
 * This is what every reader loads; what only a change needs (`changes.ts`) comes with the first one.
 */
import type { ServerMessage } from '../server/core/protocol.ts';
import { storyPath } from '../server/core/render.ts';
import { watchAway } from './away.ts';
import { followReading } from './contents.ts';
import { listenToReader } from './controls.ts';
import { createHeld } from './held.ts';
import { createLater } from './later.ts';
import { connectPage } from './line.ts';
import { fetchState, part, readTexts } from './parts.ts';
import { isBefore, keep, keptOf } from './seen.ts';
import { localTimes } from './times.ts';
import { createTurns } from './turns.ts';

/** ms that a hidden page keeps its connection */
const patienceMs = { developing: 5 * 60_000, final: 60_000 };

const main = part('#story');
const article = part('article', main);
const notice = part('#notice');
const root = document.documentElement;
const texts = readTexts();

const withdraw = (): void => {
  article.remove();
  notice.textContent = texts.withdrawn;
  notice.hidden = false;
  line.show('ended');
};

const putBack = (): void => {
  if (notice.hidden) return;
  main.prepend(article);
  notice.hidden = true;
  line.show('live');
};

const held = createHeld({
  story: main.dataset['story'] ?? '',
  position: main.dataset['position'] ?? '',
  onDiff: (...diff) => {
    putBack();
    changes.now()?.showDiff(...diff);
  },
  onSnapshot: (after, before) => {
    putBack();
    changes.now()?.showSnapshot(after, before, held.position());
  },
  onReset: () => changes.now()?.clear(),
  onLive: () => {
    putBack();
    line.show('live');
    away.settle();
  },
  onWithdrawn: withdraw,
  onMoved: (to) => {
    main.dataset['story'] = to;
    const alone = location.pathname.endsWith('/embed') ? '/embed' : '';
    history.replaceState(history.state, '', storyPath(to) + alone + location.hash);
  },
  onMismatch: () => { root.dataset['mismatches'] = String(Number(root.dataset['mismatches'] ?? 0) + 1); },
  ask: (message) => line.send(message),
  follow: (...diff) => changes.now()?.follow(...diff), // diffs wait until it is there
});

const changes = createLater({
  load: async () => {
    const { createChanges } = await import('./changes.ts');
    return createChanges({ main, article, texts, story: held.story, position: held.position, catchUp: () => line.send(held.resume()), awayAt: () => away.at(), wasSeen: () => wasSeen });
  },
  isConnected: () => line.isOpen(),
  onFailed: () => line.fail(),
});

const showsChange = ({ type }: ServerMessage): boolean => type === 'diff' || type === 'snapshot';

const receive = (message: ServerMessage): void => {
  if (!changes.now()?.holdsBack(message)) held.receive(message);
  else if (message.type === 'live') line.show('live');
};

const remember = (): void => {
  wasSeen = true;
  keep(held.story(), main.dataset['position'] ?? '', Date.now());
};

const look = (): void => {
  if (!document.hidden) remember();
};

/** A reader who comes back is told what has changed meanwhile, before anything else can change. */
const tellSince = async (): Promise<void> => {
  const state = held.content();
  if (kept && state && isBefore(kept.position, held.position())) await (await changes.get()).since(kept, state);
  look();
  document.addEventListener('stop-press:patched', look);
  document.addEventListener('visibilitychange', look);
};

const kept = keptOf(held.story(), Date.now());
let wasSeen = kept !== undefined;

localTimes(article, texts.locale);
followReading(article);
listenToReader(article, (action, from) => void changes.get().then((there) => there.act(action, from)));

/** Each message in its turn: after the state has been loaded, after what came before it, and after what it needs. */
const inTurn = createTurns(fetchState(held.story(), held.position()).then(held.load).then(tellSince));
const line = connectPage({
  texts,
  wanted: held.resume,
  patienceMs: () => patienceMs[held.content()?.meta.status ?? 'developing'],
  onMessage: (message) => inTurn(() => receive(message), showsChange(message) ? changes.get : undefined),
});

const away = watchAway({ at: document.hidden ? kept?.at : undefined, onLeave: remember, isCaughtUp: () => root.dataset['live'] === 'live' });

/** The script of a story's page: a message -> the state held -> the page patched -> what changed, shown and told. */
import type { Diff } from '../server/core/protocol.ts';
import type { Content, Meta, State } from '../server/core/story.ts';
import { apply } from '../server/core/diff.ts';
import { storyPath } from '../server/core/render.ts';
import { announcementOf, createAnnouncer, type News } from './announce.ts';
import { createHeld } from './held.ts';
import { holdReading } from './hold.ts';
import { connectPage } from './line.ts';
import { createMarks } from './marks.ts';
import { rememberPage } from './motion.ts';
import { fetchState, part, readTexts, tellPatched } from './parts.ts';
import { patch, type Touch } from './patch.ts';
import { redraw } from './redraw.ts';
import { localTimes } from './times.ts';
import { createTurns } from './turns.ts';

/** ms that a hidden page keeps its connection */
const patienceMs = { developing: 5 * 60_000, final: 60_000 };

const main = part('#story');
const article = part('article', main);
const notice = part('#notice');
const root = document.documentElement;
/** What follows the headline in the page's title. */
const titleEnd = part('title').textContent.slice(part('h1', article).textContent.length);
const texts = readTexts();
const page = { article, texts };
const marks = createMarks();
const announcer = createAnnouncer(part('#announcer'), (news: News[]) => announcementOf(news, texts));

/** Changes the story in the page while the line being read stays where it is. */
const change = ({ meta, revision }: Pick<State, 'meta' | 'revision'>, draw: () => Touch[]): Touch[] => {
  let touches: Touch[] = [];
  holdReading(article, () => {
    putBack();
    touches = draw();
    localTimes(article, texts.locale);
  });
  document.title = meta.headline + titleEnd;
  Object.assign(root, { lang: meta.lang, dir: meta.dir });
  Object.assign(main.dataset, { position: held.position(), revision });
  marks.sweep();
  return touches;
};

/** Op by op; returns what a reader could notice. */
const patchAll = ({ ops, at }: Diff, before: Content): Touch[] => {
  let shown = before;
  return ops.flatMap((op) => {
    const after = apply(shown, [op], at);
    const touches = patch(page, op, shown, after);
    shown = after;
    return touches;
  });
};

const tell = (before: Meta, after: Meta, touches: Touch[]): void => {
  marks.add(touches, after.lang);
  announcer.add({ before, after, touches });
};

const showDiff = (diff: Diff, before: Content, { meta }: Content): void => {
  const glide = rememberPage();
  const touches = change({ meta, revision: diff.revision }, () => patchAll(diff, before));
  glide();
  if (diff.change !== 'minor') tell(before.meta, meta, touches);
  tellPatched(held.story(), held.position());
};

const showSnapshot = (after: State, before: Content | undefined): void => {
  const glide = rememberPage();
  const touches = change(after, () => redraw(page, after, before));
  glide();
  if (before) tell(before.meta, after.meta, touches);
  tellPatched(held.story(), held.position());
};

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
  onDiff: showDiff,
  onSnapshot: showSnapshot,
  onReset: marks.clear,
  onLive: () => {
    putBack();
    line.show('live');
  },
  onWithdrawn: withdraw,
  onMoved: (to) => {
    main.dataset['story'] = to;
    history.replaceState(history.state, '', storyPath(to) + location.hash);
  },
  onMismatch: () => { root.dataset['mismatches'] = String(Number(root.dataset['mismatches'] ?? 0) + 1); },
  ask: (message) => line.send(message),
});

localTimes(article, texts.locale);
/** Until then messages wait, at most as long as the request for the state may take. */
const loaded = fetchState(held.story(), held.position()).then(held.load);
const inTurn = createTurns(loaded);
const line = connectPage({
  texts,
  wanted: held.resume,
  patienceMs: () => patienceMs[held.content()?.meta.status ?? 'developing'],
  onMessage: (message) => inTurn(() => held.receive(message)),
});

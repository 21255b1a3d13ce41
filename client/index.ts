/** The script of the list of stories. The page itself is all it holds: an item is patched by what the diffs say of the story's meta. */
import type { Diff, Ended, ServerMessage, Snapshot } from '../server/core/protocol.ts';
import { everyStory } from '../server/core/protocol.ts';
import type { Meta, Op, Position } from '../server/core/story.ts';
import { excerptOf, renderStoryItem } from '../server/core/render.ts';
import { fill, listOf } from '../server/core/languages/texts.ts';
import { createAnnouncer } from './announce.ts';
import { holdReading } from './hold.ts';
import { connectPage } from './line.ts';
import { createMarks } from './marks.ts';
import { elementOf, morph, place } from './morph.ts';
import { rememberPlaces } from './motion.ts';
import { fetchState, part, readTexts, tellPatched } from './parts.ts';
import { localTimes } from './times.ts';
import { createTurns } from './turns.ts';

/** ms that a hidden page keeps its connection */
const patienceMs = 5 * 60_000;
/** headlines that an announcement can hold */
const maxHeadlines = 3;

type Item = { meta: Meta; excerpt: string };

const main = part('#stories');
const list = part('#story-list', main);
const empty = main.querySelector<HTMLElement>('.empty');
const texts = readTexts();
const marks = createMarks();
const announcer = createAnnouncer(part('#announcer'), (headlines: string[]) =>
  fill(texts.storyUpdated, { headline: listOf([...new Set(headlines)].slice(-maxHeadlines), texts.locale) }));

/** The position of each story as the list shows it, as far as known: an excerpt that arrives late must not replace a newer one. */
const positions = new Map<string, Position>();
/** Only `live`, and what comes after it, moves the position from which the list is resumed. */
let caughtUp = false;
/** After a reset: the stories that there are, as far as told. */
let reset: Set<string> | undefined;

const itemOf = (slug: string): Element | undefined => [...list.children].find((item) => item.getAttribute('data-story') === slug);
const updatedOf = (item: Element): string => item.querySelector('.times time')?.getAttribute('datetime') ?? '';

/** What an item shows is all of the meta that the list needs. */
const shownItem = (item: Element): Item => ({
  meta: {
    headline: item.querySelector('.headline')?.textContent ?? '',
    lang: item.querySelector('article')?.lang ?? '',
    dir: item.querySelector('article')?.dir === 'rtl' ? 'rtl' : 'ltr',
    status: item.querySelector('.kicker.final') ? 'final' : 'developing',
    authors: [],
    corrections: [],
    published: '',
    updated: updatedOf(item),
  },
  excerpt: item.querySelector('.excerpt')?.textContent ?? '',
});

/** Patches the list while the line being read stays where it is, and lets items glide to their new places. */
const change = (patch: () => void): void => {
  const glide = rememberPlaces(list.children);
  holdReading(list, patch);
  glide();
  if (empty) empty.hidden = list.children.length > 0;
  marks.refresh();
};

/** Shows an item as it is now, in its place: latest update first. */
const show = (slug: string, { meta, excerpt }: Item): Element => {
  const fresh = elementOf(renderStoryItem(slug, meta, excerpt, texts));
  const known = itemOf(slug);
  const stays = known && updatedOf(known) === meta.updated;
  const item = known ? morph(known, fresh) : fresh;
  if (!stays) place(list, item, [...list.children].find((other) => other !== item && updatedOf(other) <= meta.updated) ?? null);
  localTimes(item, texts.locale);
  return item;
};

const touchesLead = (op: Op): boolean => (op.op === 'edit' && op.id === 'lead' && op.blocks !== undefined) || (op.op === 'insert' && op.section.id === 'lead');

const takeDiff = ({ story, ops, to, change: grade, folded }: Diff): void => {
  if (folded === 0) return; // its place is called otherwise now
  const item = itemOf(story);
  if (!item) return void refresh(story, to);
  const shown = shownItem(item);
  const meta = ops.reduce((meta, op) => (op.op === 'set' ? ({ ...meta, ...op.meta } as Meta) : meta), shown.meta); // no set op removes what an item shows
  change(() => show(story, { ...shown, meta }));
  if (grade !== 'minor') tell(item, shown.meta.headline, meta);
  if (ops.some(touchesLead)) void refresh(story, to);
};

/** The beginning of a story is not in its diffs: it is read from the revision, which caches keep for everyone. */
const refresh = async (story: string, position: Position): Promise<void> => {
  const state = await fetchState(story, position);
  if (state && positions.get(story) === position) change(() => show(story, { meta: state.meta, excerpt: excerptOf(state.sections) }));
};

const takeSnapshot = ({ story, state, reset: isReset }: Snapshot): void => {
  if (isReset) (reset ??= new Set()).add(story);
  const known = itemOf(story);
  const shown = known && shownItem(known);
  change(() => show(story, { meta: state.meta, excerpt: excerptOf(state.sections) }));
  const item = itemOf(story);
  if (item && shown?.meta.updated !== state.meta.updated) tell(item, shown?.meta.headline, state.meta);
};

const tell = (element: Element, old: string | undefined, { headline, lang }: Meta): void => {
  const words = element.querySelector('.headline a');
  marks.add(element, old === undefined ? 'is-new' : 'is-edited');
  if (words && old !== undefined && old !== headline) marks.add(words, 'block-changed', { old, lang });
  announcer.add(headline);
};

const takeEnd = (message: Ended): void => {
  const item = itemOf(message.story);
  if (!item) return;
  change(() => {
    if (message.reason === 'moved' && !itemOf(message.to)) show(message.to, shownItem(item));
    item.remove();
  });
};

const arrive = (position: Position): void => {
  const told = reset;
  if (told) change(() => { for (const item of Array.from(list.children)) if (!told.has(item.getAttribute('data-story') ?? '')) item.remove(); });
  reset = undefined;
  caughtUp = true;
  main.dataset['position'] = position;
  line.show('live');
};

const receive = (message: ServerMessage): void => {
  switch (message.type) {
    case 'hello':
      caughtUp = false;
      return;
    case 'live':
      return message.story === everyStory ? arrive(message.position) : undefined;
    case 'heartbeat':
      if (caughtUp) main.dataset['position'] = message.position;
      return;
    case 'diff':
    case 'snapshot':
    case 'ended':
      return take(message);
    default:
  }
};

const take = (message: Diff | Snapshot | Ended): void => {
  const position = message.type === 'diff' ? message.to : message.position;
  positions.set(message.story, position);
  if (message.type === 'diff') takeDiff(message);
  else if (message.type === 'snapshot') takeSnapshot(message);
  else takeEnd(message);
  if (caughtUp && message.type === 'diff') main.dataset['position'] = position;
  tellPatched(message.story, position);
};

localTimes(list, texts.locale);
const inTurn = createTurns(Promise.resolve());
const line = connectPage({
  texts,
  wanted: () => ({ type: 'subscribe', story: everyStory, after: main.dataset['position'] ?? '' }),
  patienceMs: () => patienceMs,
  onMessage: (message) => inTurn(() => receive(message)),
});

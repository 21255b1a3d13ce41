/** What a story's page needs only when something changes: loaded with the first change, or when the reader asks for it. */
import type { CompactDiff, Diff, ServerMessage } from '../server/core/protocol.ts';
import type { Content, Meta, Position, State, Time } from '../server/core/story.ts';
import { apply } from '../server/core/diff.ts';
import type { ClientTexts } from '../server/core/languages/texts.ts';
import { announcementOf, createAnnouncer } from './announce.ts';
import { createBar } from './bar.ts';
import type { Action } from './controls.ts';
import { applyDiff } from './apply-diff.ts';
import { holdReading } from './hold.ts';
import { createKeysDialog } from './keys-dialog.ts';
import { createLabels } from './labels.ts';
import { leadTo, rememberFocus } from './lead.ts';
import { createMarks } from './marks.ts';
import { rememberPage } from './motion.ts';
import { newsBetween, newsOf, type Item } from './news.ts';
import { part, tellPatched } from './parts.ts';
import { drawAround, patch } from './patch.ts';
import { createPause } from './pause.ts';
import { placeItems, sectionWith } from './places.ts';
import { redraw } from './redraw.ts';
import { createRemoved } from './removed.ts';
import type { Kept } from './seen.ts';
import { fetchSince, sinceSentence } from './since.ts';
import { localTimes } from './times.ts';
import { createTitle } from './title.ts';
import { createTrail, type Change } from './trail.ts';

export type ChangesOptions = {
  main: HTMLElement;
  article: HTMLElement;
  texts: ClientTexts;
  story(): string;
  position(): Position;
  /** Asks the server for all that came after that position. */
  catchUp(): void;
  /** When the reader was last here, ms since 1970, where what comes now came while nobody looked. */
  awayAt(): number | undefined;
  /** Whether anybody can have read what the page showed. */
  wasSeen(): boolean;
};

export type Changes = ReturnType<typeof createChanges>;

/** Who asks for these has heard what is new. */
const isGoing = new Set<Action>(['next', 'previous', 'go', 'list']);

export const createChanges = (options: ChangesOptions) => {
  const { main, article, texts } = options;
  const page = { article, texts };
  const title = createTitle(article);
  const bar = createBar(texts);
  const keys = createKeysDialog();
  const announcer = createAnnouncer(part('#announcer'), (items: Item[]) => announcementOf(items, texts));
  const pause = createPause({ position: options.position, catchUp: options.catchUp });
  const marks = createMarks((element) => trail.settle(element));
  const removed = createRemoved({ article, lostFrom: marks.lostFrom, paint: marks.paint });
  const labels = createLabels({ article, texts, hasRemoved: removed.has, isRemovedShown: removed.isShown });
  /** What came while the reader was away. */
  let missed: { at: number; items: Item[] } | undefined;

  const newsNow = () => {
    const loud = trail.unread().flatMap((change) => (change.loud === undefined ? [] : [{ text: change.loud, loud: true }]));
    const text = missed ? sinceSentence(missed.items, missed.at, Date.now(), texts) : '';
    return [...(text === '' ? [] : [{ text, loud: false }]), ...loud];
  };

  /** All that tells of changes says the same. */
  const refresh = (): void => {
    const [unread, waiting] = [trail.unread().length, pause.waiting()];
    if (unread === 0) missed = undefined;
    removed.sweep((section) => trail.all().some(({ place, marked }) => marked.size > 0 && section.contains(place)));
    labels.refresh(trail.all());
    bar.show({ changes: trail.all(), unread, waiting, news: newsNow() });
    title.count(unread + (waiting ?? 0));
  };

  const trail = createTrail(refresh);

  /** Changes the story in the page while the line being read stays where it is. Nothing of ours stands in the text meanwhile. */
  const change = (content: Content, draw: () => void, show: () => void): void => {
    const { meta } = content;
    const keepFocus = rememberFocus();
    holdReading(article, () => {
      removed.suspend();
      labels.suspend();
      draw();
      drawAround(page, content);
      localTimes(article, texts.locale);
      marks.refresh();
      trail.sweep();
      Object.assign(document.documentElement, { lang: meta.lang, dir: meta.dir });
      title.change(meta.headline);
      show();
      removed.restore();
    });
    keepFocus();
  };

  const arrive = (position: Position, revision: number) => {
    Object.assign(main.dataset, { position, revision });
    tellPatched(options.story(), position);
  };

  const mark = (items: Item[], lang: string, at: Time) => {
    const placed = placeItems(items, {
      article, texts, lang, at,
      mark: (element, name, before) => {
        marks.add(element, name, before);
        return marks.wordsIn(element);
      },
    });
    for (const item of items) if (item.kind === 'edited') removed.lose(sectionWith(article, item.id) ?? article, item.gone);
    trail.add(placed);
  };

  const tell = (items: Item[], meta: Meta, at: Time) => {
    const away = options.awayAt();
    if (!options.wasSeen()) items = items.map((item) => (item.kind === 'correction' ? { ...item, seen: false } : item));
    if (away !== undefined && items.length > 0) missed = { at: missed?.at ?? away, items: [...(missed?.items ?? []), ...items] };
    announcer.add(...items);
    mark(items, meta.lang, at);
  };

  const patchAll = ({ ops, at }: Diff, before: Content): void => {
    let shown = before;
    for (const op of ops) {
      const after = apply(shown, [op], at);
      patch(page, op, shown, after);
      shown = after;
    }
  };

  const lead = (to: Change | undefined) => {
    if (to) leadTo(to.place, to.kind);
  };

  const toggleRemoved = (button: Element | undefined) => {
    const section = button?.closest('section');
    if (section) removed.toggle(section);
    else removed.toggleAll();
    refresh();
  };

  refresh();
  return {
    follow: applyDiff,
    showDiff: (diff: Diff, before: Content, after: Content): void => {
      const glide = rememberPage();
      const items = diff.change === 'minor' ? [] : newsOf(diff.ops, before, after);
      change(after, () => patchAll(diff, before), () => (items.length > 0 ? tell(items, after.meta, diff.at) : refresh()));
      glide();
      arrive(diff.to, diff.revision);
    },
    showSnapshot: (after: State, before: Content | undefined, position: Position): void => {
      const glide = rememberPage();
      const items = before ? newsBetween(before, after) : [];
      change(after, () => redraw(page, after), () => (items.length > 0 ? tell(items, after.meta, after.meta.updated) : refresh()));
      glide();
      arrive(position, after.revision);
    },
    /** What was marked is of another history. */
    clear: (): void => {
      marks.clear();
      trail.clear();
    },
    /** Marks what has changed since the reader was here, as though it had just come. `now` is what the page shows. */
    since: async ({ position, at }: Kept, now: Content): Promise<void> => {
      const found = await fetchSince(options.story(), position, options.position());
      if (found?.diff.hash !== now.hash) return;
      const items = newsOf(found.diff.ops, found.before, now);
      const sentence = sinceSentence(items, at, Date.now(), texts);
      if (sentence === '') return;
      missed = { at, items };
      announcer.say([sentence, announcementOf(items.filter(({ kind }) => kind === 'correction'), texts)].join(' '));
      change(now, () => {}, () => mark(items, now.meta.lang, found.diff.at));
    },
    holdsBack: (message: ServerMessage | CompactDiff): boolean => {
      const held = pause.holdsBack(message);
      if (held) refresh();
      return held;
    },
    /** `from` is the button or the entry of a list that asks. */
    act: (action: Action, from?: Element): void => {
      if (isGoing.has(action)) missed = undefined;
      switch (action) {
        case 'next': return lead(trail.next());
        case 'previous': return lead(trail.previous());
        case 'go':
          bar.closeList();
          return lead(from && trail.reach(bar.changeAt(from)));
        case 'list':
          refresh();
          return bar.toggleList();
        case 'close': return void bar.closeList();
        case 'removed': return toggleRemoved(from);
        case 'keys': return keys.open();
        case 'pause':
          pause.toggle();
          return refresh();
      }
    },
  };
};

/** A story in a shadow tree: drawn whole at first, and from then on changed in place. */
import { textsFor } from '../../server/core/languages.ts';
import { fill, listOf } from '../../server/core/languages/texts.ts';
import { storyPath } from '../../server/core/render.ts';
import type { State } from '../../server/core/story.ts';
import { localTimes } from '../times.ts';
import type { Update } from '../update.ts';
import { makeWhole } from './addresses.ts';
import { elementOf } from './html.ts';
import type { Step, StoryPage } from './page.ts';
import { renderCorrections, renderHead, renderSection, skeleton } from './render.ts';
import css from './style.css?inline';

/** changes that one sentence names */
const maxNamed = 3;
/** ms in which changes are gathered into one sentence */
const batchMs = 1_000;

/** Made by a script: no policy of the page forbids it. */
const style = new CSSStyleSheet();
style.replaceSync(css);

export type ViewOptions = {
  root: ShadowRoot;
  /** `https://news.example`, where the story is at home. */
  origin: string;
  /** Ids of the sections to show; without any all are shown. */
  chosen(): readonly string[];
};

/** An update that holds a state. */
export type Drawing = Extract<Update, { state: State }>;
export type Notice = 'reconnecting' | 'outdated' | 'withdrawn';
/** How a story is changed in place; returns a few words on each change. */
export type Changing = (page: StoryPage, step: Step) => string[];

/** What stands in the shadow tree stays there until there is a state. */
export const createView = ({ root, origin, chosen }: ViewOptions) => {
  const story = elementOf(skeleton);
  const partOf = (selector: string) => story.querySelector<HTMLElement>(selector) ?? document.createElement('p');
  const [article, source, status, heard] = [partOf('article'), partOf('[part=source]'), partOf('[part=status]'), partOf('.heard')];
  let address = origin;
  let shown: State | undefined;
  let told: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  root.adoptedStyleSheets = [style];

  const make = (html: string): Element => {
    const made = elementOf(html);
    makeWhole(made, address);
    for (const block of made.querySelectorAll('.blocks > *')) block.part.add('block');
    for (const link of made.querySelectorAll('a')) link.part.add('link');
    return made;
  };

  const choose = (): void => {
    const ids = chosen();
    for (const section of article.querySelectorAll('section')) section.hidden = ids.length > 0 && !ids.includes(section.dataset['id'] ?? '');
  };

  const page: StoryPage = {
    root,
    article,
    texts: textsFor(''),
    head: (meta) => make(renderHead(meta, page.texts)),
    section: (section, meta) => make(renderSection(section, meta, page.texts)),
    corrections: (meta) => make(renderCorrections(meta, page.texts)),
    finish: () => {
      localTimes(article, page.texts.locale);
      choose();
    },
  };

  /** What stands beside the story is in the language of the texts, and where the story's lines begin. */
  const introduce = ({ story: slug, meta }: State): void => {
    page.texts = textsFor(meta.lang);
    address = origin + storyPath(slug);
    Object.assign(article, { lang: meta.lang });
    Object.assign(story, { lang: page.texts.lang, dir: meta.dir });
    Object.assign(source, { href: address, textContent: new URL(origin).host });
  };

  const drawWhole = ({ meta, sections }: State): void => {
    const list = document.createElement('div');
    list.append(...sections.map((section) => page.section(section, meta)));
    article.replaceChildren(page.head(meta), list, page.corrections(meta));
    page.finish();
    root.replaceChildren(story);
  };

  const speak = (): void => {
    heard.textContent = fill(page.texts.announcement, { changes: listOf([...new Set(told)].slice(0, maxNamed), page.texts.locale) });
    [told, timer] = [[], undefined];
  };

  /** What the story may be changed from: not where another has taken its address, or where none is shown. */
  const before = (update: Drawing): State | undefined =>
    (update.type === 'snapshot' && (update.reset || update.state.meta.published !== shown?.meta.published) ? undefined : shown);

  return {
    shown: () => shown,
    choose,
    /** Whether the story can be changed from what is shown. */
    canChange: (update: Drawing): boolean => before(update) !== undefined,
    show: (update: Drawing, change: Changing | undefined): void => {
      const [from, { state: after }] = [before(update), update];
      introduce(after);
      shown = after;
      if (!from || !change) return drawWhole(after);
      const diff = update.type === 'diff' && update.before.hash === from.hash ? update.diff : undefined;
      told.push(...change(page, { before: from, after, ops: diff?.ops, isMinor: diff?.change === 'minor' }));
      if (told.length > 0) timer ??= setTimeout(speak, batchMs);
    },
    /** A word on what became of the story, or of the way to it. */
    say: (notice: Notice | undefined, isWithdrawn: boolean): void => {
      status.textContent = notice ? page.texts[notice] : '';
      article.hidden = isWithdrawn;
    },
  };
};

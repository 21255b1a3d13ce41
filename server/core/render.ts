/** A story as HTML: the same functions make the page on the server and change it in the browser, so that both arrive at the same page. */
import type { Correction, Meta, Section, Time } from './story.ts';
import { fill, listOf, plural, type ClientTexts } from './languages/texts.ts';
import { readingMinutes } from './reading-time.ts';
import { encodeSlug } from './slug.ts';
import { textOf } from './text.ts';

export { encodeSlug };

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for HTML: between tags, or in an attribute in double quotes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (sign) => entities[sign] ?? '');

/** The address of a story's page. */
export const storyPath = (slug: string): string => `/stories/${encodeSlug(slug)}`;

const formats = new Map<string, Intl.DateTimeFormat>();

/** A time for people. Without a zone it is UTC and says so; with one (the reader's) it speaks for itself. */
export const formatTime = (time: Time, locale: string, timeZone?: string): string => {
  const key = `${locale} ${timeZone}`;
  const format =
    formats.get(key) ??
    new Intl.DateTimeFormat(locale, {
      day: 'numeric', month: 'short', year: 'numeric', hour: 'numeric', minute: '2-digit',
      ...(timeZone === undefined ? { timeZone: 'UTC', timeZoneName: 'short' } : { timeZone }),
    });
  formats.set(key, format);
  return format.format(new Date(time));
};

/** A `<time>` that the reader's browser may rewrite with `formatTime` in its own zone; `own` is its `ownLang` where nothing around it has that. */
export const renderTime = (time: Time, { locale }: ClientTexts, own = ''): string => `<time datetime="${time}"${own}>${escapeHtml(formatTime(time, locale))}</time>`;

/** A text with HTML in its places; the text itself is escaped, the values are not. */
export const fillHtml = (text: string, values: Record<string, string>): string => fill(escapeHtml(text), values);

/** The `lang` and `dir` attributes of the page's own words, where the story around them speaks another language. */
export const ownLang = (texts: ClientTexts, lang: string): string => (lang.toLowerCase().split('-')[0] === texts.lang ? '' : ` lang="${texts.lang}" dir="${texts.dir}"`);

const renderStatus = (meta: Meta, texts: ClientTexts, own: string): string => `<p class="kicker ${meta.status}"${own}>${escapeHtml(texts[meta.status])}</p>`;

/** The story's head: status, headline, authors, times, and how long its sections take to read. */
export const renderHeader = (sections: Section[], meta: Meta, texts: ClientTexts): string => {
  const own = ownLang(texts, meta.lang);
  const by = meta.authors.length > 0 ? `<span>${fillHtml(texts.by, { names: escapeHtml(listOf(meta.authors, texts.locale)) })}</span> ` : '';
  const length = `<span class="length"${own && ' dir="auto"'}>${escapeHtml(plural(texts.readingTime, readingMinutes(sections), texts.locale))}</span>`;
  const published = `<span>${fillHtml(texts.published, { time: renderTime(meta.published, texts) })}</span>`;
  const updated = meta.updated === meta.published ? '' : ` <span>${fillHtml(texts.updated, { time: renderTime(meta.updated, texts) })}</span>`;
  return (
    `<header id="story-header">${renderStatus(meta, texts, own)}<h1 class="headline">${escapeHtml(meta.headline)}</h1>` +
    `<p class="byline"${own}>${by}${length}</p><p class="times"${own}>${published}${updated}</p></header>`
  );
};

/** sections with a heading from which on a story has a table of contents */
const minContents = 4;

/** The table of contents; an empty element where the story is short. */
export const renderContents = (sections: Section[], meta: Meta, texts: ClientTexts): string => {
  const headed = sections.filter(({ level }) => level > 0);
  const own = ownLang(texts, meta.lang);
  const title = escapeHtml(texts.contents);
  if (headed.length < minContents) return `<nav id="contents" aria-label="${title}" hidden></nav>`;
  return `<nav id="contents" aria-label="${title}"><details><summary${own}>${title}</summary><ol>${headed.map(renderEntry).join('')}</ol></details></nav>`;
};

const renderEntry = ({ id, level, heading }: Section): string =>
  `<li${level > 2 ? ' class="deeper"' : ''}><a href="#s-${escapeHtml(id)}" data-id="${escapeHtml(id)}">${escapeHtml(heading)}</a></li>`;

const sectionClass = ({ id, attrs }: Section): string => `section${id === 'lead' ? ' lead' : ''}${attrs.pinned ? ' pinned' : ''}`;

const renderHeading = ({ id, level, heading }: Section, texts: ClientTexts): string => {
  const label = escapeHtml(fill(texts.permalink, { heading }));
  const link = `<a class="permalink" href="#s-${escapeHtml(id)}" aria-label="${label}"><span aria-hidden="true">#</span></a>`;
  return `<h${level} class="heading"><span class="heading-text">${escapeHtml(heading)}</span> ${link}</h${level}>`;
};

/** A correction belongs to the section it names, else to those that were edited in the same save. */
export const isAbout = ({ at, section }: Correction, { id, was, added, revised }: Section): boolean =>
  section === undefined ? revised === at && revised !== added : section === id || was.includes(section);

/** Says at the section itself that it was corrected, and leads to what is said about it at the foot. */
const renderCorrected = (section: Section, meta: Meta, texts: ClientTexts): string => {
  const notes = meta.corrections.flatMap((correction, index) =>
    isAbout(correction, section) ? [`<a href="#c-${index + 1}">${fillHtml(texts.corrected, { time: renderTime(correction.at, texts) })}</a>`] : []);
  return notes.length > 0 ? `<p class="corrected"${ownLang(texts, meta.lang)}>${notes.join(' ')}</p>` : '';
};

/** One section. Ids carry the prefix `s-`, also those that it has absorbed, so that old links still arrive. */
export const renderSection = (section: Section, meta: Meta, texts: ClientTexts): string => {
  const { id, was, added, revised, blocks } = section;
  const anchors = was.map((old) => `<a class="was" id="s-${escapeHtml(old)}" aria-hidden="true"></a>`).join('');
  const [heading, label] = section.level > 0 ? [renderHeading(section, texts), ''] : ['', ` aria-label="${escapeHtml(texts.opening)}"`];
  const time = fillHtml(texts.updated, { time: renderTime(revised, texts) });
  return (
    `<section id="s-${escapeHtml(id)}" data-id="${escapeHtml(id)}" class="${sectionClass(section)}"${label}>${anchors}${heading}` +
    `<p class="revised"${ownLang(texts, meta.lang)}${revised === added ? ' hidden' : ''}>${time}</p>${renderCorrected(section, meta, texts)}<div class="blocks">${blocks.join('')}</div></section>`
  );
};

const renderCorrection = ({ at, text, section }: Correction, index: number, texts: ClientTexts, own: string): string => {
  const link = section === undefined ? '' : ` <a href="#s-${escapeHtml(section)}"${own}>${escapeHtml(texts.correctedSection)}</a>`;
  return `<li id="c-${index + 1}">${renderTime(at, texts, own)} <span class="correction-text">${escapeHtml(text)}</span>${link}</li>`;
};

/** The list at the foot of the story; an empty element where nothing had to be corrected. */
export const renderCorrections = (meta: Meta, texts: ClientTexts): string => {
  const own = ownLang(texts, meta.lang);
  const list = meta.corrections.map((correction, index) => renderCorrection(correction, index, texts, own)).join('');
  return `<footer id="corrections">${list === '' ? '' : `<h2${own}>${escapeHtml(texts.corrections)}</h2><ul>${list}</ul>`}</footer>`;
};

/** A story in the list of stories. `texts` are the list's, in its own language. */
export const renderStoryItem = (slug: string, meta: Meta, excerpt: string, texts: ClientTexts): string => {
  const own = ownLang(texts, meta.lang);
  const words = excerpt === '' ? '' : `<p class="excerpt">${escapeHtml(excerpt)}</p>`;
  return (
    `<li data-story="${escapeHtml(slug)}"><article lang="${escapeHtml(meta.lang)}" dir="${meta.dir}">${renderStatus(meta, texts, own)}` +
    `<h2 class="headline"><a href="${storyPath(slug)}">${escapeHtml(meta.headline)}</a></h2>${words}` +
    `<p class="times"${own}><span>${fillHtml(texts.updated, { time: renderTime(meta.updated, texts) })}</span></p></article></li>`
  );
};

const firstParagraph = (sections: Section[]): string => {
  for (const block of sections.flatMap(({ blocks }) => blocks)) {
    const text = /^<p[ >]/.test(block) ? textOf(block).replace(/\s+/g, ' ').trim() : '';
    if (text !== '') return text;
  }
  return '';
};

/** How a story begins: the first paragraph of its lead (else of the story), at most `length` UTF-16 units, cut between words. */
export const excerptOf = (sections: Section[], length = 220): string => {
  const text = firstParagraph(sections);
  if (text.length <= length) return text;
  const cut = text.slice(0, length);
  return `${cut.slice(0, cut.includes(' ') ? cut.lastIndexOf(' ') : length).replace(/[\uD800-\uDBFF]$|[\s,;:–-]+$/g, '')} …`;
};

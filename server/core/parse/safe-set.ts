/** What HTML a story may hold. Anything not named here is left out: elements lose their tags, those in `strip` their content too. */
import type { Schema } from 'hast-util-sanitize';

const list = (names: string): string[] => names.split(' ');

/** Elements that stand as blocks of their own. */
export const blockElements: ReadonlySet<string> = new Set(list('p ul ol dl blockquote pre table hr figure details video audio'));

const innerElements = list(
  'a abbr b bdi bdo br cite code data del dfn em i img ins kbd mark q rp rt ruby s samp small span strong sub sup time u var wbr ' +
    'li dt dd caption colgroup col thead tbody tfoot tr th td figcaption summary source track',
);

/** Elements that only wrap others: their content stands in their place. */
export const wrappers: ReadonlySet<string> = new Set(
  list('div section article main header footer aside nav center address hgroup search form fieldset dialog menu dir body html'),
);

/** Elements in which paragraphs may stand. */
export const flowElements: ReadonlySet<string> = new Set(list('blockquote li td th dd figure figcaption details'));

/** Elements of which not even the text is shown. */
const strip: ReadonlySet<string> = new Set(list(
  'script style template svg math iframe object embed applet noscript noembed noframes frameset xmp plaintext ' +
    'textarea select datalist title head link meta base canvas portal fencedframe',
));
const kept: ReadonlySet<string> = new Set([...blockElements, ...innerElements]);

export const isStripped = (tagName: string): boolean => strip.has(tagName);
export const isKept = (tagName: string): boolean => kept.has(tagName);

const size = /^\d{1,5}$/;

export const safeSet: Schema = {
  tagNames: [...kept],
  strip: [...strip],
  ancestors: {
    ...Object.fromEntries(list('caption colgroup col thead tbody tfoot tr th td').map((name) => [name, ['table']])),
    li: ['ul', 'ol'],
    dt: ['dl'],
    dd: ['dl'],
    figcaption: ['figure'],
    summary: ['details'],
    source: ['video', 'audio'],
    track: ['video', 'audio'],
    rt: ['ruby'],
    rp: ['ruby'],
  },
  attributes: {
    '*': [['lang', /^[a-z0-9-]{1,35}$/i], ['dir', 'ltr', 'rtl', 'auto'], 'title'],
    a: ['href'],
    blockquote: ['cite'],
    q: ['cite'],
    del: ['cite', 'dateTime'],
    ins: ['cite', 'dateTime'],
    time: ['dateTime'],
    data: ['value'],
    code: [['className', /^language-[\w+#.-]{1,40}$/]],
    img: ['src', 'alt', ['width', size], ['height', size], ['loading', 'lazy', 'eager']],
    // `controls` is always there; `autoplay` never, nor `open` on details, which belongs to the reader.
    video: ['src', 'poster', ['width', size], ['height', size], ['preload', 'none', 'metadata', 'auto'], 'loop'],
    audio: ['src', ['preload', 'none', 'metadata', 'auto'], 'loop'],
    source: ['src', 'type'],
    track: ['src', ['kind', 'subtitles', 'captions', 'descriptions', 'chapters'], 'srcLang', 'label', 'default'],
    ol: [['start', /^-?\d{1,9}$/], 'reversed', ['type', '1', 'a', 'A', 'i', 'I']],
    li: [['value', /^-?\d{1,9}$/]],
    td: [['colSpan', size], ['rowSpan', size], ['className', /^align-(?:left|center|right)$/]],
    th: [['colSpan', size], ['rowSpan', size], ['scope', 'row', 'col', 'rowgroup', 'colgroup'], ['className', /^align-(?:left|center|right)$/]],
    col: [['span', size]],
    colgroup: [['span', size]],
  },
  required: { img: { alt: '' }, video: { controls: true }, audio: { controls: true } },
  protocols: { href: ['http', 'https', 'mailto', 'tel'], cite: ['http', 'https'], src: ['http', 'https'], poster: ['http', 'https'] },
  clobber: [],
};

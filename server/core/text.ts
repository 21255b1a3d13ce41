/** What a reader reads of a block's HTML, as plain text. */
import type { Block } from './story.ts';

const tag = /<\/?([a-z][a-z0-9-]*)(?:"[^"]*"|[^">])*>/gi;
const inline = new Set('a abbr b bdi bdo cite code data del dfn em i ins kbd mark q rp rt ruby s samp small span strong sub sup time u var wbr'.split(' '));
const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&nbsp;': '\u00a0' };

const decode = (text: string): string => text.replace(/&(?:amp|lt|gt|quot|nbsp);/g, (entity) => entities[entity] ?? entity);

/** The text of serialised HTML: tags go, those that end a line or a cell leave a space. */
export const textOf = (html: Block): string => decode(html.replace(tag, (_, name: string) => (inline.has(name.toLowerCase()) ? '' : ' ')));

/** `textOf`, and with it the addresses and descriptions of pictures, films and sounds: another picture is another content. */
export const contentOf = (html: Block): string => {
  const media = Array.from(html.matchAll(/\s(?:src|alt|poster)="([^"]*)"/g), ([, value = '']) => decode(value));
  return [textOf(html), ...media].join(' ');
};

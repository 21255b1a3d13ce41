/** The pictures in a story's blocks: where they are, and how much room they need before they have come. */
import type { Block } from './story.ts';

/** px of the screen at its plainest */
export type Size = { width: number; height: number };

export type Picture = { src: string; alt: string } & Partial<Size>;

const image = /<img((?: [\w-]+="[^"]*")*)>/g;
const attribute = / ([\w-]+)="([^"]*)"/g;

const decode = (text: string): string => text.replaceAll('&quot;', '"').replaceAll('&nbsp;', '\u00a0').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const toPicture = (attributes: string): Picture => {
  const given = new Map(Array.from(attributes.matchAll(attribute), ([, name = '', value = '']) => [name, decode(value)]));
  const [width, height] = [Number(given.get('width') ?? NaN), Number(given.get('height') ?? NaN)];
  return { src: given.get('src') ?? '', alt: given.get('alt') ?? '', ...(width > 0 && { width }), ...(height > 0 && { height }) };
};

/** Every picture of some blocks, in their order. */
export const picturesIn = (blocks: readonly Block[]): Picture[] =>
  blocks.flatMap((block) => Array.from(block.matchAll(image), ([, attributes = '']) => toPicture(attributes)));

/** A block whose pictures say how large they are, so that what stands below does not jump when they come. What an editor wrote stays. */
export const reserveSpace = (block: Block, sizeOf: (src: string) => Size | undefined): Block =>
  block.replace(image, (tag: string, attributes: string) => {
    const { src, ...given } = toPicture(attributes);
    const size = given.width === undefined && given.height === undefined ? sizeOf(src) : undefined;
    return size ? `<img${attributes} width="${size.width}" height="${size.height}">` : tag;
  });

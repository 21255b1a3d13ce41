/** How large the pictures beside stories are. */
import { join } from 'node:path';
import type { Size } from './core/pictures.ts';
import { readerFile } from './http/assets.ts';

/** From the address of a picture on a page (`/stories/uk/bridge.jpg`) to its size; `undefined` where it lies elsewhere, is not there, or is no picture. */
export type SizeOf = (src: string) => Promise<Size | undefined>;

/** Reads the heads of the pictures in a folder of stories: of those that readers can have, and no other file. */
export const createSizeOf = (folder: string): SizeOf => async (src) => {
  const segments = segmentsOf(src);
  const file = segments && (await readerFile(folder, segments));
  if (!file?.type.startsWith('image/')) return undefined;
  const { imageSizeFromFile } = await import('image-size/fromFile'); // when it is first needed, for it is many modules
  const size = await imageSizeFromFile(join(file.root, file.path)).catch(() => undefined);
  return size && upright(size);
};

const segmentsOf = (src: string): string[] | undefined => {
  const [, path] = /^\/stories\/([^?#]+)/.exec(src) ?? [];
  try {
    return path?.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
};

/** A photograph that was taken with the camera on its side says so, and browsers turn it. */
const upright = ({ width, height, orientation = 1 }: Size & { orientation?: number }): Size | undefined => {
  const size = { width: Math.round(orientation >= 5 ? height : width), height: Math.round(orientation >= 5 ? width : height) };
  return size.width > 0 && size.height > 0 ? size : undefined;
};

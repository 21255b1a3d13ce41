/** Answers made once: rendered and compressed for whoever asks first, and kept in memory for all who ask after. */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** In the order in which they are preferred: the smallest first. */
export const encodings = ['br', 'gzip', 'identity'] as const;
export type Encoding = (typeof encodings)[number];

/** bytes below which compressing saves nothing */
const minBytes = 1_024;

/** Within a tenth of what the highest qualities save, at a twentieth of their time: nobody is kept waiting. */
const compressors: Record<Exclude<Encoding, 'identity'>, (body: Buffer) => Promise<Buffer>> = {
  br: (body) => compressBrotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } }),
  gzip: (body) => compressGzip(body, { level: 7 }),
};
const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

/** One body as it goes over the wire. */
export type Prepared = { encoding: Encoding; body: Buffer };

type Entry = { bytes: number; plain: Prepared; encoded: Map<Encoding, Prepared | Promise<Prepared>> };

/**
 * A memory of at most `maxBytes` bytes of bodies, those asked for last. `get` answers at once where the body stands ready; whoever asks while it is
 * compressed, in another thread, waits for the same work. `key` MUST name the text: the same key, the same text. `make` is called once for it, and may throw.
 */
export const createPrepared = ({ maxBytes }: { maxBytes: number }) => {
  const entries = new Map<string, Entry>();
  let bytes = 0;

  const drop = (key: string, entry: Entry): void => {
    if (entries.delete(key)) bytes -= entry.bytes;
  };

  const grow = (key: string, entry: Entry, by: number): void => {
    if (entries.get(key) !== entry) return;
    entry.bytes += by;
    bytes += by;
    for (const [oldest, each] of entries) {
      if (bytes <= maxBytes) break;
      drop(oldest, each);
    }
  };

  const recall = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (!entry) return undefined;
    entries.delete(key);
    entries.set(key, entry);
    return entry;
  };

  const add = (key: string, text: string): Entry => {
    const body = Buffer.from(text);
    const entry: Entry = { bytes: 0, plain: { encoding: 'identity', body }, encoded: new Map() };
    entries.set(key, entry);
    grow(key, entry, body.length);
    return entry;
  };

  const compress = async (key: string, entry: Entry, encoding: keyof typeof compressors): Promise<Prepared> => {
    try {
      const prepared = { encoding, body: await compressors[encoding](entry.plain.body) };
      entry.encoded.set(encoding, prepared);
      grow(key, entry, prepared.body.length);
      return prepared;
    } catch {
      return entry.plain; // out of memory at worst: the text as it is, is an answer too
    }
  };

  return {
    get: (key: string, encoding: Encoding, make: () => string): Prepared | Promise<Prepared> => {
      const entry = recall(key) ?? add(key, make());
      if (encoding === 'identity' || entry.plain.body.length < minBytes) return entry.plain;
      const known = entry.encoded.get(encoding);
      if (known) return known;
      const coming = compress(key, entry, encoding);
      entry.encoded.set(encoding, coming);
      return coming;
    },
    /** bytes kept now */
    size: () => bytes,
  };
};

/** Hashes that any language can compute: 32-bit FNV-1a over the UTF-8 of canonical JSON. A change costs only what it touches. */
import type { Meta, Section } from './story.ts';

/**
 * RFC 8785 for what stands in a state (texts, integers, `true`, arrays, objects): keys sorted, no white space, absent fields left out.
 * A lone surrogate becomes U+FFFD, since UTF-8 cannot carry it.
 */
export const canonicalJson = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed());
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${canonicalJson(key)}:${canonicalJson(field)}`).join(',')}}`;
};

/** The FNV-1a hash of a text's UTF-8, 8 hex digits. A lone surrogate counts as U+FFFD. */
export const fnv1a = (text: string): string => {
  let hash = 0x811c9dc5;
  const add = (byte: number) => { hash = Math.imul(hash ^ byte, 0x01000193); };
  for (let at = 0; at < text.length; at += 1) {
    let code = text.codePointAt(at) ?? 0;
    if (code < 0x80) { add(code); continue; }
    if (code > 0xffff) at += 1;
    if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
    if (code < 0x800) add(0xc0 | (code >> 6));
    else if (code < 0x10000) { add(0xe0 | (code >> 12)); add(0x80 | ((code >> 6) & 0x3f)); }
    else { add(0xf0 | (code >> 18)); add(0x80 | ((code >> 12) & 0x3f)); add(0x80 | ((code >> 6) & 0x3f)); }
    add(0x80 | (code & 0x3f));
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
};

export const hashOf = (value: unknown): string => fnv1a(canonicalJson(value));

const hashes = new WeakMap<Section, string>();

/** `hashOf`, remembered by the section object: sections are never changed, only replaced. */
const hashOfSection = (section: Section): string => {
  const known = hashes.get(section);
  if (known !== undefined) return known;
  const hash = hashOf(section);
  hashes.set(section, hash);
  return hash;
};

/** The hash of a state: that of the hashes of its meta and of each section, joined by commas. */
export const hashOfContent = (meta: Meta, sections: readonly Section[]): string =>
  fnv1a([hashOf(meta), ...sections.map(hashOfSection)].join(','));

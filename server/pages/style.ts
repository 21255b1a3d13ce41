/** The pages' style: it stands in each page, so that nothing has to be fetched before the first paint. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** In this order: what stands later wins. */
const rooms = ['page', 'story', 'lists', 'history', 'changes', 'media'];
const source = rooms.map((room) => readFileSync(new URL(`style/${room}.css`, import.meta.url), 'utf8')).join('\n');

/** Without comments and indents, which are for who reads the source. */
export const style = source.replace(/\/\*[^]*?\*\//g, '').replace(/\n\s*/g, '\n').trim();

/** What the content security policy knows it by. */
export const styleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`;

/** Edited text with its insertions and deletions in place. */
import { escapeHtml } from '../core/render.ts';
import type { Block, BlockEdit } from '../core/story.ts';
import { contentOf, textOf } from '../core/text.ts';
import { wordDiff, type Run } from '../core/words.ts';

const renderRun = ({ kind, text }: Run): string => {
  const html = escapeHtml(text);
  switch (kind) {
    case 'kept':
      return html;
    case 'added':
      return `<ins>${html}</ins>`;
    case 'removed':
      return `<del>${html}</del>`;
  }
};

/** One text that shows both: `<del>` what went, `<ins>` what came. */
export const renderWords = (old: string, text: string, lang: string): string => wordDiff(old, text, lang).map(renderRun).join('');

/** The blocks of a section, old and new in one: those between the edits as they stand. */
export const renderEditedBlocks = (old: Block[], fresh: Block[], edits: BlockEdit[], lang: string): string => {
  const parts: string[] = [];
  let [i, j] = [0, 0];
  for (const { at, drop, put } of edits) {
    parts.push(...old.slice(i, at));
    j += at - i;
    const pairs = Math.min(drop, put.length);
    for (let pair = 0; pair < pairs; pair += 1) parts.push(renderEdited(old[at + pair] ?? '', fresh[j + pair] ?? '', lang));
    parts.push(...old.slice(at + pairs, at + drop).map(removed), ...fresh.slice(j + pairs, j + put.length).map(added));
    [i, j] = [at + drop, j + put.length];
  }
  return [...parts, ...old.slice(i)].join('');
};

const added = (block: Block): string => `<ins>${block}</ins>`;
const removed = (block: Block): string => `<del>${block}</del>`;

/** Share of a text that must have stayed for its words to be worth telling apart. */
const worthTelling = 0.3;

const renderEdited = (old: Block, block: Block, lang: string): string => {
  if (contentOf(old) === contentOf(block)) return block;
  const [before, after] = [textOf(old).trim(), textOf(block).trim()];
  const runs = wordDiff(before, after, lang);
  const kept = runs.reduce((length, { kind, text }) => (kind === 'kept' ? length + text.length : length), 0);
  if (mediaOf(old) !== mediaOf(block) || kept < worthTelling * Math.max(before.length, after.length)) return removed(old) + added(block);
  return renderInPlace(old, block, lang) ?? `<p>${runs.map(renderRun).join('')}</p>`;
};

/** What of a block's content is not text. */
const mediaOf = (block: Block): string => contentOf(block).slice(textOf(block).length);

const tag = /(<(?:"[^"]*"|[^">])*>)/;

/** Where both have the same tags, each text between them by itself: links, lists and tables keep their form. */
const renderInPlace = (old: Block, block: Block, lang: string): string | undefined => {
  const [a, b] = [old.split(tag), block.split(tag)];
  const isTag = (_: string, index: number) => index % 2 === 1;
  if (a.filter(isTag).join('') !== b.filter(isTag).join('')) return undefined;
  return b.map((part, index) => (index % 2 === 1 ? part : renderWords(textOf(a[index] ?? ''), textOf(part), lang))).join('');
};

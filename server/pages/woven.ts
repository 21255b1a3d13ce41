/** Texts with their insertions and deletions in place, word by word. */
import { escapeHtml } from '../core/render.ts';
import { contentOf, textOf } from '../core/text.ts';
import { wordDiff, type Run } from '../core/words.ts';
import { htmlOf, type Node } from './html-tree.ts';

/** How changes are told: in which language words are cut, and what a screen reader says before each insertion and deletion. */
export type Voice = { lang: string; added: string; removed: string };

/** `data-is` tells our marks from those that a story has itself. */
export const ins = (html: string, { added }: Voice): string => `<ins data-is="${escapeHtml(added)}">${html}</ins>`;
export const del = (html: string, { removed }: Voice): string => `<del data-is="${escapeHtml(removed)}">${html}</del>`;

const renderRun = ({ kind, text }: Run, voice: Voice): string => {
  const html = escapeHtml(text);
  if (kind === 'kept') return html;
  if (text.trim() === '') return kind === 'added' ? html : '';
  return kind === 'added' ? ins(html, voice) : del(html, voice);
};

/** One text that shows both: `<del>` what went, `<ins>` what came. */
export const renderWords = (old: string, text: string, voice: Voice): string => wordDiff(old, text, voice.lang).map((run) => renderRun(run, voice)).join('');

/** Share of a text that must have stayed for its words to be worth telling apart. */
const worthTelling = 0.3;

/** What of HTML is not text: its pictures, films and sounds. */
export const mediaOf = (html: string): string => contentOf(html).slice(textOf(html).length);

/** Text with inline elements: the new elements, and in their text the words that came and went. `replace`: also where little has stayed. */
export const mergeLoose = (old: readonly Node[], fresh: readonly Node[], voice: Voice, replace: boolean): string | undefined => {
  const [before, after] = [htmlOf(old), htmlOf(fresh)];
  if (mediaOf(before) !== mediaOf(after)) return undefined;
  const strands = strandsOf(fresh);
  const text = strands.map((strand) => strand.text).join('');
  const runs = wordDiff(strandsOf(old).map((strand) => strand.text).join(''), text, voice.lang);
  const kept = runs.reduce((length, run) => (run.kind === 'kept' ? length + run.text.trim().length : length), 0);
  const enough = kept >= worthTelling * Math.max(textOf(before).trim().length, text.trim().length);
  return enough || replace ? weave(runs, strands, voice) : undefined;
};

/** A tag, without text; a piece of text; a line break and the like, as a space; words with their reading beside them, which nothing may come between. */
type Strand = { html: string; text: string; isText: boolean };

const strandsOf = (nodes: readonly Node[]): Strand[] =>
  nodes.flatMap((node): Strand[] => {
    if (node.kind === 'text') return [{ html: node.html, text: textOf(node.html), isText: true }];
    if (node.close === '') return [{ html: node.open, text: ' ', isText: false }];
    if (node.name === 'ruby') return [{ html: htmlOf([node]), text: textOf(htmlOf([node])), isText: false }];
    return [{ html: node.open, text: '', isText: false }, ...strandsOf(node.children), { html: node.close, text: '', isText: false }];
  });

/** Runs go through the strands in order; what was removed has no strand, it stands where it was reached. */
const weave = (runs: readonly Run[], strands: readonly Strand[], voice: Voice): string => {
  const html: string[] = [];
  let [index, offset] = [0, 0];
  for (const { kind, text } of runs) {
    if (kind === 'removed') html.push(renderRun({ kind, text }, voice));
    for (let left = kind === 'removed' ? 0 : text.length; left > 0;) {
      const strand = strands[index];
      if (!strand) break;
      const piece = strand.text.slice(offset, offset + left);
      if (strand.isText) html.push(renderRun({ kind, text: piece }, voice));
      else if (offset === 0) html.push(kind === 'added' && piece.trim() !== '' ? ins(strand.html, voice) : strand.html);
      left -= piece.length;
      offset += piece.length;
      if (offset >= strand.text.length) [index, offset] = [index + 1, 0];
    }
  }
  return [...html, ...strands.slice(index).map((strand) => strand.html)].join('');
};

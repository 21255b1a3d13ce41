/**
 * The Markdown of a published story: as its editor wrote it, as far as that is published, and written anew from what is published where it is not.
 * Nothing else can stand in it, for a part of the file stands only if each of its words is a word of what readers see.
 */
import { toBody } from '../parse/body.ts';
import { markdownParts, type Part } from '../parse/markdown-pieces.ts';
import { collectProblems } from '../parse/problems.ts';
import { parseStory } from '../parse.ts';
import type { Piece } from '../parsed.ts';
import type { Section, State } from '../story.ts';
import { writeFrontMatter } from './front-matter.ts';
import { createWriter, essence, trimmed, writeSimply } from './write-markdown.ts';

/** `source` is the file's text without drafts and comments; it need not be of this state, nor Markdown. `note` is that of the revision. */
export const publishedMarkdown = (state: State, { source, note }: { source: string; note?: string | undefined }): string => {
  const front = `${writeFrontMatter(state.meta, note)}\n`;
  for (const write of [() => fromSource(source, state.story), () => simply(state)]) {
    const text = front + write();
    if (says(text, state)) return text;
  }
  return front + carefully(state);
};

/** Where readers do not see all of it, written anew in part. What says nothing is left out: there may have been link definitions, which are notes as often as not. */
const fromSource = (source: string, story: string): string => {
  const body = source.startsWith('---') ? source.replace(frontMatter, '') : source;
  const parts = markdownParts(toBody(body, 1), story, collectProblems());
  if (parts.every(isPublished)) return parts.map(({ text }) => `${trimmed(text)}\n`).join('\n');
  const writer = createWriter(story);
  for (const part of parts) {
    const { text, pieces } = part;
    if (pieces.length > 0 && !(isPublished(part) && writer.keep(text, pieces))) pieces.forEach(writer.write);
  }
  return writer.text();
};

const frontMatter = /^---[ \t]*\n[^]*?^(?:---|\.\.\.)[ \t]*(?:\n|$)/m;

/** Whether readers see every word of it. A link to another file leads to its story, without the ending. */
const isPublished = ({ text, pieces }: Part): boolean => {
  const seen = pieces.map((piece) => (piece.kind === 'block' ? piece.html : [piece.text, piece.attributes?.pin, 'pinned'].join(' '))).join(' ');
  const known = new Set([...wordsIn(seen), ...wordsIn(decoded(seen)), 'md', 'txt']);
  return wordsIn(text.replace(listNumber, '$1')).every((word) => known.has(word));
};

const listNumber = /^([\s>]*)\d{1,9}(?=[.)])/gm;
const wordsIn = (text: string): string[] => text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

const decoded = (text: string): string => {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
};

/** Most stories mean what they say. */
const simply = (state: State): string => piecesOf(state).map((piece) => `${writeSimply(piece)}\n`).join('\n');

const carefully = (state: State): string => {
  const writer = createWriter(state.story);
  piecesOf(state).forEach(writer.write);
  return writer.text();
};

const piecesOf = ({ sections }: State): Piece[] =>
  sections.flatMap(({ level, heading, attrs, blocks }): Piece[] => [
    ...(level === 0 ? [] : [{ kind: 'heading' as const, level, text: heading, line: 1, ...(attrs.pinned && { attributes: { pinned: true as const, line: 1, column: 1 } }) }]),
    ...blocks.map((html) => ({ kind: 'block' as const, html })),
  ]);

/** Whether a file would make the same sections. */
const says = (text: string, { story, meta, sections }: State): boolean => {
  const { parsed } = parseStory(text, { story, format: 'md', lang: meta.lang });
  return parsed !== undefined && shapeOf(parsed.sections) === shapeOf(sections);
};

const shapeOf = (sections: readonly Pick<Section, 'level' | 'heading' | 'attrs' | 'blocks'>[]): string =>
  JSON.stringify(sections.map(({ level, heading, attrs, blocks }) => [level, heading, attrs, blocks.map(essence)]));

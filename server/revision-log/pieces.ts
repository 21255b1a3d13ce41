/** What states are put together from: texts that are kept once for each story, known by their SHA-256. */
import { createHash } from 'node:crypto';
import type { Content, Meta, Section } from '../core/story.ts';
import type { Statements } from './statements.ts';
import type { RevisionRow } from './store.ts';

export const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

export type Pieces = ReturnType<typeof createPieces>;

export const createPieces = (statements: Statements) => {
  /** The number of a text among a story's pieces; it is added where it is not there yet. */
  const ofText = (story: number, text: string): number => {
    const digest = digestOf(text);
    return statements.piece(story, digest)?.piece ?? statements.addPiece(story, digest, text);
  };
  const ofPart = (story: number, part: Meta | Section): number => ofText(story, JSON.stringify(part));

  return {
    ofText,
    ofPart,

    /** A state as the list of its pieces, the meta first. */
    ofContent: (story: number, { meta, sections }: Content): string => JSON.stringify([meta, ...sections].map((part) => ofPart(story, part))),

    content: ({ sequence, hash }: RevisionRow): Content => {
      const texts = statements.state(sequence).map(({ text }) => text);
      const [meta, ...sections] = JSON.parse(`[${texts.join(',')}]`) as [Meta, ...Section[]]; // what `ofContent` has written
      return { hash, meta, sections };
    },
  };
};

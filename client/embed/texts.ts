/** What the element says, in every language: the build leaves everything else out of the languages' files. */
import type { ClientTexts } from '../../server/core/languages/texts.ts';

export const spoken = [
  'lang', 'locale', 'dir', 'developing', 'final', 'by', 'updated', 'opening', 'corrections', 'corrected',
  'isNew', 'isEdited', 'isMoved', 'mergedFrom', 'removedHere', 'correction', 'announcement', 'reconnecting', 'outdated', 'withdrawn',
] as const satisfies (keyof ClientTexts)[];

/** Pictures without a description, which some readers cannot see. */
import type { Token } from './markdown.ts';
import type { Problems } from './problems.ts';

const undescribed = /<img(?=[\s/])(?![^>]*\salt\b)[^>]*>/i;

/** Warns of each line of a block that has been rendered with such a picture. */
export const reportUndescribed = (tokens: readonly Token[], { html, line }: { html: string; line: number }, problems: Problems): void => {
  for (const at of tokens.flatMap(linesOf)) problems.warning({ line: at, column: 1 }, 'this picture has no description: write what it shows between the brackets, ![The bridge](bridge.jpg)');
  if (undescribed.test(html)) problems.warning({ line, column: 1 }, 'this picture has no description: give it alt="what it shows", or alt="" where it only decorates');
};

/** On which lines such pictures of Markdown's own stand. */
const linesOf = ({ map, children }: Token): number[] => {
  let line = map?.[0] ?? 0;
  return (children ?? []).flatMap(({ type, content }) => {
    if (type === 'softbreak' || type === 'hardbreak') line += 1;
    return type === 'image' && content.trim() === '' ? [line] : [];
  });
};

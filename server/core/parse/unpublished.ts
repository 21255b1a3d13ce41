/** Takes out of a story's text what is never published: comments and draft sections. */
import { cut, placeOf, type Body, type Range } from './body.ts';
import { findComments, findPlainComments, widen, type Comment } from './comments.ts';
import { findDrafts, findPlainStrayMarks, findStrayMarks } from './drafts.ts';
import type { Problems } from './problems.ts';

/** A cut can change what the text around it means, so the rest is looked at again until nothing is found. */
const maxRounds = 12;

/** A Markdown text without its comments and draft sections, or `undefined` with a problem where it cannot be told what they are. */
export const cutUnpublished = (body: Body, problems: Problems): Body | undefined => {
  const rest = untilNothing(body, problems, (current) => {
    const comments = closed(current, findComments(current.text), problems);
    return comments?.length === 0 ? draftsOf(current, problems) : comments;
  });
  if (rest) reportStrayMarks(rest, findStrayMarks, problems);
  return rest;
};

/** The same for a plain text that is cut already, in which nothing is code. */
export const reportPlainStrayMarks = (body: Body, problems: Problems): void => reportStrayMarks(body, findPlainStrayMarks, problems);

const reportStrayMarks = ({ text, lines }: Body, find: (text: string) => number[], problems: Problems): void => {
  for (const line of find(text)) {
    const place = { line: lines[line] ?? 1, column: 1 };
    problems.error(place, '{.draft} holds nothing back here: write it at the end of a heading that stands on its own, ## Like this {.draft}');
  }
};

const draftsOf = (body: Body, problems: Problems): Range[] => {
  const { drafts, doubts } = findDrafts(body.text);
  for (const { line, message } of doubts) problems.error({ line: body.lines[line] ?? 1, column: 1 }, message);
  return drafts;
};

/** The same for a plain text, in which nothing is code and headings are not Markdown's: only comments. */
export const cutComments = (body: Body, problems: Problems): Body | undefined =>
  untilNothing(body, problems, (current) => closed(current, findPlainComments(current.text), problems));

const untilNothing = (body: Body, problems: Problems, find: (current: Body) => Range[] | undefined): Body | undefined => {
  let current = body;
  for (let round = 0; round < maxRounds; round += 1) {
    const ranges = find(current);
    if (!ranges || ranges.length === 0) return ranges && current;
    current = cut(current, ranges);
  }
  problems.error(placeOf(current, 0), 'comments are so entangled here that it cannot be told what to hold back: take some of them out');
  return undefined;
};

const closed = (body: Body, comments: readonly Comment[], problems: Problems): Range[] | undefined => {
  const open = comments.find(({ to }) => to === undefined);
  if (open) problems.error(placeOf(body, open.from), 'this comment is never closed: end it with -->');
  return open ? undefined : joined(body.text, comments).map((range) => widen(body.text, range));
};

/** Comments with only white space between them are cut as one. */
const joined = (text: string, comments: readonly Comment[]): Range[] => {
  const ranges: Range[] = [];
  for (const { from, to = from } of comments) {
    const last = ranges.at(-1);
    if (last && /^[ \t]*$/.test(text.slice(last.to, from))) last.to = to;
    else ranges.push({ from, to });
  }
  return ranges;
};

/** The front matter of a published story, written anew: only what readers are told of it. */
import { Document, isScalar, visit } from 'yaml';
import type { Meta } from '../story.ts';

/** Characters that YAML, or our reader of it, does not take as they are. */
// oxlint-disable-next-line no-control-regex -- that is what they are
const unfit = /<!--|[\0-\x1f\x7f]/;

/** With its fences. `note` is that of the revision. */
export const writeFrontMatter = ({ headline, lang, status, authors, corrections }: Meta, note: string | undefined): string => {
  const document = new Document({
    headline,
    lang,
    status,
    ...(authors.length > 0 && { authors }),
    ...(corrections.length > 0 && { corrections: corrections.map(({ text, section }) => (section === undefined ? text : { text, section })) }),
    ...(note !== undefined && { note }),
  });
  visit(document, {
    Scalar: (_, node) => {
      if (isScalar(node) && typeof node.value === 'string' && unfit.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  // What had to be quoted may be escaped: then nobody takes it for a comment.
  return `---\n${document.toString({ lineWidth: 0 }).replaceAll('<!--', '\\x3c!--').replaceAll('\x7f', '\\x7f')}---\n`;
};

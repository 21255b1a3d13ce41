/** Whether a reader has an answer already. */
import type { IncomingHttpHeaders } from 'node:http';

const strong = (tag: string): string => tag.replace(/^W\//, '');

/** RFC 9110, 13.1.2, as express does it: `Cache-Control: no-cache` asks for the whole answer all the same. Of dates it knows nothing: our answers have tags. */
export const isHeld = ({ 'if-none-match': tags, 'cache-control': cacheControl }: IncomingHttpHeaders, tag: string): boolean => {
  if (tags === undefined || tag === '') return false;
  if (cacheControl !== undefined && /(?:^|,)\s*no-cache\s*(?:,|$)/.test(cacheControl)) return false;
  return tags === '*' || tags.split(',').some((each) => strong(each.trim()) === strong(tag));
};

/** Where in a YAML document something stands. */
import { isMap, isNode, isScalar, isSeq, type Document } from 'yaml';
import type { BaseIssue } from 'valibot';

/** Where an issue stands: an unknown key at the key, a missing one at what misses it. */
export const placeOf = (document: Document.Parsed, issue: BaseIssue<unknown> | undefined): number => {
  const path = (issue?.path ?? []).flatMap(({ key }) => (typeof key === 'string' || typeof key === 'number' ? [key] : []));
  return offsetAt(document, path, issue?.expected === 'never');
};

/** The offset of the value at a path, or of its key; as deep as the path leads. */
export const offsetAt = (document: Document.Parsed, path: (string | number)[], ofKey = false): number => {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const [depth, part] of path.entries()) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part)) : undefined;
    node = pair ? (ofKey && depth === path.length - 1 ? pair.key : pair.value) : isSeq(node) ? node.items[Number(part)] : undefined;
    offset = offsetOf(node) ?? offset;
  }
  return offset;
};

const offsetOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** What is worth making before anybody asks. */
import type { Entry } from '../revision-log.ts';
import { apiPath } from './stories.ts';

/** Pages of the past: many, dear to make, and each read by few. */
const isPast = (address: string): boolean => /\/(?:revisions|compare)(?:[/?]|$)/.test(address);

/** The addresses that will be asked for after this entry, for one that was asked for before it. Who has asked for the diff to where the story stood asks for the one that leads on from there. */
export const askedNext = (entry: Entry) => (address: string): string[] => {
  const start = `${apiPath(entry.story)}/diffs/`;
  if (!address.startsWith(start)) return isPast(address) ? [] : [address];
  const [, to, query = ''] = /^[^./?]+\.\.([^./?]*)(\?.*)?$/.exec(address.slice(start.length)) ?? [];
  if (to === undefined || entry.kind !== 'revision' || entry.previous === undefined) return [];
  return to === '' ? [address, `${start}${entry.previous}..${query}`] : [`${start}${entry.previous}..${entry.position}${query}`];
};

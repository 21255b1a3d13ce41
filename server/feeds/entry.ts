/** One revision as an entry of a feed. */
import type { Changed } from '../core/changed.ts';
import { textsFor } from '../core/languages.ts';
import { escapeHtml, excerptOf, ownLang, storyPath } from '../core/render.ts';
import type { Change, Section, Time } from '../core/story.ts';
import type { RevisionLog, Summary } from '../revision-log.ts';
import { sectionsHtml } from './content.ts';
import { entryId } from './ids.ts';
import { readRevision, type Found } from './revisions.ts';
import { tellRevision } from './words.ts';

export type Entry = {
  id: string;
  /** What the revision changed; of the first one the story itself. With host. */
  url: string;
  /** The story as it is now, with host. */
  story: string;
  title: string;
  /** Plain text, one line. */
  summary: string;
  /** What changed in words, and the sections in which it did. Safe, with whole addresses. */
  html: string;
  /** BCP 47 */
  lang: string;
  at: Time;
  authors: string[];
  change: Change;
  /** `change` in the story's language. */
  label: string;
};

/** The entry of a revision that is not redacted. `story` is the slug under which the story stands now. */
export const readEntry = (log: RevisionLog, story: string, summary: Summary, origin: string): Entry => {
  const found = readRevision(log, story, summary);
  const { state, changed } = found;
  const { meta } = state;
  const texts = textsFor(meta.lang);
  const [address, label] = [origin + storyPath(story), texts.pages.grades[summary.change]];
  const { short, lines } = tellRevision(found, summary);
  return {
    id: entryId(summary.position, summary.at),
    url: addressOf(address, summary, changed),
    story: address,
    title: `${summary.change === 'correction' ? `${label}: ` : ''}${meta.headline}${short === '' ? '' : ` – ${short}`}`,
    summary: [...lines, ...(changed ? [] : [excerptOf(state.sections)])].filter((line) => line !== '').join(' · '),
    html: htmlOf(found, lines, { origin, address }),
    lang: meta.lang,
    at: summary.at,
    authors: meta.authors,
    change: summary.change,
    label,
  };
};

/** The page that shows what changed, word by word, where there is something to compare with. */
const addressOf = (story: string, { revision }: Summary, changed: Changed | undefined): string => {
  if (revision === 1) return story;
  return changed ? `${story}/compare/${revision - 1}..${revision}` : `${story}/revisions/${revision}`;
};

const htmlOf = (found: Found, lines: string[], { origin, address }: { origin: string; address: string }): string => {
  const { lang, dir } = found.state.meta;
  const texts = textsFor(lang);
  const list = lines.length === 0 ? '' : `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>\n`;
  return (
    `<div lang="${escapeHtml(lang)}" dir="${dir}">\n${list}${sectionsHtml(shownSections(found), origin)}\n` +
    `<p${ownLang(texts, lang)}><a href="${escapeHtml(address)}">${escapeHtml(texts.pages.readCurrent)}</a></p>\n</div>`
  );
};

/** The sections that are new or say something else; the whole story where it is new, or is back. */
const shownSections = ({ state: { sections }, changed, returned }: Found): Section[] => {
  if (!changed || returned) return sections;
  const fresh = new Set([...changed.added, ...changed.edited]);
  return sections.filter((section) => fresh.has(section));
};

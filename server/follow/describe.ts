/** An update as somebody at a terminal reads it: what changed, section by section, word by word. */
import { diff } from '../core/diff.ts';
import { unreachable, type Block, type Change, type Correction, type Op, type Section, type State, type Time } from '../core/story.ts';
import { contentOf } from '../core/text.ts';
import { wordDiff } from '../core/words.ts';
import type { Update } from '../../client/follow.ts';
import { linesOf } from '../explain/ops.ts';
import { compareStates, type BlockPart, type SectionPart } from '../pages/comparison.ts';
import { changedIn } from './excerpt.ts';
import { paint, type PaintOptions, type Span } from './paint.ts';

export type DescribeOptions = PaintOptions & {
  /** Whether each update names its story: where more than one is followed. */
  named: boolean;
  /** ms since 1970 */
  now(): number;
};

type Lines = { spans: Span[]; indent: string }[];

const plain = (text: string): Span => ({ kind: 'plain', text });
const strong = (text: string): Span => ({ kind: 'strong', text });
const quiet = (text: string): Span => ({ kind: 'quiet', text });

/** The lines of an update; none where there is nothing to read. */
export const describeUpdate = (update: Update, options: DescribeOptions): string[] =>
  linesFor(update, options).flatMap(({ spans, indent }) => paint(spans, indent, options));

const linesFor = (update: Update, { named, now }: DescribeOptions): Lines => {
  const head = (at: number, ...spans: Span[]) => ({ indent: '', spans: [quiet(`${clock(at, now())}  `), ...(named ? [strong(`${update.story}  `)] : []), ...spans] });
  switch (update.type) {
    case 'live': return [];
    case 'withdrawn': return [head(now(), strong('withdrawn'))];
    case 'moved': return [head(now(), strong(`moved to ${update.to}`))];
    case 'snapshot': {
      const { state, before, reset } = update;
      const { meta, revision } = state;
      const news = before && !reset ? describeChange(before, state, diff(before, state, { at: meta.updated })) : [];
      return [head(Date.parse(meta.updated), plain(`revision ${revision}  `), strong(meta.headline)), ...news];
    }
    case 'diff': {
      const { before, state, diff: { at, revision, change, folded, note, ops } } = update;
      const words = [`revision ${revision}`, ...(folded > 1 ? [`${folded} revisions in one`] : []), labels[change]];
      return [head(Date.parse(at), plain(`${words.join(', ')}  `), strong(state.meta.headline)), ...(note === undefined ? [] : [{ indent: '  ', spans: [quiet('Note: '), plain(note)] }]), ...describeChange(before, state, ops)];
    }
    default: return unreachable(update);
  }
};

const labels: Record<Change, string> = { minor: 'minor', update: 'update', correction: 'CORRECTION' };

/** Local time; with its day where that is not today's. */
const clock = (at: number, now: number): string => {
  const [time, today] = [new Date(at), new Date(now)];
  const hours = time.toTimeString().slice(0, 8);
  return time.toDateString() === today.toDateString() ? hours : `${dayOf(time)} ${hours}`;
};
const dayOf = (time: Date): string => [time.getFullYear(), time.getMonth() + 1, time.getDate()].map((part) => String(part).padStart(2, '0')).join('-');

const describeChange = (before: State, after: State, ops: readonly Op[]): Lines => [
  ...describeMeta(before, after),
  ...compareStates(before, after, ops).flatMap((part) => describeSection(part, after.meta.lang)),
];

const describeMeta = ({ meta: old, sections }: State, { meta, sections: fresh }: State): Lines => {
  const known = new Set(old.corrections.map(correctionKey));
  const line = (label: string, spans: Span[]) => ({ indent: '  ', spans: [strong(`${label}: `), ...spans] });
  const about = ({ section }: Correction): Span[] => {
    const found = [...fresh, ...sections].find(({ id }) => id === section);
    return found ? [quiet(` (${titleOf(found)})`)] : [];
  };
  return [
    ...meta.corrections.filter((each) => !known.has(correctionKey(each))).map((each) => line('Correction', [{ kind: 'added', text: each.text }, ...about(each)])),
    ...(meta.headline === old.headline ? [] : [line('Headline', wordDiff(old.headline, meta.headline, meta.lang))]),
    ...(meta.status === old.status ? [] : [line('Status', wordDiff(old.status, meta.status, 'en'))]),
    ...(String(meta.authors) === String(old.authors) ? [] : [line('By', wordDiff(old.authors.join(', '), meta.authors.join(', '), meta.lang))]),
  ];
};

const correctionKey = ({ at, text }: { at: Time; text: string }): string => `${at} ${text}`;

const titleOf = ({ heading }: Pick<Section, 'heading'>): string => heading || 'Opening';

const describeSection = (part: SectionPart, lang: string): Lines => {
  const head = (...spans: Span[]) => ({ indent: '  ', spans });
  const blocks = 'blocks' in part ? part.blocks.flatMap((each) => describeBlock(each, lang)) : [];
  switch (part.kind) {
    case 'same':
    case 'left': return [];
    case 'added': return [head(strong('New section: '), { kind: 'added', text: titleOf(part.section) }, ...(part.splitFrom ? [quiet(` (split from ${titleOf(part.splitFrom)})`)] : [])), ...blocks];
    case 'removed': return [head(strong(part.mergedInto ? 'Section merged: ' : 'Section removed: '), { kind: 'removed', text: titleOf(part.section) }, ...(part.mergedInto ? [quiet(` (into ${titleOf(part.mergedInto)})`)] : [])), ...blocks];
    case 'changed': {
      const { old, section, moved } = part;
      const title = old.heading === section.heading ? [strong(titleOf(section))] : wordDiff(old.heading, section.heading, lang);
      const isSeen = moved !== undefined || blocks.length > 0 || old.heading !== section.heading;
      return isSeen ? [head(...title, ...(moved ? [quiet(` (moved ${moved.way})`)] : [])), ...blocks] : [];
    }
    default: return unreachable(part);
  }
};

const describeBlock = (part: BlockPart, lang: string): Lines => {
  const line = (...spans: Span[]) => [{ indent: '    ', spans }];
  switch (part.kind) {
    case 'kept':
    case 'left': return [];
    case 'added': return line({ kind: 'added', text: textIn(part.block) });
    case 'removed': return line({ kind: 'removed', text: textIn(part.old) });
    case 'edited': {
      const [old, text] = [textIn(part.old), textIn(part.block)];
      return old === text ? [] : line(...changedIn(wordDiff(old, text, lang), lang));
    }
    case 'moved': return line(quiet(`Moved here${part.way === 'elsewhere' ? ` from ${titleOf(part.from)}` : `, ${part.way}`}: `), ...changedIn(wordDiff(textIn(part.old), textIn(part.block), lang), lang));
    default: return unreachable(part);
  }
};

/** Also of what has no words: a picture is told by its address and its description. */
const textIn = (block: Block): string => linesOf(block) || linesOf(block, contentOf(block));

/** What a story is made of, as schemas: the types of `core/story.ts`, with the forms of texts and the meaning of each field. */
import * as v from 'valibot';
import { changes, type Attributes, type BlockEdit, type Change, type Correction, type Delta, type EditOp, type InsertOp, type Meta, type MetaPatch, type MoveOp, type Op, type RemoveOp, type Section, type SetOp, type State } from '../core/story.ts';
import { exactly, told } from './exactly.ts';

export const position = told(v.pipe(v.string(), v.regex(/^[0-9a-f]{8}_(?:0|[1-9][0-9]{0,14})$/)), 'A place in the log, `<epoch>_<sequence>`. Sequences compare as integers, and only within one epoch.');
export const time = told(v.pipe(v.string(), v.regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/), v.metadata({ format: 'date-time' })), 'RFC 3339, UTC, with milliseconds.');
export const hash = told(v.pipe(v.string(), v.regex(/^[0-9a-f]{8}$/)), '32-bit FNV-1a, 8 hex digits.');
export const slug = told(v.pipe(v.string(), v.regex(/^[^/]+(?:\/[^/]+)*$/)), 'The name of a story: the path of its file without the extension, in Unicode NFC.');
export const sectionId = told(v.pipe(v.string(), v.minLength(1)), 'The name of a section, unique in its story.');
export const block = told(v.string(), 'Safe HTML of one element.');
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const revisionNumber = v.pipe(v.number(), v.integer(), v.minValue(1));

const level = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(6), v.notValue(1));
const levelMeaning = '0 for the lead, else 2 to 6, as the page shows it.';

export const change = exactly<Change>()(told(v.picklist(changes), 'How loud a change is, quietest first.'));

export const correction = exactly<Correction>()(
  told(
    v.object({
      at: told(time, 'When it was published.'),
      text: told(v.string(), 'Plain text.'),
      section: v.exactOptional(told(sectionId, 'The section that it corrects.')),
    }),
    'What was wrong, in the words of the newsroom.',
  ),
);

const metaFields = {
  headline: told(v.string(), 'Plain text.'),
  lang: told(v.string(), 'BCP 47.'),
  dir: told(v.picklist(['ltr', 'rtl']), 'The direction of the text.'),
  status: told(v.picklist(['developing', 'final']), '`final`: the newsroom expects no more changes.'),
  authors: told(v.array(v.string()), 'Names.'),
  corrections: told(v.array(correction), 'Newest last.'),
  published: told(time, 'When revision 1 was published.'),
  updated: told(time, 'When readers last saw something change; a minor revision leaves it.'),
};

export const meta = exactly<Meta>()(told(v.object(metaFields), 'What a story says of itself.'));

const orNull = <const S extends v.GenericSchema>(schema: S) => v.exactOptional(told(v.nullable(schema), 'The new one; `null`: there is none.'));

export const metaPatch = exactly<MetaPatch>()(
  told(
    v.object({
      headline: orNull(metaFields.headline),
      lang: orNull(metaFields.lang),
      dir: orNull(metaFields.dir),
      status: orNull(metaFields.status),
      authors: orNull(metaFields.authors),
      corrections: orNull(metaFields.corrections),
      published: orNull(metaFields.published),
      updated: orNull(metaFields.updated),
    }),
    'JSON Merge Patch (RFC 7396) of `meta`: a field replaces the old one whole, `null` removes it.',
  ),
);

export const attributes = exactly<Attributes>()(told(v.object({ pinned: v.exactOptional(told(v.literal(true), 'The newsroom sets it apart, as what matters most.')) }), 'What an editor has said of a section.'));

export const sectionFields = {
  id: told(sectionId, 'Never given to another section, except by an editor who pins it there. That of the lead is `lead`.'),
  level: told(level, levelMeaning),
  heading: told(v.string(), 'Plain text; empty for the lead.'),
  attrs: attributes,
  added: told(time, 'When it first appeared, also after removal and return.'),
  revised: told(time, 'When its heading or blocks last changed in a revision that was not minor.'),
  was: told(v.array(sectionId), 'Ids that it has absorbed by a merge or a renaming, oldest first.'),
  blocks: told(v.array(block), 'What stands under the heading.'),
};

export const section = exactly<Section>()(told(v.object(sectionFields), 'A heading and what follows it, up to the next.'));

export const state = exactly<State>()(
  told(
    v.object({
      story: slug,
      position: told(position, 'That of the revision, which may be before the position that the message tells.'),
      revision: told(revisionNumber, '1, 2, 3 ... in its story.'),
      hash: told(hash, 'Of `meta` and `sections`.'),
      meta,
      sections: told(v.array(section), 'The lead first.'),
    }),
    'What readers see of a story at one time.',
  ),
);

export const delta = exactly<Delta>()(
  told(
    v.array(v.union([told(v.pipe(v.number(), v.integer(), v.notValue(0)), '`n` keeps n UTF-16 units of the dropped block, `-n` drops n.'), told(v.string(), 'Is inserted.')])),
    'Accounts for the whole of the dropped block, and never cuts a surrogate pair.',
  ),
);

export const blockEdit = exactly<BlockEdit>()(
  told(
    v.object({
      at: told(count, 'An index in the old list of blocks.'),
      drop: told(count, 'So many blocks from `at` on go.'),
      put: told(v.array(v.union([block, told(v.object({ delta }), 'The dropped block of the same index, edited.')])), 'These come in their place.'),
    }),
    'Replaces blocks by others.',
  ),
);

const afterMeaning = 'The section after which it then stands; `null`: very first.';
export const after = told(v.nullable(sectionId), afterMeaning);
export const splitFrom = v.exactOptional(told(sectionId, 'The section that it was a part of.'));

export const setOp = exactly<SetOp>()(told(v.object({ op: v.literal('set'), meta: metaPatch }), 'Changes `meta`.'));

export const insertOp = exactly<InsertOp>()(
  told(
    v.object({
      op: v.literal('insert'),
      after,
      section: told(section, 'The section, whole.'),
      splitFrom,
      at: v.exactOptional(told(time, 'Repeats `revised` of the section, where that is not the `at` of the diff.')),
    }),
    'A new section, or one that returns.',
  ),
);

export const removeOp = exactly<RemoveOp>()(
  told(v.object({ op: v.literal('remove'), id: sectionId, mergedInto: v.exactOptional(told(sectionId, 'The section that has absorbed it.')) }), 'A section goes.'),
);

export const moveOp = exactly<MoveOp>()(told(v.object({ op: v.literal('move'), id: sectionId, after }), 'A section stands elsewhere.'));

export const editFields = {
  id: told(sectionId, 'The section as it was called before.'),
  newId: v.exactOptional(told(sectionId, 'Its new id.')),
  heading: v.exactOptional(told(v.string(), 'Its new heading.')),
  level: v.exactOptional(told(level, levelMeaning)),
  attrs: v.exactOptional(told(attributes, 'Replaces the old ones whole.')),
  was: v.exactOptional(told(v.array(sectionId), 'Replaces the old list whole.')),
};

export const editOp = exactly<EditOp>()(
  told(
    v.object({
      op: v.literal('edit'),
      ...editFields,
      blocks: v.exactOptional(told(v.array(blockEdit), 'Ascending by `at`.')),
      at: v.exactOptional(told(time, 'What `revised` becomes, where that is not the `at` of the diff.')),
    }),
    'A section changes.',
  ),
);

export const op = exactly<Op>()(told(v.variant('op', [setOp, insertOp, removeOp, moveOp, editOp]), 'Applies to the result of the op before.'));

/** A store on a SQLite database. */
import type { DatabaseSync } from 'node:sqlite';
import type { Section } from '../core/story.ts';
import type { Ancestor, Draft } from '../revision-log.ts';
import { blankContent, blankOrigin, blankSection } from './blank.ts';
import { createPieces, type Pieces } from './pieces.ts';
import { reads } from './sql.ts';
import { prepareStatements, type EntryColumns, type RevisionColumns, type Statements } from './statements.ts';
import type { EntryRow, RevisionRow, Store } from './store.ts';

export const createSqliteStore = (database: DatabaseSync): Store => {
  const statements = prepareStatements(database);
  const pieces = createPieces(statements);
  return {
    epoch: statements.fact('epoch')?.value ?? '',
    ancestors: JSON.parse(statements.fact('ancestors')?.value ?? '[]') as Ancestor[], // what `restoreLog` has written
    ...placesIn(statements),
    ...contentsIn(statements, pieces),
    ...writesTo(statements, pieces),
    redact: redactionIn(statements, pieces),
    // secure_delete alone would leave copies behind that SQLite made when it once moved rows from page to page.
    scrub: () => {
      database.exec('VACUUM');
      emptyWal(database);
      statements.setFact('scrub', 'done');
    },
    transact: (work) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } finally {
        if (database.isTransaction) database.exec('ROLLBACK');
      }
    },
    close: () => database.close(),
  };
};

/** Whether a redaction's old bytes may still be in the files, since the program ended before they were overwritten. */
export const needsScrub = (database: DatabaseSync): boolean => database.prepare(reads.fact).get('scrub')?.['value'] === 'pending';

const emptyWal = (database: DatabaseSync): void => {
  const result = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  if (result?.['busy'] !== 0) throw new Error('another program is reading them');
};

type Places = Pick<Store, 'head' | 'slug' | 'slugOf' | 'slugs' | 'files' | 'slugsSince' | 'withdrawnAt' | 'entry' | 'entries'>;

const placesIn = (statements: Statements): Places => ({
  head: () => statements.head()?.sequence ?? 0,
  slug: (slug) => {
    const row = statements.slug(slug);
    return row && { story: row.story, ...(row.until !== null && { until: row.until }) };
  },
  slugOf: (story) => statements.slugOf(story)?.slug,
  slugs: () => statements.slugs(),
  files: () => statements.files().map(({ slug, file_hash: fileHash, withdrawn_at: at }) => ({ slug, fileHash, withdrawn: at !== null })),
  slugsSince: (sequence) => statements.slugsSince(sequence),
  withdrawnAt: (story) => statements.withdrawnAt(story)?.at ?? undefined,
  entry: (story, sequence) => {
    const columns = statements.entry(story, sequence);
    return columns && entryRow(columns);
  },
  entries: ({ after, until, limit, story }) => {
    const rows = story === undefined ? statements.entries(after, until, limit) : statements.entriesOfStory(after, until, story, limit);
    return rows.map(entryRow);
  },
});

type Contents = Pick<Store, 'revision' | 'revisions' | 'splits' | 'content' | 'origin' | 'removed'>;

const contentsIn = (statements: Statements, pieces: Pieces): Contents => ({
  revision: (story, number) => {
    const columns = statements.revision(story, number);
    return columns && revisionRow(columns);
  },
  revisions: (story, { before, until, limit }) => statements.revisions(story, before, until, limit).map(revisionRow),
  splits: (story, { after, upTo, limit }) => statements.splits(story, after, upTo, limit).map(({ splits }) => JSON.parse(splits) as Draft['splits']), // what `addRevision` has written
  content: pieces.content,
  origin: ({ sequence }) => {
    const columns = statements.origin(sequence);
    if (!columns) return blankOrigin;
    const { source, file_hash: fileHash, file_note: note, file_minor: minor } = columns;
    return { source, fileHash, ...(note !== null && { note }), ...(minor !== null && { minor }) };
  },
  removed: (story) => statements.removed(story).map(({ text }) => JSON.parse(text) as Section), // what `addRemoved` has written
});

type Writes = Pick<Store, 'addStory' | 'pointSlug' | 'setWithdrawn' | 'addEntry' | 'addRevision' | 'addRemoved' | 'dropRemoved'>;

const writesTo = (statements: Statements, pieces: Pieces): Writes => ({
  addStory: () => statements.addStory(),
  pointSlug: (slug, { story, until }, sequence) => void statements.setSlug(slug, story, until ?? null, sequence),
  setWithdrawn: (story, at) => void statements.setWithdrawnAt(at ?? null, story),
  addEntry: (row) => {
    const { sequence, story, slug, kind, at, revision } = row;
    statements.addEntry(sequence, story, slug, kind, at, revision, row.kind === 'move' ? row.to : null);
  },
  addRevision: (row, { content, splits, origin }) =>
    statements.addRevision({
      ...row,
      note: row.note ?? null,
      redacted: Number(row.redacted),
      state: pieces.ofContent(row.story, content),
      splits: Object.keys(splits).length > 0 ? JSON.stringify(splits) : null,
      source: pieces.ofText(row.story, origin.source),
      file_hash: origin.fileHash,
      file_note: origin.note ?? null,
      file_minor: origin.minor ?? null,
    }),
  addRemoved: (story, sections) => {
    for (const section of sections) statements.addRemoved(story, section.id, pieces.ofPart(story, section));
  },
  dropRemoved: (story, ids) => void statements.dropRemoved(story, JSON.stringify(ids)),
});

const redactionIn = (statements: Statements, pieces: Pieces): Store['redact'] => {
  const blank = (row: RevisionRow): void => {
    const left = blankContent(pieces.content(row));
    const source = pieces.ofText(row.story, blankOrigin.source);
    statements.blankRevision(left.hash, pieces.ofContent(row.story, left), source, blankOrigin.fileHash, row.sequence);
  };

  return (story, rows) => {
    for (const row of rows) blank(row);
    for (const { place, text } of statements.orphans(story)) {
      statements.blankRemoved(pieces.ofPart(story, blankSection(JSON.parse(text) as Section)), place); // what `addRemoved` has written
    }
    statements.dropPieces(story);
    statements.setFact('scrub', 'pending');
  };
};

const entryRow = ({ kind, moved_to: to, ...place }: EntryColumns): EntryRow => (kind === 'move' ? { ...place, kind, to: to ?? '' } : { ...place, kind });

const revisionRow = ({ note, redacted, ...row }: RevisionColumns): RevisionRow => ({ ...row, ...(note !== null && { note }), redacted: redacted === 1 });

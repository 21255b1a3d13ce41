/** The tables of a log on disk, and every statement that is used on them. */

/** Tells a log from other programs' databases: "StPr". */
export const applicationId = 0x53745072;
export const schemaVersion = 1;

/**
 * A state is a list of pieces, its meta first, then its sections: what two states share is kept once, and none is put together from a chain of changes.
 * Pieces belong to one story, and each is named by the SHA-256 of its text. STRICT: what a column says is what comes out.
 */
export const schema = `
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE stories (story INTEGER PRIMARY KEY, withdrawn_at TEXT) STRICT;

-- Where a slug leads; an old slug as far as the move away ("until"). "last" is the last entry that concerned it.
CREATE TABLE slugs (slug TEXT PRIMARY KEY, story INTEGER NOT NULL REFERENCES stories, until INTEGER, last INTEGER NOT NULL) STRICT;
CREATE INDEX slugs_by_last ON slugs (last);
CREATE UNIQUE INDEX slugs_now ON slugs (story) WHERE until IS NULL;

CREATE TABLE entries (
  sequence INTEGER PRIMARY KEY,
  story INTEGER NOT NULL REFERENCES stories,
  slug TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('revision', 'withdrawal', 'move')),
  at TEXT NOT NULL,
  revision INTEGER NOT NULL,
  moved_to TEXT
) STRICT;
CREATE UNIQUE INDEX entries_of_story ON entries (story, sequence);

CREATE TABLE pieces (piece INTEGER PRIMARY KEY, story INTEGER NOT NULL REFERENCES stories, digest BLOB NOT NULL, text TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX pieces_by_digest ON pieces (story, digest);

-- "updates" and "corrections" count all of the story's so far.
CREATE TABLE revisions (
  sequence INTEGER PRIMARY KEY REFERENCES entries,
  story INTEGER NOT NULL REFERENCES stories,
  number INTEGER NOT NULL,
  at TEXT NOT NULL,
  change TEXT NOT NULL CHECK (change IN ('minor', 'update', 'correction')),
  note TEXT,
  updates INTEGER NOT NULL,
  corrections INTEGER NOT NULL,
  edited INTEGER NOT NULL,
  added INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  moved INTEGER NOT NULL,
  redacted INTEGER NOT NULL,
  hash TEXT NOT NULL,
  state TEXT NOT NULL,
  splits TEXT,
  source INTEGER NOT NULL,
  file_hash TEXT NOT NULL,
  file_note TEXT,
  file_minor TEXT
) STRICT;
CREATE UNIQUE INDEX revisions_by_number ON revisions (story, number);
CREATE INDEX revisions_with_splits ON revisions (story, number, splits) WHERE splits IS NOT NULL;

-- Sections that left and have not come back, in the order in which they left.
CREATE TABLE removed (
  place INTEGER PRIMARY KEY,
  story INTEGER NOT NULL REFERENCES stories,
  id TEXT NOT NULL,
  piece INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX removed_by_id ON removed (story, id);
`;

const revisionColumns = 'sequence, story, number, at, change, note, updates, corrections, edited, added, removed, moved, redacted, hash';
const everyColumn = `${revisionColumns}, state, splits, source, file_hash, file_note, file_minor`;

/** None of these may read more of the history than it returns: tests hold their query plans to that. */
export const reads = {
  fact: 'SELECT value FROM facts WHERE name = ?',
  head: 'SELECT max(sequence) AS sequence FROM entries',
  slug: 'SELECT story, until FROM slugs WHERE slug = ?',
  slugOf: 'SELECT slug FROM slugs WHERE story = ? AND until IS NULL',
  slugsSince: 'SELECT slug, story FROM slugs WHERE last > ? ORDER BY last, until IS NULL',
  withdrawnAt: 'SELECT withdrawn_at AS at FROM stories WHERE story = ?',
  entry: 'SELECT * FROM entries WHERE story = ? AND sequence <= ? ORDER BY sequence DESC LIMIT 1',
  entries: 'SELECT * FROM entries WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?',
  entriesOfStory: 'SELECT * FROM entries WHERE sequence > ? AND sequence <= ? AND story = ? ORDER BY sequence LIMIT ?',
  revision: `SELECT ${revisionColumns} FROM revisions WHERE story = ? AND number = ?`,
  revisions: `SELECT ${revisionColumns} FROM revisions WHERE story = ? AND number < ? AND sequence <= ? ORDER BY number DESC LIMIT ?`,
  splits: 'SELECT splits FROM revisions WHERE story = ? AND number > ? AND number <= ? AND splits IS NOT NULL ORDER BY number LIMIT ?',
  state: 'SELECT text FROM revisions, json_each(state) AS part JOIN pieces ON piece = part.value WHERE sequence = ? ORDER BY part.key',
  origin: 'SELECT text AS source, file_hash, file_note, file_minor FROM revisions JOIN pieces ON piece = source WHERE sequence = ?',
  removed: 'SELECT text FROM removed JOIN pieces USING (piece) WHERE removed.story = ? ORDER BY place',
  piece: 'SELECT piece FROM pieces WHERE story = ? AND digest = ?',
} as const;

/** These grow with the stories, not with their history. */
export const lists = {
  slugs: 'SELECT slug, story FROM slugs WHERE until IS NULL',
  files:
    'SELECT slug, file_hash, withdrawn_at FROM slugs JOIN stories USING (story) JOIN revisions USING (story) ' +
    'WHERE until IS NULL AND number = (SELECT max(number) FROM revisions AS all_of_story WHERE all_of_story.story = slugs.story)',
} as const;

/** Read once, when a replica begins: everything that later entries change. In the order of their last entries; of the two slugs of a move the old one first. */
export const places = 'SELECT slug, story, until, last, withdrawn_at AS withdrawnAt FROM slugs JOIN stories USING (story) ORDER BY last, until IS NULL';

export const writes = {
  fact: 'INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  story: 'INSERT INTO stories DEFAULT VALUES',
  slug: 'INSERT INTO slugs VALUES (?, ?, ?, ?) ON CONFLICT (slug) DO UPDATE SET story = excluded.story, until = excluded.until, last = excluded.last',
  withdrawnAt: 'UPDATE stories SET withdrawn_at = ? WHERE story = ?',
  entry: 'INSERT INTO entries (sequence, story, slug, kind, at, revision, moved_to) VALUES (?, ?, ?, ?, ?, ?, ?)',
  piece: 'INSERT INTO pieces (story, digest, text) VALUES (?, ?, ?)',
  revision: `INSERT INTO revisions (${everyColumn}) VALUES (${everyColumn.replaceAll(/\w+/g, ':$&')})`,
  removed: 'INSERT INTO removed (story, id, piece) VALUES (?, ?, ?)',
  dropRemoved: 'DELETE FROM removed WHERE story = ? AND id IN (SELECT value FROM json_each(?))',
} as const;

/** Blanking reads what it must: all of one story. */
export const redaction = {
  blank:
    'UPDATE revisions SET redacted = 1, note = NULL, hash = ?, state = ?, splits = NULL, source = ?, file_hash = ?, file_note = NULL, file_minor = NULL ' +
    'WHERE sequence = ?',
  /** Removed sections that no readable revision holds. */
  orphans:
    'SELECT place, text FROM removed JOIN pieces USING (piece) WHERE removed.story = ?1 AND piece NOT IN ' +
    '(SELECT part.value FROM revisions, json_each(state) AS part WHERE story = ?1 AND NOT redacted)',
  blankRemoved: 'UPDATE removed SET piece = ? WHERE place = ?',
  dropPieces:
    'DELETE FROM pieces WHERE story = ?1 AND piece NOT IN (SELECT part.value FROM revisions, json_each(state) AS part WHERE story = ?1) ' +
    'AND piece NOT IN (SELECT source FROM revisions WHERE story = ?1) AND piece NOT IN (SELECT piece FROM removed WHERE story = ?1)',
} as const;

/**
 * One index over everything that happened: audit rows, model calls, changed states and gaps, by time, with their words.
 * It follows its sources a second later (see HistoryRepository) and repeats nothing but what a record is found by.
 */
export const history: readonly string[] = [
  // Rebuilt without indexes and without a counter of its own: each is a page more to write for every row. Rows are found
  // through `history`; that the end was not cut off is seen from `history_upto`.
  'ALTER TABLE audit_log RENAME TO audit_before',
  `CREATE TABLE audit_log (
    seq INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL,
    emitted_at_ms INTEGER NOT NULL,
    seam TEXT NOT NULL,
    details TEXT NOT NULL,
    caller_session_id TEXT,
    source TEXT,
    incident_id TEXT,
    wake_event_id TEXT,
    schema_version INTEGER NOT NULL,
    extra TEXT,
    prev_hash BLOB NOT NULL,
    hash BLOB NOT NULL
  ) STRICT`,
  'INSERT INTO audit_log SELECT * FROM audit_before',
  // The highest number ever given, where a counter kept it.
  'CREATE TABLE audit_highest (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL) STRICT',
  `INSERT INTO audit_highest SELECT 1, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit_before'), 0)`,
  'DROP TABLE audit_before',
  // Numbered by time like the ledger (ledgerSeq.ts). `source` and `kind` are places in the lists of domain/history.ts.
  `CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    key INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    seam INTEGER NOT NULL,
    origin INTEGER,
    session TEXT,
    correlation TEXT
  ) STRICT`,
  'CREATE INDEX history_by_kind ON history (kind, id)',
  'CREATE INDEX history_by_seam ON history (seam, id)',
  'CREATE INDEX history_by_session ON history (session, id) WHERE session IS NOT NULL',
  'CREATE INDEX history_by_correlation ON history (correlation, id) WHERE correlation IS NOT NULL',
  'CREATE TABLE history_seams (no INTEGER PRIMARY KEY, seam TEXT NOT NULL UNIQUE, n INTEGER NOT NULL) STRICT',
  `CREATE TABLE history_hours (
    hour_ms INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (hour_ms, kind)
  ) STRICT, WITHOUT ROWID`,
  // Per source, the last of its rows that the index holds.
  'CREATE TABLE history_upto (source INTEGER PRIMARY KEY, key INTEGER NOT NULL) STRICT',
  'INSERT INTO history_upto VALUES (0, 0), (1, 0), (2, 0), (3, 0)',
  `CREATE VIRTUAL TABLE history_text USING fts5 (
    text, facets, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
  )`,
]

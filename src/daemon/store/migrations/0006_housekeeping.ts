/** Settings, what the scheduler remembers, and the list of backups. */
export const housekeeping: readonly string[] = [
  'CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID',
  `CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    last_started_at_ms INTEGER,
    last_finished_at_ms INTEGER,
    outcome TEXT,
    error TEXT,
    failures_in_a_row INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE backups (
    id TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    verified_at_ms INTEGER,
    state TEXT NOT NULL,
    error TEXT
  ) STRICT`,
  'CREATE INDEX backups_by_time ON backups (created_at_ms, id)',
]

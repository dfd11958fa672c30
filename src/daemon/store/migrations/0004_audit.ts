/** The record of everything: a hash chain, and the anchor left by what retention removed from its front. */
export const audit: readonly string[] = [
  // `extra` holds, as a JSON object, top-level content of rows another version wrote.
  `CREATE TABLE audit_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
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
  // Every index ends in the row id, which is seq.
  'CREATE INDEX audit_by_seam ON audit_log (seam)',
  'CREATE INDEX audit_by_incident ON audit_log (incident_id) WHERE incident_id IS NOT NULL',
  'CREATE INDEX audit_by_session ON audit_log (caller_session_id) WHERE caller_session_id IS NOT NULL',
  'CREATE INDEX audit_by_time ON audit_log (emitted_at_ms)',
  `CREATE TABLE audit_anchor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
  ) STRICT`,
]

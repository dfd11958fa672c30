/** Definitions and what their checks found. */
export const probes: readonly string[] = [
  `CREATE TABLE probes (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    config TEXT NOT NULL,
    interval_ms INTEGER NOT NULL,
    enabled INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    removed_at_ms INTEGER
  ) STRICT`,
  // Time first: inserts go to the end of the tree and retention is a range delete.
  `CREATE TABLE observations (
    at_ms INTEGER NOT NULL,
    probe_no INTEGER NOT NULL,
    status INTEGER NOT NULL,
    cause INTEGER NOT NULL,
    latency_ms INTEGER,
    error TEXT,
    details TEXT,
    PRIMARY KEY (at_ms, probe_no)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE latest (
    probe_no INTEGER PRIMARY KEY REFERENCES probes (no),
    id TEXT NOT NULL,
    observed_at_ms INTEGER NOT NULL,
    cycle_seq INTEGER NOT NULL,
    status INTEGER NOT NULL,
    cause INTEGER NOT NULL,
    latency_ms INTEGER,
    error TEXT,
    details TEXT NOT NULL,
    last_healthy_at_ms INTEGER
  ) STRICT`,
  `CREATE TABLE state_changes (
    seq INTEGER PRIMARY KEY,
    probe_no INTEGER NOT NULL REFERENCES probes (no),
    at_ms INTEGER NOT NULL,
    from_status INTEGER,
    to_status INTEGER NOT NULL,
    cause INTEGER NOT NULL,
    error TEXT,
    details TEXT
  ) STRICT`,
  'CREATE INDEX state_changes_by_probe ON state_changes (probe_no, at_ms)',
  `CREATE TABLE rollups (
    probe_no INTEGER NOT NULL,
    bucket_ms INTEGER NOT NULL,
    n INTEGER NOT NULL,
    bad INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    latency_n INTEGER NOT NULL,
    latency_sum INTEGER NOT NULL,
    latency_min INTEGER,
    latency_max INTEGER,
    PRIMARY KEY (probe_no, bucket_ms)
  ) STRICT, WITHOUT ROWID`,
  // Everything before this time is in the rollups.
  'CREATE TABLE rollup_cursor (id INTEGER PRIMARY KEY CHECK (id = 1), rolled_to_ms INTEGER NOT NULL) STRICT',
]

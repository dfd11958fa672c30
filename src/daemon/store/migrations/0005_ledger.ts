/** What was spent. Rows are never changed and never removed. */
export const ledger: readonly string[] = [
  `CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at_ms INTEGER NOT NULL,
    process_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    account TEXT NOT NULL,
    model TEXT NOT NULL,
    route TEXT NOT NULL,
    parent_route TEXT,
    iteration INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL CHECK (input_tokens >= 0),
    output_tokens INTEGER NOT NULL CHECK (output_tokens >= 0),
    cache_read_tokens INTEGER NOT NULL CHECK (cache_read_tokens >= 0),
    cache_creation_tokens INTEGER NOT NULL CHECK (cache_creation_tokens >= 0),
    cost_nano_usd INTEGER CHECK (cost_nano_usd >= 0),
    pool_charge_nano_usd INTEGER NOT NULL CHECK (pool_charge_nano_usd >= 0),
    price_version TEXT NOT NULL,
    price_basis TEXT NOT NULL,
    pool_basis TEXT NOT NULL,
    escalated INTEGER NOT NULL,
    reason TEXT,
    rung TEXT NOT NULL,
    request_id TEXT NOT NULL UNIQUE,
    source_id TEXT NOT NULL,
    report_id TEXT NOT NULL,
    subject TEXT,
    UNIQUE (source_id, report_id)
  ) STRICT`,
  'CREATE INDEX ledger_by_time ON ledger (at_ms)',
  'CREATE INDEX ledger_by_subject ON ledger (subject) WHERE subject IS NOT NULL',
  `CREATE TRIGGER ledger_never_changes BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'ledger rows are never changed'); END`,
  `CREATE TRIGGER ledger_never_forgets BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'ledger rows are never removed'); END`,
]

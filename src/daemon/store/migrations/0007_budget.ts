/**
 * The budget: money set aside, later prices, the provider's own figures, and sums by hour from which windows and the
 * month are added up. `ledger_hours` repeats what `ledger` and `ledger_corrections` say, up to the row named in
 * `ledger_hours_upto`.
 */
export const budget: readonly string[] = [
  // Rebuilt with fewer indexes: each is a page more to write for every call. A row is known by its request id; that its
  // report id is unique for its source follows from that wherever the two are the same, which is everywhere as a rule.
  'ALTER TABLE ledger RENAME TO ledger_before',
  `CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    period_ms INTEGER NOT NULL,
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
    cache_creation1h_tokens INTEGER NOT NULL CHECK (cache_creation1h_tokens >= 0),
    cost_nano_usd INTEGER CHECK (cost_nano_usd >= 0),
    pool_charge_nano_usd INTEGER NOT NULL CHECK (pool_charge_nano_usd >= 0),
    price_version TEXT NOT NULL,
    price_basis TEXT NOT NULL,
    pool_basis TEXT NOT NULL,
    escalated INTEGER NOT NULL,
    reason TEXT,
    clamped_signal TEXT,
    rung TEXT NOT NULL,
    request_id TEXT NOT NULL UNIQUE,
    source_id TEXT NOT NULL,
    report_id TEXT NOT NULL,
    subject TEXT,
    saved_nano_usd INTEGER NOT NULL CHECK (saved_nano_usd >= 0),
    note TEXT
  ) STRICT`,
  // Rows are numbered by their time from here on (see ledgerSeq.ts): a stretch of time is a stretch of the table. Those from
  // before billing periods were kept belong to their calendar month, UTC.
  `INSERT INTO ledger
    SELECT at_ms * 1024 + row_number() OVER (PARTITION BY at_ms ORDER BY seq) - 1, id, at_ms, unixepoch(at_ms / 1000, 'unixepoch', 'start of month') * 1000, process_id, provider, account,
      model, route, parent_route, iteration, input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens, 0,
      cost_nano_usd, pool_charge_nano_usd, price_version, price_basis, pool_basis, escalated, reason, NULL, rung,
      request_id, source_id, report_id, subject, 0, NULL
    FROM ledger_before`,
  'DROP TABLE ledger_before',
  'CREATE UNIQUE INDEX ledger_by_report ON ledger (source_id, report_id) WHERE report_id <> request_id',
  'CREATE INDEX ledger_unpriced ON ledger (seq) WHERE cost_nano_usd IS NULL',
  `CREATE TRIGGER ledger_never_changes BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'ledger rows are never changed'); END`,
  `CREATE TRIGGER ledger_never_forgets BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'ledger rows are never removed'); END`,
  `CREATE TABLE ledger_hours (
    period_ms INTEGER NOT NULL,
    hour_ms INTEGER NOT NULL,
    account TEXT NOT NULL,
    route TEXT NOT NULL,
    model TEXT NOT NULL,
    escalated INTEGER NOT NULL,
    reason TEXT NOT NULL,
    clamped_signal TEXT NOT NULL,
    calls INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_creation_tokens INTEGER NOT NULL,
    cost_nano_usd INTEGER NOT NULL,
    pool_nano_usd INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    saved_nano_usd INTEGER NOT NULL,
    PRIMARY KEY (period_ms, hour_ms, account, route, model, escalated, reason, clamped_signal)
  ) STRICT, WITHOUT ROWID`,
  `INSERT INTO ledger_hours
    SELECT period_ms, at_ms - at_ms % 3600000, account, route, model, escalated, coalesce(reason, ''), '', count(*),
      sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_creation_tokens),
      coalesce(sum(cost_nano_usd), 0), sum(pool_charge_nano_usd), count(*) FILTER (WHERE cost_nano_usd IS NULL), 0
    FROM ledger GROUP BY 1, 2, 3, 4, 5, 6, 7`,
  'CREATE TABLE ledger_hours_upto (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL) STRICT',
  'INSERT INTO ledger_hours_upto SELECT 1, coalesce(max(seq), 0) FROM ledger',
  // What the sums by hour do not hold yet, a row a call, in their shape.
  `CREATE VIEW ledger_tail AS
    SELECT period_ms, at_ms - at_ms % 3600000 AS hour_ms, account, route, model, escalated,
      coalesce(reason, '') AS reason, coalesce(clamped_signal, '') AS clamped_signal, 1 AS calls, input_tokens,
      output_tokens, cache_read_tokens, cache_creation_tokens, coalesce(cost_nano_usd, 0) AS cost_nano_usd,
      pool_charge_nano_usd AS pool_nano_usd, cost_nano_usd IS NULL AS unpriced, saved_nano_usd
    FROM ledger WHERE seq > (SELECT seq FROM ledger_hours_upto)`,
  `CREATE TABLE reservations (
    id TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    period_ms INTEGER NOT NULL,
    process_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    account TEXT NOT NULL,
    model TEXT NOT NULL,
    route TEXT NOT NULL,
    parent_route TEXT,
    iteration INTEGER NOT NULL,
    escalated INTEGER NOT NULL,
    reason TEXT NOT NULL,
    clamped_signal TEXT,
    rung TEXT NOT NULL,
    subject TEXT,
    amount_nano_usd INTEGER NOT NULL CHECK (amount_nano_usd >= 0),
    note TEXT
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE ledger_corrections (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    request_id TEXT NOT NULL UNIQUE REFERENCES ledger (request_id),
    call_at_ms INTEGER NOT NULL,
    period_ms INTEGER NOT NULL,
    route TEXT NOT NULL,
    model TEXT NOT NULL,
    cost_nano_usd INTEGER NOT NULL CHECK (cost_nano_usd >= 0),
    pool_delta_nano_usd INTEGER NOT NULL,
    price_version TEXT NOT NULL
  ) STRICT`,
  'CREATE INDEX ledger_corrections_by_call ON ledger_corrections (call_at_ms)',
  `CREATE TABLE reconciliations (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at_ms INTEGER NOT NULL,
    period_ms INTEGER NOT NULL,
    source TEXT NOT NULL,
    local_nano_usd INTEGER NOT NULL CHECK (local_nano_usd >= 0),
    reported_nano_usd INTEGER NOT NULL CHECK (reported_nano_usd >= 0),
    diff_pct REAL NOT NULL,
    tolerance REAL NOT NULL,
    within_tolerance INTEGER NOT NULL,
    adjustment_nano_usd INTEGER NOT NULL CHECK (adjustment_nano_usd >= 0),
    breaker_re_tripped INTEGER NOT NULL
  ) STRICT`,
  'CREATE INDEX reconciliations_by_period ON reconciliations (period_ms, seq)',
  `CREATE TABLE billing_periods (
    start_ms INTEGER PRIMARY KEY,
    end_ms INTEGER NOT NULL CHECK (end_ms > start_ms),
    opened_at_ms INTEGER NOT NULL,
    cleared_cost_pause INTEGER NOT NULL,
    ramp_until_ms INTEGER
  ) STRICT`,
  `CREATE TABLE sampling_spans (
    id INTEGER PRIMARY KEY,
    boot_id TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL CHECK (to_ms >= from_ms),
    ended_by TEXT CHECK (ended_by IN ('clean_stop', 'suspend', 'crash'))
  ) STRICT`,
  'CREATE INDEX sampling_spans_by_end ON sampling_spans (to_ms)',
  ...['ledger_corrections', 'reconciliations'].flatMap((table) => [
    `CREATE TRIGGER ${table}_never_change BEFORE UPDATE ON ${table}
      BEGIN SELECT RAISE(ABORT, '${table} are never changed'); END`,
    `CREATE TRIGGER ${table}_never_forget BEFORE DELETE ON ${table}
      BEGIN SELECT RAISE(ABORT, '${table} are never removed'); END`,
  ]),
]

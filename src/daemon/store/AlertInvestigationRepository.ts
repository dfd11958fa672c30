import type { AlertCategory } from '../../domain/alert.ts'
import type { InvestigationRun, InvestigationState } from '../../domain/incident.ts'
import type { Severity } from '../../domain/severity.ts'
import type { Connection } from './Connection.ts'
import { runColumns } from './InvestigationRepository.ts'
import { type Row, tableMap } from './rows.ts'

/** The one try to find out about an alert's occurrence, or why there was none: then `failure` says it. */
export interface AlertInvestigation extends InvestigationRun {
  readonly occurrenceId: string
  readonly category: AlertCategory
  readonly severity: Severity
  /** `skipped`: nothing was asked. */
  readonly state: InvestigationState | 'skipped'
}

const map = tableMap<AlertInvestigation>(
  { ...runColumns, occurrenceId: 'plain', category: 'plain', severity: 'plain', state: 'plain' },
  ['id'],
)

const select = `SELECT ${map.columns} FROM alert_investigations`
const saveSql = `INSERT INTO alert_investigations (${map.columns}) VALUES (${map.marks})
  ON CONFLICT (id) DO UPDATE SET ${map.updates}`
const getSql = `${select} WHERE id = ?`
const ofOccurrenceSql = `${select} WHERE occurrence_id = ?`
const unfinishedSql = `${select} WHERE state IN ('pending', 'running') ORDER BY requested_at_ms, id`
const lastSql = `SELECT max(requested_at_ms) AS at_ms FROM alert_investigations
  WHERE category = ? AND severity = ? AND state <> 'skipped' AND requested_at_ms >= ?`
const costSql = `SELECT coalesce(sum(cost_nano_usd), 0) AS nanoUsd,
  count(*) FILTER (WHERE model IS NOT NULL AND cost_nano_usd IS NULL) AS unpriced
  FROM alert_investigations WHERE requested_at_ms >= ?`
const countSql = `SELECT count(*) AS n FROM alert_investigations WHERE state <> 'skipped' AND requested_at_ms >= ?`

/** What was found out about alerts: one row an occurrence, so that none is looked into twice. */
export class AlertInvestigationRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Inserts, or replaces what is there under the same id. @throws KoraError conflict for a second one of an occurrence */
  save(investigation: AlertInvestigation): void {
    this.#connection.run(saveSql, ...map.values(investigation))
  }

  get(id: string): AlertInvestigation | null {
    const row = this.#connection.get<Row>(getSql, id)
    return row ? map.fromRow(row) : null
  }

  ofOccurrence(occurrenceId: string): AlertInvestigation | null {
    const row = this.#connection.get<Row>(ofOccurrenceSql, occurrenceId)
    return row ? map.fromRow(row) : null
  }

  /** Pending and running ones, oldest first. */
  unfinished(): AlertInvestigation[] {
    return this.#connection.all<Row>(unfinishedSql).map(map.fromRow)
  }

  /** When an alert of this category and severity was last looked into, not before `sinceMs`; null when it was not. */
  lastRequestedAtMs(category: AlertCategory, severity: Severity, sinceMs: number): number | null {
    return this.#connection.get<{ at_ms: number | null }>(lastSql, category, severity, sinceMs)?.at_ms ?? null
  }

  /** What those that reached a model cost since then, and how many of them have no known price. */
  costSince(sinceMs: number): { nanoUsd: number; unpriced: number } {
    return this.#connection.get<{ nanoUsd: number; unpriced: number }>(costSql, sinceMs) ?? { nanoUsd: 0, unpriced: 0 }
  }

  /** How many were asked since then. */
  countSince(sinceMs: number): number {
    return this.#connection.get<{ n: number }>(countSql, sinceMs)?.n ?? 0
  }
}
